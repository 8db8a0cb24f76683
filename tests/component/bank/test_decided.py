"""What a person decides is about what stood before him, and the first of two words is the one that holds."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from caravana.component.bank.matches import DECISION
from caravana.component.bank.spec import BankOptions
from caravana.component.bank.waiting import DecisionsConsumer
from tests.component.bank.telling import camt053, movement
from tests.component.bank.world import World


async def proposed(world: World, *numbers: str) -> dict[str, Any]:
    """Return the match of the only entry after it was proposed for these invoices."""
    [key] = await world.desk.due(None)
    proposals = [{"invoices": [{"number": one}]} for one in numbers]
    match = {"entry": key, "state": "proposed", "round": 1, "proposals": proposals}
    assert await world.desk.matches.settle(match, {"text": "?"})
    return match


@dataclass
class Told:
    """A route that takes what it is told."""

    store: Any
    bodies: list[Any] = field(default_factory=list)
    route_id: str = "match-decided"

    async def accept(self, arrivals: list[Any]) -> None:
        """Take it."""
        self.bodies += [one.body for one in arrivals]


async def a_world() -> World:
    """Return a bank that told of one credit."""
    world = World()
    await world.take(camt053([movement("50.00", "R1", "ANA")]))
    return world


async def test_a_decision_is_about_the_proposals_that_were_read() -> None:
    """A look turns the proposals round before a route takes the word: accepted is what was the first."""
    world = await a_world()
    read = await proposed(world, "001-001-000000001", "001-001-000000002")
    await world.desk.decide_match("accept", read["entry"], "rosa", number=1)
    await proposed(world, "001-001-000000002", "001-001-000000001")
    [(_, decision)] = await world.hub.store.find(DECISION)
    assert decision["match"]["proposals"][decision["number"] - 1]["invoices"] == [{"number": "001-001-000000001"}]


async def test_what_was_read_otherwise_is_not_kept() -> None:
    """A word about a match that has changed changes nothing; said twice, it was kept by the first time."""
    world = await a_world()
    matches = world.desk.matches
    read = await proposed(world, "001-001-000000001")
    left = {**read, "state": "left", "by": "rosa"}
    assert await matches.settle(left, None, before=read)
    assert await matches.settle(left, None, before=read)
    assert not await matches.settle({**read, "proposals": []}, {"text": "?"}, before=read)
    assert not await matches.settle(read, {"text": "?"}, before=None)
    assert await matches.get(read["entry"]) == left
    assert world.told("review") == []


async def test_two_persons_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who leaves what another has just changed is told to look again."""
    world = await a_world()
    read = await proposed(world, "001-001-000000001")
    settle = world.desk.matches.settle

    async def late(*given: Any, **more: Any) -> bool:
        monkeypatch.undo()
        await settle({**read, "state": "posting"}, None)
        return await settle(*given, **more)

    monkeypatch.setattr(world.desk.matches, "settle", late)
    with pytest.raises(LookupError, match="has changed in the meantime"):
        await world.desk.decide_match("leave", read["entry"], "rosa")


async def test_a_decision_that_an_older_version_kept() -> None:
    """It does not say what was read: it is about what stands there now, and those behind it are told as well."""
    world = await a_world()
    read = await proposed(world, "001-001-000000001")
    old = {"id": "1/accept/old", "act": "accept", "key": read["entry"], "actor": "rosa", "number": 1}
    await world.hub.store.put(DECISION, old["id"], old)
    await world.desk.decide_match("accept", read["entry"], "ana", number=1)
    told = Told(world.hub.store)
    consumer = DecisionsConsumer(world.desk, BankOptions(), told, world.hub)  # type: ignore[arg-type]
    await consumer.look()
    assert {one["actor"]: one["match"] == read for one in told.bodies} == {"rosa": True, "ana": True}
    assert await world.hub.store.find(DECISION) == []
