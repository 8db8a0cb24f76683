"""What a refund is about, for whoever has to look at the company whether it was made."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from caravana.kit.money import Money

COUNTED = frozenset({"asked", "pending", "done"})
"""States of a refund whose money is gone, or may be."""


def about(attempt: Mapping[str, Any], amount: Decimal | None, company: str) -> str:
    """Return order, our reference, amount where it is known, and company; nothing of the customer."""
    money = None if amount is None else str(Money.of(amount, attempt["currency"]))
    return ", ".join(filter(None, (attempt.get("order"), attempt["reference"], money, company)))


def wished(
    attempt: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]], payment: str | None, amount: str | None
) -> Decimal | None:
    """Return what is to go back: `amount`, else all that is left of the payment; None where that cannot be told."""
    if amount is not None:
        try:
            return Decimal(amount)
        except InvalidOperation:
            return None
    found = [one for one in attempt["payments"] if payment in (None, one["internal_reference"])]
    if len(found) != 1:
        return None
    number, total = found[0]["internal_reference"], Decimal(found[0]["total"])
    gone = (Decimal(one["amount"]) for one in refunds if one["payment"] == number and one["state"] in COUNTED)
    return total - sum(gone, Decimal(0))
