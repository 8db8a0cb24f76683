"""What shadow left undone, and what a backfill feeds, on a journal that several processes share."""

import asyncio

from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration, Modes
from caravana.engine.hub import Hub
from caravana.kit.exchange import IN_ONLY
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.support.waiting import eventually

PAY = "- to: 'partner:pay?kind=blind&imagined=true'"


async def test_shadow_is_counted_listed_and_shown(postgres_database: str) -> None:
    """The same questions are answered as on SQLite: counts by route, numbers, the exact request."""
    PartnerComponent.world = World()
    routes = read_text(route(f"{PAY}\n{PAY}"))
    given = Configuration(journal=postgres_database, modes=Modes(default="shadow"))
    async with Hub(given, [routes], components=[PartnerComponent]) as hub:
        desk = Admin(hub.journal, hub.clock, hub)
        await hub.receivers["main"].accept([Arrival(body="S1", branch=None), Arrival(body="S2")])

        async def both() -> bool:
            return await desk.counts() == {"done": 2}

        await eventually(both, timeout=30)
        [line] = await desk.shadow_report(partner="partner")
        assert (line["route"], line["effects"], line["exchanges"]) == ("main", 4, 2)
        listed = await desk.shadow_list(route="main", partner="partner")
        assert [one["number"].partition(".")[2] for one in listed] == ["1", "2", "1", "2"]
        [first, second] = await desk.shadow_show(listed[0]["number"].partition(".")[0])
        assert first["request"] == {"do": "pay", "body": "S2"}
        assert second["request"]["body"] == first["went_on_with"]
    assert PartnerComponent.world.done == []


async def test_what_is_fed_twice_at_once_is_taken_once(postgres_database: str) -> None:
    """Two feeds of the same records race: each record is one exchange, and a third feed finds nothing new."""
    PartnerComponent.world = World()
    async with Hub(
        Configuration(journal=postgres_database), [read_text(route(PAY))], components=[PartnerComponent]
    ) as hub:
        receiver = hub.receivers["main"]
        arrivals = [Arrival(body=f"S{number}", key=f"S{number}") for number in range(20)]
        entries = [[(receiver.entry(one, IN_ONLY), str(one.key)) for one in arrivals] for _ in range(3)]
        fed = await asyncio.gather(*(receiver.feed(one, "backfill main") for one in entries[:2]))
        assert sorted(len(one) for one in fed) in ([0, 20], *([n, 20 - n] for n in range(1, 11)))
        assert await receiver.feed(entries[2], "backfill main") == []

        async def all_done() -> bool:
            return len(PartnerComponent.world.done) == 20

        await eventually(all_done, timeout=30)
