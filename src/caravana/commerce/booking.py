"""A card payment in Odoo's books: the record to be made, the note on the order, and what a person must look at. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.attempt import Attempt
from caravana.commerce.sale import Sale
from caravana.commerce.store import Store
from caravana.kit.money import Money
from caravana.kit.sentences import said

Payment = Mapping[str, Any]
REVIEWS: Mapping[str, str] = {
    "cancelled_order": "El pedido está cancelado y llegó un pago con tarjeta. El pago quedó registrado; decida si se devuelve.",
    "other_amount": "Lo pagado con tarjeta no es lo que se pidió. Compare el pago con el pedido.",
    "other_currency": "Se pagó en otra moneda que la pedida. El pago NO quedó registrado: regístrelo a mano.",
    "credit_left": "Se recibió más de lo que el pedido debía (¿pago registrado a mano?). Queda un saldo a favor del cliente.",
    "fields": "Odoo no deja escribir los campos x_ del pedido. Lo mismo está en sus notas; revise los permisos y los campos.",
    "undecided": "El banco nunca dijo si cobró un pago con tarjeta, y ya no se pregunta más. Véalo en la empresa de pagos.",
    "by_hand": "El cliente tiene otro pago abierto por el mismo valor (¿el mismo, registrado a mano?). Compare los dos.",
}
"""Why a person must look, in the clerk's words."""
REFUND_REVIEWS: Mapping[str, str] = {
    "refund_failed": "Una devolución con tarjeta no se hizo. Vea el motivo; si toca, devuelva por transferencia.",
    "refund_undone": "Una devolución con tarjeta ya registrada falló después: el dinero no se fue. Cancele esa salida en Odoo.",
    "refund_of_advance": "Se devolvió el anticipo con tarjeta de un pedido sin factura. En Odoo concilie la salida con él.",
    "refund_note_used": "Se devolvió un pago con tarjeta por una nota de crédito que ya no está abierta. No haga otra: en Odoo "
    "concilie la salida con el pago que entró.",
    "refund_without_note": "Se devolvió un pago con tarjeta y no hay nota de crédito de ese valor. Hágala y concilie la salida.",
}
"""Why a person must look at a refund."""
REFUSALS: Mapping[str, str] = {
    "unpaid": "con esa referencia no se pagó nada",
    "no_payment": "ese pago no está en el intento, o hay varios y no se dijo cuál",
    "no_refunds": "{company} no devuelve pagos desde aquí: hágalo en su página",
    "already": "de este pago ya se devolvió dinero sin nota de crédito: si la nota es de esa devolución, concílielas",
    "too_much": "queda {left} por devolver",
    "nothing": "el valor debe ser mayor que cero",
    "no_parts": "{company} devuelve solo el pago entero",
    "too_late": "{company} devuelve solo el día del pago, hasta las {until}: ahora por transferencia, a mano",
}
"""Why a refund was not asked for."""
STATES: Mapping[str, str] = {"link": "Enlace enviado", "part": "Pagado en parte", "paid": "Pagado"}
"""What the x_ field of an order says of its card payment."""
TO_FOLLOWERS = "mail.mt_comment"
"""Odoo's subtype of a message that the record's followers, the customer among them, get by mail."""
STANDING = ("in_process", "paid")
"""States of a payment that is in the books."""


def external_id(store: Store, payment: Payment) -> str:
    """Return the name under which the payment exists once in Odoo: company, account, and the company's name of the payment."""
    account = re.sub(r"[^a-z0-9]+", "_", store["account"].lower()).strip("_")
    number = re.sub(r"[^A-Za-z0-9_]", lambda found: f"-{ord(found[0]):x}-", payment["internal_reference"])
    return f"caravana.{store['provider']}_{account}_{number}"


def payments(store: Store, attempt: Attempt) -> list[dict[str, Any]]:
    """Return the payments of an attempt, each under its external id and with the company over which it came."""
    return [{**one, "external_id": external_id(store, one), "company": store["company"]} for one in attempt["payments"]]


def record(
    sale: Sale, attempt: Attempt, payment: Payment, journal_id: int, zone: str, method: int | None
) -> dict[str, Any]:
    """Return the body of `createOnce` on account.payment."""
    values = {
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": sale["partner_id"],
        "amount": payment["total"],
        "currency_id": sale["currency_id"],
        "date": _day(payment["date"] or attempt["created"], zone),
        "journal_id": journal_id,
        "memo": f"{sale['name']} {attempt['reference']} {payment['internal_reference']}",
    }
    if method is not None:
        values["payment_method_line_id"] = method
    return {"external_id": payment["external_id"], "values": values}


def _day(moment: str, zone: str) -> str:
    """The company's day of the payment: near midnight the provider's offset may say another one."""
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date().isoformat()


def refund_id(store: Store, refund: Mapping[str, Any]) -> str:
    """Return the name under which a refund exists once in Odoo: its own, else by the company's name of it, else by ours."""
    number = refund.get("name") or f"refund_{refund['refund'] or refund['reference']}"
    return external_id(store, {"internal_reference": number})


def refund_record(sale: Sale, store: Store, refund: Mapping[str, Any], journal_id: int, zone: str) -> dict[str, Any]:
    """Return the body of `createOnce` on account.payment for money that went back."""
    values = {
        "payment_type": "outbound",
        "partner_type": "customer",
        "partner_id": sale["partner_id"],
        "amount": refund["amount"],
        "currency_id": sale["currency_id"],
        "date": refund.get("made") or _day(refund["created"], zone),
        "journal_id": journal_id,
        "memo": f"{sale['name']} {refund['reference']} {refund['refund'] or ''}".strip(),
    }
    return {"external_id": refund_id(store, refund), "values": values}


WAYS = {"transfer": "Devolución por transferencia bancaria", "page": "Devolución hecha en la página de {company}"}
"""How money went back that a person sent by hand, in the clerk's words."""


def refund_note(sale: Sale, store: Store, refund: Mapping[str, Any], payment_id: int) -> dict[str, Any]:
    """Return the body of the chatter note on the order about money that went back."""
    amount = Money.of(refund["amount"], refund["currency"])
    why = f" Motivo: {refund['reason']}." if refund["reason"] else ""
    whose = "número del banco" if refund.get("by") == "transfer" else store["company"]
    number = f"{whose} {refund['refund'] or 's/n'}"
    way = WAYS.get(refund.get("by") or "", "Devolución con tarjeta").format(company=store["company"])
    text = f"{way}: {amount}. Referencia {refund['reference']}, {number}, salida en Odoo n.º {payment_id}.{why}"
    return {"id": sale["id"], "body": text}


def refund_review(
    kind: str, sale: Sale, about: Mapping[str, Any], refund: Mapping[str, Any], company: str, now: datetime
) -> dict[str, Any]:
    """Return what a person must look at; `about`: what names the refund, or the wish that was not met; `company`: its name."""
    code = refund.get("refused")
    told = {"company": refund.get("company"), "until": refund.get("until"), "left": refund.get("left")}
    why = REFUSALS[code].format(**told) if code else _reason(kind, refund)
    amount = refund.get("amount") or about.get("amount")
    value = f", {Money.of(amount, refund['currency'])}" if amount and refund.get("currency") else ""
    key = refund.get("key") or f"{about['reference']}/{about.get('credit_note') or ''}"
    of = ", por transferencia bancaria" if refund.get("by") == "transfer" else f", {company}"
    return {
        "key": f"{key}/{kind}",
        "kind": kind,
        "summary": "Revisar devolución con tarjeta",
        "text": REFUND_REVIEWS[kind],
        "detail": f"Pedido {sale['name']}, referencia {refund.get('reference') or about['reference']}{value}{of}."
        + (f" Motivo: {why}." if why else ""),
        "record": {"model": "sale.order", "id": sale["id"]},
        "order_id": sale["id"],
        "order": sale["name"],
        "reference": about["reference"],
        "amount": amount,
        "since": now.isoformat(timespec="seconds"),
    }


def _reason(kind: str, refund: Mapping[str, Any]) -> str:
    """Why it was made, by whoever asked for it; of one that failed what the company says."""
    told = refund.get("message") if kind in ("refund_failed", "refund_undone") else refund.get("reason")
    return said(str(told or ""), "es").removesuffix(".")


def note(sale: Sale, attempt: Attempt, payment: Payment, payment_id: int) -> dict[str, Any]:
    """Return the body of the chatter note on the order."""
    card = " ".join(part for part in (payment["method"], f"…{payment['last_digits'] or '----'}") if part)
    amount = Money.of(payment["total"], payment["currency"])
    number = f"{payment['company']} {payment['internal_reference']}"
    lines = [
        f"Pago con tarjeta recibido: {amount} ({card}, autorización {payment['authorization'] or 's/n'}).",
        f"Referencia {attempt['reference']}, {number}, pago en Odoo n.º {payment_id}.",
    ]
    if not sale["invoiced"]:
        lines.append("Queda como anticipo: se concilia al publicar una factura de este pedido.")
    return {"id": sale["id"], "body": "\n".join(lines)}


def can_be_booked(attempt: Attempt, payment: Payment) -> bool:
    """Whether the payment came in the currency asked for; in another one a person has to decide."""
    return bool(payment["currency"] == attempt["currency"])


def reviews(
    sale: Sale, attempt: Attempt, payment: Payment, left: Decimal, now: datetime, *, by_hand: bool = False
) -> list[dict[str, Any]]:
    """Return what a person must look at.

    `left`: what of the payment is still open after reconciling; `by_hand`: an open payment like it is not ours.
    """
    kinds = []
    if not can_be_booked(attempt, payment):
        kinds.append("other_currency")
    elif payment["total"] != attempt["amount"]:
        kinds.append("other_amount")
    if sale["state"] == "cancel":
        kinds.append("cancelled_order")
    elif left > 0 and not kinds and _received(sale, attempt, payment, left) > sale["total"]:
        kinds.append("credit_left")
    elif left > 0 and by_hand:
        kinds.append("by_hand")
    return [_review(kind, sale, attempt, payment, now) for kind in kinds]


def twins(sale: Sale, attempt: Attempt, zone: str) -> dict[str, Any]:
    """Return the search for the customer's payments since he pressed pay, our own among them.

    The customer comes first, so that the searches of several orders can go out as one.
    """
    domain = [
        ["partner_id", "in", [sale["partner_id"]]],
        ["payment_type", "=", "inbound"],
        ["state", "in", ["draft", *STANDING]],
        ["date", ">=", _day(attempt["created"], zone)],
    ]
    return {"domain": domain}


def by_hand(found: Sequence[Mapping[str, Any]], payment: Payment, start: str) -> bool:
    """Whether one of the payments found, of the same amount, is open and none of ours, whose memo names our reference."""
    ours = re.compile(rf"(^|\s){re.escape(start)}\d+-\d+(\s|$)")
    equal = (one for one in found if Decimal(one["amount"]) == payment["total"] and not one["is_reconciled"])
    return any(not ours.search(str(one["memo"] or "")) for one in equal)


def cancelled(sale: Sale, attempt: Attempt, payment: Payment, now: datetime) -> list[dict[str, Any]]:
    """Return what a person must look at when an order is cancelled after its payment was booked."""
    return [_review("cancelled_order", sale, attempt, payment, now)] if sale["state"] == "cancel" else []


def _received(sale: Sale, attempt: Attempt, payment: Payment, left: Decimal) -> Decimal:
    """All that came for the order: this payment, and the greater of other cards' and what others paid on invoices."""
    others = [one for each in sale["attempts"] for one in each["payments"] if not _same(one, payment)]
    by_card = sum((one["total"] for one in others), Decimal(0))
    on_invoices = sale["paid_on_invoices"] - (payment["total"] - left)
    total: Decimal = payment["total"] + max(by_card, on_invoices)
    return total


def _same(one: Payment, other: Payment) -> bool:
    return bool(one["internal_reference"] == other["internal_reference"])


def unwritten(order_id: int, why: str, now: datetime, zone: str) -> dict[str, Any]:
    """Return what a person must look at when Odoo refused the x_ fields of an order; one item stands for a day in `zone`."""
    return {
        "key": f"fields/{now.astimezone(ZoneInfo(zone)).date().isoformat()}",
        "kind": "fields",
        "summary": "Revisar campos x_ de los pedidos",
        "text": REVIEWS["fields"],
        "detail": f"Odoo dice: {why[:500]}",
        "record": {"model": "sale.order", "id": order_id},
        "order_id": order_id,
        "since": now.isoformat(timespec="seconds"),
    }


def undecided(attempt: Attempt, company: str, now: datetime) -> dict[str, Any]:
    """Return what a person must look at when the bank had not decided on a payment when its time was over."""
    return {
        "key": f"{attempt['key']}/undecided",
        "kind": "undecided",
        "summary": "Revisar pago con tarjeta",
        "text": REVIEWS["undecided"],
        "detail": f"Pedido {attempt.get('order') or attempt['order_id']}, referencia {attempt['reference']}, "
        f"{Money.of(attempt['amount'], attempt['currency'])}, {company}.",
        "record": {"model": "sale.order", "id": attempt["order_id"]},
        "order_id": attempt["order_id"],
        "reference": attempt["reference"],
        "amount": attempt["amount"],
        "currency": attempt["currency"],
        "since": now.isoformat(timespec="seconds"),
    }


def expired_note(attempt: Attempt) -> dict[str, Any]:
    """Return the body of the message on the order that nobody paid in time; Odoo mails it to the order's followers."""
    amount = Money.of(attempt["amount"], attempt["currency"])
    how = "sin que nos conste un cobro" if attempt.get("silent") else "sin cobro"
    text = (
        f"El pago con tarjeta de {amount} (referencia {attempt['reference']}) venció {how}. El enlace sigue sirviendo."
    )
    return {"id": attempt["order_id"], "body": text, "subtype": TO_FOLLOWERS}


def given_back_note(attempt: Attempt, company: str, *, to_followers: bool) -> dict[str, Any]:
    """Return the body of the message on the order that a company gave a payment back by itself: we did not confirm it in time.

    Of a payment that it does not know that is not sure.
    """
    amount = Money.of(attempt["amount"], attempt["currency"])
    what = f"El pago con tarjeta de {amount} (referencia {attempt['reference']})"
    how = f"no se confirmó a tiempo, y {company} devolvió el dinero"
    if not attempt.get("given_back"):
        numbers = ", ".join(dict.fromkeys(attempt["unconfirmed"]))
        unknown = f"{company} no conoce el pago n.º {numbers}, o la confirmación llegó tarde"
        how = f"no se pudo confirmar: {unknown}. Si lo cobró, lo devuelve solo"
    text = f"{what} {how}. El mismo enlace sirve para pagar de nuevo."
    return {"id": attempt["order_id"], "body": text, **({"subtype": TO_FOLLOWERS} if to_followers else {})}


def _review(kind: str, sale: Sale, attempt: Attempt, payment: Payment, now: datetime) -> dict[str, Any]:
    paid, asked = (
        Money.of(*one) for one in ((payment["total"], payment["currency"]), (attempt["amount"], attempt["currency"]))
    )
    beside = "" if paid == asked else f", y se pidió {asked}"
    return {
        "key": f"{payment['external_id']}/{kind}",
        "kind": kind,
        "summary": "Revisar pago con tarjeta",
        "text": REVIEWS[kind],
        "detail": f"Referencia {attempt['reference']}: se pagó {paid}{beside}.",
        "record": {"model": "sale.order", "id": sale["id"]},
        "order_id": sale["id"],
        "order": sale["name"],
        "reference": attempt["reference"],
        "payment": payment["internal_reference"],
        "amount": payment["total"],
        "currency": payment["currency"],
        "asked": attempt["amount"],
        "since": now.isoformat(timespec="seconds"),
    }


def open_credit(payment: Payment, matches: Sequence[Mapping[str, Any]], own: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return what is left of a payment: what its last invoice left, else all of it.

    `own`: how it stands in Odoo, as searched afterwards; somebody may have used it up.
    """
    if any(one["is_reconciled"] for one in own):
        return Decimal(0)
    total: Decimal = payment["total"]
    return Decimal(matches[-1]["open_credit"]) if matches else total
