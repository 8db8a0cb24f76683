"""Searching: pick candidates by index, test them, order them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from caravana.component.odoo.sandbox.companies import sees_all, visible
from caravana.component.odoo.sandbox.domain import Leaf, compile_domain
from caravana.component.odoo.sandbox.errors import ServerError
from caravana.component.odoo.sandbox.field import Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record
from caravana.component.odoo.sandbox.table import Table

LAST = "~"
"""Sorts after every fraction of a second, so that "second + LAST" ends that second."""


def search(
    env: Env,
    model: Model,
    domain: Iterable[Any],
    *,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
) -> list[int]:
    """Return the ids that fit, in order; archived records are left out unless the domain or the context asks for them."""
    terms = list(domain or [])
    test, certain = compile_domain(env, model, terms)
    keys = order_keys(model, order or model.order)
    candidates = _candidates(env.store.tables[model.name], certain, keys)
    hide, all_seen = _hides_archived(env, model, terms), sees_all(env, model)
    own = _hides_fields(model, terms)
    found = (
        one
        for one in _records(env, model, candidates)
        if test(one)
        and not (hide and not one.active)
        and not (own and one.res_field)
        and (all_seen or visible(env, one))
    )
    if not isinstance(candidates, list):
        return [one.id for one in islice(found, offset, None if limit is None else offset + limit)]
    records = sort(list(found), keys)
    return [one.id for one in records[offset : None if limit is None else offset + limit]]


def _records(env: Env, model: Model, ids: Iterable[int]) -> Iterator[Record]:
    return (Record(env, model, one) for one in ids)


def _hides_archived(env: Env, model: Model, terms: list[Any]) -> bool:
    if "active" not in model.columns or not env.context.get("active_test", True):
        return False
    return not any(isinstance(one, list | tuple) and one[0] == "active" for one in terms)


def _hides_fields(model: Model, terms: list[Any]) -> bool:
    """Attachments that hold a record's field show only to who asks for them (documented: ir.attachment, `_search`)."""
    named = {one[0] for one in terms if isinstance(one, list | tuple)}
    return "res_field" in model.columns and not named & {"id", "res_field"}


def _candidates(table: Table, certain: list[Leaf], keys: list[tuple[Field, bool]]) -> Iterable[int]:
    """Return the ids worth testing: a list still to be ordered, or an iterator that is in order already."""
    choices = [ids for leaf in certain if (ids := _by_index(table, leaf)) is not None]
    narrowest = min(choices, key=len, default=None)
    low, high = _date_range(certain)
    ordered = [(field.column, down) for field, down in keys][:2] == [("write_date", False), ("id", False)]
    dated = low != "" or high != LAST
    if dated or (ordered and narrowest is None):
        written = table.written_between(low, high)
        if narrowest is None or len(written) < len(narrowest):
            return (one for _, one in written) if ordered else [one for _, one in written]
    if narrowest is not None:
        return list(narrowest)
    if [(field.column, down) for field, down in keys] == [("id", False)]:
        return iter(sorted(table.rows))
    return list(table.rows)


def _by_index(table: Table, leaf: Leaf) -> "set[int] | list[int] | None":
    if leaf.op not in ("=", "in"):
        return None
    values = leaf.value if leaf.op == "in" else [leaf.value]
    if leaf.field.column == "id":
        return [one for one in dict.fromkeys(values) if one in table.rows]
    index = table.indexes.get(leaf.field.column)
    if index is None or (leaf.field.comodel and any(isinstance(one, str) for one in values)):
        return None
    if any(one is False or one is None for one in values):
        return None
    return set().union(*(index.get(one, ()) for one in values))


def _date_range(certain: list[Leaf]) -> tuple[str, str]:
    low, high = "", LAST
    for leaf in certain:
        if leaf.field.column != "write_date" or not isinstance(leaf.value, str):
            continue
        if leaf.op in (">=", "="):
            low = max(low, leaf.value)
        if leaf.op == ">":
            low = max(low, leaf.value + LAST)
        if leaf.op in ("<=", "="):
            high = min(high, leaf.value + LAST)
        if leaf.op == "<":
            high = min(high, leaf.value)
    return low, high


def order_keys(model: Model, order: str) -> list[tuple[Field, bool]]:
    """Return (field, descending) of an order text; ServerError for unknown or unstored fields."""
    keys = []
    for part in order.split(","):
        name, *direction = part.split()
        field = model.fields.get(name)
        if field is None:
            raise ServerError(f"Invalid field {name!r} on {model.name!r}")
        if not field.sortable:
            raise ServerError(f"Cannot convert {model.name}.{name} to SQL because it is not stored")
        keys.append((field, bool(direction) and direction[0].lower() == "desc"))
    return keys


def sort(records: list[Record], keys: list[tuple[Field, bool]]) -> list[Record]:
    """Return `records` in order; empty values come last, as in PostgreSQL, and ties by id."""
    records.sort(key=lambda one: one.id)
    for field, down in reversed(keys):
        records.sort(key=lambda one, field=field: _key(one, field), reverse=down)  # type: ignore[misc]
    return records


def _key(record: Record, field: Field) -> tuple[bool, Any]:
    value = record.value(field)
    if field.type == "many2one" and value:
        value = getattr(record, field.column).display_name
    empty = value is False and field.type != "boolean"
    return empty, "" if empty else value
