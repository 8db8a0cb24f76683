"""Create-once: `load` with an external id and `mode=update, noupdate=true` makes a record unless that id is known.

A plain `load` of a known id would change the record and append its lines again, so that context is never left out.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caravana.component.odoo.access import refuse_forbidden
from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.merging import ONCE
from caravana.component.odoo.reading import find_external
from caravana.component.odoo.values import FieldTypes, plain
from caravana.kit.clock import Clock
from caravana.kit.errors import Refused

PAUSES = (0.2, 0.5, 1.0)
"""Seconds before the same load is sent again: of several at once Odoo refuses all but one under HTTP 200 (19.0)."""

_SAFE = re.compile(r"[A-Za-z0-9_\-]{1,100}")


@dataclass(frozen=True)
class Item:
    """One record to make: values under Odoo's field names, lines as lists of objects."""

    external_id: str
    values: Mapping[str, Any]

    @property
    def head(self) -> dict[str, str]:
        """The cell by which Odoo knows the record."""
        return {"id": self.external_id}


@dataclass(frozen=True)
class Known:
    """One record to change, by its database id."""

    id: int
    values: Mapping[str, Any]

    @property
    def head(self) -> dict[str, str]:
        """The cell by which Odoo knows the record."""
        return {".id": str(self.id)}


@dataclass(frozen=True)
class Sheet:
    """What `load` takes: column names and rows of text."""

    columns: tuple[str, ...]
    rows: list[list[str]]


def external_id_of(name: str, module: str) -> str:
    """Return `name` with the module before it unless it names one. Raises `Refused` for a space (Odoo answers 422)."""
    if re.search(r"\s", name):
        raise Refused("an external id must not hold a space", code="body")
    return name if "." in name else f"{module}.{name}"


def external_id_from_key(key: str, module: str) -> str:
    """Return the external id that stands for an effect's key."""
    name = key if _SAFE.fullmatch(key) else hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{module}.{name}"


async def load_once(client: OdooClient, model: str, items: Sequence[Item], clock: Clock) -> list[int]:
    """Make the records of `items` unless they are there; return their ids in order.

    All items need the same fields. Raises `Refused` with Odoo's messages when one row is bad (then none is made).
    """
    answer = await _load(client, model, items, ONCE, clock)
    if answer.get("ids"):
        return [int(one) for one in answer["ids"]]
    return await _lost_race(client, model, items, answer)


async def load_known(client: OdooClient, model: str, items: Sequence[Known], clock: Clock) -> None:
    """Write the values of `items`, all or none of them; all need the same fields, none of them lines.

    Raises `Refused` with Odoo's messages when one row is bad.
    """
    answer = await _load(client, model, items, {}, clock)
    if not answer.get("ids"):
        raise _refused(model, answer)


async def _load(
    client: OdooClient, model: str, items: Sequence[Item | Known], context: Mapping[str, Any], clock: Clock
) -> dict[str, Any]:
    """Return the answer of `load`, which is sent again a few times when Odoo refuses it under HTTP 200."""
    sheet, zone = await to_sheet(client, model, items)
    answer: dict[str, Any] = {}
    for pause in (0.0, *PAUSES):
        if pause:
            await clock.sleep(pause)
        arguments = {"fields": list(sheet.columns), "data": sheet.rows}
        answer = await client.call(model, "load", arguments, context={**context, **zone})
        if answer.get("ids"):
            break
    return answer


async def _lost_race(client: OdooClient, model: str, items: Sequence[Item], answer: dict[str, Any]) -> list[int]:
    """Look whether a rival's call has made the records; the texts of `messages` are translated and say nothing."""
    found = [await find_external(client, one.external_id) for one in items]
    if found and all(one is not None and one["model"] == model for one in found):
        return [one["id"] for one in found if one is not None]
    await refuse_forbidden(client, model, "create")
    raise _refused(model, answer)


def _refused(model: str, answer: Mapping[str, Any]) -> Refused:
    messages = [str(one.get("message", ""))[:500] for one in answer.get("messages", [])]
    text = f"{model}.load: {'; '.join(messages)[:500]}"
    return Refused(text, status=200, code="load", body={"messages": messages})


async def to_sheet(client: OdooClient, model: str, items: Sequence[Item | Known]) -> tuple[Sheet, dict[str, Any]]:
    """Return the columns and rows of `items`, and the context that reads them as meant."""
    types = await client.types(model)
    names = await client.names(model)
    lines: dict[str, FieldTypes] = {}
    blocks = []
    for item in items:
        values = names.values(item.values)
        for name, value in values.items():
            if _is_lines(value) and name not in lines:
                lines[name] = await client.types(_relation(model, name, types))
        blocks.append(_block(item.head, values, types, lines))
    columns = tuple(dict.fromkeys(name for block in blocks for row in block for name in row))
    rows = [[row.get(name, "") for name in columns] for block in blocks for row in block]
    context: dict[str, Any] = {}
    if any(types.get(name, {}).get("type") == "datetime" for name in columns):
        context["tz"] = "UTC"  # load reads times in the user's zone
    return Sheet(columns, rows), context


def _block(
    head: Mapping[str, str], values: Mapping[str, Any], types: FieldTypes, lines: Mapping[str, FieldTypes]
) -> list[dict[str, str]]:
    """Return the rows of one record: its own columns in the first, line n of each list in row n."""
    rows: list[dict[str, str]] = [dict(head)]
    for name, value in values.items():
        if not _is_lines(value):
            rows[0].update(_cell(name, value, types))
            continue
        for index, line in enumerate(value):
            if index == len(rows):
                rows.append({})
            for part, content in line.items():
                rows[index].update({f"{name}/{key}": text for key, text in _cell(part, content, lines[name]).items()})
    return rows


def _cell(name: str, value: Any, types: FieldTypes) -> dict[str, str]:
    """Return column and text of one value; a reference goes by `/.id` when it is a number, by `/id` when it is a text."""
    kind = types.get(name, {}).get("type")
    if "/" not in name and kind in ("many2one", "many2many") and value not in (None, False, "", []):
        many = list(value) if isinstance(value, list | tuple) else [value]
        if kind == "many2one" and len(many) == 2 and isinstance(many[1], str) and isinstance(many[0], int):
            many = many[:1]
        suffix = "/.id" if all(isinstance(one, int) for one in many) else "/id"
        return {name + suffix: ",".join(str(one) for one in many)}
    return {name: _text(value, kind)}


def _text(value: Any, kind: str | None) -> str:
    if isinstance(value, bool):
        return ("1" if value else "0") if kind == "boolean" or value else ""
    if value is None:
        return ""
    return str(plain(value))


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _relation(model: str, name: str, types: FieldTypes) -> str:
    relation = types.get(name, {}).get("relation")
    if not isinstance(relation, str):
        raise Refused(f"`{name}` of {model} takes no lines", code="body")
    return relation
