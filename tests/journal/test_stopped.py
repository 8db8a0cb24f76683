"""A process that the system stops in the middle of a transaction: others can take over what it had locked."""

import asyncio
import threading
import time

import psycopg

from caravana.journal import operations as ops
from caravana.journal import store
from caravana.journal.batch import Batch, Job
from caravana.journal.journal import Journal
from caravana.journal.model import Fence, Record, Step
from caravana.journal.postgresql import connect
from tests.journal.conftest import accept, entry
from tests.support.waiting import eventually

TURNS = 40
"""Turns of the event loop at which somebody is stopped: more than one transaction takes."""
OWNED = "INSERT INTO shard SELECT number, 'someone', 1, 0 FROM generate_series(0, %s) AS number"
FREE = "SELECT id FROM shard FOR UPDATE SKIP LOCKED"


class StoppedLoop(asyncio.SelectorEventLoop):
    """An event loop that, once it counts, stands still at a turn, as that of a process does which got SIGSTOP."""

    def __init__(self, turn: int, go_on: threading.Event) -> None:
        super().__init__()
        self.turns_left = turn
        self.counts = False
        self.stands = threading.Event()
        """Also when all was done before the turn came."""
        self._go_on = go_on

    def _run_once(self) -> None:
        self.turns_left -= self.counts
        if self.counts and self.turns_left == 0:
            self.stands.set()
            self._go_on.wait()
        super()._run_once()  # type: ignore[misc]


def jobs(seq: int, shard: int) -> list[Job]:
    """Return what an owner stores together: few rows and a long one, in statements with and without a form for many rows."""
    records = [Record(f"p{one}", "read", "x:y", "h", Step.DONE, "key", 5, reply=b"r" * 300_000**one) for one in (0, 1)]
    changes = [ops.write_records(seq, [one], first=True) for one in records]
    states = [store.put_state("s", f"{shard}.{one}", b"value", 1) for one in range(3)]
    future = asyncio.get_running_loop().create_future
    return [Job(one, future(), True, Fence(shard, 1), time.monotonic()) for one in (*changes, *states)]


def store_and_stop(loop: StoppedLoop, url: str, seq: int, shard: int) -> None:
    """Store on a loop that stands still in between."""

    async def work() -> None:
        connection = await connect(url, autocommit=True)
        loop.counts = True
        try:
            await Batch(connection, jobs(seq, shard)).carry_out()
        except psycopg.Error:  # PostgreSQL ended the session meanwhile
            assert loop.turns_left <= 0
        finally:
            loop.counts = False
            loop.stands.set()
            await connection.close()

    loop.run_until_complete(work())
    loop.close()


async def test_stopped_process_keeps_no_lock(postgres_journal: Journal, postgres_database: str) -> None:
    """Wherever an owner is stopped while it stores, its shard can be taken over some seconds later."""
    entries = await accept(postgres_journal, *(entry(shard, shard=shard) for shard in range(TURNS)))
    go_on = threading.Event()
    loops = [StoppedLoop(1 + shard, go_on) for shard in range(TURNS)]
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(OWNED, (TURNS - 1,))
        threads = [
            threading.Thread(target=store_and_stop, args=(loops[shard], postgres_database, entries[shard].seq, shard))
            for shard in range(TURNS)
        ]
        for thread in threads:
            thread.start()
        try:
            for loop in loops:
                await asyncio.to_thread(loop.stands.wait)
            assert connection.execute(FREE).rowcount < TURNS, "nobody was stopped in a transaction"
            await eventually(lambda: connection.execute(FREE).rowcount == TURNS, timeout=15)
        finally:
            go_on.set()
            for thread in threads:
                await asyncio.to_thread(thread.join)
