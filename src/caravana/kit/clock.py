"""Clocks: hub and sandboxes read the time from one of these, so that a demo can hurry and a test can wait at once."""

import asyncio
import heapq
import itertools
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

ENVIRONMENT = "CARAVANA_CLOCK"


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock's time."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(max(0.0, seconds))


class ScaledClock:
    """A clock `speed` times as fast as the machine's from `origin` on; equal in all processes that share its text form."""

    def __init__(self, origin: float, speed: float) -> None:
        """`origin`: Unix time at which both clocks agree; `speed`: seconds of this clock in one real second."""
        self.origin = origin
        self.speed = speed

    def now(self) -> datetime:
        """Return the scaled moment, aware, in UTC."""
        return datetime.fromtimestamp(self.origin + (time.time() - self.origin) * self.speed, UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of scaled time."""
        await asyncio.sleep(max(0.0, seconds / self.speed))

    def __str__(self) -> str:
        """Return the form that `clock_from_environment` reads."""
        return f"{self.origin!r},{self.speed!r}"


class ManualClock:
    """A clock that moves only when told to; sleepers wake when it passes their time."""

    def __init__(self, start: datetime | None = None) -> None:
        """`start`: the first moment shown, by default 2026-11-23 15:00 UTC."""
        self._now = start or datetime(2026, 11, 23, 15, tzinfo=UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._ticket = itertools.count()

    def now(self) -> datetime:
        """Return the moment last set."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been moved on by `seconds`."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._ticket), waiter))
        await waiter

    def advance(self, seconds: float) -> None:
        """Move the clock on by `seconds` and wake whoever waited for a moment passed."""
        self._now += timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= self._now:
            waiter = heapq.heappop(self._sleepers)[2]
            if not waiter.done():
                waiter.set_result(None)


def clock_from_environment() -> Clock:
    """Return the shared scaled clock named by `CARAVANA_CLOCK` ("origin,speed"), else the machine's clock."""
    text = os.environ.get(ENVIRONMENT)
    if not text:
        return SystemClock()
    origin, speed = text.split(",")
    return ScaledClock(float(origin), float(speed))
