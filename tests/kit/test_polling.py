"""Consumers that look again and again: when they look, what makes them look at once, and that nothing ends them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from caravana.kit.clock import ManualClock
from caravana.kit.polling import PAUSE, PollingConsumer
from caravana.kit.ports import Unavailable


class Looks(PollingConsumer):
    """Counts its looks; what a test lays into `trouble` each look raises in turn."""

    def __init__(self, clock: ManualClock, first: float = 0.0) -> None:
        super().__init__("looks", clock, timedelta(seconds=10), first=timedelta(seconds=first))
        self.count = 0
        self.trouble: list[Exception] = []
        self.during: Callable[[], None] = lambda: None

    async def look(self) -> None:
        """Count."""
        self.count += 1
        self.during()
        if self.trouble:
            raise self.trouble.pop(0)


async def settle() -> None:
    """Let what is ready run."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def looking(first: float = 0.0) -> AsyncIterator[tuple[Looks, ManualClock]]:
    """Run the consumer while the block runs."""
    clock = ManualClock()
    consumer = Looks(clock, first)
    await consumer.start()
    await settle()
    yield consumer, clock
    await consumer.stop()


async def after(clock: ManualClock, consumer: Looks, seconds: float) -> int:
    """Return how often it has looked after so many seconds more."""
    clock.advance(seconds)
    await settle()
    return consumer.count


async def test_it_looks_at_once_and_then_after_each_delay() -> None:
    """Never sooner, and not before its first wait is over."""
    async with looking() as (consumer, clock):
        assert consumer.count == 1
        assert [await after(clock, consumer, seconds) for seconds in (9, 1, 10)] == [1, 2, 3]
    async with looking(first=5.0) as (consumer, clock):
        assert [consumer.count, await after(clock, consumer, 4), await after(clock, consumer, 1)] == [0, 0, 1]


async def test_news_makes_it_look_at_once() -> None:
    """Also news that comes while it looks; what it has just looked at is no news."""
    async with looking() as (consumer, clock):
        consumer.tell()
        await settle()
        assert consumer.count == 2
        consumer.during = lambda: consumer.tell() if consumer.count == 3 else None
        assert await after(clock, consumer, 10) == 4
        consumer.tell()
        consumer.during = consumer.seen
        await settle()
        assert consumer.count == 5


async def test_a_journal_that_takes_nothing_is_asked_again_when_it_says() -> None:
    """Sooner than the usual delay, or later."""
    async with looking() as (consumer, clock):
        consumer.trouble = [Unavailable("full", 3.0), Unavailable("full", 30.0)]
        assert [await after(clock, consumer, seconds) for seconds in (10, 3, 29, 1)] == [2, 3, 3, 4]


async def test_what_nobody_foresaw_is_told_and_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The log has the cause, and the next look comes after a minute."""
    async with looking() as (consumer, clock):
        consumer.trouble = [ZeroDivisionError("by nothing")]
        assert await after(clock, consumer, 10) == 2
        assert [await after(clock, consumer, seconds) for seconds in (PAUSE - 1, 1, 10)] == [2, 3, 4]
    told = capsys.readouterr().out
    assert ("polling.look_failed" in told, "by nothing" in told) == (True, True)


async def test_stopped_it_looks_no_more() -> None:
    """Stopping twice is stopping once, and it can be started again."""
    async with looking() as (consumer, clock):
        await consumer.stop()
        await consumer.stop()
        consumer.tell()
        assert await after(clock, consumer, 100) == 1
        await consumer.start()
        await settle()
        assert consumer.count == 2
