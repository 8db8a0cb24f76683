"""`einvoice:due`: documents whose time has come: to be asked about, looked at in Odoo again, or told of.

The flow keeps in the store `einvoice_open` what is not over, each with the moment (`at`) at which something is due. Looking
costs one query of the journal and leaves nothing behind; a moment is handed in once.
"""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Context, Receiver, Unavailable

OPEN = "einvoice_open"
"""Store of the flow: by document, what is due when."""
MOST = 100_000
PAUSE = 60.0
"""Seconds to the next look after one that failed."""

_log = structlog.get_logger("caravana.einvoice")


class DueConsumer(Consumer):
    """Looks every `delay` at what is due."""

    exclusive = True

    def __init__(self, delay: timedelta, receiver: Receiver, context: Context) -> None:
        """`delay`: between two looks."""
        self._delay = delay.total_seconds()
        self._receiver = receiver
        self._context = context
        self._told: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=f"einvoice:due of {self._receiver.route_id}")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            await self._context.clock.sleep(await self._attempt())

    async def _attempt(self) -> float:
        """Look once and return the seconds to rest."""
        try:
            await self._look()
        except Unavailable as error:
            return error.retry_after
        except Exception:
            _log.exception("einvoice.look_failed", route=self._receiver.route_id)
            return PAUSE
        return self._delay

    async def _look(self) -> None:
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
