"""A cancelled order: what was paid for it, and where it could still be paid."""

from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce import booking
from caravana.commerce.cards.mapping import CardMapping, Variables, records, with_branch
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange


class Cancelled(CardMapping):
    """What becomes of the money of a cancelled order."""

    @pure
    def paid_attempts(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the order's attempts that brought money."""
        return [one for one in records(variables["attempts"]) if one["payments"]]

    @pure
    def open_sessions(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the attempts of a cancelled order in whose sessions the customer may still pay."""
        sale = variables["sale"]
        cancelled = sale is not None and sale["state"] == "cancel"
        return [one for one in sale["attempts"] if attempts.is_live(one)] if cancelled else []

    @pure
    def cancelled_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at when the order is cancelled and the payment found stands."""
        given = (variables["sale"], variables["attempt"], variables["payment"])
        stands = any(one["state"] in booking.STANDING for one in variables["found"])
        return with_branch(booking.cancelled(*given, exchange.created), exchange.branch) if stands else []
