"""Signals as things to await."""

import asyncio
import signal
from collections.abc import Awaitable, Callable


class Signals:
    """SIGTERM, SIGINT and, with something to reload, SIGHUP: heard from now on, acted on in `stop`."""

    def __init__(self, on_reload: Callable[[], Awaitable[object]] | None = None) -> None:
        """`on_reload` is called for each SIGHUP."""
        self._on_reload = on_reload
        self._heard: asyncio.Queue[signal.Signals] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        wanted = (signal.SIGTERM, signal.SIGINT, *((signal.SIGHUP,) if on_reload is not None else ()))
        for one in wanted:
            loop.add_signal_handler(one, self._heard.put_nowait, one)

    async def stop(self) -> signal.Signals:
        """Return when the process is asked to end; a reload that runs then ends first."""
        while True:
            which = await self._heard.get()
            if which is not signal.SIGHUP or self._on_reload is None:
                return which
            await self._on_reload()
