"""A payout as the company lists it, beside its own movements and what we have of the payments in it. Pure.

A payout of the port: `payout` (its name), `status`, `reason`, `amount`, `date` (when it was made), and `entries`, the movements
that it consists of (None: the company does not tell them, or not yet), each with `type`, `object`, `payment`, `amount`, `net`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from caravana.commerce.attempt import Attempt
from caravana.commerce.refund import Refund, is_transfer
from caravana.kit.money import Money

Payout = Mapping[str, Any]
FAILED = frozenset({"failed", "canceled"})


def problems(payout: Payout, attempts: Sequence[Attempt], ledger: Sequence[Refund]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a payout: the kind, and the facts in the clerk's words. `attempts`, `ledger`: the account's."""
    if payout["status"] in FAILED:
        yield "payout_failed", f"Motivo: {payout.get('reason') or 'no dicho'}."
        return
    entries = payout["entries"]
    if entries is None or any(one["net"]["currency"] != payout["amount"]["currency"] for one in entries):
        return
    total = sum(one["net"]["total"] for one in entries)
    if total != payout["amount"]["total"]:
        entered = "Su único movimiento suma" if len(entries) == 1 else f"Sus {len(entries)} movimientos suman"
        yield "payout_sum", f"{entered} {Money.of(total, payout['amount']['currency'])}."
    other = list(_others(entries, attempts, ledger))
    if other:
        yield "payout_payments", "; ".join(other[:10]) + "."


def _others(
    entries: Sequence[Mapping[str, Any]], attempts: Sequence[Attempt], ledger: Sequence[Refund]
) -> Iterator[str]:
    """The movements of payments and refunds of ours that have another amount; what is not ours is told on its own day."""
    paid = {each["internal_reference"]: each for one in attempts for each in one["payments"]}
    back = {
        one["refund"]: {"total": -one["amount"], "currency": one["currency"]}
        for one in ledger
        if one["refund"] and not is_transfer(one)
    }
    for one in entries:
        ours = paid.get(one.get("payment")) if one["type"] in ("charge", "payment") else back.get(one["object"])
        if ours is None or ours["currency"] != one["amount"]["currency"] or ours["total"] == one["amount"]["total"]:
            continue
        amounts = [Money.of(each["total"], each["currency"]) for each in (one["amount"], ours)]
        yield f"{one.get('payment') or one['object']}: {amounts[0]} en el depósito, {amounts[1]} aquí"


def shown(payout: Payout) -> dict[str, Any]:
    """Return what names a payout in a difference."""
    amount = payout["amount"]
    return {"name": payout["payout"], "payment": None, "amount": amount["total"], "currency": amount["currency"]}
