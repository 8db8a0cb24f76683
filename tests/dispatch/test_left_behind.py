"""Work that nobody would take up any more: a look at the disk failed; a request's shard went and came back, or a person spoke."""

import asyncio

import psycopg
import pytest

from caravana.kit.ports import Arrival
from tests.dispatch.hubs import Starter
from tests.dispatch.test_dispatcher import Disk
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


@pytest.mark.parametrize("lost", [True, False], ids=["its shard was lost and won again", "it was changed by hand"])
async def test_a_request_that_the_disk_has_as_unfinished_is_run_again(*, lost: bool) -> None:
    """What a request's own task ran, in vain or up to a doubt that was settled meanwhile, is looked up once more."""
    disk = Disk()
    await disk.dispatcher.start()
    work = disk.put(1)
    assert disk.dispatcher.reserve(work)
    if lost:
        disk.dispatcher.forget_shard(work.shard)
    else:
        disk.dispatcher.look_again(work.seq)
    await disk.dispatcher.reload()
    disk.dispatcher.give_back(work)
    await eventually(lambda: disk.ran == [1], 1)
    assert len(disk.dispatcher) == 0
    await disk.dispatcher.stop()
