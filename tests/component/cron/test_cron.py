"""The `cron` component."""

import asyncio
from datetime import timedelta

import pytest

from caravana.component.cron import CronComponent
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Unavailable
from caravana.kit.uri import Uri
from tests.component.harness import START, Hub, Inbox, SteppedClock, readme_endpoints

HOURLY = "cron:c?schedule=0+*+*+*+*"


async def _start(inbox: Inbox, address: str = HOURLY) -> tuple[Consumer, SteppedClock]:
    clock = SteppedClock()
    consumer = CronComponent(Hub(clock=clock)).endpoint(Uri.parse(address)).consumer(inbox)
    await consumer.start()
    await clock.asleep()
    return consumer, clock


async def test_fires_at_the_scheduled_moment() -> None:
    """The arrival has no body, and carries the scheduled moment as header and key."""
    inbox = Inbox()
    consumer, clock = await _start(inbox)
    await clock.step(3600)
    await consumer.stop()
    [arrival] = inbox.accepted
    due = START + timedelta(hours=1)
    assert (arrival.body, arrival.headers["CamelTimerFiredTime"], arrival.key) == (None, due, due.isoformat())


async def test_the_first_start_notes_its_time() -> None:
    """Without a cursor the start counts as the last firing, so that a later outage is noticed."""
    inbox = Inbox()
    consumer, _ = await _start(inbox)
    await consumer.stop()
    assert (inbox.stored_cursor, inbox.accepted) == (START.isoformat(), [])


async def test_moments_missed_while_down_fire_once_at_start() -> None:
    """Three scheduled hours without a hub bring one firing: the last of them."""
    inbox = Inbox()
    inbox.stored_cursor = (START - timedelta(hours=3, minutes=30)).isoformat()
    consumer, _ = await _start(inbox)
    await consumer.stop()
    assert [one.key for one in inbox.accepted] == [START.isoformat()]
    assert inbox.stored_cursor == START.isoformat()


async def test_a_restart_does_not_repeat_a_firing() -> None:
    """What the cursor says was fired is not fired again."""
    inbox = Inbox()
    inbox.stored_cursor = START.isoformat()
    consumer, _ = await _start(inbox)
    await consumer.stop()
    assert inbox.accepted == []


async def test_nothing_fires_while_the_last_exchange_is_unfinished() -> None:
    """Moments that fall into unfinished work leave nothing, and afterwards count as one."""
    inbox = Inbox()
    inbox.unfinished = True
    consumer, clock = await _start(inbox)
    for _ in range(3):
        await clock.step(3600)
    assert inbox.accepted == []
    inbox.unfinished = False
    await clock.step(1)
    await consumer.stop()
    assert [one.key for one in inbox.accepted] == [(START + timedelta(hours=3)).isoformat()]


async def test_a_firing_that_cannot_be_stored_is_handed_in_again() -> None:
    """While the journal takes nothing the firing waits; it is neither lost nor doubled."""
    inbox = Inbox()
    consumer, clock = await _start(inbox)
    inbox.failure = Unavailable("full", retry_after=5)
    await clock.step(3600)
    inbox.failure = None
    await clock.step(5)
    await consumer.stop()
    assert len(inbox.accepted) == 1


async def test_the_first_start_waits_for_nobody() -> None:
    """A journal that takes nothing does not hold up the start, so that the consumer can be stopped again."""
    inbox = Inbox()
    inbox.failure = Unavailable("taken over", retry_after=5)
    async with asyncio.timeout(1):
        consumer, clock = await _start(inbox)
    inbox.failure = None
    await clock.step(5)
    await consumer.stop()
    assert inbox.stored_cursor == START.isoformat()


async def test_a_clock_that_was_ahead_stops_nothing() -> None:
    """A cursor of the future, from before the clock was put right, does not put the next firing off until then."""
    inbox = Inbox()
    inbox.stored_cursor = (START + timedelta(days=3650)).isoformat()
    consumer, clock = await _start(inbox)
    await clock.step(3600)
    await consumer.stop()
    assert [one.key for one in inbox.accepted] == [(START + timedelta(hours=1)).isoformat()]


@pytest.mark.parametrize("address", ["cron:c", "cron:?schedule=0+*+*+*+*", "cron:c?schedule=nonsense"])
def test_wrong_addresses_are_refused(address: str) -> None:
    """A missing schedule or name and an unreadable expression are errors before start."""
    with pytest.raises(ConfigurationError):
        CronComponent(Hub()).endpoint(Uri.parse(address))


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(CronComponent(Hub()))) == 2
