"""PayPhone's `statusCode` → the hub's words for how a payment stands. `transactionStatus` and `message` decide nothing."""

from collections.abc import Mapping

from caravana.kit.payment import State

APPROVED = 3
REVERSED = "Reversed"
"""`transactionStatus` of a payment that went back: a hint for people, which decides nothing."""

STATUS: Mapping[int, State] = {1: State.PENDING, 2: State.CANCELLED, APPROVED: State.PAID}
"""`statusCode` → state, as Confirm says it. 1 stands in older documents only. A number not listed is pending: we ask on."""

FINAL = frozenset({State.PAID, State.CANCELLED, State.EXPIRED})
"""States that nothing follows upon."""
