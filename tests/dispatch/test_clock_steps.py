"""The clock of the database's machine is put right: nobody takes what is another's, and what a dead one had is taken."""

import asyncio

import psycopg

from caravana.journal.model import SHARDS
from tests.dispatch.test_lease import LEASE, Starter, start
from tests.support.waiting import eventually

__all__ = ["start"]


def step(url: str, seconds: int) -> None:
    """Put the database's clock forward, or back: the ends of all leases lie otherwise to it by so much."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE lease SET expires_at = expires_at - %s WHERE name LIKE 'process:%%'", (seconds * 10**6,)
        )


async def test_a_step_forward_ends_no_lease(start: Starter, postgres_database: str) -> None:
    """A process between two renewals is sure of its shards: no other one takes them before that is over."""
    one, two = await start(), await start()
    await eventually(lambda: len(one.owned()) == len(two.owned()) == SHARDS // 2)
    one.frozen = True
    step(postgres_database, 3600)
    until = asyncio.get_running_loop().time() + LEASE / 2
    while asyncio.get_running_loop().time() < until:
        assert not one.owned() & two.owned()
        await asyncio.sleep(0.005)
    one.frozen = False
    await asyncio.sleep(LEASE)
    assert len(one.owned()) == len(two.owned()) == SHARDS // 2


async def test_a_step_back_keeps_no_dead_process_alive(start: Starter, postgres_database: str) -> None:
    """A process that died before the step is taken over, although its lease seems to end in an hour."""
    one, two = await start(), await start()
    await eventually(lambda: len(one.owned()) == len(two.owned()) == SHARDS // 2)
    one.frozen = True
    step(postgres_database, -3600)
    await eventually(lambda: len(two.owned()) == SHARDS)
    one.frozen = False
