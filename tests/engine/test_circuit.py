"""The circuit of a connection: what opens and closes it, and how waiting work drains. Hubs share it in `test_circuit_shared`."""

import asyncio
from datetime import timedelta

from caravana.engine.circuit import Circuit
from caravana.engine.gate import Gate
from caravana.engine.limits import Limits
from caravana.journal.model import Breaker
from caravana.kit.clock import Clock, ManualClock
from caravana.kit.errors import RateLimited, Refused, Transient, Unknown

NAME = "partner:test"
AWAY = Transient("away")


def circuit(clock: Clock | None = None, **limits: float) -> Circuit:
    """A circuit that opens at the second failure."""
    return Circuit(NAME, Limits(**{"failures": 2, "live": 4, "bulk": 0, **limits}), clock or ManualClock())  # type: ignore[arg-type]


def opened(one: Circuit) -> None:
    """Make the circuit open."""
    while one.state == "closed":
        one.failed(one.era, AWAY)


def test_failures_in_a_row_open_it() -> None:
    """An answer, be it a refusal, begins the count anew; two failures in a row open the circuit, and that is to be told."""
    one = circuit()
    assert not one.failed(one.era, AWAY)
    assert not one.succeeded(one.era)
    assert not one.failed(one.era, AWAY)
    assert one.failed(one.era, AWAY)
    assert one.state == "open"
    refusal = one.refusal()
    assert refusal is not None
    assert (refusal.code, refusal.retry_after) == ("circuit", 5.0)


def test_unknown_outcome_counts_on_trial_only() -> None:
    """Lost answers do not open a closed circuit; one of a probe does, since it proved nothing."""
    clock = ManualClock()
    one = circuit(clock)
    for _ in range(5):
        assert not one.failed(one.era, Unknown("cut"))
    opened(one)
    clock.advance(5)
    one.probing = True
    assert one.failed(one.era, Unknown("cut"))
    assert one.state == "open"


def test_it_rests_longer_after_each_probe_that_fails() -> None:
    """5 s, 10, 20, 40, then a minute each time; the partner's own word goes before."""
    clock = ManualClock()
    one = circuit(clock)
    opened(one)
    rests = []
    for _ in range(6):
        assert one.open_until is not None
        rests.append((one.open_until - clock.now()).total_seconds())
        clock.advance(rests[-1])
        one.probing = True
        one.failed(one.era, AWAY)
    assert rests == [5, 10, 20, 40, 60, 60]
    clock.advance(60)
    one.probing = True
    one.failed(one.era, Transient("maintenance", retry_after=300))
    assert one.open_until == clock.now() + timedelta(seconds=300)


def test_one_request_for_patience_opens_it() -> None:
    """429 opens at once for as long as it says; the same answer to calls under way changes nothing, a longer one does."""
    clock = ManualClock()
    one = circuit(clock)
    era = one.era
    assert one.failed(era, RateLimited("slow", retry_after=30))
    assert not one.failed(era, RateLimited("slow", retry_after=30))
    assert one.failed(era, RateLimited("slower", retry_after=90))
    assert one.open_until == clock.now() + timedelta(seconds=90)


def test_late_outcomes_say_nothing() -> None:
    """What becomes of a call that began before the circuit opened neither closes nor opens it."""
    one = circuit()
    era = one.era
    opened(one)
    assert not one.succeeded(era)
    assert one.state == "open"
    one.reset()
    assert not one.failed(era, AWAY)
    assert one.state == "ramp"


def test_younger_row_counts() -> None:
    """What another process stored is taken over when it is younger, and only then."""
    clock = ManualClock()
    one, other = circuit(clock), circuit(clock)
    opened(one)
    one.version = 7
    assert other.adopt(one.row())
    assert (other.state, other.failures, other.reason, other.open_until) == ("open", 2, "away", one.open_until)
    assert not other.adopt(one.row())
    assert not other.adopt(Breaker(NAME, "closed", 0, None, None, 6))
    assert other.adopt(Breaker(NAME, "closed", 0, None, None, 8))
    assert other.state == "ramp"


class Alone:
    """No other process; what would be told is counted."""

    processes = 1
    told = 0
    free = True

    def tell(self, circuit: Circuit) -> None:
        self.told += 1

    async def claim(self, circuit: Circuit, seconds: float) -> bool:
        return self.free


class Calls:
    """Calls through a gate that end when told."""

    def __init__(self, **limits: float) -> None:
        self.clock = ManualClock()
        self.others = Alone()
        self.gate = Gate(NAME, Limits(**{"failures": 1, **limits}), self.clock, self.others)  # type: ignore[arg-type]
        self.under_way: list[asyncio.Future[str]] = []
        self.tasks: list[asyncio.Task[str]] = []

    async def begin(self, count: int) -> None:
        """Begin `count` calls."""
        self.tasks += [asyncio.create_task(self.gate.call(self._act, bulk=False, seconds=1)) for _ in range(count)]
        await self.settled()

    async def end(self, error: Exception | None = None) -> None:
        """Let all calls that are under way end."""
        ending, self.under_way = [one for one in self.under_way if not one.done()], []
        for one in ending:
            one.set_exception(error) if error else one.set_result("done")
        await self.settled()

    async def settled(self) -> None:
        """Let every task go as far as it can: nothing here waits for anything outside the loop."""
        for _ in range(200):
            await asyncio.sleep(0)

    def outcomes(self) -> list[str]:
        """Return how the calls ended."""
        ended = [one for one in self.tasks if one.done()]
        return [type(one.exception()).__name__ if one.exception() else one.result() for one in ended]

    async def _act(self) -> str:
        call = asyncio.get_running_loop().create_future()
        self.under_way.append(call)
        result: str = await call
        return result


async def half_open(**limits: float) -> Calls:
    """Return calls through a gate whose circuit has opened and may be tried."""
    calls = Calls(**limits)
    await calls.begin(1)
    await calls.end(Transient("away"))
    await calls.begin(1)
    assert calls.outcomes() == ["Transient", "Transient"]
    calls.tasks.clear()
    calls.clock.advance(5)
    assert calls.gate.circuit.state == "half_open"
    return calls


async def test_waiting_work_drains_with_a_ramp() -> None:
    """One call probes while the rest waits; then 2, 4, 8 … go out at once as answers come, up to the limit."""
    calls = await half_open(live=16, bulk=4)
    await calls.begin(40)
    widths = []
    while calls.under_way:
        widths.append(len(calls.under_way))
        await calls.end()
    assert widths == [1, 2, 4, 8, 16, 9]
    assert calls.outcomes() == ["done"] * 40
    assert calls.gate.circuit.state == "closed"
    assert calls.others.told == 2


async def test_failure_during_the_ramp_opens_again() -> None:
    """One failure on the way up is enough: who waits is told at once, and nothing more goes out."""
    calls = await half_open(failures=1)
    await calls.begin(10)
    await calls.end()
    assert len(calls.under_way) == 2
    await calls.end(Transient("away again"))
    assert calls.outcomes() == ["done"] + ["Transient"] * 9
    assert calls.gate.circuit.state == "open"
    assert calls.under_way == []


async def test_probe_that_is_refused_closes() -> None:
    """A partner that judges what it is asked is there."""
    calls = await half_open()
    await calls.begin(3)
    await calls.end(Refused("no such order"))
    assert calls.gate.circuit.state == "ramp"
    assert len(calls.under_way) == 2


async def test_probe_that_learns_nothing_leaves_it_to_the_next() -> None:
    """A probe that is cut off before an answer gives the right to probe to who waits."""
    calls = await half_open()
    await calls.begin(2)
    assert len(calls.under_way) == 1
    calls.tasks[0].cancel()
    await calls.settled()
    assert len(calls.under_way) == 2
    await calls.end()
    assert calls.gate.circuit.state == "ramp"


async def test_who_does_not_get_the_probe_comes_later() -> None:
    """While another process probes nobody here calls or waits."""
    calls = await half_open()
    calls.others.free = False
    await calls.begin(3)
    assert calls.outcomes() == ["Transient"] * 3
    assert calls.under_way == []


async def test_calls_that_wait_for_their_pace_see_the_circuit_open() -> None:
    """A call that was let in before the circuit opened, and waits for its pace, does not go out any more."""
    calls = Calls(rate=2)
    await calls.begin(3)
    assert len(calls.under_way) == 2
    await calls.end(Transient("away"))
    await asyncio.gather(*calls.tasks, return_exceptions=True)
    assert calls.outcomes() == ["Transient"] * 3


def test_processes_share_a_rate() -> None:
    """Of six calls a second each of three processes makes two."""
    calls = Calls(rate=6)
    assert calls.gate.pace.share == 6
    calls.others.processes = 3
    assert calls.gate.pace.share == 2
