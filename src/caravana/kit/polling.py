"""What every consumer that looks again and again shares: its task, the wait between two looks, news, and looks that fail."""

import asyncio
from abc import abstractmethod
from contextlib import suppress
from datetime import timedelta

import structlog

from caravana.kit.clock import Clock
from caravana.kit.component import Consumer
from caravana.kit.ports import Unavailable

PAUSE = 60.0
"""Seconds to the next look after one that failed for a reason that nobody foresaw."""
log = structlog.get_logger("caravana.polling")


class PollingConsumer(Consumer):
    """Looks, waits, and looks again, on one process at a time; at once when there is news.

    A look for which the journal is full or away is made again when the journal says; one that fails otherwise is told in the log
    with its cause, and made again after a minute: a consumer never ends by itself.
    """

    exclusive = True

    def __init__(self, name: str, clock: Clock, delay: timedelta, *, first: timedelta = timedelta(0)) -> None:
        """`name`: whose looks they are, for the log; `delay`: between two looks; `first`: before the first."""
        self._name = name
        self._clock = clock
        self._delay = delay.total_seconds()
        self._first = first.total_seconds()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @abstractmethod
    async def look(self) -> None:
        """Take what is there. Raises `Unavailable` when the journal takes nothing now."""

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run(), name=f"looks of {self._name}")

    async def stop(self) -> None:
        """Look no more; returns when the look under way has ended."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def tell(self) -> None:
        """There is news: look at once, or once more when a look is under way."""
        self._news.set()

    def seen(self) -> None:
        """What there was news of has just been looked at."""
        self._news.clear()

    async def _run(self) -> None:
        if self._first:
            await self._clock.sleep(self._first)
        while True:
            self._news.clear()
            await self._rest(await self._attempt())

    async def _attempt(self) -> float:
        """Look once; return the seconds to the next look."""
        try:
            await self.look()
        except Unavailable as error:
            return error.retry_after
        except Exception:
            log.exception("polling.look_failed", consumer=self._name, again_in=PAUSE)
            return PAUSE
        return self._delay

    async def _rest(self, seconds: float) -> None:
        """Wait for the time, or for news."""
        ways = [asyncio.ensure_future(one) for one in (self._clock.sleep(seconds), self._news.wait())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ways:
                one.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
