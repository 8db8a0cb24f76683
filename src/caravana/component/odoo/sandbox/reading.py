"""Reading: rows as callers see them."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.component.odoo.sandbox.access import check_right
from caravana.component.odoo.sandbox.errors import ServerError
from caravana.component.odoo.sandbox.field import X2MANY, Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Record, Records
from caravana.component.odoo.sandbox.values import size_text


def read(records: Records, names: Iterable[str] | None, load: str | None = "_classic_read") -> list[dict[str, Any]]:
    """Return the existing ones among `records` with the named fields (all, when none is named)."""
    fields = wanted(records.meta, names)
    named = bool(load)
    rows = records.env.store.tables[records.meta.name].rows
    return [
        {"id": one.id} | {field.name: shown(one, field, named) for field in fields} for one in records if one.id in rows
    ]


def wanted(model: Model, names: Iterable[str] | None) -> list[Field]:
    """Return the fields to read; ServerError for an unknown one."""
    if not names:
        return list(model.fields.values())
    for name in names:
        if name not in model.fields:
            raise ServerError(f"Invalid field {name!r} on {model.name!r}")
    return [model.fields[name] for name in names]


def shown(record: Record, field: Field, named: bool = True) -> Any:
    """Return one value as callers see it: links as [id, name] when `named`, times in whole seconds, never null."""
    value = record.value(field)
    if field.type == "many2one" and value and named:
        return [value, record.env.one(field.comodel, value).display_name]
    if field.type == "datetime" and value:
        return value[:19]
    if field.type == "binary" and value and record.env.context.get("bin_size"):
        return size_text(value)
    if field.type in X2MANY:
        return list(value)
    return field.empty if value is None else value


def web_read(records: Records, specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return nested data: each link read with the fields that its part of `specification` names."""
    fields = wanted(records.meta, specification) if specification else []
    return [
        {"id": one.id} | {field.name: _nested(one, field, specification[field.name] or {}) for field in fields}
        for one in records
        if one.exists
    ]


def _nested(record: Record, field: Field, part: Mapping[str, Any]) -> Any:
    value = record.value(field)
    if (
        value and "fields" in part and set(part["fields"]) - {"display_name"}
    ):  # a link's name is shown to everybody (documented)
        check_right(record.env, record.env.store.models[field.comodel], "read")
    if field.type in X2MANY and "fields" in part:
        return web_read(record.env.browse(field.comodel, value), part["fields"])
    if field.type == "many2one" and value and "fields" in part:
        return web_read(record.env.browse(field.comodel, [value]), part["fields"])[0]
    return shown(record, field, named=False)
