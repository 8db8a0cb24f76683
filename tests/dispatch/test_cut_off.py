"""A process whose way to the database is cut past its lease: what it still had to store comes too late."""

import asyncio

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.dispatch.hubs import Freezable, Starter, freeze, states
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.support.stalling import stalling
from tests.support.waiting import eventually

KEEP = "- to: 'partner:think?kind=pure'\n- to: 'state:orders?op=put&key=7'\n"


async def test_record_of_a_flow_is_not_set_back(start_hub: Starter, world: World, postgres_database: str) -> None:
    """A record that was to be stored when the way was cut is not stored over what another process has stored since."""
    text = route(KEEP, parameters="{lane: one}")
    turn = world.before = asyncio.Event()
    async with stalling(postgres_database) as way:
        one = Hub(
            Configuration(journal=way.url),
            [read_text(text)],
            ownership=Freezable(postgres_database, lease=1.5),
            components=[PartnerComponent],
        )
        async with one:
            world.there["think"] = "first"
            await one.receivers["main"].accept([Arrival()])
            await eventually(lambda: world.calls == 1)
            way.cut()
            turn.set()
            await eventually(lambda: one.journal.failure())
            freeze(one)
            two = await start_hub(text)

            async def done() -> int:
                return (await states(two))["done"]

            await eventually(done)
            world.there["think"] = "second"
            await two.receivers["main"].accept([Arrival()])
            await eventually(lambda: world.calls == 3)
            await two.dispatcher.quiet()
            way.whole = True
            await eventually(lambda: one.journal.failure() is None)
            assert await two.store.get("orders", "7") == {"made": "second"}
            freeze(one, frozen=False)
