"""What became of electronic documents, as the demo judges it: what is wrong must not pass."""

from dataclasses import replace
from typing import Any

from caravana.demo.papers import CUT, RETURNED, Evidence, Paper, journeys, kinds

CLAVE = "2811202601179001691900110010020000000011234567818"


def registered(number: str = "001-002-000000001", state: str = "AUTORIZADO", **more: Any) -> dict[str, Any]:
    """Return a factura as the authority's register has it."""
    return {"clave": CLAVE, "codDoc": "01", "numero": number, "estado": state, **more}


def handed_in(answer: str) -> dict[str, Any]:
    """Return a call of reception for it."""
    return {"clave": CLAVE, "numero": "001-002-000000001", "estado": answer, "codes": []}


PAPER = Paper("01", "001-002-000000001", "account.move,1", CUT)
FILES = ("FAC-001-002-000000001.xml", "FAC-001-002-000000001.pdf")
GOOD = Evidence([registered()], [handed_in("RECIBIDA")], FILES, [FILES])


def of_facturas(found: Evidence) -> tuple[int, int, int, int, int, bool]:
    """Return authorised, twice, lost, in Odoo, mailed, and whether that is right."""
    one = kinds([PAPER], found)[0]
    return one.authorised, one.twice, one.lost, one.in_odoo, one.mailed, one.is_right


def test_once_everywhere_is_right() -> None:
    """Authorised once, both files once in Odoo, one mail."""
    assert of_facturas(GOOD) == (1, 0, 0, 1, 1, True)


def test_whatever_is_missing_or_there_twice_is_wrong() -> None:
    """Not authorised: lost; again under another number or the same: twice; files or mails that lack or are two."""
    more = registered("001-002-000000009")
    assert of_facturas(replace(GOOD, register=[registered(state="EN PROCESO")])) == (0, 0, 1, 1, 1, False)
    assert of_facturas(replace(GOOD, register=[registered(), more])) == (1, 1, 0, 1, 1, False)
    assert of_facturas(replace(GOOD, register=[registered(), registered()])) == (1, 1, 0, 1, 1, False)
    assert of_facturas(replace(GOOD, files=FILES[:1])) == (1, 0, 0, 0, 1, False)
    assert of_facturas(replace(GOOD, files=FILES * 2)) == (1, 0, 0, 0, 1, False)
    assert of_facturas(replace(GOOD, mails=[])) == (1, 0, 0, 1, 0, False)
    assert of_facturas(replace(GOOD, mails=[FILES, FILES])) == (1, 0, 0, 1, 0, False)


def test_trouble_must_have_been_there() -> None:
    """A cut document was handed in once; a returned one was returned first, and then taken."""
    again = replace(GOOD, receipts=[handed_in("RECIBIDA")] * 2)
    assert [one.is_right for one in (*journeys([PAPER], GOOD), *journeys([PAPER], again))] == [True, False]
    returned = replace(PAPER, fate=RETURNED)
    mended = replace(GOOD, receipts=[handed_in("DEVUELTA"), handed_in("RECIBIDA")])
    assert [one.is_right for one in (*journeys([returned], GOOD), *journeys([returned], mended))] == [False, True]
