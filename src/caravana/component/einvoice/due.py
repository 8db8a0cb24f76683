"""`einvoice:due`: documents whose time has come: to be asked about, looked at in Odoo again, or told of.

The flow keeps in the store `einvoice_open` what is not over, each with the moment (`at`) at which something is due. Looking
costs one query of the journal and leaves nothing behind; a moment is handed in once.
"""

from datetime import datetime, timedelta
from typing import Any

from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Context, Receiver

OPEN = "einvoice_open"
"""Store of the flow: by document, what is due when."""
MOST = 100_000


class DueConsumer(PollingConsumer):
    """Looks every `delay` at what is due."""

    def __init__(self, delay: timedelta, receiver: Receiver, context: Context) -> None:
        """`delay`: between two looks."""
        super().__init__(receiver.route_id, context.clock, delay)
        self._receiver = receiver
        self._context = context
        self._told: dict[str, str] = {}

    async def look(self) -> None:
        """Hand in what is due. Raises `Unavailable`."""
        found = dict(await self._context.store.find(OPEN, "", MOST))
        self._told = {key: at for key, at in self._told.items() if key in found}
        now = self._context.clock.now()
        due = {key: one for key, one in found.items() if self._is_due(key, one, now)}
        if not due:
            return
        await self._receiver.accept([_arrival(key, one) for key, one in due.items()])
        self._told |= {key: one["at"] for key, one in due.items()}

    def _is_due(self, key: str, one: dict[str, Any], now: datetime) -> bool:
        return one["at"] != self._told.get(key) and datetime.fromisoformat(one["at"]) <= now


def _arrival(key: str, one: dict[str, Any]) -> Arrival:
    return Arrival(
        body={"key": key, **one},
        key=f"{key}@{one['at']}",
        lane=f"einvoice-due:{key}",
        business_keys=(("invoice", key),),
        branch=one.get("branch"),
    )
