"""Shards and leases against a model: whatever members do and however long they sleep, never two owners, and none forgotten."""

import asyncio
import types

import psycopg
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from caravana.dispatch import lease, lease_table
from caravana.dispatch.lease import LeasedOwnership, _Wanted
from caravana.journal import open_journal
from caravana.journal.model import SHARDS, Fence

LEASE = 1_000.0
"""Seconds, of a time that passes only by `pass_time`: the milliseconds of a test are nothing beside it."""
POLLER = "consumer:timer"


class Member(LeasedOwnership):
    """A process whose thread looks only when the test says so; what it has not looked at for long, it sleeps through."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(url, lease=LEASE)
        self._loop, self._won, self._lost = loop, self.note_won, self.note_lost
        self.idle = asyncio.Event()
        self.idle.set()
        self._wanted[POLLER] = _Wanted(self.began, self.ended, asyncio.Lock())
        self.polls = False

    async def note_won(self, shard: int) -> None:
        """Nothing to do: what is ours is asked by `fence`."""

    async def note_lost(self, shard: int) -> None:
        """Work of a shard that is given up may last."""
        await self.idle.wait()

    async def began(self, fence: Fence | None) -> None:
        """The poller begins here."""
        self.polls = True

    async def ended(self) -> None:
        """The poller ends here."""
        self.polls = False

    def owned(self) -> dict[int, int]:
        """Return the epochs of the shards that may be written for now."""
        found = {}
        for shard in range(SHARDS):
            try:
                fence = self.fence(shard)
            except KeyError:
                continue
            assert fence is not None
            found[shard] = fence.epoch
        return found

    def look(self) -> None:
        """Do what the thread does now and then."""
        self._tick()

    def end(self, *, well: bool) -> None:
        """Leave, or die: then nobody is told."""
        if well:
            self._go()
        else:
            self._table.close()


class ShardsAgainstModel(RuleBasedStateMachine):
    """The model: who lives, and for each shard the last owner and epoch that the table showed."""

    url = ""
    clock = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.members: list[Member] = []
        self.known: dict[int, tuple[str | None, int]] = {}
        self.database = psycopg.connect(self.url, autocommit=True)
        self.database.execute("TRUNCATE shard, lease")

    def teardown(self) -> None:
        """Let whoever lives look often enough: then every shard has one owner, each as many as the others, and one polls."""
        try:
            if not self.members:
                self.join()
            for _ in range(3):  # a dead one is taken over when its row was seen the same for a lease
                for member in self.members:
                    self.let_look(member)
                self.sleep(0.5)
            for _ in range(4):
                for member in self.members:
                    member.idle.set()
                    self.let_look(member)
                self.never_two_owners()
            owned = [member.owned() for member in self.members]
            assert sorted(shard for one in owned for shard in one) == list(range(SHARDS))
            assert max(map(len, owned)) - min(map(len, owned)) <= 1
            assert [member.polls for member in self.members].count(True) == 1
        finally:
            for member in self.members:
                member.end(well=False)
            self.database.close()
            self.runner.close()

    def let_look(self, member: Member) -> None:
        """Let a member look, and do at once what follows from it."""

        async def act() -> None:
            member.look()
            for _ in range(10):
                await asyncio.sleep(0)

        self.runner.run(act())

    @precondition(lambda self: len(self.members) < 3)
    @rule()
    def join(self) -> None:
        """A process comes."""
        self.members.append(Member(self.url, self.runner.get_loop()))
        self.let_look(self.members[-1])

    @precondition(lambda self: self.members)
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """A process renews its lease, gives and takes."""
        self.let_look(data.draw(st.sampled_from(self.members)))

    @precondition(lambda self: self.members)
    @rule(data=st.data(), idle=st.booleans())
    def work(self, data: st.DataObject, idle: bool) -> None:
        """A process begins long work, or ends it."""
        member = data.draw(st.sampled_from(self.members))
        (member.idle.set if idle else member.idle.clear)()
        self.runner.run(asyncio.sleep(0))

    @precondition(lambda self: self.members)
    @rule(data=st.data(), well=st.booleans())
    def end(self, data: st.DataObject, well: bool) -> None:
        """A process stops, or is killed."""
        member = data.draw(st.sampled_from(self.members))
        self.members.remove(member)
        member.end(well=well)

    @rule(leases=st.sampled_from([0.3, 0.75, 0.95, 1.05, 3.0]))
    def sleep(self, leases: float) -> None:
        """Time passes for everybody, also for those who sleep."""
        type(self).clock += leases * LEASE

    @rule(seconds=st.sampled_from([-3600, 3600]))
    def step(self, seconds: int) -> None:
        """The database's clock is put right."""
        self.database.execute("UPDATE lease SET expires_at = expires_at + %s", (seconds * 1_000_000,))

    @invariant()
    def never_two_owners(self) -> None:
        """A shard may be written for by one living process at most, and only under the epoch of the table."""
        table = {row[0]: (row[1], row[2]) for row in self.database.execute("SELECT id, owner, epoch FROM shard")}
        seen: set[int] = set()
        for member in self.members:
            for shard, epoch in member.owned().items():
                assert shard not in seen
                assert table[shard][1] == epoch
                seen.add(shard)
        self.epochs_only_rise(table)

    def epochs_only_rise(self, table: dict[int, tuple[str | None, int]]) -> None:
        """A shard with another owner has a higher epoch: what the old one writes is turned away."""
        for shard, (owner, epoch) in table.items():
            last_owner, last = self.known.get(shard, (None, 0))
            assert epoch >= last
            if owner is not None and owner != last_owner:
                assert epoch > last
            self.known[shard] = (owner or last_owner, epoch)


@pytest.fixture
def machine(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> type[ShardsAgainstModel]:
    """The machine on a database of its own, with a clock that only the test moves."""

    async def make_tables() -> None:
        journal = open_journal(postgres_database)
        await journal.open()
        await journal.close()

    asyncio.run(make_tables())

    class Fresh(ShardsAgainstModel):
        url = postgres_database

    for module in (lease, lease_table):
        monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic=lambda: Fresh.clock))
    return Fresh


def test_shards_against_model(machine: type[ShardsAgainstModel]) -> None:
    """However members join, work, sleep, leave and die: never two owners, epochs rise, and in the end every shard has one."""
    phases = (
        Phase.reuse,
        Phase.generate,
    )  # a database is too slow to shrink what fails; the steps are shown as they are
    few = settings(max_examples=15, stateful_step_count=30, deadline=None, phases=phases)
    run_state_machine_as_test(machine, settings=few)
