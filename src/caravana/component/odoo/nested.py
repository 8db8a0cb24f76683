"""Reading records with what they link, in one call where Odoo can: `invoice_ids.state` beside `name`.

JSON-2 servers take the tree of fields in `web_search_read` (19.0, b21); older ones are read model by model.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caravana.component.odoo.access import refuse_forbidden
from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.values import FieldTypes, clean_record
from caravana.kit.errors import NeedsPerson, Refused

Tree = dict[str, "Tree"]
"""Fields by name, each with the fields to read of what it links."""
Record = dict[str, Any]


def is_nested(fields: Iterable[str]) -> bool:
    """Whether one of the fields is of a linked record."""
    return any("." in one for one in fields)


def tree(fields: Iterable[str]) -> Tree:
    """Return dotted names as a tree."""
    found: Tree = {}
    for name in fields:
        branch = found
        for part in name.split("."):
            branch = branch.setdefault(part, {})
    return found


async def read_nested(client: OdooClient, model: str, ids: Sequence[int], wanted: Tree) -> list[Record]:
    """Return the records of `ids`, archived or not.

    A link with fields of its own is an object, null when empty, or a list of objects.
    """
    if not ids:
        return []
    if (await client.connection.protocol()).name != "json2":
        return await _by_model(client, model, ids, wanted)
    types = await _types(client, model, wanted)
    arguments = {"domain": [["id", "in", list(ids)]], "specification": _specification(model, wanted, types)}
    try:
        answer = await client.ask(model, "web_search_read", arguments, context={"active_test": False})
    except NeedsPerson as error:
        for one in types if error.status == 403 else ():  # the refusal does not tell of which model
            await refuse_forbidden(client, one, "read")
        raise
    return [_clean(one, model, wanted, types) for one in answer["records"]]


async def _types(client: OdooClient, model: str, wanted: Tree) -> dict[str, FieldTypes]:
    """Return the field types of every model of the tree."""
    found = {model: await client.types(model)}
    for name, branch in wanted.items():
        if branch:
            found |= await _types(client, linked_model(model, name, found[model]), branch)
    return found


def _specification(model: str, wanted: Tree, types: Mapping[str, FieldTypes]) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    for name, branch in wanted.items():
        if branch:
            parts[name] = {"fields": _specification(linked_model(model, name, types[model]), branch, types)}
        elif _type(types[model], name) == "many2one":
            parts[name] = {"fields": {"display_name": {}}}  # as Odoo's own web client asks
        else:
            parts[name] = {}
    return parts


def _clean(record: Mapping[str, Any], model: str, wanted: Tree, types: Mapping[str, FieldTypes]) -> Record:
    """Return the record with null for empty, and with a link without fields of its own as [id, name]."""
    cleaned = clean_record(record, types[model])
    for name, branch in wanted.items():
        value = cleaned[name]
        if branch:
            inner = linked_model(model, name, types[model])
            many = isinstance(value, list)
            rows = [_clean(one, inner, branch, types) for one in (value if many else [value] if value else [])]
            cleaned[name] = rows if many else next(iter(rows), None)
        elif isinstance(value, Mapping):
            cleaned[name] = [value["id"], value["display_name"]]
    return cleaned


async def _by_model(client: OdooClient, model: str, ids: Sequence[int], wanted: Tree) -> list[Record]:
    """Read the records, then those that each link names."""
    names, types = await client.names(model), await client.types(model)
    arguments = {"fields": names.outgoing(wanted)}
    rows = await client.ask(model, "read", arguments, ids=list(ids))
    records = [names.incoming(clean_record(one, types)) for one in rows]
    for name, branch in wanted.items():
        if branch:
            await _fill_in(client, records, name, linked_model(model, name, types), branch)
    return records


async def _fill_in(client: OdooClient, records: list[Record], name: str, model: str, branch: Tree) -> None:
    several = {number for one in records for number in _linked(one[name])}
    found = {one["id"]: one for one in await _by_model(client, model, sorted(several), branch)} if several else {}
    for one in records:
        rows = [found[number] for number in _linked(one[name]) if number in found]
        many = isinstance(one[name], list) and not _is_pair(one[name])
        one[name] = rows if many else next(iter(rows), None)


def linked_model(model: str, name: str, types: FieldTypes) -> str:
    """Return the model that the field links. Raises `Refused` when it links none."""
    relation = types.get(name, {}).get("relation")
    if not isinstance(relation, str):
        raise Refused(f"`{name}` of {model} links no records, so it has no fields of its own", code="body")
    return relation


def _type(types: FieldTypes, name: str) -> Any:
    return types.get(name, {}).get("type")


def _linked(value: Any) -> list[int]:
    if not isinstance(value, list):
        return []
    return [value[0]] if _is_pair(value) else list(value)


def _is_pair(value: Sequence[Any]) -> bool:
    return len(value) == 2 and isinstance(value[1], str)
