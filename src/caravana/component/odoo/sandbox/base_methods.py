"""The methods that every model has, and those of models with a chatter or a portal page."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from caravana.component.odoo.sandbox import load as loading
from caravana.component.odoo.sandbox import reading, writing
from caravana.component.odoo.sandbox.access import may
from caravana.component.odoo.sandbox.domain import compile_domain
from caravana.component.odoo.sandbox.errors import AccessError
from caravana.component.odoo.sandbox.field import X2MANY, Field
from caravana.component.odoo.sandbox.model import Function, Method
from caravana.component.odoo.sandbox.models.mail import message_post, message_subscribe, message_unsubscribe
from caravana.component.odoo.sandbox.records import Env, Records
from caravana.component.odoo.sandbox.search import search as find

BASE: dict[str, Method] = {}
PORTAL: dict[str, Method] = {}
THREAD = {
    "message_post": Method(message_post),
    "message_subscribe": Method(message_subscribe),
    "message_unsubscribe": Method(message_unsubscribe),
}


def _on_model(function: Function) -> Function:
    BASE[function.__name__] = Method(function, on_model=True)
    return function


def _on_records(function: Function) -> Function:
    BASE[function.__name__] = Method(function)
    return function


def _on_any(function: Function) -> Function:
    BASE[function.__name__] = Method(function, reads_missing=True)
    return function


@_on_model
def create(model: Records, vals_list: Any) -> list[int]:
    """Create one record (a dict) or several (a list) in one transaction; return their ids."""
    rows = [vals_list] if isinstance(vals_list, Mapping) else vals_list
    return writing.create_many(model.env, model.meta, rows)


@_on_records
def write(records: Records, vals: Mapping[str, Any]) -> bool:
    """Write the same values on all records."""
    writing.update(records, vals)
    return True


@_on_records
def unlink(records: Records) -> bool:
    """Delete the records."""
    writing.remove(records)
    return True


@_on_any
def read(
    records: Records, fields: Iterable[str] | None = None, load: str | None = "_classic_read"
) -> list[dict[str, Any]]:
    """Return the records that exist."""
    return reading.read(records, fields, load)


@_on_any
def web_read(records: Records, specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records with nested links."""
    return reading.web_read(records, specification)


@_on_model
def search(
    model: Records, domain: list[Any], offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[int]:
    """Return the ids of the records that fit the domain."""
    return find(model.env, model.meta, domain, offset=offset or 0, limit=limit or None, order=order or None)


@_on_model
def search_count(model: Records, domain: list[Any], limit: int | None = None) -> int:
    """Return how many records fit the domain."""
    return len(find(model.env, model.meta, domain, limit=limit or None))


@_on_model
def search_read(
    model: Records,
    domain: list[Any] | None = None,
    fields: Iterable[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    load: str | None = "_classic_read",
) -> list[dict[str, Any]]:
    """Search, then read."""
    reading.wanted(model.meta, fields)
    ids = find(model.env, model.meta, domain or [], offset=offset or 0, limit=limit or None, order=order or None)
    return reading.read(model.env.browse(model.meta.name, ids), fields, load)


@_on_model
def web_search_read(
    model: Records,
    domain: list[Any],
    specification: Mapping[str, Any],
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    count_limit: int | None = None,
) -> dict[str, Any]:
    """Search, then read nested; the length is that of the whole result."""
    ids = find(model.env, model.meta, domain, order=order or None, limit=count_limit or None)
    page = ids[offset or 0 : None if not limit else (offset or 0) + limit]
    return {"length": len(ids), "records": reading.web_read(model.env.browse(model.meta.name, page), specification)}


@_on_model
def name_search(
    model: Records, name: str = "", domain: list[Any] | None = None, operator: str = "ilike", limit: int = 100
) -> list[list[Any]]:
    """Return [id, display name] of the records whose name fits."""
    ids = find(model.env, model.meta, domain or [])
    named: list[list[Any]] = [[one.id, one.display_name] for one in model.env.browse(model.meta.name, ids)]
    return [one for one in named if not name or name.lower() in one[1].lower()][: limit or None]


@_on_model
def load(model: Records, fields: list[str], data: list[list[Any]]) -> dict[str, Any]:
    """Import rows of texts; see the module `load`."""
    return loading.load(model.env, model.meta, fields, data)


@_on_model
def fields_get(
    model: Records, allfields: list[str] | None = None, attributes: list[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return the description of the fields, of all or the named ones, whole or some attributes."""
    wanted = [one for name, one in model.meta.fields.items() if not allfields or name in allfields]
    return {field.name: _described(field, attributes) for field in wanted}


def _described(field: Field, attributes: list[str] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": field.type,
        "name": field.name,
        "string": field.string,
        "required": field.required,
        "readonly": field.readonly,
        "store": field.stored,
        "searchable": field.searchable,
        "sortable": field.sortable,
        "groups": False,
    }
    if field.type in ("float", "monetary"):
        told["digits"] = list(field.digits) if field.digits else False
    if field.comodel:
        told |= {"relation": field.comodel, "domain": [], "context": {}}
    if field.type == "one2many":
        told["relation_field"] = field.inverse
    if field.selection:
        told["selection"] = [list(one) for one in field.selection]
    return {name: value for name, value in told.items() if not attributes or name in attributes}


@_on_model
def default_get(model: Records, fields: list[str]) -> dict[str, Any]:
    """Return the defaults of the named fields."""
    vals = writing.context_defaults(model.env, model.meta)
    writing.fill_defaults(model.env, model.meta, vals)
    return {name: vals[name] for name in fields if name in vals}


@_on_any
def onchange(
    records: Records, values: Mapping[str, Any], field_names: list[str], fields_spec: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how the named fields would come out with `values`; nothing is kept. Unchanged ones are left out.

    A many2one may be given as the values of a record that is not stored, as Odoo's own forms give a line's order (documented:
    `Many2one.convert_to_cache`).
    """
    env, mark = records.env, len(records.env.transaction.log)
    given = {name: value for name, value in values.items() if name in records.meta.fields}
    try:
        for name, value in given.items():
            if isinstance(value, dict):
                given[name] = _unstored(env, records.meta.fields[name].comodel, value)
        if records:
            writing.update(records, given)
            record = records.one()
        else:
            record = env.create(records.meta.name, given)
        found = reading.web_read(env.browse(records.meta.name, [record.id]), fields_spec)[0]
    finally:
        env.transaction.rollback(mark)
    fields = records.meta.fields
    return {"value": {name: found[name] for name in fields_spec if found[name] != values.get(name, fields[name].empty)}}


def _unstored(env: Env, model: str, values: Mapping[str, Any]) -> int:
    """A record of `values` for as long as an onchange lasts: what is needed and not given does not matter to it."""
    needed = {"partner_id": env.company.get("partner_id")} if model == "sale.order" else {}
    made = env.create(model, needed | {name: value for name, value in values.items() if value})
    return made.id


@_on_records
def copy(records: Records, default: Mapping[str, Any] | None = None) -> list[int]:
    """Return the ids of copies, with their lines."""
    return [_copy_one(records, one.id, default or {}) for one in records]


def _copy_one(records: Records, record_id: int, default: Mapping[str, Any]) -> int:
    env = records.env
    source = env.one(records.meta.name, record_id)
    vals = {
        field.name: source.value(field)
        for field in records.meta.columns.values()
        if (field.stored or field.delegate) and field.copy and not field.readonly and source.value(field)
    }
    for field in vals.copy():
        if records.meta.fields[field].type in X2MANY:
            vals[field] = [[6, 0, vals[field]]]
    return env.create(records.meta.name, vals | dict(default)).id


@_on_any
def exists(records: Records) -> list[int]:
    """Return the ids of those that are there."""
    return [one.id for one in records if one.exists]


@_on_any
def get_metadata(records: Records) -> list[dict[str, Any]]:
    """Return who made and changed each record and when, and its external ids."""
    return [_metadata(records, one.id) for one in records if one.exists]


def _metadata(records: Records, record_id: int) -> dict[str, Any]:
    env = records.env
    names = ["create_uid", "create_date", "write_uid", "write_date"]
    told = reading.read(env.browse(records.meta.name, [record_id]), names)[0]
    data = env.by("ir.model.data", "reference", f"{records.meta.name},{record_id}")
    xmlids = [{"xmlid": one.complete_name, "noupdate": one.noupdate} for one in data]
    told["xmlid"] = xmlids[0]["xmlid"] if xmlids else False
    return told | {"noupdate": xmlids[0]["noupdate"] if xmlids else False, "xmlids": xmlids}


@_on_any
def get_external_id(records: Records) -> dict[int, str]:
    """Return external ids by id; integer keys, so that XML-RPC cannot carry it."""
    found = {one.id: records.env.by("ir.model.data", "reference", f"{one.meta.name},{one.id}") for one in records}
    return {record_id: data[0].complete_name if data else "" for record_id, data in found.items()}


@_on_records
def action_archive(records: Records) -> bool:
    """Hide the records."""
    writing.update(records, {"active": False})
    return True


@_on_records
def action_unarchive(records: Records) -> bool:
    """Show the records again."""
    writing.update(records, {"active": True})
    return True


@_on_any
def filtered_domain(records: Records, domain: list[Any]) -> list[int]:
    """Return the ids of those that fit the domain."""
    test, _ = compile_domain(records.env, records.meta, domain)
    return [one.id for one in records if test(one)]


@_on_any
def has_access(records: Records, operation: str) -> bool:
    """Return whether the caller may read, write, create or unlink."""
    return may(records.env, records.meta, operation)


@_on_model
def check_access_rights(model: Records, operation: str, raise_exception: bool = True) -> bool:
    """Return whether the caller may; with `raise_exception` AccessError when not. Since 18 it is `has_access`."""
    if raise_exception:
        check_access(model, operation)
    return bool(has_access(model, operation))


@_on_any
def check_access(records: Records, operation: str) -> None:
    """AccessError unless the caller may."""
    if not has_access(records, operation):
        raise AccessError(
            f"You are not allowed to {operation} '{records.meta.description}' ({records.meta.name}) records."
        )


def get_portal_url(records: Records) -> str:
    """Return the path of the document's portal page with its token, which is made at the first asking."""
    record = records.one()
    if not record.access_token:
        record.note(access_token=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{record}{record.create_date}")))
    return f"{record.access_url}?access_token={record.access_token}"


PORTAL["get_portal_url"] = Method(get_portal_url)
