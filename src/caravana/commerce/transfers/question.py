"""What a person is asked of a transfer, in the clerk's words, and what he chose instead. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from caravana.commerce.matching.candidate import Item, oldest_first
from caravana.commerce.matching.records import major
from caravana.component.bank.entry import Entry
from caravana.kit.money import Money

SHOWN = 3
"""Proposals that stand in a task."""
REMEDY = {
    False: "caravana bank review accept KEY 1, choose KEY INVOICE …, or leave KEY",
    True: "find the credit: caravana bank review --state posted; then: caravana bank review undo CREDIT, and leave both",
}
"""By whether it is a reversal."""


def question(match: Mapping[str, Any], why: Mapping[str, str]) -> dict[str, Any]:
    """Return the record for the review list: what came, why a person is asked, and the first proposals."""
    entry = Entry.from_record(match["bank"])
    amount = Money.of(entry.amount, entry.currency)
    account = f"…{entry.account[-4:]}"
    proposals = match["proposals"][:SHOWN]
    invoices = [one["invoices"][0]["id"] for one in proposals if one["invoices"]]
    came = f"{'El banco devolvió' if entry.reversal else 'Llegó'} una transferencia de {amount} ({entry.day or 's/f'}):"
    told = " ".join(filter(None, (entry.party.name, *entry.structured, *entry.remittance)))[:160]
    order, waits = match.get("order"), bool(match.get("awaits"))
    summary = f"Facturar {order['name']}: ya llegó su pago de {amount}" if order and waits else ""
    return {
        "kind": "bank_match",
        "title": f"transfer of {amount}, account {account}",
        "summary": summary or f"Identificar transferencia de {amount}",
        "text": f"{came} {told}. {'Quedó registrada' if match['state'] == 'posted' else 'No se registró sola'}: {why['es']}.",
        "detail": "\n".join(f"{number}. {_line(one)}" for number, one in enumerate(proposals, 1)) or "Sin propuestas.",
        "record": {"model": "sale.order", "id": order["id"]} if order else _record(invoices),
        "branch": match.get("branch"),
        "entry": match["entry"],
        "since": match.get("since"),
        "remedy": REMEDY[entry.reversal],
    }


def asked_again(variables: Mapping[str, Any], why: Mapping[str, str]) -> dict[str, Any]:
    """Return the match that cannot be posted as one of which a person is asked."""
    match = {**variables["item"]["match"], "state": "proposed", "why": why, "automatic": False, "by": None}
    return {"match": match, "review": question(match, why), "before": variables["kept"]}


def _record(invoices: Sequence[int]) -> dict[str, Any] | None:
    """The first proposed invoice."""
    return {"model": "account.move", "id": invoices[0]} if invoices else None


def _line(one: Mapping[str, Any]) -> str:
    """A proposal in one line: invoices with amounts, customer, points, reasons."""
    invoices = ", ".join(f"{each['number']} ({each['amount']} de {each['residual']})" for each in one["invoices"])
    reasons = "; ".join(one["reasons"]["es"])
    surplus = f"; saldo a favor {one['surplus']}" if Decimal(one["surplus"]) else ""
    return f"{invoices or 'A cuenta'} de {one['customer_name'] or '?'}{surplus} [{one['score']}]: {reasons}"


def chosen_by_hand(items: Sequence[Item], amount: int, currency: str) -> dict[str, Any] | None:
    """Return what a person chose as a proposal: the oldest invoices first, until the money is used up; None without any."""
    usable = [one for one in oldest_first(items) if one.currency == currency and one.customer == items[0].customer]
    left, invoices = amount, []
    for one in usable:
        part = min(left, one.residual)
        if part > 0:
            said = {"amount": str(major(part, currency)), "residual": str(major(one.residual, currency))}
            invoices.append({"id": one.id, "number": one.number, **said})
            left -= part
    if not invoices:
        return None
    reasons = {"es": ["lo eligió una persona"], "en": ["a person chose it"]}
    return {
        "rule": "by_hand",
        "score": 100,
        "fit": "by_hand",
        "customer": usable[0].customer,
        "customer_name": None,
        "currency": currency,
        "invoices": invoices,
        "surplus": str(major(left, currency)),
        "evidence": {},
        "reasons": reasons,
    }
