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
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
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


@pytest.mark.parametrize("name", COMPANIES)
async def test_an_answer_that_never_ends(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """A byte every now and then: the call is over after its time-out, and what was taken is asked about first."""
    make, call, point = COMPANIES[name]
    partner = make(clock)
    async with serve(partner.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            files = {"filesUrl": url} if name == "datil" else {}
            given["connections"][name] = {**partner.connection(), "url": url, "timeout": "1s", **files}
            given["settings"]["einvoice.points"] = {POINT: {"connection": name, **point}}

        async with open_office(tmp_path, clock, changes=changes) as office:
            partner.faults.append(Fault(call, "drip", delay=0.1))
            invoice = office.invoice()
            await office.reaches(invoice, "authorised", timeout=60)
            assert len(partner.authority.authorised()) == 1
            assert partner.authority.issued_twice() == []
            assert partner.calls[call] == 1 or name != "sri"  # the others know a repeat by its key
            assert await office.reviews() == {}
    await partner.close()


def a_tax_of_nothing(office: Office) -> int:
    """Return a tax whose group is nothing to the SRI."""
    group = office.odoo.env["account.tax.group"].create({"name": "Tasa municipal"})
    made: int = office.odoo.env["account.tax"].create(
        {"name": "Tasa 3%", "amount": 3, "type_tax_use": "sale", "tax_group_id": group}
    )
    return made


LINES: dict[str, tuple[Callable[[Office], dict[str, Any]], str]] = {
    "no tax": (lambda office: {"tax_ids": [[6, 0, []]]}, "impuesto"),
    "a tax that is nothing": (lambda office: {"tax_ids": [[6, 0, [a_tax_of_nothing(office)]]]}, "«Tasa 3%»"),
    "a total of nothing": (lambda office: {"price_unit": 0}, "Aviso: la línea «Servicio» tiene"),
    "less than nothing": (lambda office: {"price_unit": -5}, "(-5.00) no"),
    "no description": (lambda office: {"name": " \n "}, "descripci"),
}
"""What is wrong with an invoice's line, and what a clerk reads of it."""


@pytest.mark.parametrize("name", LINES)
async def test_a_line_that_cannot_be(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """The note says what is wrong; mended in Odoo, the invoice goes out by itself under its number."""
    make, said = LINES[name]
    async with open_office(tmp_path, clock) as office:
        invoice = office.invoice(**make(office))
        await office.reaches(invoice, "draft")
        assert said in office.notes(invoice)[0], office.notes(invoice)
        assert office.sello.bodies == []
        mend(office, invoice)
        await office.reaches(invoice, "authorised")
        assert [one.numero for one in office.sello.authorised] == [office.number(invoice)]


def mend(office: Office, invoice: int) -> None:
    """Take the invoice back, write a right line, and post it again."""
    move = office.odoo.env["account.move"]
    [line] = office.one("account.move", invoice, "invoice_line_ids")["invoice_line_ids"]
    tax = office.odoo.env["account.tax"].search([["type_tax_use", "=", "sale"], ["amount", "=", 15]])[:1]
    move.button_draft([invoice])
    right = {"name": "Servicio", "price_unit": 20, "tax_ids": [[6, 0, tax]]}
    move.write([invoice], {"invoice_line_ids": [[1, line, right]]})
    move.action_post([invoice])


TEXTS = ("Servicio\r\nde dos líneas", "x" * 400, '<b>Gorra & Cía.</b> "5\'" ]]>', "Gorra \x00\x0b roja", "Ñandú 🦤 — €")


async def test_descriptions_of_all_kinds(tmp_path: Path, clock: LeapingClock) -> None:
    """Line feeds, 400 characters, signs of XML, control signs: signed, authorised and printed at the SRI, without a task."""
    sri = SriSandbox(clock=clock)
    async with serve(sri.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["sri"] = {"url": url, **sri.connection()}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "sri"}}

        async with open_office(tmp_path, clock, changes=changes) as office:
            passport = office.odoo.env.ref("l10n_ec.ec_passport")
            foreign = office.customer("X-12 345", l10n_latam_identification_type_id=passport, name="Zoë <Ng> & 'Søn'")
            invoices = [office.invoice(customer=foreign, name=text) for text in TEXTS]
            for one in invoices:
                await office.reaches(one, "authorised", timeout=40)
                assert len(office.files(one)) == 2
            await office.idle()
            assert (len(sri.authority.authorised()), await office.reviews()) == (len(TEXTS), {})
    await sri.close()


@pytest.mark.parametrize(("days", "said"), [(5, "(menos de 7 días): renuévelo ya"), (-3, "el certificado venció el")])
async def test_a_certificate_near_its_end(tmp_path: Path, clock: LeapingClock, days: int, said: str) -> None:
    """It is told in Spanish before a document fails of it, and what is posted meanwhile goes out while it is valid."""
    sri = SriSandbox(clock=clock)
    settings = sri.connection()
    file = Path(settings["certificate"])
    right = file.read_bytes()
    file.write_bytes(firma(sri, begins=-400, ends=days))
    async with serve(sri.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["sri"] = {"url": url, **settings}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "sri"}}

        often = {"einvoice.findings": "2m"}
        async with open_office(tmp_path, clock, changes=changes, placeholders=often) as office:

            async def told() -> str:
                return "".join(one["text"] for one in (await office.reviews("connection")).values())

            assert said in await office.becomes(told)
            if days > 0:
                await office.reaches(office.invoice(), "authorised", timeout=40)
            file.write_bytes(right)

            async def over() -> bool:
                return await office.reviews("connection") == {}

            await office.becomes(over)
    await sri.close()
