"""What an emission point sets: who mails, who numbers, who stands by; and what a person does by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.sandbox.models.electronic import Electronic
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.component import Finding, Severity
from caravana.kit.sandbox import Fault
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


def points(**changes: Any) -> dict[str, Any]:
    """Return the settings of a company whose one point is so."""
    return {"settings": {"einvoice.points": {POINT: {"connection": "sello", **changes}}}}


async def test_the_hub_mails_once(tmp_path: Path, clock: LeapingClock) -> None:
    """One mail with XML and PDF; one that is refused waits for a person, who sends it again; without address there is none."""
    async with open_office(tmp_path, clock, **points(mail="hub")) as office:
        first = office.invoice()
        document = await office.reaches(first, "authorised")
        await office.becomes(lambda: office.mails.mails)
        [mail] = office.mails.mails
        assert (mail["To"], [one.get_filename() for one in mail.iter_attachments()]) == (
            "rosa@cliente.example",
            [f"FAC-{document['number']}.xml", f"FAC-{document['number']}.pdf"],
        )
        await office.idle()
        assert (await office.document(first))["mail"]["state"] == "sent"  # type: ignore[index]  # it is there
        office.mails.refuse.append(550)
        second = office.invoice()
        await office.reaches(second, "authorised")

        async def refused() -> bool:
            return bool(await office.reviews("mail"))

        await office.becomes(refused)
        assert "resend" in next(iter((await office.reviews("mail")).values()))["text"]
        answer = await office.do("resend", name=f"account.move,{second}", to="otra@cliente.example")
        assert answer["by"] == "hub"
        await office.becomes(lambda: len(office.mails.mails) == 2)
        assert office.mails.recipients[1] == ["otra@cliente.example"]
        await office.idle()
        assert await office.reviews("mail") == {}
        silent = office.invoice(customer=office.customer(email=False))
        assert (await office.reaches(silent, "authorised"))["mail"] == {"by": "hub", "state": "no_address"}


async def test_the_company_mails(tmp_path: Path, clock: LeapingClock) -> None:
    """Where the company mails, the hub sends none, and a person's wish to send it again goes to the company."""
    async with open_office(tmp_path, clock, **points(mail="provider")) as office:
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised")
        answer = await office.do("resend", name=document["number"])
        await office.idle()
        [paper] = office.sello.authorised
        assert (answer["by"], paper.mailed, office.mails.mails) == ("provider", ["rosa@cliente.example"], [])


async def test_the_company_numbers(tmp_path: Path, clock: LeapingClock) -> None:
    """No number is sent; the fiscal number and clave that come back are written to Odoo."""

    def numbers(given: dict[str, Any]) -> None:
        given["connections"]["sello"]["numbers"] = True

    async with open_office(tmp_path, clock, changes=numbers, **points(numbering="provider")) as office:
        office.sello.last = 776
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised")
        assert "secuencial" not in json.loads(office.sello.bodies[0])
        assert (document["number"], document["access_key"]) == (f"{POINT}-000000777", f"{777:049d}")
        assert f"{POINT}-000000777" in office.notes(invoice)[0]


async def test_another_number_than_odoos_stops_the_point(tmp_path: Path, clock: LeapingClock) -> None:
    """Odoo numbers, and the company answers with another number: the point stands still until a person has looked."""
    async with open_office(tmp_path, clock, **points()) as office:
        office.sello.renumbers = True
        invoice = office.invoice()
        await office.reaches(invoice, "authorised")

        async def stopped() -> bool:
            return bool(await office.reviews("point"))

        await office.becomes(stopped)
        assert (await office.document(invoice))["number"] == f"{POINT}-000000001"  # type: ignore[index]  # it is there
        await office.reaches(office.invoice(), "queued")


@pytest.mark.parametrize("lost", [False, True])
async def test_a_stand_by_company(tmp_path: Path, clock: LeapingClock, *, lost: bool) -> None:
    """The first is away: the other issues under the same number and clave; what the first may have taken stays there."""
    other: dict[str, Any] = {"placeholders": {"einvoice.standby": "20s"}}
    async with open_office(tmp_path, clock, two=True, **points(standby="sello2"), **other) as office:
        if lost:
            office.sello.faults.append(Fault("emitir", "cut_after"))
            office.sello.faults.append(Fault("ver", "status", status=503, times=20))
        office.sello.faults.append(Fault("emitir", "status", status=503, times=10_000))
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised", timeout=40)
        await office.idle()
        firm, stand_by = len(office.sello.papers), len(office.second.papers)
        assert (firm, stand_by) == ((1, 0) if lost else (0, 1))
        assert (document["connection"], document["number"]) == ("sello" if lost else "sello2", office.number(invoice))


@pytest.mark.parametrize("module", ["enterprise", "oca"])
async def test_where_odoo_itself_sends(tmp_path: Path, clock: LeapingClock, module: Electronic) -> None:
    """A journal whose electronic invoicing is on is refused with the steps to mend that; off, the module's fields are filled."""
    async with open_office(tmp_path, clock, Setup(electronic=module), **points()) as office:
        journal, formats = office.odoo.env["account.journal"], office.odoo.env["account.edi.format"]
        sales = journal.search([["type", "=", "sale"]])[:1]
        journal.write(sales, {"edi_format_ids": [[6, 0, formats.search([])]]})
        refused = office.invoice()
        found = await office.reaches(refused, "draft")
        assert ([one["code"] for one in found["problems"]], office.sello.bodies) == (["odoo.sends"], [])
        assert "Configuración avanzada" in office.notes(refused)[0]
        journal.write(sales, {"edi_format_ids": [[6, 0, []]]})
        served = office.invoice()
        document = await office.reaches(served, "authorised")
        name = {"enterprise": "l10n_ec_authorization_number", "oca": "l10n_ec_xml_access_key"}[module]
        found = office.one("account.move", served, name, "l10n_ec_authorization_date")
        assert found[name] == document["access_key"]
        authorised = datetime.fromisoformat(document["authorized_at"]).astimezone(UTC)
        assert str(found["l10n_ec_authorization_date"]) == f"{authorised:%Y-%m-%d %H:%M:%S}"


async def test_a_point_that_nobody_serves(tmp_path: Path, clock: LeapingClock) -> None:
    """What is posted at another emission point is not sent, and a person is told of it once for the point."""
    other: dict[str, Any] = {"settings": {"einvoice.points": {"009-009": {"connection": "sello"}}}}
    async with open_office(tmp_path, clock, **other) as office:
        for _ in range(2):
            office.invoice()

        async def told() -> dict[str, Any]:
            return await office.reviews("unserved")

        found = await office.becomes(told)
        await office.idle()
        assert ([*found], await office.do("list")) == ([f"einvoice/unserved/{POINT}"], [])


async def test_cancelled_in_odoo(tmp_path: Path, clock: LeapingClock) -> None:
    """An authorised invoice that is cancelled in Odoo: a task with the last day; a person annuls at the SRI and says so."""
    async with open_office(tmp_path, clock, **points()) as office:
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised")
        move = office.odoo.env["account.move"]
        move.button_draft([invoice])
        move.button_cancel([invoice])

        async def asked() -> bool:
            return bool(await office.reviews("annul"))

        await office.becomes(asked)
        [item] = (await office.reviews("annul")).values()
        assert "-07" in item["text"]
        assert (await office.do("show", name=document["number"]))["state"] == "authorised"

        async def soon() -> bool:
            return bool(await office.reviews("last-days"))

        clock.leap(8 * 24 * 3600)  # the last day is near, or past
        await office.becomes(soon)
        answer = await office.do("annul", name=document["number"], reason="anulada en el portal")
        assert answer["state"] == "annulled"
        await office.reaches(invoice, "annulled")
        await office.idle()
        assert await office.reviews() == {}
        assert await office.do("annul", name=document["number"]) == {"refused": "annulled_already", "state": "annulled"}


async def test_a_certificate_runs_out(tmp_path: Path, clock: LeapingClock) -> None:
    """What the doctor of the company's component finds is told before a document fails of it, and only once."""

    def warns(given: dict[str, Any]) -> None:
        given["connections"]["sello"]["warns"] = "runs out in 7 days"

    async with open_office(tmp_path, clock, changes=warns, placeholders={"einvoice.findings": "10m"}) as office:

        async def told() -> dict[str, Any]:
            return await office.reviews("connection")

        found = await office.becomes(told)
        assert [*found] == ["einvoice/connection/sello"]
        assert found["einvoice/connection/sello"]["text"] == "certificate: runs out in 7 days\nrenew it"


async def test_a_person_asks(tmp_path: Path, clock: LeapingClock) -> None:
    """Check sends nothing; a file is issued for a record of Odoo; query and files come from the company."""
    async with open_office(tmp_path, clock, **points(journals=[999])) as office:
        wrong = office.invoice(customer=office.customer(None))
        right = office.invoice()
        await office.idle()
        assert await office.do("list") == []
        assert (await office.do("check", name=f"account.move,{right}"))["refused"] == "no_point"
        given = json.loads(json.dumps(DOCUMENT))
        checked = await office.do("check", name=f"account.move,{wrong}", document=given)
        assert (checked["problems"], checked["package"]["number"]) == ([], f"{POINT}-000000077")
        assert office.sello.bodies == []
        answer = await office.do("issue", name=f"account.move,{wrong}", document=given)
        assert answer["state"] == "waiting"
        document = await office.reaches(wrong, "authorised")
        assert (await office.do("query", name=document["access_key"]))["state"] == "authorised"
        file = await office.do("files", name=document["number"], what="pdf")
        assert file["content"].startswith("JVBERi0")
        [listed] = await office.do("list", state="authorised")
        assert listed["key"] == document["key"]
        with pytest.raises(LookupError, match="no electronic document"):
            await office.do("show", name="001-001-000000999")
        broken = {**given, "codDoc": "99"}
        assert (await office.do("check", name=f"account.move,{right}", document=broken))["problems"][-1][
            "code"
        ] == "document"


DOCUMENT = {
    "estab": "001",
    "ptoEmi": "001",
    "secuencial": "000000077",
    "receptor": {"tipoIdentificacion": "05", "identificacion": "1710034065", "razonSocial": "Luis Inventado"},
}
"""What a file lays over the record of Odoo."""


async def test_what_is_wrong_with_a_connection_is_told_once(tmp_path: Path, clock: LeapingClock) -> None:
    """As long as it is the same it is told once, and not again when a person has dealt with it; what comes back is told anew."""
    often = {"einvoice.findings": "10m"}
    async with open_office(tmp_path, clock, placeholders=often) as office:
        sello = office.hub.components.get("sello")
        found: list[Finding] = []
        looks = 0

        async def diagnosed(name: str) -> list[Finding]:
            nonlocal looks
            looks += 1
            return list(found)

        assert sello is not None
        sello.diagnose = diagnosed  # type: ignore[method-assign]  # what the doctor finds changes while the hub runs

        async def told() -> bool:
            return bool(await office.reviews("connection"))

        async def looked() -> None:
            until = looks + 3
            await office.becomes(lambda: looks >= until)
            await office.idle()

        for _ in range(2):
            found.append(Finding("certificate", Severity.ERROR, "no file", "put it there"))
            await office.becomes(told)
            assert await office.hub.reviews.done("einvoice/connection/sello", "ana", "pedido")
            await looked()
            assert not await told()
            found.clear()
            await looked()
