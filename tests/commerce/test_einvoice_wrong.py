"""What is wrong with certificate, lines or the company's answer: told to a clerk in Spanish, and issued after the mend."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from caravana.component.sri.sandbox import SriSandbox, to_p12
from caravana.component.sri.sandbox.sandbox import PASSWORD
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.commerce.test_einvoice_partners import COMPANIES
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
OURS, OTHERS = "1790016919001", "1792177758001"


def firma(sri: SriSandbox, ruc: str = OURS, *, begins: int = -1, ends: int = 730, password: str = PASSWORD) -> bytes:
    """Return a certificate's file; days from now."""
    now = sri.clock.now()
    issued = sri.certification.issue(ruc, now + timedelta(days=begins), now + timedelta(days=ends))
    return to_p12([issued], password)


WRONG: dict[str, tuple[Callable[[SriSandbox], bytes], str]] = {
    "expired": (lambda sri: firma(sri, begins=-400, ends=-3), "el certificado venció el"),
    "password": (lambda sri: firma(sri, password="otra"), "la contraseña del certificado no es correcta"),
    "another's": (lambda sri: firma(sri, OTHERS), f"el certificado es del RUC {OTHERS}"),
    "damaged": (lambda sri: b"<html>Descarga no disponible</html>", "no es un archivo .p12"),
}
"""What lies where the certificate should, and what a clerk reads of it."""


@pytest.mark.parametrize("name", WRONG)
async def test_a_certificate_that_cannot_sign(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """The clerk reads why nothing goes out; with the right file in its place it goes by itself, under its number."""
    make, said = WRONG[name]
    sri = SriSandbox(clock=clock)
    settings = sri.connection()
    file = Path(settings["certificate"])
    right = file.read_bytes()
    file.write_bytes(make(sri))
    async with serve(sri.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["sri"] = {"url": url, **settings}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "sri"}}

        async with open_office(tmp_path, clock, changes=changes, settings={"einvoice.late": "1m"}) as office:
            invoice = office.invoice()

            async def told() -> bool:
                return any(said in one["text"] for one in (await office.reviews("late")).values())

            await office.becomes(told)
            file.write_bytes(right)
            await office.reaches(invoice, "authorised", timeout=40)
            await office.idle()
            assert await office.reviews("late") == {}
            assert [one.numero for one in sri.authority.authorised()] == [office.number(invoice)]
    await sri.close()


@pytest.mark.parametrize("name", COMPANIES)
async def test_a_page_in_place_of_an_answer(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """HTML where the company's answer should be, for a while: nothing is taken for success, and there is one document."""
    make, call, point = COMPANIES[name]
    partner = make(clock)
    async with serve(partner.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            files = {"filesUrl": url} if name == "datil" else {}
            given["connections"][name] = {**partner.connection(), "url": url, **files}
            given["settings"]["einvoice.points"] = {POINT: {"connection": name, **point}}

        async with open_office(tmp_path, clock, changes=changes) as office:
            partner.faults += [Fault(call, "not_json"), Fault(call, "status", status=502)]
            invoice = office.invoice()
            await office.reaches(invoice, "authorised", timeout=60)
            await office.idle()
            assert len([one for one in office.notes(invoice) if "AUTORIZADO" in one]) == 1
            assert len(partner.authority.authorised()) == 1
            assert partner.authority.issued_twice() == []
            assert await office.reviews() == {}
    await partner.close()
