"""Several hubs on one PostgreSQL: each exchange is run once, in its lane's order, by whoever owns it."""

import asyncio

from caravana.kit.errors import Transient
from caravana.kit.ports import Arrival
from tests.dispatch.hubs import Starter, both_own, freeze, states
from tests.engine.conftest import route
from tests.engine.partner import World
from tests.support.waiting import eventually

PAY = "- to: 'partner:pay?kind=idempotent'\n- to: 'partner:tell?kind=idempotent'\n"


async def test_whoever_accepts_the_owner_runs_it_once(start_hub: Starter, world: World) -> None:
    """Messages accepted at either of two hubs all end, with each effect made once."""
    one, two = await start_hub(route(PAY)), await start_hub(route(PAY))
    await both_own(one, two)
    await asyncio.gather(
        *[hub.receivers["main"].accept([Arrival(body=f"{n}")]) for n in range(60) for hub in (one, two)]
    )

    async def all_done() -> bool:
        return await states(one) == {"done": 120}

    await eventually(all_done, 20)
    assert world.calls == 240


async def test_lane_keeps_its_order_across_doors(start_hub: Starter, world: World) -> None:
    """Messages of one lane that come in turn at two hubs are run in the order of their acceptance."""
    text = route("- to: 'partner:pay?kind=idempotent'", parameters="{lane: '${body[lane]}'}")
    hubs = [await start_hub(text), await start_hub(text)]
    await both_own(*hubs)
    for number in range(40):
        for lane in ("a", "b", "c"):
            await hubs[number % 2].receivers["main"].accept([Arrival(body={"lane": lane, "n": number})])

    async def all_done() -> bool:
        return await states(hubs[0]) == {"done": 120}

    await eventually(all_done, 20)
    for lane in ("a", "b", "c"):
        assert [body["n"] for _, body in world.done if body["lane"] == lane] == list(range(40))


async def test_answer_comes_back_to_the_door(start_hub: Starter, world: World) -> None:
    """A caller at one hub gets his answer, whichever hub owns and runs his request, and each is run once."""
    text = route("- to: 'partner:pay?kind=blind'", parameters="{lane: '${body}'}")
    plain = route("- to: 'partner:pay?kind=blind'", name="plain")
    hubs = [await start_hub(text + plain), await start_hub(text + plain)]
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


async def test_frozen_hub_is_taken_over_and_writes_nothing(start_hub: Starter, world: World) -> None:
    """A hub that is stopped past its lease in mid-call: its work is ended by the other; back again, it changes nothing."""
    world.before = asyncio.Event()
    one = await start_hub(route(PAY))
    await one.receivers["main"].accept([Arrival(body=f"{n}") for n in range(10)])
    await eventually(lambda: world.calls == 10)
    freeze(one)
    two = await start_hub(route(PAY))
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


async def test_a_repeat_at_another_door_waits_for_the_answer(start_hub: Starter, world: World) -> None:
    """A caller who repeats his request at the other hub while it runs gets the one answer, for one effect."""
    world.before = asyncio.Event()
    text = route("- to: 'partner:pay?kind=blind'", parameters="{key: '${body}', lane: one}")
    hubs = [await start_hub(text), await start_hub(text)]
    await both_own(*hubs)
    asked = [asyncio.create_task(hub.receivers["main"].request(Arrival(body="order 7"))) for hub in hubs * 2]
    await eventually(lambda: world.calls == 1)
    world.before.set()
    outcomes = [await one for one in asked]
    assert {(one.state, one.id) for one in outcomes} == {("done", outcomes[0].id)}
    assert world.calls == 1


async def test_a_failure_at_the_owner_is_told_at_once(start_hub: Starter, world: World) -> None:
    """The partner is away: the callers at both hubs are told so, also the one whose request the other hub runs."""
    world.fail(*[Transient("away") for _ in range(2)])
    text = route("- to: 'partner:pay?kind=blind'", parameters="{lane: one}")
    hubs = [await start_hub(text), await start_hub(text)]
    await both_own(*hubs)
    outcomes = [await hub.receivers["main"].request(Arrival(body="order 7")) for hub in hubs]
    assert [(one.state, one.error_class) for one in outcomes] == [("failed", "Transient")] * 2


async def test_timer_runs_in_one_hub(start_hub: Starter, world: World) -> None:
    """An exclusive consumer runs in one hub only, and in the other when that one has gone."""
    text = (
        "- route:\n    id: tick\n    from:\n      uri: timer:tick\n      parameters: {period: 100}\n"
        "      steps:\n        - to: 'partner:pay?kind=idempotent'\n"
    )
    one, two = await start_hub(text), await start_hub(text)
    assert (set(one.doors.consumers), set(two.doors.consumers)) == ({"tick"}, set())
    await one.stop(5)
    await eventually(lambda: set(two.doors.consumers) == {"tick"})
    calls = world.calls
    await eventually(lambda: world.calls > calls)


async def test_topic_wakes_all_hubs(start_hub: Starter) -> None:
    """A hint that arrives at one hub wakes the pollers of the other."""
    one, two = await start_hub(route(PAY)), await start_hub(route(PAY))
    woken: list[str] = []
    one.listen("orders", lambda: woken.append("one"))
    two.listen("orders", lambda: woken.append("two"))

    async def heard() -> bool:
        one.wake("orders")
        return "two" in woken

    await eventually(heard)
    assert "one" in woken
