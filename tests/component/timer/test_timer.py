"""The `timer` component."""

from datetime import timedelta

import pytest

from caravana.component.timer import TimerComponent
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Unavailable
from caravana.kit.uri import Uri
from tests.component.harness import START, Hub, Inbox, SteppedClock, readme_endpoints


async def _start(address: str, inbox: Inbox) -> tuple[Consumer, SteppedClock]:
    clock = SteppedClock()
    consumer = TimerComponent(Hub(clock=clock)).endpoint(Uri.parse(address)).consumer(inbox)
    await consumer.start()
    await clock.asleep()
    return consumer, clock


async def test_fires_after_the_delay_and_then_every_period() -> None:
    """The first firing waits for the delay, each further one for the period."""
    inbox = Inbox()
    consumer, clock = await _start("timer:t?delay=2s&period=10s", inbox)
    for seconds in (1, 1, 9, 1):
        await clock.step(seconds)
    await consumer.stop()
    assert [one.headers["CamelTimerFiredTime"] for one in inbox.accepted] == [
        START + timedelta(seconds=2),
        START + timedelta(seconds=12),
    ]


async def test_an_arrival_has_no_body_and_tells_the_timer() -> None:
    """Name, count and firing time are headers; the firing's time is the key."""
    inbox = Inbox()
    consumer, clock = await _start("timer:t?delay=1s&includeMetadata=true", inbox)
    await clock.step(1)
    await consumer.stop()
    [arrival] = inbox.accepted
    assert arrival.body is None
    assert (arrival.headers["CamelTimerName"], arrival.headers["CamelTimerCounter"]) == ("t", 1)
    assert arrival.key == (START + timedelta(seconds=1)).isoformat()
    assert arrival.properties["CamelTimerPeriod"] == 1000


async def test_nothing_fires_while_the_last_exchange_is_unfinished() -> None:
    """Ticks that fall into unfinished work leave nothing, and afterwards count as one."""
    inbox = Inbox()
    consumer, clock = await _start("timer:t?delay=1s&period=1s", inbox)
    await clock.step(1)
    inbox.unfinished = True
    for _ in range(5):
        await clock.step(1)
    assert len(inbox.accepted) == 1
    inbox.unfinished = False
    await clock.step(1)
    await consumer.stop()
    assert len(inbox.accepted) == 2


async def test_repeat_count_ends_the_firing() -> None:
    """After the count nothing fires any more."""
    inbox = Inbox()
    consumer, clock = await _start("timer:t?delay=1s&period=1s&repeatCount=2", inbox)
    await clock.step(1)
    clock.advance(1)
    await inbox.next()
    await inbox.next()
    clock.advance(10)
    await consumer.stop()
    assert len(inbox.accepted) == 2


async def test_fixed_rate_keeps_the_grid_and_counts_missed_firings_as_one() -> None:
    """A long pause brings one firing, and the next one stands on the old grid."""
    inbox = Inbox()
    consumer, clock = await _start("timer:t?delay=0&period=10s&fixedRate=true", inbox)
    await clock.step(35)
    await clock.step(5)
    await consumer.stop()
    seconds = [(one.headers["CamelTimerFiredTime"] - START).total_seconds() for one in inbox.accepted]
    assert seconds == [0, 35, 40]


async def test_a_restart_keeps_the_distance_to_the_last_firing() -> None:
    """The stored cursor holds the next firing back, so that starts do not add firings."""
    inbox = Inbox()
    inbox.stored_cursor = (START - timedelta(minutes=20)).isoformat()
    consumer, clock = await _start("timer:t?period=1h", inbox)
    await clock.step(39 * 60)
    assert inbox.accepted == []
    await clock.step(60)
    await consumer.stop()
    assert len(inbox.accepted) == 1


async def test_a_firing_that_cannot_be_stored_is_handed_in_again() -> None:
    """While the journal takes nothing the same firing waits; it is neither lost nor doubled."""
    inbox = Inbox()
    inbox.failure = Unavailable("full", retry_after=5)
    consumer, clock = await _start("timer:t?delay=0&period=1h", inbox)
    inbox.failure = None
    await clock.step(5)
    await consumer.stop()
    assert [one.key for one in inbox.accepted] == [START.isoformat()]
    assert inbox.stored_cursor == START.isoformat()


def test_it_runs_in_one_process_only() -> None:
    """A timer asks for a lease."""
    assert TimerComponent(Hub()).endpoint(Uri.parse("timer:t")).consumer(Inbox()).exclusive


@pytest.mark.parametrize("address", ["timer:", "timer:t?period=-1", "timer:t?period=soon", "timer:t?daemon=false"])
def test_wrong_addresses_are_refused(address: str) -> None:
    """A missing name, a negative or unreadable duration and an unsupported option are errors before start."""
    with pytest.raises(ConfigurationError):
        TimerComponent(Hub()).endpoint(Uri.parse(address))


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(TimerComponent(Hub()))) == 1


async def test_a_clock_that_was_ahead_stops_nothing() -> None:
    """A cursor of the future, from before the clock was put right, does not put the next firing off until then."""
    inbox = Inbox()
    inbox.stored_cursor = (START + timedelta(days=3650)).isoformat()
    consumer, clock = await _start("timer:t?period=10s", inbox)
    await clock.step(10)
    await consumer.stop()
    assert len(inbox.accepted) == 1
