"""Signals as things to await."""

import asyncio
import signal
from collections.abc import Awaitable, Callable


async def stop_signal(on_reload: Callable[[], Awaitable[object]] | None = None) -> signal.Signals:
    """Return when the process is asked to end (SIGTERM, SIGINT); each SIGHUP calls `on_reload`.

    A call that runs when the end is asked for is waited for.
    """
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[signal.Signals] = loop.create_future()
    reloads: set[asyncio.Future[object]] = set()

    def stop(which: signal.Signals) -> None:
        if not asked.done():
            asked.set_result(which)

    def reload(on_reload: Callable[[], Awaitable[object]]) -> None:
        task = asyncio.ensure_future(on_reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop, one)
    if on_reload is not None:
        loop.add_signal_handler(signal.SIGHUP, reload, on_reload)
    which = await asked
    await asyncio.gather(*reloads)
    return which
