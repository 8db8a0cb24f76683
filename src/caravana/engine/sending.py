"""Messages that the operator hands in: to a route of the running hub, whose answer is waited for."""

from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.engine.masking import shown
from caravana.kit.ports import Arrival, Outcome

PATIENCE = 30.0
"""Seconds that one call waits for an answer; whoever wants it asks again."""


class Sending(Desk):
    """What `caravana import` uses."""

    async def request(self, route: str, body: Any) -> dict[str, Any]:
        """Put a message for a route on disk, run it, and return its answer, or how far it is after some time.

        Raises `AdminError` when no hub runs here or has such a route.
        """
        if self.hub is None or not self.running:
            raise AdminError("no hub runs here")
        receiver = self.hub.receivers.get(route)
        if receiver is None:
            raise AdminError(f"there is no route `{route}`", 404)
        return _told(await receiver.request(Arrival(body)))

    async def reply(self, exchange: str) -> dict[str, Any]:
        """Return the answer of an earlier request, or how far it is after some time."""
        if self.hub is None or not self.running:
            raise AdminError("no hub runs here")
        return _told(await self.hub.requests.answer(exchange, PATIENCE))


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "exchange": outcome.id,
        "state": str(outcome.state),
        "body": shown(outcome.body, reveal=True),
        "error": outcome.error,
        "error_class": outcome.error_class,
    }
