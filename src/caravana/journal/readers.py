"""A few connections for reading, opened when needed and given back after use."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg

from caravana.journal.batch import Connection


class Readers:
    """Lends up to `most` connections at once; after an error all idle ones are closed, since they have the same server."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], most: int) -> None:
        """`connect`: opens one, in autocommit mode."""
        self._connect = connect
        self._idle: list[Connection] = []
        self._free = asyncio.Semaphore(most)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend one connection. Raises `psycopg.Error` when the database is away, `TimeoutError` as the block does."""
        async with self._free:
            connection = self._idle.pop() if self._idle else await self._connect()
            try:
                yield connection
            except BaseException as error:  # also cancelled in the middle of an answer
                await _close(connection)
                if isinstance(error, psycopg.Error | TimeoutError):
                    await self.close()
                raise
            self._idle.append(connection)

    async def close(self) -> None:
        """Close all idle connections."""
        idle, self._idle = self._idle, []
        for connection in idle:
            await _close(connection)


async def _close(connection: Connection) -> None:
    with contextlib.suppress(psycopg.Error, OSError):
        await connection.close()
