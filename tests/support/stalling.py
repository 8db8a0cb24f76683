"""A way to PostgreSQL that is cut, or stalls: what is under way is taken and never delivered, and nobody is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit


class Stalling:
    """Passes on what comes over TCP to the server's Unix socket, until it stalls or is cut."""

    def __init__(self, url: str, port: int) -> None:
        parts = urlsplit(url)
        self.url = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}"
        self.turn = asyncio.Event()
        """Set when the connections that are made now stall."""
        self.whole = True
        """Whether new connections come through."""
        self.writers: list[asyncio.StreamWriter] = []

    def stall(self) -> None:
        """From now on nothing passes over the connections that stand; new ones are as good as ever."""
        self.turn.set()
        self.turn = asyncio.Event()

    def cut(self) -> None:
        """Close what stands, and whatever is opened until `whole` is set."""
        self.whole = False
        for writer in self.writers:
            writer.close()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, turn: asyncio.Event) -> None:
        """Pass on one way of a connection made in `turn`."""
        while data := await reader.read(65536):
            if turn.is_set():
                await asyncio.Event().wait()
            writer.write(data)
        writer.close()


@contextlib.asynccontextmanager
async def stalling(url: str) -> AsyncIterator[Stalling]:
    """Stand before the server of `url`."""
    [folder] = parse_qs(urlsplit(url).query)["host"]
    tasks: set[asyncio.Task[None]] = set()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not found.whole:
            writer.close()
            return
        turn = found.turn
        there, back = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        found.writers.extend((writer, back))
        for ways in ((reader, back), (there, writer)):
            tasks.add(asyncio.create_task(found.pass_on(*ways, turn)))

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    found = Stalling(url, server.sockets[0].getsockname()[1])
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in found.writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
