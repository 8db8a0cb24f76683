"""Credits, invoices and customers from what the bank's book and Odoo say of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from caravana.commerce.matching.candidate import Credit, Customer, Item
from caravana.component.bank.entry import Entry
from caravana.kit.money import Money

INVOICE_FIELDS = (
    "name,l10n_latam_document_number,payment_reference,ref,commercial_partner_id,amount_residual,amount_untaxed,amount_tax,"
    "invoice_date,invoice_date_due,currency_id,invoice_origin"
)
"""What is read of an open invoice."""
CUSTOMER_FIELDS = "name,vat"
"""What is read of a customer."""


def credit_of(key: str, entry: Entry, fallback: date | None = None, codes: Sequence[str] = ()) -> Credit:
    """Return an entry of the bank as what is matched.

    `fallback`: its day, where the bank tells none; `codes`: payment codes in it that were issued.
    """
    names = entry.references
    structured = (*codes, *entry.structured, *filter(None, (names.end_to_end, names.customer)))
    return Credit(
        key=key,
        amount=minor(entry.amount, entry.currency),
        day=entry.day or fallback or date.min,
        texts=entry.remittance,
        structured=structured,
        name=entry.party.name,
        account=entry.party.account,
        tax_id=entry.party.tax_id,
        currency=entry.currency,
    )


def item_of(record: Mapping[str, Any], issued: Mapping[str, Sequence[str]] | None = None) -> Item:
    """Return an invoice as read with `INVOICE_FIELDS`; `issued`: payment codes by the name of their order or invoice."""
    currency = str(record["currency_id"][1])
    number = record.get("l10n_latam_document_number") or record["name"]
    codes = [record["name"], record.get("payment_reference"), record.get("ref")]
    for name in names_of(record):
        codes += (issued or {}).get(name, ())
    day = _day(record["invoice_date"]) or date.min
    return Item(
        id=record["id"],
        number=str(number),
        customer=record["commercial_partner_id"][0],
        residual=minor(record["amount_residual"], currency),
        base=minor(record["amount_untaxed"], currency),
        tax=minor(record["amount_tax"], currency),
        day=day,
        due=_day(record.get("invoice_date_due")),
        codes=tuple(str(one) for one in codes if one),
        currency=currency,
    )


def names_of(record: Mapping[str, Any]) -> set[str]:
    """Return by which names payment codes of an invoice were issued: its own, and those of its orders."""
    number = record.get("l10n_latam_document_number") or record["name"]
    orders = str(record.get("invoice_origin") or "").split(",")  # Odoo writes the names of several with commas between
    return {str(number), str(record["name"]), *(one.strip() for one in orders if one.strip())}


def customer_of(record: Mapping[str, Any], accounts: tuple[str, ...] = ()) -> Customer:
    """Return a customer as read with `CUSTOMER_FIELDS`; `accounts`: those that the books know as theirs."""
    return Customer(record["id"], str(record["name"] or ""), record.get("vat") or None, accounts)


def minor(amount: Any, currency: str) -> int:
    """Return an amount in minor units."""
    return Money.of(amount, currency).minor


def major(units: int, currency: str) -> Decimal:
    """Return minor units as an amount."""
    return Money.from_minor(units, currency).amount


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])
