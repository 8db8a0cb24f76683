"""A bank's notifications as JSON, read by a declarative profile: which field holds what, and how the bank proves itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import jsonpath
from pydantic import Field, model_validator

from caravana.component.bank.amounts import currency_of, exact
from caravana.component.bank.download import read_number
from caravana.component.bank.entry import Direction, Entry, Party, References, Statement, Status
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.profile import load_kind
from caravana.kit import json
from caravana.kit.options import Duration, Options
from caravana.kit.profile import Names
from caravana.kit.table import plain

LONGEST = 500
"""Characters of one field; longer ones are refused."""


class NoticeFields(Options):
    """Where each thing stands, as JSONPath within one transaction (`amount`, `payer.name`)."""

    id: str = Field(description="The bank's own id of the transaction: unique, the same in every repetition.")
    account: str | None = Field(None, description="The account's number.")
    amount: str = Field(description="The amount.")
    currency: str | None = Field(None, description="Its currency; without it, that of the profile.")
    date: str = Field(description="Day of booking.")
    value_date: str | None = Field(None, description="Day of value.")
    type: str | None = Field(None, description="Word for credit or debit; without it everything is a credit.")
    status: str | None = Field(None, description="Word for booked; what has another word is no money.")
    text: str | None = Field(None, description="Concept or remittance text.")
    name: str | None = Field(None, description="Name of the payer.")
    counterparty: str | None = Field(None, description="Account of the payer.")
    tax_id: str | None = Field(None, description="Cédula or RUC of the payer.")
    bank: str | None = Field(None, description="Bank of the payer.")
    end_to_end: str | None = Field(None, description="The payer's own reference.")


class NoticeProfile(Options):
    """Notifications of one bank."""

    name: str = Field(description="Name of the profile: that of its file.")
    title: str = Field("", description="Bank and service, for people.")
    auth: Literal["hmac", "token"] = Field(description="How the bank proves who it is.")
    secret: str = Field(description="Name of the secret.")
    previous_secret: str | None = Field(None, description="Name of the secret before the last change; it still counts.")
    header: str = Field(description="Header with signature or token.")
    algorithm: Literal["sha256", "sha512"] = Field("sha256", description="Hash of the hmac.")
    encoding: Literal["hex", "base64"] = Field("hex", description="How the signature is written.")
    timestamp_header: str | None = Field(
        None, description="hmac: header with Unix seconds that are signed before the body, with a point between."
    )
    tolerance: Duration = Field("5m", validate_default=True, description="Oldest timestamp that is taken.")
    items: str | None = Field(None, description="JSONPath to the transactions, where one notification has several.")
    account: str | None = Field(None, description="The account's number, where notifications do not say.")
    currency: str = Field("USD", description="ISO 4217 code where notifications do not say.")
    fields: NoticeFields = Field(description="Where each thing stands.")
    dates: Names = Field(("iso",), description="Forms of dates, as in Python's strptime, or `iso`.")
    decimal: Literal[",", "."] = Field(".", description="The decimal sign of amounts that are texts.")
    credit_words: Names = Field((), description="Words of `type` for money that comes in.")
    debit_words: Names = Field((), description="Words of `type` for money that goes out.")
    booked_words: Names = Field((), description="Words of `status` for what is booked.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.fields.type) != bool(self.credit_words and self.debit_words):
            raise ValueError("a field `type` needs `creditWords` and `debitWords`, and they need it")
        if bool(self.fields.status) != bool(self.booked_words):
            raise ValueError("a field `status` needs `bookedWords`, and they need it")
        if not self.account and not self.fields.account:
            raise ValueError("say the account, as `account` or as a field")
        for path in filter(None, (self.items, *self.fields.model_dump().values())):
            try:
                jsonpath.compile(_path(path))
            except jsonpath.JSONPathError as error:
                raise ValueError(f"`{path}` is no JSONPath: {error}") from None
        return self


def load_notice_profiles(folder: Path | None = None) -> dict[str, NoticeProfile]:
    """Return all profiles of notifications, a company's own before the shipped ones. Raises `ConfigurationError`."""
    return load_kind(NoticeProfile, "fields", folder)


@dataclass(frozen=True)
class Notice:
    """One notification: its transactions as the bank wrote them."""

    profile: NoticeProfile
    items: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, profile: NoticeProfile, raw: bytes) -> "Notice":
        """Return the notification in `raw`. Raises `StatementRefused` when it is none."""
        content = _parsed(raw)
        if not isinstance(content, dict | list):  # a text would be read as JSON once more
            raise StatementRefused("there is no transaction in it")
        found = [content] if profile.items is None else jsonpath.findall(_path(profile.items), content)
        given: list[Any] = [one for part in found for one in (part if isinstance(part, list) else [part])]
        items: list[Mapping[str, Any]] = [one for one in given if isinstance(one, dict)]
        if not items or len(items) < len(given):
            raise StatementRefused("there is no transaction in it")
        return cls(profile, items)

    @classmethod
    def of_one(cls, profile: NoticeProfile, raw: bytes) -> "Notice":
        """Return the notification of the one transaction in `raw`. Raises `StatementRefused`."""
        content = _parsed(raw)
        if not isinstance(content, dict):
            raise StatementRefused("it is no transaction")
        return cls(profile, [content])

    def parts(self) -> list[tuple[str, "Notice"]]:
        """Return each transaction with its id, as a notification of its own."""
        return [(self._text(one, "id", needed=True) or "", Notice(self.profile, [one])) for one in self.items]

    def statements(self) -> list[Statement]:
        """Return what it tells, by account. Raises `StatementRefused`, naming the field."""
        by_account: dict[str, list[Entry]] = {}
        for one in self.items:
            entry = self._entry(one)
            by_account.setdefault(entry.account, []).append(entry)
        return [
            Statement(
                account=account,
                form=f"notification:{self.profile.name}",
                entries=tuple(entries),
                complete=False,
                must_close=False,
                booked=tuple((one.direction, one.amount, one.status) for one in entries),
            )
            for account, entries in by_account.items()
        ]

    def _entry(self, item: Mapping[str, Any]) -> Entry:
        profile = self.profile
        currency = currency_of(self._text(item, "currency") or profile.currency)
        return Entry(
            account=(self._text(item, "account") or profile.account or self._missing("account")).replace(" ", ""),
            currency=currency,
            amount=self._amount(item, currency),
            direction=self._direction(item),
            booking_date=self._day(item, "date", needed=True),
            value_date=self._day(item, "value_date"),
            status=self._status(item),
            references=References(bank=self._text(item, "id", needed=True), end_to_end=self._text(item, "end_to_end")),
            party=Party(
                name=self._text(item, "name"),
                account=self._text(item, "counterparty"),
                tax_id=self._text(item, "tax_id"),
                bank=self._text(item, "bank"),
            ),
            remittance=tuple(filter(None, [self._text(item, "text")])),
        )

    def _amount(self, item: Mapping[str, Any], currency: str) -> Decimal:
        value = self._value(item, "amount")
        if isinstance(value, str):
            value = read_number(value, self.profile.decimal, None)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise StatementRefused("`amount` is no number")
        if value < 0:
            raise StatementRefused("`amount` is negative")
        return exact(Decimal(value), currency)

    def _direction(self, item: Mapping[str, Any]) -> Direction:
        profile = self.profile
        if profile.fields.type is None:
            return Direction.CREDIT
        word = plain(self._text(item, "type", needed=True) or "")
        for words, direction in ((profile.credit_words, Direction.CREDIT), (profile.debit_words, Direction.DEBIT)):
            if word in map(plain, words):
                return direction
        raise StatementRefused(f"`type`: `{word[:30]}` is neither a word for credits nor one for debits")

    def _status(self, item: Mapping[str, Any]) -> Status:
        if self.profile.fields.status is None:
            return Status.BOOKED
        word = plain(self._text(item, "status", needed=True) or "")
        return Status.BOOKED if word in map(plain, self.profile.booked_words) else Status.PENDING

    def _day(self, item: Mapping[str, Any], name: str, *, needed: bool = False) -> date | None:
        text = self._text(item, name, needed=needed)
        if text is None:
            return None
        for form in self.profile.dates:
            try:
                return date.fromisoformat(text[:10]) if form == "iso" else datetime.strptime(text, form).date()  # noqa: DTZ007
            except ValueError:
                continue
        raise StatementRefused(f"`{name}`: `{text[:30]}` is no day as {', '.join(self.profile.dates)}")

    def _text(self, item: Mapping[str, Any], name: str, *, needed: bool = False) -> str | None:
        value = self._value(item, name)
        if value is None or value == "":
            return self._missing(name) if needed else None
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or len(str(value)) > LONGEST:
            raise StatementRefused(f"`{name}` is no short text")
        return " ".join(str(value).split())

    def _missing(self, name: str) -> str:
        raise StatementRefused(f"`{name}` is missing")

    def _value(self, item: Mapping[str, Any], name: str) -> Any:
        path = getattr(self.profile.fields, name)
        return None if path is None else next(iter(_found(path, item)), None)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        raise StatementRefused("it is no JSON") from None


def _found(path: str, item: Mapping[str, Any]) -> Iterator[Any]:
    return iter(jsonpath.findall(_path(path), item))


def _path(text: str) -> str:
    """A name alone, or names with points, begin at the transaction."""
    return text if text.startswith("$") else f"$.{text}"
