"""Which calls say the same of different records, how they go out as one call, and what of its result is whose. Pure.

A call is one transaction of Odoo, so of merged calls all take place or none; what is here is safe to be sent again singly.
Everything else goes alone: `reconcile` would match the lines of one customer with another's.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from caravana.component.odoo.protocol import Call
from caravana.component.odoo.values import plain

ONCE = {"mode": "update", "noupdate": True}
"""Context with which a load creates a record unless its external id is known."""
LARGEST = 1000
"""Records asked for in one call at most: merging makes small calls one, not large ones larger."""
PATIENT = 15
"""Turns that let pass what no customer waits for."""
LARGEST_LOAD = 100
"""Rows of one load at most: making twenty payments takes Odoo about a second, and all wait for the last one."""


class Indivisible(Exception):
    """The common result does not tell whose is what: each call has to go out by itself."""


class Merge(ABC):
    """How calls of one likeness become one."""

    largest: ClassVar[int] = LARGEST
    lets_pass: int = 6
    """Turns of what goes alone that it waits for, so that more may join."""
    in_halves: ClassVar[bool] = True
    """Whether a refusal of several is asked again in halves; else one by one."""

    def takes(self, calls: Sequence[Call], another: Call) -> bool:
        """Whether `another` may go along with `calls`."""
        return sum(self.size(one) for one in (*calls, another)) <= self.largest

    @abstractmethod
    def size(self, call: Call) -> int:
        """Return how many records the call asks for."""

    @abstractmethod
    def joined(self, calls: Sequence[Call]) -> Call:
        """Return the one call."""

    @abstractmethod
    def parted(self, calls: Sequence[Call], result: Any) -> list[Any]:
        """Return the result of each of `calls`, in order. Raises `Indivisible`."""


class OfRecords(Merge):
    """Methods on records, which are the same for each record: their ids are put together."""

    def __init__(self, lets_pass: int = Merge.lets_pass) -> None:
        """`lets_pass`: turns of what goes alone that it waits for."""
        self.lets_pass = lets_pass

    def size(self, call: Call) -> int:
        """Return how many records the call asks for."""
        return len(call.ids or [])

    def joined(self, calls: Sequence[Call]) -> Call:
        """Return the call on all records, each once."""
        return replace(calls[0], ids=_together(one.ids or [] for one in calls))

    def parted(self, calls: Sequence[Call], result: Any) -> list[Any]:
        """Return to each the rows of its records; what is not a list of rows is everybody's."""
        if not isinstance(result, list):
            return [result for _ in calls]
        rows = {one["id"]: one for one in result}
        return [[rows[number] for number in one.ids or [] if number in rows] for one in calls]


class Searches(Merge):
    """Searches whose domain begins with `[field, "in", numbers]`, or with several such and an or: their numbers are put together.

    Whose a row is, its fields tell. A page that is full may lack somebody's rows, so it cannot be shared out.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        """`fields`: those of the first conditions, in order."""
        self._fields = fields

    def size(self, call: Call) -> int:
        """Return how many numbers the search names."""
        return sum(len(wanted) for _, _, wanted in _conditions(call.arguments["domain"]))

    def joined(self, calls: Sequence[Call]) -> Call:
        """Return the search for the numbers of all."""
        first, count = calls[0], len(self._fields)
        given = [_conditions(one.arguments["domain"]) for one in calls]
        wide = [[name, "in", _together(each[at][2] for each in given)] for at, name in enumerate(self._fields)]
        rest = first.arguments["domain"][2 * count - 1 :]
        domain = [*["|"] * (count - 1), *wide, *rest]
        return replace(first, arguments={**first.arguments, "domain": domain})

    def parted(self, calls: Sequence[Call], result: Any) -> list[Any]:
        """Return to each the rows that its own numbers find. Raises `Indivisible` for a full page."""
        rows = result["records"] if isinstance(result, Mapping) else result
        limit = calls[0].arguments.get("limit")
        if limit and len(rows) >= limit:
            raise Indivisible
        shares = [[row for row in rows if self._is_of(row, one)] for one in calls]
        return [{"length": len(one), "records": one} for one in shares] if isinstance(result, Mapping) else shares

    def _is_of(self, row: Mapping[str, Any], call: Call) -> bool:
        conditions = _conditions(call.arguments["domain"])
        return any(not _numbers(row[name]).isdisjoint(wanted) for name, _, wanted in conditions)


class LoadOnce(Merge):
    """Create-once loads of the same columns: their rows are put together. One bad row cancels all (19.0, h11)."""

    largest = LARGEST_LOAD
    lets_pass = PATIENT

    def takes(self, calls: Sequence[Call], another: Call) -> bool:
        """Not twice the same external id: what Odoo makes of that in one load is not known."""
        apart = _names(another).isdisjoint(name for one in calls for name in _names(one))
        return apart and super().takes(calls, another)

    def size(self, call: Call) -> int:
        """Return how many rows the call loads."""
        return len(call.arguments["data"])

    def joined(self, calls: Sequence[Call]) -> Call:
        """Return the load of all rows."""
        rows = [row for one in calls for row in one.arguments["data"]]
        return replace(calls[0], arguments={**calls[0].arguments, "data": rows})

    def parted(self, calls: Sequence[Call], result: Any) -> list[Any]:
        """Return to each the ids of its records. Raises `Indivisible` when none was made."""
        ids = result.get("ids") if isinstance(result, Mapping) else None
        counts = [len(_names(one)) for one in calls]
        if not ids or len(ids) != sum(counts):
            raise Indivisible
        starts = [sum(counts[:at]) for at in range(len(counts))]
        return [{**result, "ids": ids[start : start + count]} for start, count in zip(starts, counts, strict=True)]


class Notes(Merge):
    """Notes that carry a row of `load`: several are made by one create-once load on mail.message.

    `message_post` is for one record; a load of messages was never recorded (docs/decisions/0009), so what is refused
    goes one by one, by `message_post`.
    """

    largest = LARGEST_LOAD
    lets_pass = PATIENT
    in_halves = False

    def takes(self, calls: Sequence[Call], another: Call) -> bool:
        """Not twice the same external id."""
        return all(one.row["id"] != another.row["id"] for one in calls) and super().takes(calls, another)

    def size(self, call: Call) -> int:
        """Return 1."""
        return 1

    def joined(self, calls: Sequence[Call]) -> Call:
        """Return the load of all notes."""
        columns = list(calls[0].row)
        rows = [[one.row[name] for name in columns] for one in calls]
        return Call("mail.message", "load", {"fields": columns, "data": rows}, None, {**calls[0].context, **ONCE})

    def parted(self, calls: Sequence[Call], result: Any) -> list[Any]:
        """Return to each its message, as `message_post` does. Raises `Indivisible` when none was made."""
        ids = result.get("ids") if isinstance(result, Mapping) else None
        if not ids or len(ids) != len(calls):
            raise Indivisible
        return [[one] for one in ids]


def merge_of(call: Call) -> Merge | None:
    """Return how `call` goes along with others, or None when it goes alone."""
    if call.row:
        return Notes()
    maker = _MAKERS.get((call.model, call.method)) or _MAKERS.get(("*", call.method))
    return None if maker is None else maker(call)


def likeness(call: Call, merge: Merge | None) -> str:
    """Return what calls have in common that can go together; what goes alone has its model's and method's."""
    if merge is None:
        return call.place
    if isinstance(merge, Notes):
        return json.dumps(["note", list(call.row), plain(call.context)], sort_keys=True)
    arguments = dict(call.arguments)
    if isinstance(merge, LoadOnce):
        del arguments["data"]
    if isinstance(merge, Searches):
        conditions = _conditions(arguments["domain"])
        rest = arguments["domain"][2 * len(conditions) - 1 :]
        arguments["domain"] = [[name for name, _, _ in conditions], rest]
    return json.dumps([call.model, call.method, plain(arguments), plain(call.context)], sort_keys=True)


def _of_records(call: Call) -> Merge | None:
    return OfRecords() if call.ids else None


def _posting(call: Call) -> Merge | None:
    return OfRecords(PATIENT) if call.ids else None


def _search(call: Call) -> Merge | None:
    domain, read = call.arguments.get("domain"), call.arguments.get("fields") or call.arguments.get("specification")
    conditions = _conditions(domain)
    if not conditions or not read or call.arguments.get("offset"):
        return None
    fields = [one[0] for one in conditions]
    return Searches(fields) if all(one == "id" or one in read for one in fields) else None


def _load(call: Call) -> Merge | None:
    once = call.context.get("mode") == "update" and call.context.get("noupdate") is True
    return LoadOnce() if once and "id" in call.arguments.get("fields", ()) else None


_MAKERS: Mapping[tuple[str, str], Callable[[Call], Merge | None]] = {
    ("*", "read"): _of_records,
    ("account.payment", "action_post"): _posting,
    ("*", "search_read"): _search,
    ("*", "web_search_read"): _search,
    ("*", "load"): _load,
}
"""(model or `*`, method): what looks whether a call of it can go together with others."""


def _conditions(domain: Any) -> list[Any]:
    """Return the conditions at the beginning of `domain` that name numbers; none when the rest is no plain list."""
    if not isinstance(domain, list | tuple):
        return []
    ors = next((at for at, one in enumerate(domain) if one != "|"), len(domain))
    first, rest = domain[ors : 2 * ors + 1], domain[2 * ors + 1 :]
    plain_list = all(isinstance(one, list | tuple) and len(one) == 3 for one in [*first, *rest])
    return list(first) if plain_list and first and len(first) == ors + 1 and all(map(_is_numbered, first)) else []


def _is_numbered(condition: Any) -> bool:
    _, operator, value = condition
    return operator == "in" and isinstance(value, list | tuple) and all(type(one) is int for one in value)


def _numbers(value: Any) -> set[int]:
    """Return the ids in a field as read: a number, [number, name], {id, ...}, or a list of numbers or of such objects."""
    if isinstance(value, Mapping):
        return {value["id"]}
    if isinstance(value, list | tuple):
        pair = len(value) == 2 and isinstance(value[1], str)
        return {value[0]} if pair else {number for one in value for number in _numbers(one)}
    return {value} if type(value) is int else set()


def _names(call: Call) -> set[str]:
    """Return the external ids that a load names; further lines of a record leave the column empty."""
    column = list(call.arguments["fields"]).index("id")
    return {row[column] for row in call.arguments["data"] if row[column]}


def _together(lists: Iterable[Sequence[int]]) -> list[int]:
    return list(dict.fromkeys(number for one in lists for number in one))
