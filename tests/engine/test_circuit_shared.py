"""The row of a circuit outlives processes and is shared by them: on SQLite by one after the other, on PostgreSQL by several."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from caravana.engine import circuits
from caravana.engine.admin import Admin
from caravana.engine.hub import Hub
from caravana.engine.serving import Watch
from caravana.engine.times import to_micros
from caravana.journal import open_journal
from caravana.journal import operations as ops
from caravana.journal.model import Breaker
from caravana.kit.clock import ENVIRONMENT, ManualClock, ScaledClock, SystemClock
from caravana.kit.errors import Transient
from caravana.kit.ports import Arrival
from tests.engine.circuit_world import NAME, make_hub
from tests.engine.partner import PartnerComponent, World
from tests.support.waiting import eventually

AWAY = Transient("away")


@pytest.fixture
def world() -> World:
    """The partner of all hubs."""
    PartnerComponent.world = World()
    return PartnerComponent.world


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a fresh journal on either database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    found: str = request.getfixturevalue("postgres_database")
    return found


class Hubs:
    """Starts hubs and stops them."""

    def __init__(self) -> None:
        self._running: list[Hub] = []

    async def start(self, url: str, **options: Any) -> Hub:
        """Start a hub that is stopped at the end, if not before."""
        hub = make_hub(url, **options)
        await hub.start()
        self._running.append(hub)
        return hub

    async def stop(self, *hubs: Hub) -> None:
        """Stop these, or all."""
        for hub in hubs or list(self._running):
            self._running.remove(hub)
            await hub.stop(0)


@pytest.fixture
async def hubs() -> AsyncIterator[Hubs]:
    """A place where hubs are started."""
    found = Hubs()
    yield found
    await found.stop()


def state(hub: Hub) -> str:
    """Return the state of the partner's circuit as the hub sees it."""
    return hub.gates.get(NAME).circuit.state


def is_in(hub: Hub, *states: str) -> Callable[[], bool]:
    """Return a question to wait for."""
    return lambda: state(hub) in states


async def send(hub: Hub, *bodies: str) -> None:
    """Accept one message for each body."""
    await hub.receivers["main"].accept([Arrival(body=one) for one in bodies])


async def count(hub: Hub, wanted: str) -> int:
    """Return how many exchanges are in a state."""
    [row] = await hub.journal.query(f"select count(*) as n from exchange where state = '{wanted}'", {})
    return int(row["n"])


async def test_restart_keeps_it_open_and_a_person_closes_it(url: str, hubs: Hubs, world: World) -> None:
    """The next process calls nobody while the circuit is open; closed by the command line while no hub runs, it calls."""
    world.fail(AWAY)
    first = await hubs.start(url, open_for="1h")
    await send(first, "a")
    await eventually(is_in(first, "open"))
    await hubs.stop(first)
    second = await hubs.start(url, open_for="1h")
    assert state(second) == "open"
    await send(second, "b")

    async def waiting() -> bool:
        return await count(second, "waiting") >= 1

    await eventually(waiting)
    assert world.calls == 1
    await hubs.stop(second)
    journal = open_journal(url)
    await journal.open()
    desk = Admin(journal, SystemClock(), running=False)
    [line] = await desk.breakers()
    assert (line["connection"], line["state"], line["failures"], line["reason"]) == (NAME, "open", 1, "away")
    await desk.reset_breaker(NAME, actor="ana")
    assert [one["state"] for one in await desk.breakers()] == ["closed"]
    audit = await journal.query("select actor, action, subject from audit", {})
    assert audit == [{"actor": "ana", "action": "reset_breaker", "subject": NAME}]
    await journal.close()
    third = await hubs.start(url, open_for="1h")
    assert state(third) == "closed"
    await send(third, "c")
    await eventually(lambda: world.calls == 2)


async def test_closed_circuit_writes_nothing(url: str, hubs: Hubs, world: World) -> None:
    """Calls that succeed leave no row; one outage leaves one."""
    hub = await hubs.start(url, open_for="1s")
    await send(hub, "a", "b", "c")
    await eventually(lambda: len(world.done) == 3)
    assert await hub.journal.read(ops.read_breakers()) == []
    world.fail(AWAY)
    await send(hub, "d")
    await eventually(lambda: len(world.done) == 4)

    async def closed() -> bool:
        return [one.state for one in await hub.journal.read(ops.read_breakers())] == ["closed"]

    await eventually(closed)


async def test_state_is_a_metric(url: str, hubs: Hubs, world: World) -> None:
    """Prometheus sees which state each connection's circuit is in."""
    world.fail(AWAY)
    hub = await hubs.start(url, open_for="1h")
    await send(hub, "a")
    await eventually(is_in(hub, "open"))
    lines = Watch(hub).exposition().decode().splitlines()
    assert f'caravana_circuit{{caravana_circuit="open",connection="{NAME}"}} 1.0' in lines
    assert f'caravana_circuit{{caravana_circuit="closed",connection="{NAME}"}} 0.0' in lines


async def both_own(*running: Hub) -> None:
    """Wait until each hub has half of the shards."""
    await eventually(lambda: all(sum(b - a + 1 for a, b in hub.ownership.ranges()) == 32 for hub in running))


async def test_one_opens_and_the_other_does_not_call(postgres_database: str, hubs: Hubs, world: World) -> None:
    """What one process finds out keeps the other from calling; closed at any desk, both call again."""
    one, two = [await hubs.start(postgres_database, open_for="1h") for _ in range(2)]
    await both_own(one, two)
    world.fail(AWAY)
    await send(one, "first")
    await eventually(lambda: {state(one), state(two)} == {"open"})
    await send(two, *[f"{n}" for n in range(20)])

    async def waiting() -> bool:
        return await count(one, "waiting") >= 20  # the first waits in its place, and is then turned away, too

    await eventually(waiting)
    assert world.calls == 1
    journal = open_journal(postgres_database)
    await journal.open()
    await Admin(journal, SystemClock(), running=False).reset_breaker(NAME)
    await journal.close()
    await eventually(lambda: {state(one), state(two)} == {"ramp"})
    await send(two, *[f"again {n}" for n in range(20)])
    await eventually(lambda: len(world.done) == 20)


async def test_one_process_probes(postgres_database: str, hubs: Hubs, world: World) -> None:
    """When the time is over one call of all processes tries the partner; when it is answered, the work of all drains."""
    clock = ManualClock()
    one, two = [await hubs.start(postgres_database, clock=clock) for _ in range(2)]
    await both_own(one, two)
    world.fail(AWAY)
    await send(one, "first")
    await eventually(lambda: {state(one), state(two)} == {"open"})
    world.before = asyncio.Event()
    await send(one, *[f"{n}" for n in range(20)])

    async def waiting() -> bool:
        return await count(one, "waiting") == 20  # the first waits in its place

    await eventually(waiting)
    clock.advance(6.5)
    await eventually(lambda: world.calls == 2)
    await eventually(lambda: {state(one), state(two)} == {"half_open"})
    assert world.calls == 2
    world.before.set()

    async def drained() -> bool:
        clock.advance(1)
        return await count(one, "done") == 21

    await eventually(drained, 30)
    assert len(world.done) == 21


async def test_lost_news_are_found_by_looking(
    postgres_database: str, hubs: Hubs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that changed without a word to anybody is taken over at the next look."""
    monkeypatch.setattr(circuits, "EVERY", 0.1)
    hub = await hubs.start(postgres_database)
    until = to_micros(SystemClock().now() + timedelta(hours=1))
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("INSERT INTO breaker VALUES (%s, 'open', 5, 'away', %s, 1)", (NAME, until))
    await eventually(is_in(hub, "open"))


async def test_probe_of_a_killed_process_runs_out(
    postgres_database: str, hubs: Hubs, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim of a process that is killed while it probes ends by itself: another probes, and the work is done."""
    clock = ScaledClock(time.time(), 10)
    monkeypatch.setenv(ENVIRONMENT, str(clock))
    journal = open_journal(postgres_database)
    await journal.open()
    await journal.submit(ops.put_breaker(Breaker(NAME, "open", 1, "away", 1, 1)))
    command = (sys.executable, "-m", "tests.engine.circuit_world", postgres_database)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    while await process.stdout.readline() != b"probing\n":
        assert process.returncode is None
    process.kill()
    await process.wait()
    [row] = await journal.read(ops.read_breakers())
    assert row.state == "probing"
    await journal.close()
    hub = await hubs.start(postgres_database, clock=clock)
    await send(hub, "after")
    await eventually(lambda: len(world.done) == 2, 30)
    assert state(hub) in ("ramp", "closed")


async def test_processes_share_a_rate_as_they_come_and_go(postgres_database: str, hubs: Hubs) -> None:
    """Each of two living processes takes half of a connection's rate, and the one that is left all of it."""
    one = await hubs.start(postgres_database, rate=10)
    assert one.gates.get(NAME).pace.share == 10
    two = await hubs.start(postgres_database, rate=10)
    await eventually(lambda: [hub.gates.get(NAME).pace.share for hub in (one, two)] == [5, 5])
    await hubs.stop(two)
    await eventually(lambda: one.gates.get(NAME).pace.share == 10)
