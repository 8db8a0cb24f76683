"""What still waits is known by key: what is done costs a look nothing, and nothing that waits is forgotten."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from caravana.component.bank import pages
from caravana.component.bank.book import HELD, MATCHED, OPEN
from caravana.component.bank.due import DUE, WAITS
from tests.component.bank.telling import DAY, camt053, later, movement
from tests.component.bank.world import World

CONTRADICTS_ITSELF = Path(__file__).parents[2] / "data" / "bank" / "camt054-v8-batch-contradicts-itself.xml"


async def due(world: World, state: str = OPEN) -> list[str]:
    """Return the index as it is kept."""
    return sorted(key.split("/", 2)[2] for key in world.told(DUE) if key.startswith(f"{state}/"))


async def wanted(world: World, state: str = OPEN) -> list[str]:
    """Return what the entries themselves say."""
    return sorted(one.key for one in await world.desk.book.entries() if one.due == state)


def match(key: str, state: str) -> dict[str, Any]:
    """Return a match of an entry."""
    return {"entry": key, "state": state, "round": 1, "proposals": []}


async def test_the_index_follows_every_change() -> None:
    """Imported, held, decided, settled, matched, undone: at each step it says what the entries say."""
    world = World()
    day = [movement("50.00", "R1", "ANA"), movement("70.00", "R2", "LUIS"), movement("-9.00", "R3", "BANCO")]
    await world.take(camt053(day))
    await world.take(CONTRADICTS_ITSELF.read_bytes())
    assert await due(world) == await wanted(world) != []
    [held] = await wanted(world, HELD)
    assert await due(world, HELD) == [held]
    await world.desk.decide(held, same=False)
    assert (await due(world, HELD), await due(world)) == ([], await wanted(world))
    [key, _] = await due(world)
    for state, there in (("proposed", True), ("posted", False), ("undone", True), ("left", False)):
        await world.desk.matches.settle(match(key, state), {"text": "?"})
        asked = [one["entry"] for one in await world.desk.matches.asked()]
        assert (key in await due(world), asked == [key]) == (there, there)
        assert await due(world) == await wanted(world)


async def test_money_that_goes_out_is_not_waited_for() -> None:
    """A debit is kept, and no look reads it."""
    world = World()
    await world.take(camt053([movement("-9.00", "R3", "BANCO"), movement("50.00", "R1", "ANA")]))
    assert [key.split("/")[2] for key in await world.desk.due(None)] == ["C50.00USD"]


async def test_a_look_reads_nothing_of_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hundred entries in the books and one that waits, a look reads that one and its match."""
    world = World()
    await world.take(camt053([movement(f"{number}.25", f"R{number}") for number in range(1, 101)]))
    for key in await world.desk.due(None):
        await world.desk.matches.settle(match(key, "posted"), None)
    await world.take(camt053([movement("7.00", "R7")], number=2))
    store, read = world.hub.store, Counter[str]()
    get, find = store.get, store.find

    async def counted(scope: str, key: str) -> Any:
        read[scope] += 1
        return await get(scope, key)

    async def found(scope: str, *given: Any, **more: Any) -> list[tuple[str, Any]]:
        several = await find(scope, *given, **more)
        read[scope] += len(several)
        return several

    monkeypatch.setattr(store, "get", counted)
    monkeypatch.setattr(store, "find", found)
    waiting = await world.desk.waiting(await world.desk.due(DAY), DAY)
    assert [str(one["entry"]["amount"]) for one in waiting] == ["7.00"]
    assert {scope: read[scope] for scope in ("bank_entry", "bank_match", DUE, WAITS)} == {
        "bank_entry": 1,
        "bank_match": 1,
        DUE: 1,
        WAITS: 0,
    }


async def test_what_an_older_version_kept_is_indexed_once() -> None:
    """A journal without the index: everything that waits is found, and asked about, as before."""
    world = World()
    await world.take(camt053([movement("50.00", "R1", "ANA"), movement("70.00", "R2", "LUIS")]))
    one, other = await world.desk.due(None)
    await world.desk.matches.settle(match(one, "proposed"), {"text": "?"})
    await world.desk.matches.settle(match(other, "posted"), None)
    kept = {
        place: value for place, value in world.hub.store.records.items() if not place[0].startswith(("bank_due", WAITS))
    }
    older = World()
    older.hub.store.records.update(kept)
    assert await older.desk.due(None) == [one]
    assert [found["entry"] for found in await older.desk.matches.asked()] == [one]
    assert await due(older) == await wanted(older)


async def test_more_than_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait, all are found, by day and not before the line."""
    monkeypatch.setattr(pages, "PAGE", 3)
    world = World()
    await world.take(camt053([later(movement(f"{number}.00", f"R{number}"), number % 3) for number in range(1, 11)]))
    keys = await world.desk.due(None)
    assert len(keys) == 10
    assert [key.split("/")[1] for key in keys] == sorted(key.split("/")[1] for key in keys)
    assert len(await world.desk.waiting(keys, date(2026, 11, 25))) == 3
    assert await world.desk.due(date(2027, 1, 1)) == []


async def test_a_reversal_finds_its_credit_among_many() -> None:
    """By amount and day, without reading the others; one of long before is not taken back."""
    world = World()
    many = [movement(f"{number}.50", f"R{number}", "ANA") for number in range(1, 40)]
    await world.take(camt053([*many, later(movement("115.00", "OLD", end_to_end="E0"), -120)]))
    await world.take(camt053([movement("115.00", "R1", "ANA", end_to_end="E1")], number=2))
    content = camt053([movement("-115.00", "R2", end_to_end="E1")], number=3)
    await world.take(content.replace(b"DBIT</CdtDbtInd><Sts>", b"DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts>"))
    waiting = await world.desk.waiting(await world.desk.due(None), None)
    [back] = [one for one in waiting if "takes_back" in one]
    assert [one["entry"]["references"]["entry"] for one in back["takes_back"]] == ["R1"]


async def test_an_entry_that_is_done_is_no_longer_due() -> None:
    """Left by a person: the entry is matched, and no look tells of it."""
    world = World()
    await world.take(camt053([movement("50.00", "R1", "ANA")]))
    [key] = await world.desk.due(None)
    await world.desk.matches.settle(match(key, "proposed"), {"text": "?"})
    await world.hub.store.put("review", f"bank/match/{key}", None)
    assert await world.desk.due(None) == []
    assert [one.state for one in await world.desk.book.entries()] == [MATCHED]
