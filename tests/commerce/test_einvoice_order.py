"""An emission point that is ordered: numbers go out in their order, also after a halt and when the company was away."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
POINTS = {"einvoice.points": {POINT: {"connection": "sello", "ordered": True}}}


def sent(office: Office) -> list[int]:
    """Return the numbers that the company was sent, each at its first time."""
    return list(dict.fromkeys(int(json.loads(one)["secuencial"]) for one in office.sello.bodies))


async def test_after_a_halt(tmp_path: Path, clock: LeapingClock) -> None:
    """Twelve documents waited, and one is posted after the person has looked: all go out in the order of their numbers."""
    async with open_office(tmp_path, clock, settings=POINTS) as office:
        office.sello.foreign.add(f"{POINT}-000000001")
        await office.reaches(office.invoice(), "needs_attention")
        held = [office.invoice() for _ in range(12)]
        for one in held:
            await office.reaches(one, "queued")
        await office.hub.store.put("review", f"einvoice/point/{POINT}", None)
        held.append(office.invoice())
        for one in held:
            await office.reaches(one, "authorised", timeout=40)
        await office.idle()
        assert sent(office) == [*range(1, 15)]
        assert len(office.sello.authorised) == len(held)


async def test_after_the_company_was_away(tmp_path: Path, clock: LeapingClock) -> None:
    """What could not be sent goes before what was posted later."""
    async with open_office(tmp_path, clock, settings=POINTS) as office:
        office.sello.locked = True
        waiting = [office.invoice() for _ in range(5)]
        for one in waiting:
            await office.reaches(one, "queued")
        office.sello.locked = False
        waiting.append(office.invoice())
        for one in waiting:
            await office.reaches(one, "authorised", timeout=40)
        await office.idle()
        assert sent(office) == [*range(1, 7)]


async def test_a_file_waits_with_its_document(tmp_path: Path, clock: LeapingClock) -> None:
    """What a person's file adds is not forgotten while the emission point stands still."""
    async with open_office(tmp_path, clock, settings=POINTS) as office:
        office.sello.foreign.add(f"{POINT}-000000001")
        await office.reaches(office.invoice(), "needs_attention")
        second = office.invoice()
        await office.reaches(second, "queued")
        told = {"infoAdicional": [{"nombre": "Vendedor", "valor": "Inés Inventada"}]}
        await office.do("issue", name=f"account.move,{second}", document=told)
        await office.idle()
        await office.hub.store.put("review", f"einvoice/point/{POINT}", None)
        await office.reaches(second, "authorised", timeout=40)
        assert "Inés Inventada" in json.dumps(json.loads(office.sello.bodies[-1]), ensure_ascii=False)


async def test_the_ledger_is_behind(tmp_path: Path, clock: LeapingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a document waits counts from the moment when it could not be sent, not from when the ledger has been told."""
    async with open_office(tmp_path, clock, settings=POINTS) as office:
        office.sello.locked = True
        put, written, told = office.hub.store.put, asyncio.Event(), asyncio.Event()

        async def late(scope: str, key: str, value: Any) -> None:
            if scope == "einvoice_document" and value and value["state"] == "queued" and not told.is_set():
                told.set()
                await written.wait()
            await put(scope, key, value)

        monkeypatch.setattr(office.hub.store, "put", late)
        first = office.invoice()
        await eventually(told.is_set)
        office.sello.locked = False
        second = office.invoice()

        async def processed() -> bool:
            return await office.document(second) is not None and len(office.hub.dispatcher) == 1

        await office.becomes(processed)
        written.set()
        for one in (first, second):
            await office.reaches(one, "authorised", timeout=40)
        assert sent(office) == [1, 2]
