"""A dispute (chargeback) of a card payment: our ledger of them, beside the payments' states. Pure; they stand in `card_dispute`.

Its key is the company and its name of the dispute. It only goes forward, as the company says:

    inquiry → open → answered → closed, lost → won

A bank may only ask at first (`inquiry`), and a dispute that was lost may be won in the end. Where the company tells of none, a
person enters it (`origin`), under the number that the bank gave it, else that of the payment.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.commerce.attempt import Attempt
from caravana.commerce.refund import paid, unnamed
from caravana.commerce.store import Store
from caravana.kit.payment import Operation

Dispute = dict[str, Any]
RANK: Mapping[str, int] = {"inquiry": 0, "open": 1, "answered": 2, "closed": 3, "lost": 3, "won": 4}
OVER = frozenset({"closed", "lost", "won"})


def key(store: Store, name: str) -> str:
    """Return the key of a dispute: the company and its name of it."""
    return f"{store['provider']}/{name}"


def entered(attempt: Attempt, wish: Mapping[str, Any], store: Store, now: datetime) -> dict[str, Any]:
    """Return what a person says of a dispute, in the words of a company's answer, or `{refused: code}`.

    `wish`: `payment`, `number`, `amount`, `reason`, `until`, `outcome`, each None where nothing is said of it.
    """
    found = paid(attempt, wish["payment"])
    if Operation.DISPUTE_QUERY in store["operations"]:
        return {"refused": "told", "company": store["company"]}
    if found is None:
        return {"refused": unnamed(attempt), "company": store["company"]}
    amount = found["total"] if wish["amount"] is None else Decimal(str(wish["amount"]))
    if not 0 < amount <= found["total"]:
        return {"refused": "amount", "company": store["company"], "paid": found["total"]}
    return {
        "dispute": wish["number"] or found["internal_reference"],
        "payment": found["internal_reference"],
        "result": wish["outcome"] or "open",
        "status": wish["outcome"] or "open",
        "reason": wish["reason"],
        "amount": None if wish["amount"] is None else {"total": amount, "currency": found["currency"]},
        "fee": None,
        "date": now.isoformat(timespec="seconds"),
        "due": wish["until"],
    }


def seen(
    attempt: Attempt, store: Store, known: Dispute | None, reply: Mapping[str, Any], origin: str
) -> Dispute | None:
    """Return the dispute as it stands; None when that says nothing new, or what was true before.

    `known`: as it is in the ledger; what is not said again stays as it was.
    """
    if known is not None and RANK[reply["result"]] < RANK[known["state"]]:
        return None
    before = known or _begun(attempt, store, reply, origin)
    told = {"reason": reply.get("reason"), "due": reply.get("due"), "fee": _total(reply.get("fee"))}
    asked = reply.get("amount")
    told |= {} if asked is None else {"amount": asked["total"], "currency": asked["currency"]}
    new = {name: one for name, one in told.items() if one is not None}
    found = {**before, **new, "state": reply["result"], "status": reply["status"]}
    return None if found == known else found


def over(dispute: Dispute) -> bool:
    """Whether the dispute is decided."""
    return dispute["state"] in OVER


def _begun(attempt: Attempt, store: Store, reply: Mapping[str, Any], origin: str) -> Dispute:
    payment = paid(attempt, reply["payment"]) or {}
    return {
        "key": key(store, reply["dispute"]),
        "dispute": reply["dispute"],
        "attempt": attempt["key"],
        "reference": attempt["reference"],
        "order_id": attempt["order_id"],
        "branch": attempt.get("branch"),
        "connection": attempt["connection"],
        "payment": reply["payment"],
        "amount": payment.get("total", attempt["amount"]),
        "currency": payment.get("currency", attempt["currency"]),
        "reason": None,
        "due": None,
        "fee": None,
        "state": reply["result"],
        "status": reply["status"],
        "origin": origin,
        "created": reply["date"],
    }


def _total(amount: Mapping[str, Any] | None) -> Decimal | None:
    return None if amount is None else amount["total"]
