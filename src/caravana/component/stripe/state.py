"""Stripe's words for how a session, an intent or a refund stands → the hub's words."""

from collections.abc import Mapping

from caravana.kit.payment import State

INTENT: Mapping[str, State] = {
    "requires_payment_method": State.PENDING,
    "requires_confirmation": State.PENDING,
    "requires_action": State.ACTION_NEEDED,
    "processing": State.PENDING,
    "requires_capture": State.AUTHORISED,
    "succeeded": State.PAID,
    "canceled": State.CANCELLED,
}
"""Status of a PaymentIntent → state. A word not listed is pending: we go on asking."""

FINAL = frozenset({"succeeded", "canceled"})
"""A PaymentIntent that stands so stays so."""

REFUND: Mapping[str, str] = {"succeeded": "done", "failed": "failed", "canceled": "failed"}
"""Status of a refund → result; pending and requires_action, and a word not listed, are pending. `done` may yet fail."""

FAILED_BECAUSE: Mapping[str, str] = {
    "charge_for_pending_refund_disputed": "the payment is disputed",
    "declined": "the customer's bank declined it",
    "expired_or_canceled_card": "the card has expired or was cancelled",
    "insufficient_funds": "the balance at the company does not suffice",
    "lost_or_stolen_card": "the card was lost or stolen",
    "merchant_request": "it was cancelled at the company",
}
"""Reason of a refund's failure, in words."""

DISPUTE: Mapping[str, str] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry",
    "warning_closed": "closed",
    "prevented": "closed",
    "needs_response": "open",
    "appeal_needs_response": "open",
    "under_review": "answered",
    "appeal_under_review": "answered",
    "won": "won",
    "lost": "lost",
}
"""Status of a dispute → result. A word not listed is open: a person looks."""

CAPTURE: Mapping[str, str] = {"succeeded": "done", "canceled": "failed"}
VOID: Mapping[str, str] = {"canceled": "done", "succeeded": "failed"}
"""Status of a PaymentIntent after `capture` and after `void` → result."""


def intent_state(status: str, *, failed: bool, part: bool) -> State:
    """Return the state of a PaymentIntent; `failed`: its last try was declined; `part`: some money came, by bank transfer."""
    if status == "requires_payment_method" and failed:
        return State.FAILED
    if part and status not in FINAL:
        return State.PART_PAID
    return INTENT.get(status, State.PENDING)


def session_state(
    status: str, payment_status: str, intent: str | None, *, part: bool, in_time: bool
) -> tuple[State, bool]:
    """Return the state of a session and whether it is final. Money that came counts before all else.

    - `intent`: the status of its PaymentIntent, None before the first try
    - `part`: some money came, by bank transfer
    - `in_time`: it could still have been paid now; a session that ended so was closed by us, for Stripe has one word for both
    """
    if intent == "succeeded" or payment_status in {"paid", "no_payment_required"}:
        return State.PAID, True
    if part:
        return State.PART_PAID, intent == "canceled"
    if status == "expired":
        return (State.CANCELLED if in_time else State.EXPIRED), True
    if status != "complete":
        return State.PENDING, False
    match intent:
        case "requires_capture":
            return State.AUTHORISED, False
        case "canceled":
            return State.CANCELLED, True
        case "requires_payment_method":  # a method that takes days was refused in the end
            return State.FAILED, True
    return State.PENDING, False
