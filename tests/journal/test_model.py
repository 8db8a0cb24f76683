"""The journal against a model of dictionaries: any sequence of operations gives the same answers, also after a restart."""

import asyncio
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from caravana.journal import Journal, open_journal, retention
from caravana.journal import operations as ops
from caravana.journal.model import OPEN, Ending, Entry, Record, State, Step
from tests.journal.conftest import entry

KEYS = st.sampled_from([None, "k1", "k2", "k3"])
BODIES = st.sampled_from(["x", "y"])
STATES = st.sampled_from([State.DONE, State.FAILED, State.DEAD, State.WAITING, State.IN_DOUBT])


class JournalAgainstModel(RuleBasedStateMachine):
    """`exchanges`: [entry, state, records] by seq; `keys`: owner of each key; `claims`: owner and confirmation."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exchanges: dict[int, list[Any]] = {}
        self.keys: dict[str, int] = {}
        self.claims: dict[str, tuple[int, bool]] = {}
        self.journal: Journal = open_journal(self.url)

    @initialize()
    def open(self) -> None:
        """Begin with an empty journal."""
        self.runner.run(self.journal.open())

    def teardown(self) -> None:
        """Close the journal."""
        self.runner.run(self.journal.close())
        self.runner.close()

    def submit(self, *operations: Any) -> list[Any]:
        """Submit operations at once and return their answers."""

        async def store() -> list[Any]:
            return list(await asyncio.gather(*[self.journal.submit(one) for one in operations]))

        return self.runner.run(store())

    @rule(arrivals=st.lists(st.tuples(KEYS, BODIES), min_size=1, max_size=5), together=st.booleans())
    def accept(self, arrivals: list[tuple[str | None, str]], together: bool) -> None:
        """Messages arrive: in one transaction, or side by side."""
        entries = [entry(key=key, body_hash=body, lane=body) for key, body in arrivals]
        if together:
            [answers] = self.submit(ops.accept(entries))
        else:
            answers = [one for [one] in self.submit(*[ops.accept([one]) for one in entries])]
        for one, answer in zip(entries, answers, strict=True):
            self.check_admitted(one, answer)

    def check_admitted(self, one: Entry, answer: Any) -> None:
        """Compare an answer with what the model says, and take it into the model."""
        owner = self.keys.get(one.key) if one.key else None
        assert answer.duplicate == (owner is not None)
        if owner is not None:
            assert answer.seq == owner
            assert answer.conflict == (self.exchanges[owner][0].body_hash != one.body_hash)
            return
        assert answer.seq > max(self.exchanges, default=0)
        self.exchanges[answer.seq] = [one, State.READY, {}]
        if one.key:
            self.keys[one.key] = answer.seq

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data(), path=st.sampled_from("ab"), state=st.sampled_from([Step.INTENT, Step.DONE]))
    def record(self, data: st.DataObject, path: str, state: Step) -> None:
        """An effect is recorded."""
        seq = data.draw(st.sampled_from(sorted(self.exchanges)))
        known = self.exchanges[seq][2].get(path)
        made = Record(path, "blind", "e", "h", state, "k", known.intended_at if known else 1, reply=b"r" * 3)
        self.submit(ops.write_records(seq, [made], first=True))
        self.exchanges[seq][2][path] = made
        if self.exchanges[seq][1] == State.READY:
            self.exchanges[seq][1] = State.RUNNING

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data(), key=st.sampled_from("pq"))
    def claim(self, data: st.DataObject, key: str) -> None:
        """An exchange takes a ledger key."""
        seq = data.draw(st.sampled_from(sorted(self.exchanges)))
        identity = self.exchanges[seq][0].id
        operation = ops.claim("repo", key, identity, "p", now=1, confirmed=False, remove_on_failure=True)
        [mine] = self.submit(operation)
        assert mine == (self.claims.setdefault(key, (seq, False))[0] == seq)

    @precondition(lambda self: self.exchanges)
    @rule(data=st.data(), state=STATES)
    def end(self, data: st.DataObject, state: State) -> None:
        """A run ends."""
        seq = data.draw(st.sampled_from(sorted(self.exchanges)))
        self.submit(ops.end_run(Ending(seq, self.exchanges[seq][0].id, state, 100 + seq, claims=True)))
        self.exchanges[seq][1] = state
        for key, (owner, confirmed) in list(self.claims.items()):
            if owner == seq and state is State.DONE:
                self.claims[key] = (owner, True)
            elif owner == seq and state is State.FAILED and not confirmed:
                del self.claims[key]

    @rule(state=st.sampled_from([State.DONE, State.DEAD]))
    def retain(self, state: State) -> None:
        """Old exchanges of a state are deleted, with their keys."""
        gone = [seq for seq, one in self.exchanges.items() if one[1] == state]
        [count] = self.submit(retention.retain(state.value, 10_000_000, 1_000))
        assert count == len(gone)
        highest = max(self.exchanges, default=0)
        self.exchanges = {seq: one for seq, one in self.exchanges.items() if seq not in gone}
        self.keys = {key: seq for key, seq in self.keys.items() if seq not in gone}
        if highest in gone:  # a place is never given twice: the next one is compared with the highest ever
            self.check_next(highest)

    def check_next(self, highest: int) -> None:
        """A new exchange comes behind every earlier one, also behind those that are deleted."""
        one = entry()
        [[answer]] = self.submit(ops.accept([one]))
        assert answer.seq > highest
        self.exchanges[answer.seq] = [one, State.READY, {}]

    @rule()
    def restart(self) -> None:
        """The hub stops and starts again."""
        self.runner.run(self.journal.close())
        self.journal = open_journal(self.url)
        self.runner.run(self.journal.open())

    @rule()
    def look(self) -> None:
        """Everything read back is what the model holds."""
        rows = self.runner.run(self.journal.read(ops.read_open(0, 10_000)))
        assert [row.seq for row in rows] == [seq for seq in sorted(self.exchanges) if self.exchanges[seq][1] in OPEN]
        for seq, (one, state, records) in self.exchanges.items():
            found = self.runner.run(self.journal.read(ops.read_run(seq)))
            assert found is not None
            assert (found[0].id, found[0].state, found[0].message) == (one.id, state, one.message)
            assert found[1] == records


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest) -> Iterator[type[JournalAgainstModel]]:
    """The machine; every example of it gets a journal of its own."""
    with tempfile.TemporaryDirectory() as folder:
        base = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""

        class Fresh(JournalAgainstModel):
            def __init__(self) -> None:
                self.url = fresh_schema(base) if base else f"sqlite:///{Path(folder)}/{uuid.uuid4().hex}.db"
                super().__init__()

        yield Fresh


def fresh_schema(url: str) -> str:
    """Empty the database: cheaper than making one for each example."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = [name for (name,) in tables if name != "alembic_version"]
        if names:
            connection.execute(f"TRUNCATE {','.join(names)}")
    return url


def test_journal_against_model(machine: type[JournalAgainstModel]) -> None:
    """Any sequence of operations and restarts leaves the journal as the model says."""
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))
