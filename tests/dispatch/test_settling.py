"""Doubts settled in another process than the one that owns them: the strict lane goes on there, at once."""

from collections.abc import AsyncIterator
from itertools import count, product

import pytest

from caravana.dispatch import Follower
from caravana.engine.admin import Admin
from caravana.engine.hub import Hub
from caravana.journal import Journal, open_journal
from caravana.journal.model import shard_of
from caravana.kit.clock import SystemClock
from caravana.kit.errors import Unknown
from caravana.kit.ports import Arrival
from tests.dispatch.hubs import Starter, both_own, owns, states
from tests.dispatch.told import WatcherStarter
from tests.engine.conftest import route
from tests.engine.partner import World
from tests.support.waiting import eventually

PAY = route("- to: 'partner:pay?kind=blind'", parameters="{lane: '${body}', strict: 'true'}")
ACTS = ("done", "not done", "discard")


@pytest.fixture
async def desk(postgres_database: str) -> AsyncIterator[Admin]:
    """The desk of a command line: a journal of its own and no hub."""
    journal: Journal = open_journal(postgres_database)
    await journal.open()
    yield Admin(journal, SystemClock(), None, running=False)
    await journal.close()


def lanes_of(hub: Hub, most: int) -> list[str]:
    """Return names of lanes that `hub` owns."""
    found = (f"lane {number}" for number in count() if owns(hub, shard_of(f"lane {number}", "")))
    return [next(found) for _ in range(most)]


async def settle(desk: Admin, exchange: str, act: str) -> None:
    """End a doubt in one of three ways."""
    if act == "discard":
        await desk.discard(exchange, go=True)
    else:
        await desk.settle(exchange, done=act == "done", go=True)


async def doubts(hub: Hub, lanes: list[str]) -> dict[str, str]:
    """Let the first exchange of each lane end in doubt, with another waiting behind it; returns the doubtful ones."""
    accepted = await hub.receivers["main"].accept([Arrival(body=lane) for lane in lanes])
    await hub.receivers["main"].accept([Arrival(body=lane) for lane in lanes])

    async def all_doubt() -> bool:
        return await states(hub) == {"in_doubt": len(lanes), "ready": len(lanes)}

    await eventually(all_doubt)
    return {lane: one.id for lane, one in zip(lanes, accepted, strict=True)}


async def test_settled_from_anywhere(
    start_hub: Starter, world: World, desk: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever settles or discards a doubt, owner, other hub or command line: the owner hears it and looks at that one only."""
    one, two = await start_hub(PAY), await start_hub(PAY)
    await both_own(one, two)
    desks = [Admin(one.journal, one.clock, one), Admin(two.journal, two.clock, two), desk]
    lanes: dict[str, tuple[Admin, str]] = {}
    for hub in (one, two):
        lanes |= dict(zip(lanes_of(hub, 9), product(desks, ACTS), strict=True))
    for _ in lanes:
        world.lose_answer(Unknown("cut"))
    in_doubt = await doubts(one, list(lanes))
    monkeypatch.setattr(Follower, "again", lambda self: None)
    for lane, (who, act) in lanes.items():
        await settle(who, in_doubt[lane], act)

    async def all_ended() -> bool:
        return await states(one) == {"done": 30, "discarded": 6}

    await eventually(all_ended)
    assert world.calls == 18 + 6 + 18


@pytest.mark.parametrize("act", ACTS)
async def test_owner_that_was_told_dies(
    start_hub: Starter, start_watcher: WatcherStarter, world: World, desk: Admin, act: str
) -> None:
    """The owner is killed after it was told and before it did anything: who takes over goes on with what was settled."""
    hub, owner = await start_hub(PAY), await start_watcher()
    await owner.hears("started")
    await eventually(lambda: sum(last - first + 1 for first, last in hub.ownership.ranges()) == 32)
    lane = next(f"lane {number}" for number in count() if not owns(hub, shard_of(f"lane {number}", "")))
    owner.tell("lose")
    await owner.hears("lost")
    in_doubt = await doubts(hub, [lane])
    owner.tell("pause")
    await owner.hears("paused")
    await settle(desk, in_doubt[lane], act)
    owner.process.kill()

    async def all_ended() -> bool:
        rows = await hub.journal.query("select state from exchange order by seq", {})
        return [row["state"] for row in rows] == ["discarded" if act == "discard" else "done", "done"]

    await eventually(all_ended)
    assert world.calls == (2 if act == "not done" else 1)
