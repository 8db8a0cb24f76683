"""The firing side of `timer:`."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Any

from caravana.component.timer.spec import TimerOptions
from caravana.kit.clock import Clock
from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Receiver, Unavailable

_LOOK_AGAIN = 1.0
"""Seconds between two looks whether the last firing's exchange has ended (less when the period is shorter)."""


class TimerConsumer(Consumer):
    """Fires on the hub's clock.

    A firing that falls into the work of the last one waits for its end, and all that fell into it count as one. The
    cursor is the last firing's time, so a restart keeps the distance to it. A timer with a `repeatCount` counts from
    the start of the hub, as Camel's does, and looks at no cursor.
    """

    exclusive = True

    def __init__(self, name: str, options: TimerOptions, receiver: Receiver, clock: Clock) -> None:
        """`name`: the timer's name."""
        self._name = name
        self._options = options
        self._receiver = receiver
        self._clock = clock
        self._fired = 0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to wait for the first firing."""
        last, now = await self._receiver.cursor(), self._clock.now()
        due = now + self._options.delay
        if last is not None and not self._options.repeat_count:
            fired = min(datetime.fromisoformat(last), now)  # the clock may have been ahead
            due = max(due, fired + self._options.period)
        self._task = asyncio.create_task(self._run(due), name=f"timer:{self._name}")

    async def stop(self) -> None:
        """Fire no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self, due: datetime) -> None:
        while True:
            await self._wait_until(due)
            await self._wait_until_idle()
            await self._fire(due)
            if self._is_last():
                return
            due = self._next(due)

    async def _wait_until(self, due: datetime) -> None:
        while (left := (due - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(left)

    async def _wait_until_idle(self) -> None:
        pause = min(_LOOK_AGAIN, self._options.period.total_seconds() or _LOOK_AGAIN)
        while await self._receiver.busy():
            await self._clock.sleep(pause)

    async def _fire(self, due: datetime) -> None:
        """Hand the firing in, as often as it takes: the key makes a second hand-in of the same firing a duplicate."""
        arrival = self._arrival(due)
        while True:
            try:
                await self._receiver.accept([arrival], cursor=due.isoformat())
            except Unavailable as error:
                await self._clock.sleep(error.retry_after)
            else:
                self._fired += 1
                return

    def _arrival(self, due: datetime) -> Arrival:
        now, count = self._clock.now(), self._fired + 1
        headers = {
            "CamelTimerFiredTime": now,
            "CamelTimerName": self._name,
            "CamelTimerCounter": count,
            "CamelMessageTimestamp": int(now.timestamp() * 1000),
        }
        properties: dict[str, Any] = {}
        if self._options.include_metadata:
            properties = {
                "CamelTimerName": self._name,
                "CamelTimerCounter": count,
                "CamelTimerPeriod": int(self._options.period.total_seconds() * 1000),
                "CamelTimerFiredTime": now,
            }
        return Arrival(None, headers, key=due.isoformat(), properties=properties)

    def _is_last(self) -> bool:
        return not self._options.period or self._fired == self._options.repeat_count

    def _next(self, due: datetime) -> datetime:
        """Return the next firing: a period from now, or on the grid the first place that is not yet past."""
        now, period = self._clock.now(), self._options.period
        if not self._options.fixed_rate:
            return now + period
        return due + period * ((now - due) // period + 1)
