"""Children of one step, and doubts that a partner ends, on a journal that several processes share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.effect import Reply
from caravana.kit.errors import Unknown
from caravana.kit.ports import Arrival, Resolved
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.engine.test_children import ROUTES, PartsComponent
from tests.support.waiting import eventually

BLIND = route("- to: 'partner:pay?kind=blind'\n- to: mock:end")


@asynccontextmanager
async def hub(journal: str, routes: str) -> AsyncIterator[Hub]:
    """Run a hub of several on one PostgreSQL."""
    components = [PartnerComponent, PartsComponent]
    async with Hub(Configuration(journal=journal), [read_text(routes)], components=components) as running:
        yield running


async def test_each_child_comes_once_whichever_process_splits(postgres_database: str) -> None:
    """Two processes split batches of the same parts at one moment: each part is one exchange, in its lane."""
    PartnerComponent.world = World()
    async with hub(postgres_database, ROUTES) as one, hub(postgres_database, ROUTES) as two:
        parts = [f"{letter}{number}" for letter in "abcd" for number in range(50)]
        batches = [parts, parts[::-1], parts[50:150]]
        accepts = zip((one, two, one), batches, strict=True)
        await asyncio.gather(*(by.receivers["batches"].accept([Arrival(batch)]) for by, batch in accepts))

        async def all_done() -> bool:
            rows = await one.journal.query("select state, count(*) as n from exchange group by state", {})
            return {row["state"]: row["n"] for row in rows} == {"done": 3 + len(parts)}

        await eventually(all_done, timeout=30)
        rows = await one.journal.query("select key, lane from exchange where route = 'parts'", {})
        assert sorted(row["key"] for row in rows) == sorted(parts)
        assert all(row["lane"] == row["key"][0] for row in rows)


async def test_a_doubt_is_ended_by_another_process(postgres_database: str) -> None:
    """One process is in doubt, the other hears from the partner: the exchange goes on once, and a second word changes nothing."""
    PartnerComponent.world = world = World()
    async with hub(postgres_database, BLIND) as one, hub(postgres_database, BLIND) as two:
        world.lose_answer(Unknown("cut"))
        [accepted] = await one.receivers["main"].accept([Arrival("order 1")])

        async def states() -> list[str]:
            return [row["state"] for row in await one.journal.query("select state from exchange", {})]

        async def in_doubt() -> bool:
            return await states() == ["in_doubt"]

        await eventually(in_doubt, timeout=30)
        [row] = await one.journal.query("select key from record where state = 'doubt'", {})
        reply = Reply({"told": "later"}, reference="m1")
        settled = await asyncio.gather(*(by.doubts.resolve(accepted.id, row["key"], reply) for by in (one, two)))
        assert Resolved.SETTLED in settled

        async def done() -> bool:
            return await states() == ["done"]

        await eventually(done, timeout=30)
        assert await two.doubts.resolve(accepted.id, row["key"], reply) == Resolved.NOTHING
        received = [each.body for by in (one, two) for each in by.components.get("mock").received("end")]  # type: ignore[attr-defined]
        assert received == [{"told": "later"}]
        assert world.calls == 1


async def test_what_is_under_way_elsewhere_is_not_settled(postgres_database: str) -> None:
    """While one process waits for the partner's answer, the other is told so; afterwards there is nothing to settle."""
    PartnerComponent.world = world = World()
    world.before = asyncio.Event()
    async with hub(postgres_database, BLIND) as one, hub(postgres_database, BLIND) as two:
        [accepted] = await one.receivers["main"].accept([Arrival("order 1")])
        await eventually(lambda: world.calls == 1, timeout=30)
        [row] = await two.journal.query("select key from record where state = 'intent'", {})
        assert await two.doubts.resolve(accepted.id, row["key"], Reply()) == Resolved.UNDER_WAY
        world.before.set()

        async def done() -> bool:
            rows = await one.journal.query("select state from exchange", {})
            return [each["state"] for each in rows] == ["done"]

        await eventually(done, timeout=30)
        assert await two.doubts.resolve(accepted.id, row["key"], Reply()) == Resolved.NOTHING
