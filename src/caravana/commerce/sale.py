"""An order as the pay page and the books need it: made of what Odoo says and of the attempts. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from caravana.commerce.attempt import Attempt, paid_total
from caravana.kit.money import Money

Sale = dict[str, Any]
REVERSED = "reversed"
OPEN = ("not_paid", "partial", "in_payment")


def sale(order: Mapping[str, Any], attempts: Sequence[Attempt]) -> Sale:
    """Return the order with what is still to be paid.

    `order`: as read from Odoo, its invoices in it. What was paid is the greater of what came by card and what the posted
    invoices show as paid: the two overlap as soon as a card payment is reconciled.
    """
    currency = str(order["currency_id"]["name"])
    total = Money.of(order["amount_total"], currency).amount
    posted = [one for one in order["invoice_ids"] if one["state"] == "posted" and one["move_type"] == "out_invoice"]
    received = max(paid_total(attempts), paid_on(posted))
    return {
        "id": order["id"],
        "name": order["name"],
        "state": order["state"],
        "partner_id": _id(order["partner_invoice_id"]) or _id(order["partner_id"]),
        "company_id": _id(order["company_id"]),
        "currency": currency,
        "currency_id": _id(order["currency_id"]),
        "total": total,
        "due": max(total - received, Decimal(0)),
        "invoice_status": order["invoice_status"],
        "invoice_ids": [one["id"] for one in order["invoice_ids"]],
        "open_invoice_ids": [one["id"] for one in posted if one["payment_state"] in OPEN and one["amount_residual"]],
        "invoiced": bool(posted),
        "paid_on_invoices": paid_on(posted),
        "attempts": list(attempts),
    }


def paid_on(posted: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return what posted invoices show as paid. One that a credit note took back whole owes nothing and was not paid.

    Of an invoice for several orders a part paid may be any of theirs: it counts only when all is paid.
    """
    counted = (
        one for one in posted if one["payment_state"] != REVERSED and not (_shared(one) and one["amount_residual"])
    )
    paid = (Decimal(one["amount_total"]) - Decimal(one["amount_residual"]) for one in counted)
    return sum(paid, Decimal(0))


def _shared(invoice: Mapping[str, Any]) -> bool:
    """Whether the invoice is for several orders: Odoo writes their names into its origin, with commas between."""
    return "," in (invoice.get("invoice_origin") or "")


def _id(value: Any) -> int | None:
    """The id of a linked record as read: {id, name}, [id, name] or null."""
    if not value:
        return None
    return int(value["id"] if isinstance(value, Mapping) else value[0])
