"""MT940, the SWIFT customer statement.

The grammar of fields and the subfields of `:86:` are those of the library `mt-940`; dates and amounts are read here, since they
are refused where the library would mend them.
"""

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mt940 import models, options, processors, tags

from caravana.component.bank.amounts import comma_amount, currency_of
from caravana.component.bank.entry import Balance, Direction, Entry, Party, References, Statement
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.swift import Field, Message, decode, messages

_LINE = tags.TAG_BY_ID[61].re
_BALANCE = re.compile(r"([DC])(\d{6})([A-Z]{3})([\d,]+)")
_TOTAL = re.compile(r"(\d{1,5})([A-Z]{3})([\d,]+)")
_OPENING = ("60F", "60M", "60")
_CLOSING = ("62F", "62M", "62")
_NO_REFERENCE = frozenset({"", "N", "NONREF", "KREF+", "EREF+", "NOTPROVIDED"})
_CENTURY_TURN = 80
"""Two-digit years from here on are of the twentieth century."""
_OPTIONS = options.Options.all()


def read_mt940(content: bytes) -> list[Statement]:
    """Return the statements of an MT940 file. Raises `StatementRefused`, with the line, for the file as a whole."""
    found = messages(decode(content))
    if not found:
        raise StatementRefused("there is no statement in it: no line begins with :20:")
    return [_statement(one) for one in found]


def _statement(message: Message) -> Statement:
    account = message.get("25", "25P")
    if account is None or not account.first.strip():
        raise StatementRefused("it does not say of which account (field :25:)", line=message.line)
    opening, closing = _balance(message, _OPENING), _balance(message, _CLOSING)
    entries = tuple(_entries(message, account.first.replace(" ", ""), opening.currency))
    number = message.get("28C", "28")
    return Statement(
        account=account.first.replace(" ", ""),
        form="mt940",
        id=message.fields[0].first,
        sequence="" if number is None else number.first,
        currency=opening.currency,
        created=closing.day,
        opening=opening,
        closing=closing,
        entries=entries,
        line=message.line,
        notes=_notes(message),
        booked=tuple((one.direction, one.amount, one.status) for one in entries),
    )


def _balance(message: Message, names: Sequence[str]) -> Balance:
    field = message.get(*names)
    if field is None:
        told = "a statement without its opening balance (field :60F:): is the file cut?"
        if names is _CLOSING:
            told = "a statement without its closing balance (field :62F:): is the file cut?"
        raise StatementRefused(told, line=message.fields[-1].line)
    found = _BALANCE.fullmatch(field.first)
    if found is None:
        raise StatementRefused(f"`{field.first[:40]}` is no balance", line=field.line)
    mark, day, code, amount = found.groups()
    currency = currency_of(code, line=field.line)
    value = comma_amount(amount, currency, line=field.line)
    return Balance(value if mark == "C" else -value, currency, _day(day, field.line), field.line)


def _notes(message: Message) -> tuple[str, ...]:
    """The text of the statement as a whole, which stands behind its closing balance."""
    places = [index for index, one in enumerate(message.fields) if one.tag in _CLOSING]
    return tuple(one.text for one in message.fields[places[0] :] if one.tag == "86") if places else ()


def _entries(message: Message, account: str, currency: str) -> Iterator[Entry]:
    """Yield each `:61:` with the `:86:` that follows it."""
    for index, field in enumerate(message.fields):
        if field.tag != "61":
            continue
        entry = _entry(field, account, currency)
        following = message.fields[index + 1] if index + 1 < len(message.fields) else None
        yield _with_details(entry, following) if following is not None and following.tag == "86" else entry


def _entry(field: Field, account: str, currency: str) -> Entry:
    found = _LINE.match("\n".join(one.rstrip() for one in field.lines))
    if found is None:
        raise StatementRefused(f"`{field.first[:50]}` is no statement line", line=field.line)
    part = found.groupdict()
    amount = comma_amount(part["amount"], currency, line=field.line)
    value, notes = _value_date(part, field.line)
    if amount == 0:
        notes = [*notes, "the amount is zero: kept, not money"]
    if part["funds_code"] not in (None, currency[2]):
        notes = [*notes, f"its funds code {part['funds_code']} is not the third letter of {currency}"]
    mark = part["status"]
    return Entry(
        account=account,
        currency=currency,
        amount=amount,
        direction=Direction.CREDIT if mark in ("C", "RD") else Direction.DEBIT,
        booking_date=_booking_date(part, value, field.line),
        value_date=value,
        reversal=mark.startswith("R"),
        references=References(bank=_reference(part["bank_reference"]), customer=_reference(part["customer_reference"])),
        remittance=tuple(filter(None, [" ".join((part["extra_details"] or "").split())])),
        code=(part["id"] or "").strip() or None,
        line=field.line,
        notes=tuple(notes),
    )


def _value_date(part: dict[str, str], line: int) -> tuple[date, list[str]]:
    """The value date. Banks that count every month as 30 days write 30 February: its last day is meant."""
    year, month, day = _year(part["year"]), int(part["month"]), int(part["day"])
    last = calendar.monthrange(year, 2)[1]
    if month == 2 and last < day <= 30:
        return date(year, 2, last), [f"its value date is {day} February: taken as the {last}th"]
    return _date(year, month, day, line, "value date"), []


def _booking_date(part: dict[str, str], value: date, line: int) -> date:
    """The entry date, which has no year: that near the value date. Without it the value date is meant."""
    month, day = (part["entry_month"] or "").strip(), (part["entry_day"] or "").strip()
    if not month or not day:
        return value
    booked = _date(value.year, int(month), int(day), line, "booking date")
    if abs((booked - value).days) > 182:
        year = value.year + (1 if booked < value else -1)
        booked = _date(year, int(month), int(day), line, "booking date")
    return booked


def _reference(text: str | None) -> str | None:
    bare = (text or "").strip()
    return None if bare.upper() in _NO_REFERENCE else bare


@dataclass(frozen=True)
class _Details:
    """What `:86:` says, in whichever dialect."""

    text: str
    fields: dict[str, Any]

    def get(self, *names: str) -> str | None:
        found = " ".join(str(self.fields[one]).strip() for one in names if self.fields.get(one))
        return " ".join(found.split()) or None


def _with_details(entry: Entry, field: Field) -> Entry:
    details = _details(field)
    named = entry.references
    references = replace(
        named,
        end_to_end=_reference((details.get("end_to_end_reference") or "").partition("MTLG:")[0]),
        mandate=details.get("additional_position_reference"),
        customer=named.customer or _reference(details.get("customer_reference")),
    )
    text = details.get("purpose", "additional_purpose") if details.fields else details.text
    posting = details.get("posting_text")
    return replace(
        entry,
        references=references,
        party=Party(
            name=details.get("applicant_name"),
            account=(details.get("gvc_applicant_iban", "applicant_iban") or "").replace(" ", "") or None,
            bank=details.get("applicant_bin"),
        ),
        remittance=tuple(dict.fromkeys(filter(None, (text, *entry.remittance, posting)))),
    )


def _details(field: Field) -> _Details:
    """Subfields where there are some; a bank may set a space before the three digits with which they begin."""
    joined = field.joined.strip()
    if not re.match(r"\d{3}\?\d{2}", joined):
        return _Details(field.text, {})
    result = {"transaction_details": joined}
    found = processors.transaction_details_post_processor(
        models.Transactions(options=_OPTIONS), tags.TAG_BY_ID[86], {"transaction_details": joined}, result
    )
    return _Details(field.text, found)


def _year(text: str) -> int:
    return int(text) + (1900 if int(text) >= _CENTURY_TURN else 2000)


def _day(text: str, line: int) -> date:
    return _date(_year(text[:2]), int(text[2:4]), int(text[4:]), line, "date")


def _date(year: int, month: int, day: int, line: int, name: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise StatementRefused(f"its {name} `{year}-{month:02}-{day:02}` does not exist", line=line) from None
