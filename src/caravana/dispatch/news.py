"""Hints between the processes of one PostgreSQL: LISTEN and NOTIFY. A hint may get lost; whoever needs to know also looks."""

import asyncio
import contextlib
from collections.abc import Callable

import psycopg
import structlog

from caravana.journal.batch import CHANNEL, Connection
from caravana.journal.postgresql import connect

log = structlog.get_logger("caravana.dispatch")
RETRY_SECONDS = 1.0
PATIENCE = 5.0
"""Seconds in which a hint must be told."""


class News:
    """Hears what is told on the channel and tells others."""

    def __init__(self, url: str, hear: Callable[[str, str], None]) -> None:
        """`hear(kind, text)`: called on the event loop; with `again` after a time in which something may have been missed."""
        self._url = url
        self._hear = hear
        self._tasks: set[asyncio.Task[None]] = set()
        self._speaker: Connection | None = None
        self._speaking = asyncio.Lock()

    def start(self) -> None:
        """Begin to listen."""
        self._begin(self._listen())

    async def stop(self) -> None:
        """Listen no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._hang_up()

    def tell(self, kind: str, text: str) -> None:
        """Send a hint, soon."""
        self._begin(self._say(f"{kind}:{text}"))

    def _begin(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        while True:
            try:
                async with await connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._hear("again", "")
                    async for one in connection.notifies():
                        if self._speaker is None or one.pid != self._speaker.info.backend_pid:
                            kind, _, text = one.payload.partition(":")
                            self._hear(kind, text)
            except psycopg.Error as error:
                log.warning("news.lost", reason=str(error).splitlines()[0] if str(error) else "")
            await asyncio.sleep(RETRY_SECONDS)

    async def _say(self, payload: str) -> None:
        async with self._speaking:
            try:
                if self._speaker is None:
                    self._speaker = await connect(self._url, autocommit=True)
                async with asyncio.timeout(PATIENCE):
                    await self._speaker.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
            except (psycopg.Error, TimeoutError):
                await self._hang_up()

    async def _hang_up(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await speaker.close()
