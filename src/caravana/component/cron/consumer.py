"""The firing side of `cron:`."""

import asyncio
from contextlib import suppress
from datetime import datetime

from caravana.component.cron.schedule import Schedule
from caravana.kit.clock import Clock
from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Receiver, Unavailable

_LONGEST_SLEEP = 60.0
"""Seconds: the machine's clock may be set or the machine suspended, so a long wait is looked at again."""
_LOOK_AGAIN = 1.0
"""Seconds between two looks whether the last firing's exchange has ended."""


class CronConsumer(Consumer):
    """Fires at the schedule's moments; several missed ones count as one, the last of them.

    The cursor is the last moment that was fired (at the very first start: the start), so a firing that fell into a
    time when the hub was down comes at the next start, once.
    """

    exclusive = True

    def __init__(self, name: str, schedule: Schedule, receiver: Receiver, clock: Clock) -> None:
        """`name`: shown in headers."""
        self._name = name
        self._schedule = schedule
        self._receiver = receiver
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to wait for the first moment after the cursor."""
        stored, now = await self._receiver.cursor(), self._clock.now()
        fired = now if stored is None else min(datetime.fromisoformat(stored), now)  # the clock may have been ahead
        self._task = asyncio.create_task(self._run(fired, first=stored is None), name=f"cron:{self._name}")

    async def stop(self) -> None:
        """Fire no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, fired: datetime, *, first: bool) -> None:
        if first:
            await self._store([], fired)
        while (due := self._schedule.after(fired)) is not None:
            await self._wait_until(due)
            while await self._receiver.busy():
                await self._clock.sleep(_LOOK_AGAIN)
            latest = self._schedule.last(self._clock.now())
            fired = due if latest is None else max(due, latest)
            await self._store([self._arrival(fired)], fired)

    async def _wait_until(self, due: datetime) -> None:
        while (left := (due - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(left, _LONGEST_SLEEP))

    async def _store(self, arrivals: list[Arrival], fired: datetime) -> None:
        """Hand in, as often as it takes: the key makes a second hand-in of the same firing a duplicate."""
        while True:
            try:
                await self._receiver.accept(arrivals, cursor=fired.isoformat())
            except Unavailable as error:
                await self._clock.sleep(error.retry_after)
            else:
                return

    def _arrival(self, fired: datetime) -> Arrival:
        headers = {
            "CamelTimerFiredTime": fired,
            "CamelTimerName": self._name,
            "CamelMessageTimestamp": int(fired.timestamp() * 1000),
        }
        return Arrival(None, headers, key=fired.isoformat())
