"""Which of an invoice's files is the invoice: Odoo's records hold contracts and signed papers, too."""

from collections.abc import Sequence
from typing import Any

PROVISIONAL = "provisional"
"""Stands in the name of a form that is not authorised yet."""
PREFIX = "FAC-"
"""How e-invoicing names it (`FAC-001-001-000000123.pdf`); Odoo itself by the invoice's number."""


def named(invoices: Sequence[str]) -> list[Any]:
    """Return the part of a search that finds files with such a name. `invoices`: their names in Odoo."""
    leaves = [["name", "=like", f"{PREFIX}%"], *(["name", "ilike", _number(one)] for one in invoices)]
    return ["|"] * (len(leaves) - 1) + leaves


def is_invoice(name: str, invoice: str) -> bool:
    """Whether a file is the authorised form of the invoice with that name in Odoo."""
    return PROVISIONAL not in name.lower() and (name.startswith(PREFIX) or _number(invoice).lower() in name.lower())


def _number(invoice: str) -> str:
    """`001-001-000000123` of `Fact 001-001-000000123`; in the names of files a slash is a line."""
    return invoice.rpartition(" ")[2].replace("/", "_")
