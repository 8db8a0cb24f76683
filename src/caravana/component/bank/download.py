"""From a bank's download to a statement, by its profile. The running balance proves the reading, row by row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from caravana.component.bank.amounts import currency_of, exact
from caravana.component.bank.entry import Balance, Direction, Entry, Party, References, Statement
from caravana.component.bank.errors import HeadingsMissing, StatementRefused
from caravana.component.bank.profile import Columns, Profile
from caravana.component.bank.sheet import Row, rows
from caravana.kit.table import TableRefused, plain, text_of
from caravana.kit.table import read_number as number_of

SOME = 2
"""So many headings in one row are no chance."""
_ABOVE = 60
"""Rows among which the headings are looked for."""
_ACCOUNT = re.compile(r"[A-Z]{0,4}[\d*xX-]{4,34}")


@dataclass(frozen=True)
class Table:
    """The table in a file: the index of each column, the rows below the headings, those above."""

    columns: dict[str, int]
    below: Sequence[Row]
    above: Sequence[Row]
    line: int


def misfit(content: bytes, profile: Profile) -> StatementRefused | None:
    """Return why the file does not look as `profile` says; None when it does."""
    try:
        find_table(rows(content, profile), profile)
    except StatementRefused as error:
        return error
    return None


def read_download(content: bytes, profile: Profile, account: str | None = None) -> Statement:
    """Return the statement in a download; `account`: whose it is, where neither file nor profile says.

    Raises `StatementRefused` with the row, also where the running balance does not prove the reading.
    """
    table = find_table(rows(content, profile), profile)
    number = account or profile.account or _account(table.above, profile)
    if number is None:
        raise StatementRefused(
            "it does not say of which account: give it with --account, or as `account` in a profile of your own"
        )
    reader = _Reader(profile, table, re.sub(r"\s", "", number))
    entries = _oldest_first([one for row in table.below if (one := reader.entry(row)) is not None])
    first, last = entries[0], entries[-1]
    if first.balance is None or last.balance is None:
        raise AssertionError("proven entries have balances")
    return Statement(
        account=first.account,
        form=f"table:{profile.name}",
        currency=profile.currency,
        created=last.day,
        opening=Balance(first.balance - first.signed, first.currency, first.day, first.line),
        closing=Balance(last.balance, last.currency, last.day, last.line),
        entries=entries,
        line=table.line,
        booked=tuple((one.direction, one.amount, one.status) for one in entries),
    )


def proves_itself(statement: Statement) -> bool:
    """Whether the running balance proves the reading of columns and signs: at least one step from row to row."""
    return sum(1 for one in statement.entries if one.amount != 0) >= 2


def find_table(found: Sequence[Row], profile: Profile) -> Table:
    """Return the table. Raises `StatementRefused` where the headings are missing, or stand twice."""
    wanted = {name: tuple(map(plain, getattr(profile.columns, name))) for name in Columns.model_fields}
    best: tuple[int, Row] | None = None
    heads = []
    for index, row in enumerate(found):
        names = _headings(found[index : index + profile.header_rows])
        columns = {name: at for name, words in wanted.items() if (at := _place(names, words)) is not None}
        missing = [name for name in _needed(profile.columns) if name not in columns]
        if not missing:
            heads.append((index, row, columns))
        elif columns and index < _ABOVE and (best is None or len(columns) > best[0]):
            best = (len(columns), row)
    if not heads:
        found_most, line = (best[0], best[1].line) if best else (0, None)
        raise HeadingsMissing(_no_headings(found_most, profile), found=found_most, line=line)
    if len(heads) > 1:
        lines = ", ".join(str(row.line) for _, row, _ in heads)
        raise StatementRefused(
            f"the headings stand twice, in rows {lines}: it is two tables in one", line=heads[1][1].line
        )
    index, row, columns = heads[0]
    return Table(columns, _until_end(found[index + profile.header_rows :], profile), found[:index], row.line)


def _needed(columns: Columns) -> list[str]:
    """The columns without which nothing can be read."""
    return [name for name in ("date", "amount", "credit", "debit", "type", "balance") if getattr(columns, name)]


def _no_headings(found: int, profile: Profile) -> str:
    wanted = ", ".join(getattr(profile.columns, name)[0] for name in _needed(profile.columns))
    text = f"the headings of the profile `{profile.name}` ({wanted}) are not in it"
    return f"{text}; some stand here: are they in two rows? (`headerRows`)" if found >= SOME else text


def _headings(found: Sequence[Row]) -> list[str]:
    """The heading of each column, those of several rows read together, each also by its last row alone."""
    width = max((len(one.cells) for one in found), default=0)
    return [plain(" ".join(str(one.cell(at) or "") for one in found)) for at in range(width)]


def _place(names: Sequence[str], words: Sequence[str]) -> int | None:
    return next((names.index(one) for one in words if one in names), None)


def _until_end(found: Sequence[Row], profile: Profile) -> list[Row]:
    """The rows of the table; after a row that ends it nothing may follow that could be an entry."""
    ends = tuple(map(plain, profile.end_words))
    taken = []
    for row in found:
        first = next((plain(str(one)) for one in row.cells if one not in (None, "")), "")
        if ends and first.startswith(ends):
            break
        if not row.is_empty:
            taken.append(row)
    if not taken:
        raise StatementRefused("there is no row below the headings")
    return taken


def _account(above: Sequence[Row], profile: Profile) -> str | None:
    """The number that stands behind the label above the table: in the same cell or the next that is filled."""
    labels = tuple(map(plain, profile.account_label))
    for row in above:
        filled = [str(one) for one in row.cells if one not in (None, "")]
        for index, text in enumerate(filled):
            label, _, rest = text.partition(":")
            if labels and plain(label) in labels:
                number = rest.strip() or (filled[index + 1].strip() if index + 1 < len(filled) else "")
                if _ACCOUNT.fullmatch(re.sub(r"\s", "", number)):
                    return number
    return None


class _Reader:
    """Reads rows into entries."""

    def __init__(self, profile: Profile, table: Table, account: str) -> None:
        self._profile = profile
        self._columns = table.columns
        self._account = account
        self._currency = currency_of(profile.currency)

    def entry(self, row: Row) -> Entry | None:
        """Return the entry in a row. Raises `StatementRefused` with the row."""
        booked = self._day(row, "date")
        if booked is None:
            raise StatementRefused("the row has no date", line=row.line)
        amount, direction = self._amount(row)
        notes = ("the amount is zero: kept, not money",) if amount == 0 else ()
        return Entry(
            account=self._account,
            currency=self._currency,
            amount=amount,
            direction=direction,
            booking_date=booked,
            value_date=self._day(row, "value_date"),
            references=References(bank=self._text(row, "reference")),
            party=Party(
                name=self._text(row, "name"),
                account=self._text(row, "counterparty"),
                tax_id=self._text(row, "tax_id"),
            ),
            remittance=tuple(filter(None, [self._text(row, "text")])),
            balance=self._number(row, "balance", signed=True),
            line=row.line,
            notes=notes,
        )

    def _amount(self, row: Row) -> tuple[Decimal, Direction]:
        profile = self._profile
        if profile.columns.credit:
            return self._of_two_columns(row)
        if not profile.columns.type:
            value = self._number(row, "amount", signed=True)
            return abs(value), Direction.DEBIT if value < 0 else Direction.CREDIT
        word = plain(self._text(row, "type") or "")
        for words, direction in ((profile.credit_words, Direction.CREDIT), (profile.debit_words, Direction.DEBIT)):
            if word in map(plain, words):
                return self._number(row, "amount"), direction
        raise StatementRefused(f"`{word[:30]}` is neither a word for credits nor one for debits", line=row.line)

    def _of_two_columns(self, row: Row) -> tuple[Decimal, Direction]:
        credit, debit = (self._number(row, name, missing=Decimal(0)) for name in ("credit", "debit"))
        if credit and debit:
            raise StatementRefused("the row has a credit and a debit", line=row.line)
        return (debit, Direction.DEBIT) if debit else (credit, Direction.CREDIT)

    def _number(self, row: Row, name: str, *, signed: bool = False, missing: Decimal | None = None) -> Decimal:
        cell = row.cell(self._columns.get(name))
        if cell in (None, ""):
            if missing is not None:
                return missing
            raise StatementRefused(f"the row has no {name}", line=row.line)
        value = cell if isinstance(cell, Decimal) else read_number(str(cell), self._profile.decimal, row.line)
        if value < 0 and not signed:
            raise StatementRefused(f"the {name} `{value}` is negative", line=row.line)
        return exact(value, self._currency, line=row.line)

    def _day(self, row: Row, name: str) -> date | None:
        cell = row.cell(self._columns.get(name))
        if isinstance(cell, date):
            return cell
        if cell in (None, ""):
            return None
        text = str(cell)
        for form in self._profile.dates:
            try:
                return datetime.strptime(text, form).date()  # noqa: DTZ007 -- a day of the account, in no zone
            except ValueError:
                continue
        raise StatementRefused(f"`{text[:30]}` is no day as {', '.join(self._profile.dates)}", line=row.line)

    def _text(self, row: Row, name: str) -> str | None:
        return text_of(row.cell(self._columns.get(name)))


def read_number(text: str, decimal: str, line: int | None) -> Decimal:
    """Return a number as the profile says it is written. Raises `StatementRefused`."""
    try:
        return number_of(text, decimal, line)
    except TableRefused as error:
        raise StatementRefused(error.reason, line=error.line) from None


def _oldest_first(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries in the order in which the running balance goes on. Raises `StatementRefused` where it does in neither."""
    ways = [tuple(entries), tuple(reversed(entries))]
    if str(entries[0].day) > str(entries[-1].day):
        ways.reverse()
    wrong = [_breaks(one) for one in ways]
    for way, broken in zip(ways, wrong, strict=True):
        if broken is None:
            return _numbered(way)
    before, one = wrong[0] or (entries[0], entries[-1])
    raise StatementRefused(
        f"the running balance does not prove the reading: {before.balance} and {one.signed} are not {one.balance}",
        line=one.line,
    )


def _breaks(entries: Sequence[Entry]) -> tuple[Entry, Entry] | None:
    """The first two neighbours between which the balance does not go on."""
    for before, one in pairwise(entries):
        if before.balance is None or one.balance is None or before.balance + one.signed != one.balance:
            return before, one
    return None


def _numbered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Number rows that share day, amount and the bank's reference."""
    seen: dict[object, int] = {}
    found = []
    for one in entries:
        key = (one.booking_date, one.signed, one.references.bank)
        seen[key] = seen.get(key, 0) + 1
        found.append(replace(one, occurrence=seen[key]))
    return tuple(found)
