"""Work that nobody would take up any more: a look at the disk that failed, a run that was lost while its shard came back."""

import asyncio

import psycopg

from caravana.kit.ports import Arrival
from tests.dispatch.hubs import Starter
from tests.engine.conftest import route
from tests.engine.partner import World
from tests.support.waiting import eventually

PAY = "- to: 'partner:pay?kind=idempotent'"
BREAK_READERS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'caravana' AND query LIKE 'SELECT %.%'
"""


async def test_a_look_at_the_disk_that_failed_is_made_again(
    start_hub: Starter, world: World, postgres_database: str
) -> None:
    """A connection for reading breaks, and no other: what comes in afterwards is run all the same."""
    hub = await start_hub(route(PAY, parameters="{lane: '${body}'}"))
    await hub.receivers["main"].accept([Arrival(body="0")])
    await eventually(lambda: world.calls == 1)
    with psycopg.connect(postgres_database) as connection:
        [broken] = connection.execute(BREAK_READERS).fetchone() or [0]
    assert broken
    await asyncio.sleep(2.5)
    await hub.receivers["main"].accept([Arrival(body="1")])
    await eventually(lambda: world.calls == 2)
