"""Several hubs on one PostgreSQL: each exchange is run once, in its lane's order, by whoever owns it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.journal import operations as ops
from caravana.journal import statements as s
from caravana.journal.model import shard_of
from caravana.journal.operation import Operation, Work
from caravana.kit.errors import Unknown
from caravana.kit.ports import Arrival
from caravana.route import read_text
from tests.engine.conftest import route
from tests.engine.partner import PartnerComponent, World
from tests.support.waiting import eventually

PAY = "- to: 'partner:pay?kind=idempotent'\n- to: 'partner:tell?kind=idempotent'\n"
Starter = Callable[[str], Awaitable[Hub]]


class Freezable(LeasedOwnership):
    """An ownership that can be kept from renewing, as by SIGSTOP."""

    frozen = False

    def _tick(self) -> None:
        if not self.frozen:
            super()._tick()


@pytest.fixture
def world() -> World:
    """The partner of all hubs."""
    PartnerComponent.world = World()
    return PartnerComponent.world


@pytest.fixture
async def start(postgres_database: str, world: World) -> AsyncIterator[Starter]:
    """Start hubs on one database; all are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def begin(routes: str) -> Hub:
            hub = Hub(
                Configuration(journal=postgres_database),
                [read_text(routes)],
                ownership=Freezable(postgres_database, lease=1.5),
                components=[PartnerComponent],
            )
            await hub.start()
            stack.push_async_callback(hub.stop, 0)
            return hub

        yield begin


async def both_own(*hubs: Hub) -> None:
    """Wait until the shards are shared out."""
    await eventually(lambda: all(sum(b - a + 1 for a, b in hub.ownership.ranges()) == 32 for hub in hubs))


async def states(hub: Hub) -> Counter[str]:
    """Count exchanges by state."""
    rows: list[dict[str, Any]] = await hub.journal.query(sa.text("select state from exchange"), {})
    return Counter(row["state"] for row in rows)


def freeze(hub: Hub, *, frozen: bool = True) -> None:
    """Stop or continue a hub's renewals."""
    assert isinstance(hub.ownership, Freezable)
    hub.ownership.frozen = frozen


async def test_whoever_accepts_the_owner_runs_it_once(start: Starter, world: World) -> None:
    """Messages accepted at either of two hubs all end, with each effect made once."""
    one, two = await start(route(PAY)), await start(route(PAY))
    await both_own(one, two)
    await asyncio.gather(
        *[hub.receivers["main"].accept([Arrival(body=f"{n}")]) for n in range(60) for hub in (one, two)]
    )

    async def all_done() -> bool:
        return await states(one) == {"done": 120}

    await eventually(all_done, 20)
    assert world.calls == 240


async def test_lane_keeps_its_order_across_doors(start: Starter, world: World) -> None:
    """Messages of one lane that come in turn at two hubs are run in the order of their acceptance."""
    text = route("- to: 'partner:pay?kind=idempotent'", parameters="{lane: '${body[lane]}'}")
    hubs = [await start(text), await start(text)]
    await both_own(*hubs)
    for number in range(40):
        for lane in ("a", "b", "c"):
            await hubs[number % 2].receivers["main"].accept([Arrival(body={"lane": lane, "n": number})])

    async def all_done() -> bool:
        return await states(hubs[0]) == {"done": 120}

    await eventually(all_done, 20)
    for lane in ("a", "b", "c"):
        assert [body["n"] for _, body in world.done if body["lane"] == lane] == list(range(40))


async def test_answer_comes_back_to_the_door(start: Starter, world: World) -> None:
    """A caller at one hub gets his answer, whichever hub owns and runs his request, and each is run once."""
    text = route("- to: 'partner:pay?kind=blind'", parameters="{lane: '${body}'}")
    plain = route("- to: 'partner:pay?kind=blind'", name="plain")
    hubs = [await start(text + plain), await start(text + plain)]
    await both_own(*hubs)
    outcomes = await asyncio.gather(
        *[
            hub.receivers[name].request(Arrival(body=f"{n}"))
            for n in range(20)
            for hub in hubs
            for name in ("main", "plain")
        ]
    )
    assert {one.state for one in outcomes} == {"done"}
    assert world.calls == 80


async def test_frozen_hub_is_taken_over_and_writes_nothing(start: Starter, world: World) -> None:
    """A hub that is stopped past its lease in mid-call: its work is ended by the other; back again, it changes nothing."""
    world.before = asyncio.Event()
    one = await start(route(PAY))
    await one.receivers["main"].accept([Arrival(body=f"{n}") for n in range(10)])
    await eventually(lambda: world.calls == 10)
    freeze(one)
    two = await start(route(PAY))
    await eventually(lambda: world.calls == 20)
    world.before.set()

    async def all_done() -> bool:
        return await states(two) == {"done": 10}

    await eventually(all_done, 20)
    freeze(one, frozen=False)
    await both_own(one, two)
    await one.dispatcher.quiet()
    assert await states(two) == {"done": 10}
    keys = [key for key, _ in world.done]
    assert len(keys) == len(set(keys)) == 20


async def test_doubt_settled_at_another_hub(start: Starter, world: World) -> None:
    """A doubt that a person settles at one hub frees its strict lane at the hub that owns it."""
    world.lose_answer(Unknown("cut"))
    text = route("- to: 'partner:pay?kind=blind'", parameters="{lane: one, strict: 'true'}")
    one, two = await start(text), await start(text)
    await both_own(one, two)
    [first, _] = await one.receivers["main"].accept([Arrival(body="a"), Arrival(body="b")])

    async def in_doubt() -> bool:
        return await states(one) == {"in_doubt": 1, "ready": 1}

    await eventually(in_doubt)
    found = await one.journal.read(ops.read_reply(first.id))
    assert found is not None
    away = two if owns(one, shard_of("one", first.id)) else one
    change = {"state": "discarded", "not_before": None, "finished_at": 1, "revision": away.revision}

    def settle() -> Work[None]:
        yield s.CHANGE_STATE, {"the_seq": found[0], "was": "in_doubt", **change}

    await away.journal.submit(Operation("settle", settle))

    async def ended() -> bool:
        return await states(one) == {"discarded": 1, "done": 1}

    await eventually(ended)


def owns(hub: Hub, shard: int) -> bool:
    """Whether the hub owns the shard."""
    return any(first <= shard <= last for first, last in hub.ownership.ranges())


async def test_timer_runs_in_one_hub(start: Starter, world: World) -> None:
    """An exclusive consumer runs in one hub only, and in the other when that one has gone."""
    text = (
        "- route:\n    id: tick\n    from:\n      uri: timer:tick\n      parameters: {period: 100}\n"
        "      steps:\n        - to: 'partner:pay?kind=idempotent'\n"
    )
    one, two = await start(text), await start(text)
    assert (set(one.doors.consumers), set(two.doors.consumers)) == ({"tick"}, set())
    await one.stop(5)
    await eventually(lambda: set(two.doors.consumers) == {"tick"})
    calls = world.calls
    await eventually(lambda: world.calls > calls)


async def test_topic_wakes_all_hubs(start: Starter) -> None:
    """A hint that arrives at one hub wakes the pollers of the other."""
    one, two = await start(route(PAY)), await start(route(PAY))
    woken: list[str] = []
    one.listen("orders", lambda: woken.append("one"))
    two.listen("orders", lambda: woken.append("two"))

    async def heard() -> bool:
        one.wake("orders")
        return "two" in woken

    await eventually(heard)
    assert "one" in woken
