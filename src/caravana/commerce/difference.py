"""A difference that the daily comparison found, as it is kept, asked about and told to a person. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from caravana.commerce.refund import Refund
from caravana.commerce.settlement import REFUNDS, Line, dispute_reply
from caravana.kit.money import Money

REVIEWS: Mapping[str, str] = {
    "payment_missing": "Un pago de {company} no está en Odoo. Si es de un pedido, regístrelo con ese número en el memo; si no, "
    "decida si se devuelve.",
    "payment_double": "Un mismo pago de {company} está más de una vez en Odoo. Deje uno solo y cancele los demás.",
    "payment_amount": "El valor en Odoo no es el que cobró {company}. Cancele ese pago y regístrelo con el valor cobrado.",
    "payment_currency": "La moneda en Odoo no es la que cobró {company}. Cancele ese pago y regístrelo en la moneda cobrada.",
    "payment_open": "El pago con tarjeta cubría la factura y en Odoo tiene saldo abierto (¿se registró otro pago a la vez, o se "
    "deshizo la conciliación?). Concílielo, o decida si se devuelve el saldo.",
    "payment_not_at_company": "Odoo tiene un pago con tarjeta que {company} no tiene. Compruébelo en su página y, si se anuló, "
    "cancele el de Odoo.",
    "refund_unknown": "{company} devolvió un pago y Caravana no lo sabía. Registre la salida en Odoo y haga la nota de crédito.",
    "dispute_unknown": "La liquidación de {company} muestra un contracargo de un pago que no es de ningún pedido de Caravana. "
    "Vea en {company} de qué es y regístrelo en Odoo.",
    "payout_failed": "Un depósito de {company} falló: el banco no lo recibió. Revise en {company} la cuenta del banco; el dinero "
    "sale de nuevo con otro depósito.",
    "payout_sum": "Un depósito de {company} no es la suma de sus movimientos. Pregunte a {company}.",
    "payout_payments": "Un depósito de {company} trae pagos o devoluciones con otro valor que el registrado. Compárelos.",
    "refund_waiting": "Una devolución está pendiente desde hace días y {company} no avisa cómo termina. Véala en su página y "
    "regístrela, o diga que no se hizo.",
    "refund_pending": "Una devolución terminó en {company} y aquí sigue pendiente. Vea cómo quedó y registre la salida si falta.",
}
"""What is not the same and what is proposed, in the clerk's words."""
ENTER: Mapping[str, str] = {
    "refund_unknown": "Para registrarla: caravana payments refunded {reference} --made DÍA --by page --amount VALOR.",
    "refund_waiting": "Si se hizo: caravana payments refunded {name} --made DÍA --by page. Si no se hizo: "
    "caravana payments refunded {name} --not-made.",
}
"""How a person enters what only he can know."""


def prefix(unit: Mapping[str, Any]) -> str:
    """Return what the keys of one account's and branch's differences of a day begin with."""
    return f"{unit['connection']}/{unit['branch'] or ''}/{unit['day']}/"


def named(unit: Mapping[str, Any], difference: Mapping[str, Any]) -> dict[str, Any]:
    """Return the difference with its key, which is the same whenever it is found, and its account, branch and day."""
    of = {name: unit[name] for name in ("connection", "branch", "day")}
    return {**difference, **of, "key": f"{prefix(unit)}{difference['kind']}/{difference['name']}"}


def told(difference: Mapping[str, Any]) -> dict[str, Any]:
    """Return a refund that the company lists, or that a settlement file tells, as news of it."""
    if difference["line"] is not None:
        return settled(difference["attempt"], difference["connection"], difference["line"])
    return _news(difference["attempt"], difference["connection"], difference["payment"], difference["name"], None)


def pending(refund: Refund) -> dict[str, Any]:
    """Return a refund of our ledger as if the company had told of it: a reason to ask."""
    return _news(refund["attempt"], refund["connection"], refund["payment"], refund["refund"], refund["reference"])


def settled(attempt: str, connection: str, line: Line) -> dict[str, Any]:
    """Return a line of a settlement file as the company's news: nobody needs to be asked about it."""
    back = line["kind"] in REFUNDS
    news = {
        "kind": "refund" if back else "dispute",
        "connection": connection,
        "payment": line["payment"],
        "object": line["name"],
    }
    reply = None if back else dispute_reply(line)
    return {"attempt": attempt, "told": {**news, "reference": None, "line": line, "reply": reply}}


def _news(attempt: str, connection: str, payment: str, name: str | None, reference: str | None) -> dict[str, Any]:
    news = {
        "kind": "refund",
        "connection": connection,
        "payment": payment,
        "object": name,
        "reference": reference,
        "line": None,
    }
    return {"attempt": attempt, "told": news}


def review(difference: Mapping[str, Any], company: str, now: datetime) -> dict[str, Any]:
    """Return what a person must look at."""
    order = difference["order_id"]
    return {
        "key": f"card-compare/{difference['key']}",
        "kind": difference["kind"],
        "summary": "Comparar pago con tarjeta",
        "title": f"{company} {difference['name']}",
        "text": REVIEWS[difference["kind"]].format(company=company),
        "detail": _detail(difference, company),
        "record": None if order is None else {"model": "sale.order", "id": order},
        "order_id": order,
        "order": difference.get("order"),
        "reference": difference["reference"],
        "amount": difference["amount"],
        "since": now.isoformat(timespec="seconds"),
    }


def shown(difference: Mapping[str, Any], company: str) -> dict[str, Any]:
    """Return the difference as the command line shows it; `mending`: the hub is at it itself."""
    names = ("kind", "name", "reference", "order_id", "amount", "currency", "odoo", "in_odoo")
    text = REVIEWS[difference["kind"]].format(company=company)
    return {**{name: difference[name] for name in names}, "mending": difference["mend"] is not None, "text": text}


def _detail(difference: Mapping[str, Any], company: str) -> str:
    """The facts: day, number, what the company says, what the books say."""
    money = None if difference["amount"] is None else Money.of(difference["amount"], difference["currency"])
    amount = "" if money is None else f": {money}"
    numbers = ", ".join(f"n.º {one}" for one in difference["odoo"])
    parts = (
        f"Día {difference['day']}, {company} ({difference['connection']}) {difference['name']}{amount}.",
        _whose(difference),
        difference.get("facts") or "",
        f"En Odoo: {difference['in_odoo']} ({numbers})." if numbers else "",
        ENTER[difference["kind"]].format(**difference) if _is_to_enter(difference) else "",
    )
    return " ".join(one for one in parts if one)


__all__ = ["REVIEWS", "named", "pending", "prefix", "review", "shown", "told"]


def _is_to_enter(difference: Mapping[str, Any]) -> bool:
    """Whether a person can enter it: of a payment of ours that no settlement file tells."""
    ours = difference["attempt"] is not None and difference["line"] is None
    return bool(ours and difference["kind"] in ENTER)


def answered(differences: Sequence[Mapping[str, Any]], refund: Refund) -> list[str]:
    """Return the keys of the differences that a refund which is over answers: its own, and the company's hint of it."""
    own = [one for one in differences if one["attempt"] == refund["attempt"]]
    waits = [one["key"] for one in own if one["kind"] == "refund_waiting" and one["name"] == refund["reference"]]
    hints = [one["key"] for one in own if one["kind"] == "refund_unknown" and one["payment"] == refund["payment"]]
    return [*waits, *(hints if refund["state"] == "done" else [])]


def _whose(difference: Mapping[str, Any]) -> str:
    """Which order it is of; a payout is of none."""
    if difference["reference"]:
        order = f"Pedido {difference['order']}, referencia" if difference.get("order") else "Referencia"
        return f"{order} {difference['reference']}."
    return "" if difference["kind"].startswith("payout") else "No es de ningún pedido de Caravana."
