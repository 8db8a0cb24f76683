"""What the parts of the flow `matching` share: settings, and what stands in the exchange's variables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from hashlib import blake2b
from typing import Any, Self
from zoneinfo import ZoneInfo

from caravana.commerce.matching.candidate import Credit
from caravana.commerce.matching.records import credit_of
from caravana.commerce.transfers.settings import TransferSettings
from caravana.component.bank.entry import Entry
from caravana.kit.callables import Configured
from caravana.kit.errors import ConfigurationError, Unmappable

Variables = Mapping[str, Any]
Item = dict[str, Any]
"""What routes carry of an entry: its match, with customer, branch and connection beside it."""
LINE = "account.bank.statement.line"
OPEN = [
    ["move_type", "=", "out_invoice"],
    ["state", "=", "posted"],
    ["payment_state", "in", ["not_paid", "partial"]],
    ["amount_residual", ">", 0],
]
"""What open customer invoices are, for Odoo."""


class TransferMapping(Configured):
    """Mappings between the bank's entries, proposals and Odoo's payments."""

    def __init__(self, settings: TransferSettings) -> None:
        """`settings`: how payments are made."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """How payments are made."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return type(self)(TransferSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `transfers` were others then: {error}") from None

    def day_of(self, item: Item) -> str:
        """Return the entry's day, else the company's day on which it was looked at."""
        day: date | None = entry_of(item).day
        looked = datetime.fromisoformat(item["now"]).astimezone(ZoneInfo(self._settings.zone))
        return (day or looked.date()).isoformat()


def of_company(company: int | None) -> list[list[Any]]:
    """Return the term of a search for records of a company; none without one."""
    return [] if company is None else [["company_id", "=", company]]


def as_credit(item: Mapping[str, Any], codes: Sequence[str] = ()) -> Credit:
    """Return an entry as what is matched; `codes`: payment codes in it that were issued."""
    return credit_of(item["key"], Entry.from_record(item["entry"]), codes=codes)


def entry_of(item: Item) -> Entry:
    """Return the entry of the bank."""
    return Entry.from_record(item["entry"])


def chosen_of(variables: Variables) -> dict[str, Any]:
    """Return what is to be posted."""
    chosen: dict[str, Any] = variables["item"]["match"]["chosen"]
    return chosen


def made_of(match: Mapping[str, Any], model: str) -> int | None:
    """Return the record of `model` that was made of a match, though it may be out of the books again."""
    made = match.get("made") or {}
    return int(made["id"]) if made.get("model") == model else None


def journal_of(variables: Variables) -> int:
    """Return the journal that was found. Raises `Unmappable` under earlier routes: they did not look for others."""
    if "companies" not in variables:
        raise Unmappable("the routes were others when this began: retry under the current revision")
    return int(variables["journals"][0]["id"])


def memo(variables: Variables) -> str:
    """Return what stands in the books of it: invoices, what the payer wrote, the bank's reference."""
    entry = entry_of(variables["item"])
    numbers = ", ".join(one["number"] for one in chosen_of(variables)["invoices"])
    told = " ".join((*entry.structured, *entry.remittance))[:80]
    return " ".join(filter(None, (numbers, told, entry.references.bank or entry.references.entry)))


def digest(key: str) -> str:
    """Return a short name of an entry by its key."""
    return blake2b(key.encode(), digest_size=10).hexdigest()
