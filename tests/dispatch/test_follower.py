"""What keeps a dispatcher up with the disk."""

import asyncio
from typing import cast

import pytest

from caravana.dispatch import Dispatcher, Follower, follower


class Counting:
    """Counts the looks at the disk, and those from the beginning."""

    def __init__(self) -> None:
        self.looks = self.whole = 0

    async def refresh(self) -> None:
        self.looks += 1

    async def reload(self) -> None:
        self.looks += 1
        self.whole += 1


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


async def test_all_is_looked_at_now_and_then_however_much_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """News without end do not put off the look from the beginning, which finds what news were lost of."""
    monkeypatch.setattr(follower, "WHOLE_EVERY", 0.2)
    disk = Counting()
    following = Follower(cast("Dispatcher", disk))
    following.start()
    for _ in range(50):
        following.work()
        await asyncio.sleep(0.01)
    await following.stop()
    assert disk.whole
    assert disk.looks > disk.whole
