"""The numbers of an emission point: one number is one document, and a number that is left out is told."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
NUMBER = f"{POINT}-000000077"
BY_HAND: dict[str, Any] = {
    "einvoice.points": {POINT: {"connection": "sello", "journals": [999]}},
    "einvoice.look": "30s",
}
"""No journal is served: documents go out by file, which says the number."""


def numbered(secuencial: str = "000000077") -> dict[str, Any]:
    """Return a file that says the number."""
    return {"estab": "001", "ptoEmi": "001", "secuencial": secuencial}


async def states(office: Office, *invoices: int) -> list[str]:
    """Return how the documents stand."""
    found = [await office.document(one) for one in invoices]
    return sorted("" if one is None else one["state"] for one in found)


async def test_two_records_with_one_number(tmp_path: Path, clock: LeapingClock) -> None:
    """Asked for at the same moment: one goes out, of the other it is told whose the number is; mended, it goes out too."""
    async with open_office(tmp_path, clock, settings=BY_HAND) as office:
        pairs = [(office.invoice(), office.invoice()) for _ in range(5)]
        for turn, pair in enumerate(pairs):
            given = numbered(f"{77 + turn:09d}")
            await asyncio.gather(*(office.do("issue", name=f"account.move,{one}", document=given) for one in pair))

        async def settled() -> bool:
            return [await states(office, *pair) for pair in pairs] == [["authorised", "draft"]] * 5

        await office.becomes(settled)
        await office.idle()
        assert (len(office.sello.authorised), len(office.sello.bodies)) == (5, 5)
        assert await office.reviews("point") == {}
        [late] = [one for one in pair if (await office.document(one))["state"] == "draft"]  # type: ignore[index]  # it is there
        await office.becomes(lambda: office.tasks(late))
        assert "ya lo tiene otro documento de este Odoo" in office.notes(late)[0]
        await office.do("issue", name=f"account.move,{late}", document=numbered("000000099"))
        await office.reaches(late, "authorised")
        await office.becomes(lambda: not office.tasks(late))


async def test_a_number_that_was_given_back(tmp_path: Path, clock: LeapingClock) -> None:
    """Refused under one number and issued under another: the first number is free for the document that it belongs to."""
    async with open_office(tmp_path, clock, settings=BY_HAND) as office:
        office.sello.returns[NUMBER] = [("52", "ERROR EN DIFERENCIAS")]
        wrong, right = office.invoice(), office.invoice()
        await office.do("issue", name=f"account.move,{wrong}", document=numbered())
        await office.reaches(wrong, "rejected")
        await office.do("issue", name=f"account.move,{wrong}", document=numbered("000000078"))
        await office.reaches(wrong, "authorised")
        await office.do("issue", name=f"account.move,{right}", document=numbered())
        await office.reaches(right, "authorised")
        assert {one.numero for one in office.sello.authorised} == {NUMBER, f"{POINT}-000000078"}


async def test_a_number_is_left_out(tmp_path: Path, clock: LeapingClock) -> None:
    """Each number that is missing is told, once, and no more when it comes; a jump of a thousand is a new beginning."""
    placeholders = {"einvoice.gaps": "30s"}
    given = BY_HAND | {"einvoice.late": "1m"}
    async with open_office(tmp_path, clock, settings=given, placeholders=placeholders) as office:

        async def issue(number: int) -> None:
            invoice = office.invoice()
            await office.do("issue", name=f"account.move,{invoice}", document=numbered(f"{number:09d}"))
            await office.reaches(invoice, "authorised")

        async def told() -> str:
            return "".join(one["text"] for one in (await office.reviews("gap")).values())

        for number in (1, 2, 5, 7, 5000):
            await issue(number)
        missing = [f"{POINT}-{one:09d}" for one in (3, 4, 6)]

        async def all_told() -> bool:
            return f"No se han emitido: {', '.join(missing)}. " in await told()

        await office.becomes(all_told)
        for number in (4, 3, 6):
            await issue(number)

        async def over() -> bool:
            return not await told()

        await office.becomes(over)
