"""Keeps a dispatcher up with work that other processes put on disk."""

import asyncio
import contextlib

import structlog

from caravana.dispatch.dispatcher import Dispatcher

log = structlog.get_logger("caravana.dispatch")
EVERY = 1.0
"""Seconds after which the disk is looked at without being told."""
WHOLE_EVERY = 60.0
"""Seconds after which the disk is read from the beginning: news of older work may have been lost."""


class Follower:
    """Looks at the disk when told, and now and then anyway; any number of hints make one look."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        """`dispatcher`: what is kept up."""
        self._dispatcher = dispatcher
        self._news = asyncio.Event()
        self._whole = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def work(self) -> None:
        """There is new work."""
        self._news.set()

    def again(self) -> None:
        """Older work may run now, or shards were won."""
        self._whole = True
        self._news.set()

    async def _follow(self) -> None:
        now = asyncio.get_running_loop().time
        looked = now()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):  # `wait_for` of Python 3.11 loses a stop that comes with news
                    await self._news.wait()
            self._news.clear()
            begun = now()
            whole, self._whole = self._whole or begun - looked >= WHOLE_EVERY, False
            try:
                await (self._dispatcher.reload() if whole else self._dispatcher.refresh())
            except Exception as error:  # the journal is away
                log.warning("dispatch.load_failed", reason=str(error))
                self._whole |= whole
                await asyncio.sleep(EVERY)
            else:
                looked = begun if whole else looked
