"""Ownership by leases: shared out, given back, taken over, never two owners."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import psycopg
import pytest

from caravana.dispatch.lease import LeasedOwnership
from caravana.journal import Fenced, Journal, open_journal, store
from caravana.journal.model import SHARDS, Fence
from tests.support.postgres import PostgresServer
from tests.support.waiting import eventually

LEASE = 1.5


class Process(LeasedOwnership):
    """An ownership that notes what it is told, and that can be frozen as by SIGSTOP: it renews nothing and sees nothing."""

    def __init__(self, url: str) -> None:
        super().__init__(url, lease=LEASE)
        self.frozen = False
        self.told: list[tuple[str, int]] = []
        self.news: list[tuple[str, str]] = []
        self.drained = asyncio.Event()
        self.drained.set()
        self.listen(lambda kind, text: self.news.append((kind, text)))

    async def begin(self) -> None:
        """Start, noting changes."""
        await self.start(self.note_won, self.note_lost)

    async def note_won(self, shard: int) -> None:
        """Note a shard won."""
        self.told.append(("won", shard))

    async def note_lost(self, shard: int) -> None:
        """Note a shard lost, and take until `drained` to leave it."""
        self.told.append(("lost", shard))
        await self.drained.wait()

    def owned(self) -> set[int]:
        """Return the shards that may be written for now."""
        found = set()
        for shard in range(SHARDS):
            try:
                self.fence(shard)
            except KeyError:
                continue
            found.add(shard)
        return found

    def _tick(self) -> None:
        if not self.frozen:
            super()._tick()


Starter = Callable[[], Awaitable[Process]]


@pytest.fixture
async def start(postgres_database: str) -> AsyncIterator[Starter]:
    """Start processes on one database; all are stopped at the end."""
    journal = open_journal(postgres_database)
    await journal.open()
    await journal.close()
    async with AsyncExitStack() as stack:

        async def begin() -> Process:
            process = Process(postgres_database)
            await process.begin()
            stack.push_async_callback(process.stop)
            return process

        yield begin


@pytest.fixture
async def journal(start: Starter, postgres_database: str) -> AsyncIterator[Journal]:
    """The journal on the same database."""
    found = open_journal(postgres_database)
    await found.open()
    yield found
    await found.close()


async def test_one_process_owns_everything(start: Starter) -> None:
    """The first process has all shards when it has started."""
    one = await start()
    assert one.ranges() == [(0, SHARDS - 1)]
    assert one.outlives(3, 0.1)
    assert one.outlives(3, 3_600)
    assert len([kind for kind, _ in one.told if kind == "won"]) == SHARDS


async def test_members_share_and_inherit(start: Starter) -> None:
    """Three share all shards evenly and without overlap; when one leaves, the others have its part, under higher epochs."""
    one = await start()
    first = {shard: one.fence(shard) for shard in range(SHARDS)}
    two, three = await start(), await start()
    members = (one, two, three)
    await eventually(lambda: sorted(len(each.owned()) for each in members) == [21, 21, 22])
    assert set.union(*(each.owned() for each in members)) == set(range(SHARDS))
    moved = next(iter(two.owned()))
    fence, before = two.fence(moved), first[moved]
    assert fence is not None
    assert before is not None
    assert fence.epoch > before.epoch
    await two.stop()
    await eventually(lambda: one.owned() | three.owned() == set(range(SHARDS)))
    assert not one.owned() & three.owned()
    assert two.owned() == set()


async def test_shard_is_not_given_before_its_work_has_ended(start: Starter) -> None:
    """A shard given up for a newcomer is closed for new work at once, but changes hands only when `lost` has returned."""
    one = await start()
    one.drained.clear()
    two = await start()
    await eventually(lambda: len(one.owned()) == SHARDS // 2)
    assert two.owned() == set()
    one.drained.set()
    await eventually(lambda: len(two.owned()) == SHARDS // 2)


async def test_dead_process_is_taken_over(start: Starter, journal: Journal) -> None:
    """Of a process that renews no more, all is taken over; when it comes back it has lost everything and writes nothing."""
    one = await start()
    two = await start()
    await eventually(lambda: len(two.owned()) == SHARDS // 2)
    shard = next(iter(two.owned()))
    fence = two.fence(shard)
    two.frozen = True
    await eventually(lambda: len(one.owned()) == SHARDS)
    assert two.owned() == set()
    assert not two.outlives(shard, 0)
    with pytest.raises(Fenced):
        await journal.submit(store.put_state("s", "k", b"v", 1), fence=fence)
    two.frozen = False
    await eventually(lambda: len(two.owned()) == SHARDS // 2)
    assert Counter(kind for kind, _ in two.told)["lost"] >= SHARDS // 2
    assert not one.owned() & two.owned()


async def test_short_sleep_of_a_lone_process_costs_nothing(start: Starter, journal: Journal) -> None:
    """Nobody took over: who comes back after his lease goes on under his old epochs, so what he did can be stored."""
    one = await start()
    fence = one.fence(5)
    one.frozen = True
    await eventually(lambda: one.owned() == set())
    one.frozen = False
    await eventually(lambda: len(one.owned()) == SHARDS)
    assert one.fence(5) == fence
    await journal.submit(store.put_state("s", "k", b"v", 1), fence=fence)
    await eventually(lambda: Counter(one.told)[("won", 5)] == 2)
    assert one.told.index(("lost", 5)) > one.told.index(("won", 5))


async def test_named_lease_has_one_holder(start: Starter) -> None:
    """A poller runs in one process; when that one releases it or dies, another begins, and the old one ends."""
    one, two = await start(), await start()
    running: dict[str, Process] = {}

    async def want(name: str, process: Process) -> None:
        async def began(_: Fence | None) -> None:
            running[name] = process

        async def ended() -> None:
            running.pop(name, None)

        await process.hold("consumer:timer", began, ended)

    await want("one", one)
    await want("two", two)
    assert set(running) == {"one"}
    await one.release("consumer:timer")
    await eventually(lambda: set(running) == {"two"})
    await want("one", one)
    assert set(running) == {"two"}
    two.frozen = True
    await eventually(lambda: "one" in running)
    two.frozen = False
    await eventually(lambda: set(running) == {"one"})


async def test_lease_won_again_begins_anew(start: Starter, postgres_database: str) -> None:
    """What began under a lease that another had meanwhile ends and begins under the new epoch, also when the lease is back."""
    one = await start()
    told: list[Fence | None] = []

    async def began(fence: Fence | None) -> None:
        told.append(fence)

    async def ended() -> None:
        told.append(None)

    await one.hold("consumer:timer", began, ended)
    first = Fence("consumer:timer", 1)
    assert told == [first]
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("UPDATE lease SET epoch = 2 WHERE name = 'consumer:timer'")
    await eventually(lambda: told == [first, None, Fence("consumer:timer", 2)])


async def test_lease_is_not_taken_while_its_holder_writes(start: Starter, postgres_database: str) -> None:
    """A free lease under which a transaction still writes is left alone, and taken when that has ended."""
    one = await start()
    began = asyncio.Event()

    async def begin(_: Fence | None) -> None:
        began.set()

    async def ended() -> None:
        return

    with psycopg.connect(postgres_database) as writer:
        writer.execute("INSERT INTO lease VALUES ('consumer:timer', NULL, 1, 0)")
        writer.commit()
        writer.execute("SELECT epoch FROM lease WHERE name = 'consumer:timer' FOR SHARE")
        await one.hold("consumer:timer", begin, ended)
        assert not began.is_set()
        writer.commit()
    await eventually(began.is_set)


async def test_failure_to_begin_is_told_at_once(start: Starter) -> None:
    """A consumer that can never work says so when it is started under its lease."""
    one = await start()

    async def began(_: Fence | None) -> None:
        raise ValueError("no such host")

    async def ended() -> None:
        return

    with pytest.raises(ValueError, match="no such host"):
        await one.hold("consumer:broken", began, ended)


async def test_news_reaches_the_others(start: Starter, journal: Journal) -> None:
    """A hint is heard by the other processes, not by its sender; accepted work is announced with its shard."""
    from tests.journal.conftest import accept, entry

    one, two = await start(), await start()
    await eventually(lambda: ("again", "") in one.news and ("again", "") in two.news)
    one.tell("topic", "odoo:orders")
    await accept(journal, entry(shard=7))
    await eventually(lambda: ("work", "7") in one.news and ("work", "7") in two.news)
    await eventually(lambda: ("topic", "odoo:orders") in two.news)
    assert ("topic", "odoo:orders") not in one.news


async def test_database_away_and_back() -> None:
    """Without the database nothing is ours once the lease has run out; when it is back, everything is again."""
    with PostgresServer() as server:
        journal = open_journal(server.url())
        await journal.open()
        await journal.close()
        one = Process(server.url())
        await one.begin()
        fence = one.fence(9)
        await asyncio.to_thread(server.stop)
        await eventually(lambda: one.owned() == set() and ("lost", 9) in one.told)
        await asyncio.to_thread(server.start)
        await eventually(lambda: len(one.owned()) == SHARDS)
        assert one.fence(9) == fence == Fence(9, 1)
        await one.stop()
