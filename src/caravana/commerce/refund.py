"""A refund of a card payment: our ledger of them, beside the payments' states. Pure; they stand in the store `card_refund`.

Its key is made of the merchant account and our reference, and it is on disk before the company is asked:

    asked → pending → done, failed

A refund that a person made by hand (`by`: `transfer` from a bank account, or `page` of the company) is entered as done. The
number of a transfer is the bank's, and never taken for one of the company's; `name`: its name in Odoo, where it has its own.

Whoever began it (`origin`: `odoo`, a `person`, or the `company`), it ends in the same books, once. `settlement` names the line
of a settlement file that tells it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.attempt import Attempt
from caravana.commerce.store import Store
from caravana.kit.money import Money
from caravana.kit.payment import Operation

Refund = dict[str, Any]
COUNTED = frozenset({"asked", "pending", "done"})
"""States of a refund whose money is gone, or may be."""
WAITING = frozenset({"asked", "pending"})
"""States of a refund of which it is not known how it ends."""


TRANSFER = "transfer"
"""How a refund went that a person sent from a bank account."""


def is_transfer(refund: Mapping[str, Any]) -> bool:
    """Whether it went from a bank account, so that its number is the bank's."""
    return refund.get("by") == TRANSFER


def prefix(attempt: Attempt) -> str:
    """Return what the keys of all refunds of an attempt begin with."""
    return f"{attempt['connection']}/{attempt['reference']}-R"


def refused(
    attempt: Attempt,
    before: Sequence[Refund],
    payment: str | None,
    amount: Decimal | None,
    store: Store,
    now: datetime,
    zone: str,
    *,
    by_note: bool = False,
) -> str | None:
    """Return why the refund cannot be asked for, as a code; None when it can.

    `payment`: the company's name of it, or None for the only one; `amount`: None for all that is left. `by_note`: a credit note
    asks: one that was written because money had gone back already must not send it back a second time.
    """
    found = paid(attempt, payment)
    if found is None:
        return unnamed(attempt)
    if Operation.REFUND not in store["operations"]:
        return "no_refunds"
    rest = left(found, before)
    if by_note and any(one["credit_note"] is None and one["state"] in COUNTED for one in before):
        return "already"
    if rest <= 0 or (amount is not None and amount > rest):
        return "too_much"
    if amount is not None and amount <= 0:
        return "nothing"
    if store["partial_refund"] == "never" and amount is not None and amount != found["total"]:
        return "no_parts"
    return "too_late" if _is_late(found["date"] or attempt["created"], store["refund_until"], now, zone) else None


def paid(attempt: Attempt, payment: str | None) -> dict[str, Any] | None:
    """Return the payment of an attempt, the named one or the only one; None when there is none, or several and none named."""
    found = [one for one in attempt["payments"] if payment in (None, one["internal_reference"])]
    return found[0] if len(found) == 1 else None


def unnamed(attempt: Attempt) -> str:
    """Return why no payment of the attempt is meant, as a code: nothing was paid, or it is not one of those that were."""
    return "no_payment" if attempt["payments"] else "unpaid"


def left(payment: Mapping[str, Any], before: Sequence[Refund]) -> Decimal:
    """Return what of a payment can still go back."""
    gone = (
        one["amount"] for one in before if one["payment"] == payment["internal_reference"] and one["state"] in COUNTED
    )
    total: Decimal = payment["total"]
    return total - sum(gone, Decimal(0))


def new(
    attempt: Attempt,
    before: Sequence[Refund],
    payment: Mapping[str, Any],
    amount: Decimal | None,
    now: datetime,
    *,
    origin: str,
    reason: str,
    credit_note: int | None = None,
    known_as: str | None = None,
    made: str | None = None,
) -> Refund:
    """Return the next refund of an attempt, to be stored before the company is asked.

    `credit_note`: the one in Odoo that asked for it; `known_as`: the company's name of one that it made itself; `made`: the day
    (ISO) on which the money went, where it went before.
    """
    number = max((one["number"] for one in before), default=0) + 1
    named = f"{attempt['reference']}-R{number}"
    return {
        "key": f"{prefix(attempt)}{number}",
        "number": number,
        "reference": named,
        "attempt": attempt["key"],
        "order_id": attempt["order_id"],
        "branch": attempt.get("branch"),
        "connection": attempt["connection"],
        "request_id": attempt["request_id"],
        "payment": payment["internal_reference"],
        "amount": Money.of(left(payment, before) if amount is None else amount, payment["currency"]).amount,
        "whole": not [one for one in before if one["state"] in COUNTED] and amount in (None, payment["total"]),
        "currency": payment["currency"],
        "origin": origin,
        "reason": reason,
        "credit_note": credit_note,
        "state": "asked",
        "refund": known_as,
        "message": "",
        "created": now.isoformat(timespec="seconds"),
        "made": made,
        "by": None,
        "journal": None,
        "settlement": None,
        "booked": False,
    }


def body(refund: Refund) -> dict[str, Any]:
    """Return what the company is asked for: the whole payment by no amount at all, for some give back nothing else."""
    names = ("reference", "payment", "request_id", "currency", "reason", "connection")
    return {**{name: refund[name] for name in names}, "amount": None if refund["whole"] else refund["amount"]}


def answered(refund: Refund, reply: Mapping[str, Any] | None) -> Refund:
    """Return the refund as the company's answer says it stands; a person who settled a doubt as done tells no more than that."""
    said = reply or {}
    told = {
        "state": said.get("result") or "done",
        "refund": said.get("refund") or refund["refund"],
        "message": said.get("message") or "",
    }
    return {**refund, **told}


def failed(refund: Refund, message: str) -> Refund:
    """Return the refund as one of which nothing was sent back."""
    return {**refund, "state": "failed", "message": message}


def known(before: Sequence[Refund], named: str | None, reference: str | None) -> Refund | None:
    """Return the refund that a company's news is about: by the company's name of it, or by ours."""
    return next(
        (
            one
            for one in before
            if (named and one["refund"] == named and not is_transfer(one))
            or (reference and one["reference"] == reference)
        ),
        None,
    )


def of_line(before: Sequence[Refund], line: Mapping[str, Any], taken: Collection[str] = ()) -> Refund | None:
    """Return the refund that a line of a settlement file is: the one that it names, else a free one like it.

    `taken`: keys of those that other lines are. A company may number in its file what it did not number when it was asked.
    """
    named = next((one for one in before if is_line(one, line)), None)
    like = [one for one in before if _is_like(one, line) and one["key"] not in taken]
    return named or next(iter(sorted(like, key=lambda one: one["state"] == "done")), None)


def is_line(refund: Refund, line: Mapping[str, Any]) -> bool:
    """Whether the ledger names the line: it was seen before, or the company's number is the same."""
    same = (refund["refund"], refund["payment"]) == (line["number"], line["payment"])
    by_number = same and line["number"] is not None and not is_transfer(refund)
    return bool(by_number or refund.get("settlement") == line["name"])


def settled(refund: Refund, line: Mapping[str, Any]) -> Refund:
    """Return the refund as one whose money went as the line says; what the company called it once stays its name."""
    known = {"settlement": line["name"], "refund": refund["refund"] or line["number"]}
    over = refund["state"] == "done"
    return {**refund, **known} if over else {**refund, **known, "state": "done", "message": "", "made": line["day"]}


def _is_like(refund: Refund, line: Mapping[str, Any]) -> bool:
    same = (refund["payment"], refund["amount"]) == (line["payment"], line["amount"])
    return same and not is_transfer(refund) and refund["state"] in COUNTED and refund.get("settlement") is None


def _is_late(paid_at: str, until: str | None, now: datetime, zone: str) -> bool:
    """Whether the company gives back only on the day of the payment, until an hour that is over."""
    if until is None:
        return False
    local, day = now.astimezone(ZoneInfo(zone)), datetime.fromisoformat(paid_at).astimezone(ZoneInfo(zone)).date()
    return local.date() != day or local.time() >= time.fromisoformat(until)
