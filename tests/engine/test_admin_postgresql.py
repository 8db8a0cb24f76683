"""The operator's desk on a journal that several processes share."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.errors import Refused
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.engine.test_admin import PAID
from tests.support.waiting import eventually


@pytest.fixture
async def hub(postgres_database: str) -> AsyncIterator[Hub]:
    """A hub on PostgreSQL with the counting partner."""
    PartnerComponent.world = World()
    routes = read_text(route(PAID, parameters="{keys: 'order:${body}'}"))
    async with Hub(Configuration(journal=postgres_database), [routes], components=[PartnerComponent]) as running:
        yield running


async def reached(desk: Admin, wanted: dict[str, int]) -> None:
    async def as_wanted() -> bool:
        return await desk.counts() == wanted

    await eventually(as_wanted, timeout=30)


async def test_retry_replay_and_discard(hub: Hub) -> None:
    """What is revived is carried out by its owner, a replay makes only what was asked for, a discarded one stays."""
    desk, world = Admin(hub.journal, hub.clock, hub), PartnerComponent.world
    world.fail(Refused("no", status=400))
    [first] = await hub.receivers["main"].accept([Arrival(body="S1")])
    await reached(desk, {"dead": 1})
    assert [item["id"] for item in await desk.review()] == [first.id]
    await desk.retry(first.id, go=True)
    await reached(desk, {"done": 1})
    plan: dict[str, Any] = await desk.replay(first.id, again=["to2"], go=True)
    await reached(desk, {"done": 2})
    assert len(world.done) == 3
    assert len(await desk.messages(key="order:S1")) == 2
    assert (await desk.message(plan["new_exchange"]))["origin"] == first.id
    world.fail(Refused("no", status=400))
    [second] = await hub.receivers["main"].accept([Arrival(body="S2")])
    await reached(desk, {"done": 2, "dead": 1})
    await desk.discard(second.id, go=True)
    await reached(desk, {"done": 2, "discarded": 1})
