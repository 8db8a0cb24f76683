"""The test's side of `watcher.py`."""

import asyncio
from collections.abc import Awaitable, Callable


class Watcher:
    """A process with `watcher.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def hears(self, *words: str) -> str:
        """Read on until the process says one of `words`; return that."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while (line := (await self.process.stdout.readline()).decode().strip()) not in words:
                assert line or not self.process.stdout.at_eof()
        return line

    def tell(self, order: str) -> None:
        """Give the process an order."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\n".encode())


WatcherStarter = Callable[[], Awaitable[Watcher]]
