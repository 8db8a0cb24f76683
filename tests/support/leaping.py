"""A clock that a test moves ahead while the hub has nothing to do, so that minutes until the next look cost no seconds."""

import asyncio
import heapq
import itertools
import mmap
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from caravana.engine.hub import Hub
from caravana.kit.clock import ScaledClock

PAUSE = 0.01
"""Real seconds between two leaps, in which what a leap has woken begins."""
STEP = 5.0
"""Scaled seconds of one leap; what is due within them comes at once, in its order."""


class LeapingClock(ScaledClock):
    """A scaled clock that can also be moved ahead, at once for all processes that hold it by its `file`."""

    def __init__(self, origin: float, speed: float, file: Path | None = None) -> None:
        """`origin`, `speed`: as of a scaled clock. `file`: where processes find how far it was moved; None for one process."""
        super().__init__(origin, speed)
        self.file = file
        if file is None:
            self._ahead = mmap.mmap(-1, 8)
        else:
            file.touch()
            with file.open("r+b") as opened:
                opened.truncate(8)
                self._ahead = mmap.mmap(opened.fileno(), 8)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._ticket = itertools.count()
        self.following: asyncio.Task[None] | None = None

    @property
    def ahead(self) -> float:
        """Scaled seconds by which it was moved."""
        found: float = struct.unpack("d", self._ahead)[0]
        return found

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return super().now() + timedelta(seconds=self.ahead)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has come on by `seconds`, by itself or by leaps."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        loop = asyncio.get_running_loop()
        due, waiter = self.now().timestamp() + seconds, loop.create_future()
        timer = loop.call_later(seconds / self.speed, _wake, waiter)
        heapq.heappush(self._sleepers, (due, next(self._ticket), waiter))
        try:
            await waiter
        finally:
            timer.cancel()

    def leap(self, seconds: float) -> None:
        """Move the clock ahead, and wake who slept until a moment that is over."""
        struct.pack_into("d", self._ahead, 0, self.ahead + seconds)
        self.wake()

    def wake(self) -> None:
        """Wake who slept until a moment that is over."""
        now = self.now().timestamp()
        while self._sleepers and self._sleepers[0][0] <= now:
            _wake(heapq.heappop(self._sleepers)[2])

    @asynccontextmanager
    async def hurrying(
        self, idle: Callable[[], Awaitable[bool]] | None = None, step: float = STEP
    ) -> AsyncIterator[None]:
        """Leap by `step` again and again while the block runs, whenever the hub is `idle`; without that whatever it does."""

        async def leaping() -> None:
            while True:
                await asyncio.sleep(PAUSE)
                if idle is None or await idle():
                    self.leap(step)

        task = asyncio.create_task(leaping())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def follow(self) -> None:
        """Wake sleepers of this process after leaps that another process makes; runs until it is cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            self.wake()


async def at_rest(hub: Hub) -> bool:
    """Whether the hub carries nothing out: what is unfinished waits for a moment or for a person."""
    dispatcher = hub.dispatcher
    return not (dispatcher.running or dispatcher._reserved or dispatcher._has_ready())


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
