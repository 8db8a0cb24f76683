"""What a person needs to answer a dispute, and what is to be booked when it is over. Pure; in the clerk's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.attempt import Attempt
from caravana.commerce.dispute import Dispute
from caravana.commerce.refund import paid
from caravana.commerce.store import Store
from caravana.kit.money import Money

TEXTS: Mapping[str, str] = {
    "dispute_inquiry": "El banco del cliente pregunta por un pago con tarjeta; todavía no retiró dinero. Responda en {company}.",
    "dispute": "El cliente reclamó a su banco un pago con tarjeta (contracargo). Responda en {company}, con pruebas, a tiempo.",
    "dispute_lost": "Se perdió un reclamo (contracargo): el dinero del pago con tarjeta se fue. Regístrelo en Odoo.",
    "dispute_returned": "Un reclamo (contracargo) perdido se ganó al final: el dinero vuelve. Si registró la salida, deshágala.",
}
"""Why a person must look at a dispute."""
REASONS: Mapping[str, str] = {
    "credit_not_processed": "dice que no se le devolvió lo acordado",
    "duplicate": "dice que se le cobró dos veces",
    "fraudulent": "dice que no hizo el pago",
    "product_not_received": "dice que no recibió el producto",
    "product_unacceptable": "dice que el producto no es como se ofreció",
    "subscription_canceled": "dice que había cancelado la suscripción",
    "unrecognized": "no reconoce el cobro",
}
"""What the customer says, by Stripe's word for it."""
BOOK = (
    "Qué registrar: un pago saliente al cliente de {amount} en el diario de tarjetas{fee}; luego decida si la factura se cobra "
    "otra vez o se da de baja."
)
KINDS: Mapping[str, str] = {
    "inquiry": "dispute_inquiry",
    "open": "dispute",
    "answered": "dispute",
    "lost": "dispute_lost",
}
"""State of a dispute → what a person must look at."""


def kind(dispute: Dispute, known: Dispute | None) -> str | None:
    """Return what a person must look at now; None: nothing. `known`: how the dispute stood before."""
    if dispute["state"] == "won" and known is not None and known["state"] == "lost":
        return "dispute_returned"
    return KINDS.get(dispute["state"])


def item_key(dispute: Dispute, kind: str) -> str:
    """Return the name under which a person is told, once of each."""
    return f"dispute/{dispute['key']}/{kind}"


def answered(dispute: Dispute) -> list[str]:
    """Return the names of what nobody needs to look at any more."""
    gone = {"inquiry": (), "open": ("dispute_inquiry",), "answered": ("dispute_inquiry",)}
    return [item_key(dispute, one) for one in gone.get(dispute["state"], ("dispute_inquiry", "dispute"))]


def review(
    kind: str, order: str, attempt: Attempt, store: Store, dispute: Dispute, lines: Sequence[str], now: datetime
) -> dict[str, Any]:
    """Return what a person must look at. `order`: its name; `lines`: the evidence."""
    return {
        "key": item_key(dispute, kind),
        "kind": kind,
        "summary": "Registrar contracargo" if kind in ("dispute_lost", "dispute_returned") else "Responder contracargo",
        "text": TEXTS[kind].format(company=store["company"]),
        "detail": "\n".join(lines),
        "record": {"model": "sale.order", "id": attempt["order_id"]},
        "order_id": attempt["order_id"],
        "order": order,
        "reference": attempt["reference"],
        "payment": dispute["payment"],
        "dispute": dispute["dispute"],
        "amount": dispute["amount"],
        "currency": dispute["currency"],
        "until": dispute["due"],
        "since": now.isoformat(timespec="seconds"),
    }


def lines(
    order: str, attempt: Attempt, store: Store, dispute: Dispute, delivered: Sequence[Mapping[str, Any]], zone: str
) -> list[str]:
    """Return the evidence at hand: what was paid when, what is disputed until when, and what was delivered."""
    amount, reason = Money.of(dispute["amount"], dispute["currency"]), dispute["reason"] or "sin motivo dicho"
    beside = f" ({REASONS[reason]})" if reason in REASONS else ""
    told = [
        f"Pedido {order}, referencia {attempt['reference']}, {store['company']} {dispute['payment']}.",
        _payment(attempt, dispute, zone),
        f"Reclamo {dispute['dispute']}: {amount}, motivo: {reason}{beside}.",
        f"Responder hasta: {_moment(dispute['due'], zone)}." if dispute["due"] else "",
        _delivered(delivered),
    ]
    return [one for one in told if one]


def booking(dispute: Dispute) -> str:
    """Return what is to be booked of a dispute that was lost."""
    fee = dispute["fee"]
    beside = f" y {Money.of(fee, dispute['currency'])} de comisión como gasto" if fee else ""
    return BOOK.format(amount=Money.of(dispute["amount"], dispute["currency"]), fee=beside)


def _payment(attempt: Attempt, dispute: Dispute, zone: str) -> str:
    payment = paid(attempt, dispute["payment"])
    if payment is None:
        return ""
    card = " ".join(part for part in (payment["method"], f"…{payment['last_digits'] or '----'}") if part)
    total, when = Money.of(payment["total"], payment["currency"]), _moment(payment["date"] or attempt["created"], zone)
    return f"Pagado: {total} el {when} ({card}, autorización {payment['authorization'] or 's/n'})."


def _delivered(found: Sequence[Mapping[str, Any]]) -> str:
    """What Odoo's order says of each line; sections and notes have no quantity."""
    counted = [one for one in found if one["product_uom_qty"]]
    told = [f"{one['name']} {_count(one['qty_delivered'])} de {_count(one['product_uom_qty'])}" for one in counted]
    return f"Entregado según Odoo: {'; '.join(told)}." if told else ""


def _count(quantity: Any) -> str:
    return f"{Decimal(str(quantity)):f}".rstrip("0").rstrip(".") if "." in str(quantity) else str(quantity)


def _moment(text: str, zone: str) -> str:
    """A moment in the company's zone; a person's day stays a day."""
    if len(text) == len("2026-11-23"):
        return text
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
