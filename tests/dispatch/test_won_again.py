"""A call that waited to leave while its shard was taken over and won again: another process has seen to it, or will."""

import asyncio

from caravana.kit.departure import departing
from caravana.kit.ports import Arrival
from tests.dispatch.hubs import Starter, freeze, owns, states
from tests.engine.conftest import route
from tests.engine.partner import World
from tests.journal.conftest import query
from tests.support.waiting import eventually


async def test_call_of_a_former_ownership_does_not_leave(start_hub: Starter, world: World) -> None:
    """It waits behind others in a process that stands still; the shard goes and comes back, and only then it is its turn."""

    def leave() -> None:
        departure = departing.get()
        assert departure is not None
        departure.look()
        world.done.append(("late", None))

    leave.act = False  # type: ignore[attr-defined]
    world.script.append(leave)
    turn = world.before = asyncio.Event()
    pay = route("- to: 'partner:pay?kind=verifiable'")
    one = await start_hub(pay)
    await one.receivers["main"].accept([Arrival(body="order 7")])
    await eventually(lambda: world.calls == 1)
    [row] = await query(one.journal, "select shard from exchange")
    freeze(one)
    world.before = None
    two = await start_hub(pay)
    await eventually(lambda: owns(two, row["shard"]) and len(world.done) == 1)
    freeze(one, frozen=False)
    await two.stop(0)
    await eventually(lambda: owns(one, row["shard"]))
    turn.set()
    await one.dispatcher.quiet()
    assert len(world.done) == 1
    assert await states(one) == {"done": 1}
