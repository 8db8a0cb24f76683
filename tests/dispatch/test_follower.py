"""What keeps a dispatcher up with the disk."""

import asyncio
from typing import cast

from caravana.dispatch import Dispatcher, Follower


class Counting:
    """Counts the looks at the disk."""

    def __init__(self) -> None:
        self.looks = 0

    async def refresh(self) -> None:
        self.looks += 1

    reload = refresh


async def test_stop_is_heard_whenever_news_come() -> None:
    """A stop that falls together with news ends the following all the same (Python 3.11's `wait_for` lost it)."""
    for steps in range(8):
        follower = Follower(cast("Dispatcher", Counting()))
        follower.start()
        await asyncio.sleep(0.01)
        follower.work()
        for _ in range(steps):
            await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await follower.stop()
