"""PlacetoPay's words for how a session or a payment stands → the hub's words. Decided by `status.status` alone.

`reason` and `message` are of mixed types and translated. They only tell the three ends without money apart (refused,
cancelled by us, expired), which have the same consequence: a new session may be opened.
"""

from collections.abc import Iterable, Mapping

from caravana.kit.payment import State

MERCHANT_CANCEL = "MC"

SESSION: Mapping[str, tuple[State, bool]] = {
    "PENDING": (State.PENDING, False),
    "APPROVED": (State.PAID, True),
    "REJECTED": (State.FAILED, True),
    "APPROVED_PARTIAL": (State.PART_PAID, False),
    "PARTIAL_EXPIRED": (State.PART_PAID, True),
}
"""Status of a session → state, and whether it is final. A word not listed is pending: we go on asking."""

PAYMENT: Mapping[str, State] = {
    "APPROVED": State.PAID,
    "OK": State.PAID,
    "APPROVED_PARTIAL": State.PART_PAID,
    "PENDING": State.PENDING,
    "PENDING_VALIDATION": State.PENDING,
    "PENDING_CONFIRMATION": State.ACTION_NEEDED,
    "REJECTED": State.FAILED,
    "FAILED": State.FAILED,
    "ERROR": State.FAILED,
    "REFUNDED": State.PAID,
}
"""Status of one payment → state. REFUNDED is an older word: refunds are a ledger, the money had come."""

ACTION: Mapping[str, str] = {"APPROVED": "done", "OK": "done", "REJECTED": "failed", "PENDING": "pending"}
"""Status of a transaction (reverse, confirm, …) → `done`, `failed` or `pending`. A word not listed is pending."""


def session_state(
    status: str, payments: Iterable[State], *, checkin: bool, reason: str | None, expired: bool
) -> tuple[State, bool]:
    """Return the state of a session and whether it is final.

    `payments`: states of its attempts; `checkin`: a pre-authorisation; `expired`: it ended at or after its expiration.
    """
    state, final = SESSION.get(status, (State.PENDING, False))
    if state is State.PENDING and State.ACTION_NEEDED in payments:
        return State.ACTION_NEEDED, False
    if state is State.PAID and checkin:
        return State.AUTHORISED, True
    if state is State.FAILED:
        return _without_money(reason, expired), True
    return state, final


def _without_money(reason: str | None, expired: bool) -> State:
    if reason == MERCHANT_CANCEL:
        return State.CANCELLED
    return State.EXPIRED if expired else State.FAILED
