"""The one form in which every bank's entry is kept, whatever file or notification brought it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    """Which way the money goes, seen from the account's owner."""

    CREDIT = "credit"
    DEBIT = "debit"


class Status(StrEnum):
    """Whether the bank has booked it. Only what is booked is money."""

    BOOKED = "booked"
    PENDING = "pending"
    OTHER = "other"
    """Announced, informed of, future: never money."""


@dataclass(frozen=True)
class Party:
    """The other side. `account`: IBAN or national number without spaces; `tax_id`: cédula, RUC or what the bank gives."""

    name: str | None = None
    account: str | None = None
    tax_id: str | None = None
    bank: str | None = None


@dataclass(frozen=True)
class References:
    """Names of the transaction, each by whoever gave it; opaque texts.

    - `bank`: the account servicer's of this transaction; `entry`: its of the whole entry, `number`: NtryRef
    - `uetr`, `transaction`: the clearing's; `end_to_end`: the payer's; `instruction`, `payment_info`, `mandate`, `customer`
    """

    bank: str | None = None
    entry: str | None = None
    number: str | None = None
    uetr: str | None = None
    transaction: str | None = None
    end_to_end: str | None = None
    instruction: str | None = None
    payment_info: str | None = None
    mandate: str | None = None
    customer: str | None = None


@dataclass(frozen=True)
class Batch:
    """What a split entry's part is of: the whole amount, which part (from 1) of how many."""

    amount: Decimal
    part: int
    parts: int


@dataclass(frozen=True)
class Entry:
    """One movement of one account.

    - `amount`: never negative, with the currency's places; `direction` gives the sign
    - `reversal`: it undoes an earlier movement of the opposite direction; never a new payment
    - `occurrence`: number among equals that share references within one entry or row
    - `structured`: references made for machines (creditor reference, document number); `remittance`: free text
    - `balance`: the account's balance after it, where the file gives one
    - `line`: where it stands in the file; `notes`: what a reader had to decide, in words
    - `doubt`: why a person must look before it counts as money
    """

    account: str
    currency: str
    amount: Decimal
    direction: Direction
    booking_date: date | None
    value_date: date | None = None
    status: Status = Status.BOOKED
    reversal: bool = False
    references: References = References()
    party: Party = Party()
    remittance: tuple[str, ...] = ()
    structured: tuple[str, ...] = ()
    code: str | None = None
    batch: Batch | None = None
    occurrence: int = 1
    balance: Decimal | None = None
    line: int | None = None
    notes: tuple[str, ...] = ()
    doubt: str | None = None

    @property
    def signed(self) -> Decimal:
        """The amount, negative when it leaves the account."""
        return self.amount if self.direction is Direction.CREDIT else -self.amount

    @property
    def is_money(self) -> bool:
        """Whether it moves the account: booked, and not zero."""
        return self.status is Status.BOOKED and self.amount != 0

    @property
    def is_income(self) -> bool:
        """Whether it is to be matched with what customers owe: money that came in, or a credit that the bank takes back."""
        return (self.direction is Direction.CREDIT) is not self.reversal

    @property
    def day(self) -> date | None:
        """The day by which it is kept: of booking, else of value."""
        return self.booking_date or self.value_date

    def noted(self, *notes: str) -> "Entry":
        """Return the same with further notes."""
        return replace(self, notes=(*self.notes, *notes))

    def as_record(self) -> dict[str, Any]:
        """Return it as the store keeps it: empty parts left out, amounts and dates as they are."""
        return _said(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Entry":
        """Return the entry that `as_record` gave; parts that a later version added keep their defaults."""
        values = {name: value for name, value in record.items() if name in cls.__dataclass_fields__}
        values["direction"] = Direction(values["direction"])
        values["status"] = Status(values.get("status", Status.BOOKED))
        for name, kind in (("references", References), ("party", Party), ("batch", Batch)):
            if name in values:
                values[name] = kind(**values[name])
        for name in ("remittance", "structured", "notes"):
            values[name] = tuple(values.get(name, ()))
        return cls(**{"booking_date": None, **values})


def _said(record: Any) -> dict[str, Any]:
    """The fields that say something, by name; enumerations become their texts, tuples lists."""
    found: dict[str, Any] = {}
    for name, one in vars(record).items():
        if one is None or one == () or one is False:
            continue
        if isinstance(one, References | Party | Batch):
            one = _said(one)
        elif isinstance(one, tuple):
            one = list(one)
        elif isinstance(one, StrEnum):
            one = one.value
        if one != {}:
            found[name] = one
    return found


@dataclass(frozen=True)
class Balance:
    """What stands on the account at the beginning or end of `day`; `amount` is negative when overdrawn."""

    amount: Decimal
    currency: str
    day: date | None = None
    line: int | None = None


@dataclass(frozen=True)
class Total:
    """What a file says of its own entries: how many (`count`) and their sum; `direction` None: of both kinds together."""

    direction: Direction | None = None
    count: int | None = None
    amount: Decimal | None = None
    line: int | None = None


@dataclass(frozen=True)
class Statement:
    """The entries of one account that came together.

    - `form`: what brought them, with version or profile: `camt.053.001.08`, `mt940`, `table:pichincha`, `notification:x`
    - `complete`: whether it names every entry of its days so far, as statements and downloads do and notifications do not
    - `must_close`: whether opening balance, entries and closing balance have to add up
    - `numbers`: amounts as booked, by entry: those of split parts once; what balances and totals are compared with
    """

    account: str
    form: str
    id: str = ""
    sequence: str = ""
    currency: str | None = None
    created: date | None = None
    opening: Balance | None = None
    closing: Balance | None = None
    balances: Mapping[str, Balance] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    entries: tuple[Entry, ...] = ()
    complete: bool = True
    must_close: bool = True
    line: int | None = None
    notes: tuple[str, ...] = ()
    booked: tuple[tuple[Direction, Decimal, Status], ...] = ()

    @property
    def kind(self) -> str:
        """The form without its version: what tells an entry once."""
        return ".".join(self.form.split(".")[:2])

    @property
    def family(self) -> str:
        """Who gave the references: forms of one family write the same reference for the same entry."""
        kind, _, name = self.form.partition(":")
        return f"{kind}:{name}" if name else kind.partition(".")[0]

    @property
    def mark(self) -> str | None:
        """What names this statement of a bank among its others; None for what may overlap: notifications and downloads."""
        if not self.must_close or self.form.startswith("table:") or self.opening is None or self.closing is None:
            return None
        return f"{self.form}/{self.id}/{self.sequence}/{self.opening.amount}/{self.closing.amount}/{self.closing.day}"

    def covers(self, day: date | None) -> bool:
        """Whether it names every entry of `day`: a bank's statement does, a download does of the days before its last."""
        if self.mark is not None:
            return True
        last = self.closing.day if self.closing is not None else None
        return self.complete and day is not None and last is not None and day < last

    def sum(self, direction: Direction) -> Decimal:
        """Return the sum of what is booked in one direction."""
        return sum((one.amount for one in self.entries if one.is_money and one.direction is direction), Decimal(0))
