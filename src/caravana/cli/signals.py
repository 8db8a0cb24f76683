"""Signals as things to await."""

import asyncio
import signal
from collections.abc import Callable


async def stop_signal(on_reload: Callable[[], None] | None = None) -> signal.Signals:
    """Return when the process is asked to end (SIGTERM, SIGINT); each SIGHUP calls `on_reload`."""
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[signal.Signals] = loop.create_future()

    def stop(which: signal.Signals) -> None:
        if not asked.done():
            asked.set_result(which)

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop, one)
    if on_reload is not None:
        loop.add_signal_handler(signal.SIGHUP, on_reload)
    return await asked
