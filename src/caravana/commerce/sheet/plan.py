"""What is in a file, row by row, for the route that takes it: entries to send, and rows that are refused before.

The file is read twice: first to see what repeats in it, then to send it; of the first reading only numbers are kept.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from caravana.commerce.sheet.column import KINDS, Layout, layout_of
from caravana.commerce.sheet.spreadsheet import Row, Spreadsheet, SpreadsheetError, open_spreadsheet
from caravana.commerce.shop import identity

Data = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """What one message is about: `rows` of the file, and `data` as the shop's requests have it, values as text."""

    rows: tuple[int, ...]
    data: Data


@dataclass(frozen=True)
class Refused:
    """Rows that are not sent, and why."""

    rows: tuple[int, ...]
    reason: str
    what: str = ""
    result: str = "refused"


@dataclass
class Repeats:
    """What the first reading found: `count` of rows; by row the reason why it is not sent; rows that only repeat another."""

    count: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """A file whose columns are known and that was read once; `more`: fields that hold for all rows (branch)."""

    kind: str
    sheet: Spreadsheet
    layout: Layout
    repeats: Repeats
    more: Mapping[str, Any]

    @property
    def count(self) -> int:
        """How many rows it has."""
        return self.repeats.count

    def entries(self) -> Iterator[Entry | Refused]:
        """Yield what is to be sent and what is not, in the file's order. Raises `SpreadsheetError`."""
        return entries(self.sheet, self.kind, self.layout, self.repeats, self.more)


def open_file(path: Path, kind: str, sheet: str | None, chosen: Mapping[str, str], more: Mapping[str, Any]) -> File:
    """Return a file, read once; `chosen`: field by heading, as the person said it. Raises `SpreadsheetError`."""
    table = open_spreadsheet(path, sheet)
    try:
        return _surveyed(table, kind, chosen, more)
    except SpreadsheetError as error:
        if not table.notes:
            raise
        raise SpreadsheetError("\n".join((str(error), *table.notes))) from None


def _surveyed(table: Spreadsheet, kind: str, chosen: Mapping[str, str], more: Mapping[str, Any]) -> File:
    layout = layout_of(kind, table, chosen)
    if layout.unused:
        table.notes.append(f"columns that are not used: {', '.join(layout.unused)}")
    repeats = survey(table, kind, layout)
    if not repeats.count:
        raise SpreadsheetError(f"{table.path.name}: there are headings and no rows below them")
    return File(kind, table, layout, repeats, more)


def read(row: Row, kind: str, layout: Layout) -> tuple[Data, list[str]]:
    """Return the fields of a row that hold anything, and what is wrong with others."""
    data: Data = {}
    wrong: list[str] = []
    for place, name in layout.fields.items():
        value = row.cells[place] if place < len(row.cells) else None
        if value in (None, ""):
            continue
        try:
            data[name] = _plain(KINDS[kind][name].read(value))
        except ValueError as error:
            wrong.append(f"{name}: {error}")
    return _with_zero(data), wrong


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | str) else format(value, "f") if hasattr(value, "as_tuple") else str(value)


def _with_zero(data: Data) -> Data:
    """A spreadsheet takes a tax id for a number and drops the zero at its beginning; the check digit proves that it did."""
    number = str(data.get("tax_id", ""))
    if len(number) not in (9, 12) or not number.isdigit() or data.get("tax_id_type") in ("passport", "foreign"):
        return data
    try:
        identity.read_tax_id(f"0{number}")
    except ValueError:
        return data
    return {**data, "tax_id": f"0{number}"}


def survey(sheet: Spreadsheet, kind: str, layout: Layout) -> Repeats:
    """Read the file once for what repeats in it. Raises `SpreadsheetError`."""
    looks: Mapping[str, Callable[[], _Look]] = {"customers": _Customers, "products": _Products, "orders": _Orders}
    look = looks[kind]()
    for row in sheet.rows():
        data, _ = read(row, kind, layout)
        look.found.count += 1
        look.see(row.number, data)
    return look.found


class _Look(Protocol):
    """What sees every row once."""

    found: Repeats

    def see(self, number: int, data: Data) -> None:
        """Look at a row."""


class _Products:
    """A code stands once in a file; twice with the same content is no matter, with another nobody knows which is right."""

    identity = "code"

    def __init__(self) -> None:
        self.found = Repeats()
        self._first: dict[int, tuple[int, int]] = {}

    def key(self, data: Data) -> str:
        return str(data.get(self.identity, ""))

    def see(self, number: int, data: Data) -> None:
        key = self.key(data)
        if not key:
            return
        first = self._first.setdefault(_hash(key), (number, _hash(repr(sorted(data.items())))))
        if first[0] == number:
            return
        if first[1] == _hash(repr(sorted(data.items()))):
            self.found.same[number] = first[0]
            return
        self.found.refused[number] = f"{self.identity}: stands in row {first[0]} too, with other values"
        self.found.refused.setdefault(first[0], f"{self.identity}: stands in row {number} too, with other values")


class _Customers(_Products):
    """So does a tax id; a phone or e-mail of two tax ids is two people with one phone."""

    identity = "tax_id"

    def __init__(self) -> None:
        super().__init__()
        self._owners: dict[int, tuple[int, int]] = {}

    def key(self, data: Data) -> str:
        try:
            tax = identity.read_tax_id(str(data.get("tax_id", "")), data.get("tax_id_type"))
        except ValueError:
            return ""
        return tax.person or tax.number

    def see(self, number: int, data: Data) -> None:
        super().see(number, data)
        if number in self.found.same or number in self.found.refused:
            return
        for name in ("phone", "email"):
            if name not in data:
                continue
            mark = _hash(self.key(data))
            first, owner = self._owners.setdefault(_hash(f"{name}:{_contact(data[name])}"), (number, mark))
            if first != number and (owner != mark or not self.key(data)):
                self.found.refused[number] = f"{name}: is that of row {first} too: two people, or one twice?"


class _Orders:
    """The lines of an order stand together."""

    def __init__(self) -> None:
        self.found = Repeats()
        self._last: str | None = None
        self._rows: dict[int, int] = {}

    def see(self, number: int, data: Data) -> None:
        reference = str(data.get("reference", ""))
        if reference and reference != self._last and _hash(reference) in self._rows:
            first = self._rows[_hash(reference)]
            text = (
                f"reference: lines of `{reference}` stand in row {first} and again in row {number}: put them together"
            )
            self.found.refused[number] = self.found.refused[first] = text
        if reference != self._last:
            self._rows.setdefault(_hash(reference), number)
        self._last = reference


def entries(
    sheet: Spreadsheet, kind: str, layout: Layout, repeats: Repeats, more: Mapping[str, Any]
) -> Iterator[Entry | Refused]:
    """Yield what is to be sent and what is not, in the file's order; `more`: fields that hold for all rows (branch)."""
    read_rows = ((row.number, *read(row, kind, layout)) for row in sheet.rows())
    if kind == "orders":
        yield from _orders(read_rows, repeats, more)
        return
    for number, data, wrong in read_rows:
        if number in repeats.same:
            yield Refused((number,), f"the same as row {repeats.same[number]}", _what(data), "same")
        elif number in repeats.refused or wrong:
            reasons = [*wrong, *filter(None, [repeats.refused.get(number)])]
            yield Refused((number,), "; ".join(reasons), _what(data))
        else:
            yield Entry((number,), {**more, **data})


def _what(data: Data) -> str:
    return " ".join(str(data[name]) for name in ("code", "name") if name in data)


def _orders(
    read_rows: Iterable[tuple[int, Data, list[str]]], repeats: Repeats, more: Mapping[str, Any]
) -> Iterator[Entry | Refused]:
    for reference, group in groupby(read_rows, key=lambda one: one[1].get("reference", "")):
        lines = list(group)
        numbers = tuple(number for number, _, _ in lines)
        wrong = [f"row {number}: {text}" for number, _, texts in lines for text in texts]
        wrong += [repeats.refused[number] for number in numbers if number in repeats.refused]
        if not reference:
            wrong += ["reference: is empty; each order needs a number of its own"]
        wrong += _disagreeing(lines)
        yield Refused(numbers, "; ".join(wrong), str(reference)) if wrong else Entry(numbers, _order(lines, more))


HEAD = ("tax_id", "tax_id_type", "phone", "email", "confirm", "delivery_date", "note", "branch")
"""What an order has once: its lines repeat it or leave it empty."""


def _disagreeing(lines: list[tuple[int, Data, list[str]]]) -> list[str]:
    return [
        f"{name}: the lines of the order say {' and '.join(map(str, values))}"
        for name in HEAD
        if len(values := list(dict.fromkeys(data[name] for _, data, _ in lines if name in data))) > 1
    ]


def _order(lines: list[tuple[int, Data, list[str]]], more: Mapping[str, Any]) -> Data:
    head = {name: data[name] for _, data, _ in reversed(lines) for name in HEAD if name in data}
    customer = {name: head.pop(name) for name in ("tax_id", "tax_id_type", "phone", "email") if name in head}
    line_fields = ("code", "quantity", "price")
    return {
        **more,
        **head,
        "reference": lines[0][1]["reference"],
        "customer": customer,
        "lines": [{name: data[name] for name in line_fields if name in data} for _, data, _ in lines],
    }


def _contact(value: Any) -> str:
    """A phone by its last nine digits, an address in small letters: near enough to tell that two are one."""
    text = str(value).strip().lower()
    return text if "@" in text else "".join(one for one in text if one.isdigit())[-9:]


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
