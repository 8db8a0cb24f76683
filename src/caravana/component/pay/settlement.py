"""From a company's settlement file to its lines, by a profile. Pure; nothing is guessed.

A **line** is a dict: `kind` (`payment`, `refund`, `reversal` or `chargeback`), `name` (its own number, else one made of what it
says; the same whenever the same line comes), `number` (its own, or None), `payment` and `reference` (the company's number and
ours of the payment, one of them may be None), `amount` (above zero), `currency`, `day` (ISO), `fee`, `deductions`, `net`
(or None) and `line` (where it stands).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import is_currency

from caravana.component.pay.profile import Columns, Kinds, Profile
from caravana.kit.money import Money
from caravana.kit.redaction import redact_text
from caravana.kit.table import Row, TableRefused, is_workbook, plain, read_number, rows, text_of

Line = dict[str, Any]
NEEDED = ("date", "amount", "kind", "currency")
"""Columns that must be there where the profile names them."""
DIVIDERS = {",": ",", ";": ";", "|": "|", "\t": "\\t"}
"""What may divide columns, and how a profile writes it."""
CARDS = re.compile(r"tarjeta|card|\bpan\b")
"""What a heading says of a column of card numbers."""
MOST_PROBLEMS = 50
"""So many bad rows are told of one file."""


@dataclass
class Settlement:
    """What a file says. `problems`: `{line, reason}` of each thing that is wrong; with one there are no lines."""

    lines: list[Line] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    passed: int = 0


def read_settlement(content: bytes, profile: Profile) -> Settlement:
    """Return the lines of a file, or everything that is wrong with it."""
    try:
        table = _Table(content, profile)
    except TableRefused as error:
        return Settlement(problems=[_problem(error)])
    reader, found = _Reader(profile, table.columns), Settlement()
    for row in table.below:
        try:
            if row.cells == table.heads:
                raise TableRefused("the headings stand here a second time: delete this row", line=row.line)
            line = reader.line(row)
        except TableRefused as error:
            found.problems.append(_problem(error))
            continue
        if line is None:
            found.passed += 1
        else:
            found.lines.append(line)
    if found.problems:
        return Settlement(problems=found.problems[:MOST_PROBLEMS])
    return Settlement(list(_named(found.lines)), [], found.passed)


def _problem(error: TableRefused) -> dict[str, Any]:
    return {"line": error.line, "reason": error.reason}


class _Table:
    """The rows below the headings, and the place of each column. Raises `TableRefused`."""

    def __init__(self, content: bytes, profile: Profile) -> None:
        kind = "xlsx" if is_workbook(content) else "csv"
        if kind not in profile.formats:
            raise TableRefused(
                f"it is a file of kind {kind}, and the profile `{profile.name}` reads {profile.formats[0]}"
            )
        found = rows(content, profile)
        for index, row in enumerate(found):
            self.columns = _places(row, profile.columns)
            if not _missing(profile, self.columns):
                self.heads = row.cells
                self.below = list(_until_end(found[index + 1 :], tuple(map(plain, profile.end_words))))
                break
        else:
            raise _no_headings(content, profile, found)
        if not self.below:
            raise TableRefused("there is no row below the headings")
        for at, heading in enumerate(map(text_of, self.heads)):
            if _holds_cards(heading or "", [text for row in self.below if (text := text_of(row.cell(at)))]):
                raise TableRefused(f"the column `{heading}` holds card numbers: take it out of the file")


def _holds_cards(heading: str, texts: Sequence[str]) -> bool:
    """Whether a column is one of card numbers; one in ten other long numbers passes as one, too."""
    found = [redact_text(one) != one for one in texts]
    return any(found) if CARDS.search(plain(heading)) else len(found) > 2 and all(found)


def _no_headings(content: bytes, profile: Profile, found: Sequence[Row]) -> TableRefused:
    """Return why no row has the profile's headings: which one is missing, or that the columns are divided otherwise."""
    nearest = max(found, key=lambda row: len(_places(row, profile.columns)), default=None)
    places = _places(nearest, profile.columns) if nearest else {}
    if nearest and len(places) > 1:
        return TableRefused(
            f"the row has no heading {_absent(profile, places)}: say what stands there in a profile of your own "
            "(setting `cards.settlement.profiles`)",
            line=nearest.line,
        )
    for sign, written in {} if is_workbook(content) else DIVIDERS.items():
        if _fits(content, profile.model_copy(update={"delimiter": sign})):
            return TableRefused(
                f"its columns are divided by `{written}`, and the profile `{profile.name}` says `{profile.delimiter}`: "
                "make a profile of your own (setting `cards.settlement.profiles`)"
            )
    names = [name for name in ("payment", "reference") if getattr(profile.columns, name)]
    wanted = ", ".join(getattr(profile.columns, name)[0] for name in [*names, *_needed(profile)])
    return TableRefused(
        f"the headings of the profile `{profile.name}` ({wanted}) are not in it: make a profile of your own "
        "(setting `cards.settlement.profiles`)"
    )


def _absent(profile: Profile, places: Mapping[str, Any]) -> str:
    """Name the headings that are missing, each with those that would do as well."""
    columns = profile.columns
    missing = [getattr(columns, name) for name in _needed(profile) if name not in places]
    if not ("payment" in places or "reference" in places):
        missing.insert(0, columns.payment + columns.reference)
    return ", ".join(" / ".join(f"`{one}`" for one in each) for each in missing)


def _fits(content: bytes, profile: Profile) -> bool:
    try:
        return any(not _missing(profile, _places(row, profile.columns)) for row in rows(content, profile))
    except TableRefused:
        return False


def _places(row: Row, columns: Columns) -> dict[str, list[int]]:
    """Where each column stands: the first heading that fits; of deductions every one."""
    heads = [plain(text_of(one) or "") for one in row.cells]
    found: dict[str, list[int]] = {}
    for name in Columns.model_fields:
        at = [heads.index(one) for one in map(plain, getattr(columns, name)) if one in heads]
        if at:
            found[name] = at if name == "deductions" else at[:1]
    return found


def _needed(profile: Profile) -> list[str]:
    """The columns without which nothing can be read; the currency of a file that does not say it is the profile's."""
    known = {"currency"} if profile.currency else set[str]()
    return [name for name in NEEDED if getattr(profile.columns, name) and name not in known]


def _missing(profile: Profile, found: Mapping[str, Any]) -> bool:
    """Whether a needed column is not there; a line is named by the company's number of the payment or by our reference."""
    return not all(name in found for name in _needed(profile)) or not ("payment" in found or "reference" in found)


def _until_end(found: Sequence[Row], ends: tuple[str, ...]) -> Iterator[Row]:
    for row in found:
        first = next((plain(str(one)) for one in row.cells if one not in (None, "")), "")
        if ends and first.startswith(ends):
            return
        if not row.is_empty:
            yield row


class _Reader:
    """Reads rows into lines."""

    def __init__(self, profile: Profile, columns: Mapping[str, list[int]]) -> None:
        self._profile = profile
        self._columns = columns
        self._words = {plain(word): kind for kind in Kinds.model_fields for word in getattr(profile.kinds, kind)}

    def line(self, row: Row) -> Line | None:
        """Return the line in a row, None for one of no payment. Raises `TableRefused` with the row."""
        kind = self._kind(row)
        if kind == "ignored":
            return None
        payment, reference = self._text(row, "payment"), self._text(row, "reference")
        if payment is None and reference is None:
            raise TableRefused("the row does not say which payment it is about", line=row.line)
        currency = self._currency(row)
        amount = self._money(row, "amount", currency)
        if amount is None or amount == 0:
            raise TableRefused("the row has no amount", line=row.line)
        if amount < 0 and kind == "payment":
            raise TableRefused(f"a payment of {amount} cannot be: is it a refund?", line=row.line)
        self._prove(row, amount, currency)
        return {
            "kind": kind or ("refund" if amount < 0 else "payment"),
            "number": self._text(row, "number"),
            "payment": payment,
            "reference": reference,
            "amount": abs(amount),
            "currency": currency,
            "day": self._day(row).isoformat(),
            "fee": self._money(row, "fee", currency),
            "deductions": self._money(row, "deductions", currency),
            "net": self._money(row, "net", currency),
            "line": row.line,
        }

    def _kind(self, row: Row) -> str | None:
        """What the line is by its word; None where there is no such column: the amount's sign says it."""
        if "kind" not in self._columns:
            return None
        word = self._text(row, "kind") or ""
        found = self._words.get(plain(word))
        if found is None:
            raise TableRefused(f"`{word[:30]}` is no kind that the profile knows: add it to its `kinds`", line=row.line)
        return found

    def _currency(self, row: Row) -> str:
        code = self._text(row, "currency") or self._profile.currency or ""
        if not (len(code) == 3 and code.isupper() and is_currency(code, "en")):
            raise TableRefused(f"the currency `{code[:10]}` is unknown", line=row.line)
        return code

    def _money(self, row: Row, name: str, currency: str) -> Decimal | None:
        """The amount in a column, of several their sum; None where none is filled."""
        cells = [row.cell(at) for at in self._columns.get(name, [])]
        found = [self._number(one, row, currency) for one in cells if one not in (None, "")]
        return sum(found, Decimal(0)) if found else None

    def _number(self, cell: Any, row: Row, currency: str) -> Decimal:
        value = cell if isinstance(cell, Decimal) else read_number(str(cell), self._profile.decimal, row.line)
        rounded = Money.of(value, currency).amount
        if rounded != value:
            raise TableRefused(f"`{value}` has more places than {currency}", line=row.line)
        return rounded

    def _prove(self, row: Row, amount: Decimal, currency: str) -> None:
        """Compare amount, what was kept and net, whatever their signs; the file proves that it was read rightly."""
        net, fee = self._money(row, "net", currency), self._money(row, "fee", currency)
        if not self._profile.proof or net is None or fee is None:
            return
        kept = abs(fee) + abs(self._money(row, "deductions", currency) or Decimal(0))
        if abs(net) not in (abs(amount) - kept, abs(amount) + kept):
            raise TableRefused(
                f"{amount} less {kept} is not {net}: name what else is kept as `deductions`, or set `proof: false`",
                line=row.line,
            )

    def _day(self, row: Row) -> date:
        cell = row.cell(self._columns["date"][0])
        if isinstance(cell, date):
            return cell
        text = text_of(cell)
        if text is None:
            raise TableRefused("the row has no day", line=row.line)
        for form in self._profile.dates:
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 -- a day of the company, in no zone
            except ValueError:
                continue
        raise TableRefused(f"`{text[:30]}` is no day as {', '.join(self._profile.dates)}", line=row.line)

    def _text(self, row: Row, name: str) -> str | None:
        """A cell's text. Raises `TableRefused` for a card number, which must never come in."""
        text = text_of(row.cell(self._columns[name][0])) if name in self._columns else None
        if text is not None and redact_text(text) != text:
            raise TableRefused(
                f"the column of `{name}` holds a card number: name another in the profile", line=row.line
            )
        return text


def _named(lines: Sequence[Line]) -> Iterator[Line]:
    """Give each line its name: equal ones without a number of their own are counted."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for one in lines:
        about = one["payment"] or one["reference"]
        if one["kind"] == "payment":
            yield {**one, "name": about}
            continue
        key = (one["kind"], about, one["amount"], one["day"])
        seen[key] += 1
        made = f"{about}/{one['day']}/{one['amount']}" + (f"#{seen[key]}" if seen[key] > 1 else "")
        yield {**one, "name": one["number"] or made}
