"""A document of an emission point that another connection serves from now on: no company hears what another calls it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.ecuafact.sandbox import EcuafactSandbox
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.authority.plan import Plan
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing.company import hub_of
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.component.einvoice.sello import SelloSandbox
from tests.component.einvoice.sello.sandbox import Paper
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
FIRST = f"{POINT}-000000001"


@asynccontextmanager
async def moved(office: Office, connection: str, numbering: str = "odoo") -> AsyncIterator[None]:
    """Run the hub with the emission point at another connection."""
    await office.hub.stop()
    before = office.hub.configuration
    points = {"einvoice.points": {POINT: {"connection": connection, "numbering": numbering}}}
    known = before.connections[connection]
    own = {"numbering": numbering} if connection == "ecuafact" else {}
    connections = {**before.connections, connection: {**known, **own}}
    given = before.model_copy(update={"settings": {**before.settings, **points}, "connections": connections})
    async with hub_of(given, office.hub.clock, flows=["einvoice"]) as office.hub:
        yield


def mend(office: Office, invoice: int, name: str) -> None:
    """Change what the document says of its customer."""
    [customer, _] = office.one("account.move", invoice, "partner_id")["partner_id"]
    office.odoo.env["res.partner"].write([customer], {"name": name})


async def refused(office: Office, by: SelloSandbox, invoice: int | None = None) -> int:
    """Return an invoice that the SRI does not authorise."""
    by.denies[FIRST] = [("65", "FECHA EMISION EXTEMPORANEA")]
    found = office.invoice() if invoice is None else invoice
    await office.reaches(found, "not_authorised", timeout=40)
    return found


def done(sello: SelloSandbox) -> tuple[int, int]:
    """Return how many documents it took, and how many corrections."""
    return sello.effects["emitir"], sello.effects["corregir"]


@pytest.mark.parametrize("hurdle", ["none", "problem", "key", "away"])
async def test_moved_after_a_refusal(tmp_path: Path, clock: LeapingClock, hurdle: str) -> None:
    """The other company gets it as a new one, whatever keeps it back there at first."""
    async with open_office(tmp_path, clock, two=True, settings={"einvoice.look": "30s"}) as office:
        invoice = await refused(office, office.sello)
        async with moved(office, "sello2"):
            if hurdle == "problem":
                line = office.odoo.env["account.move.line"]
                ids = line.search([["move_id", "=", invoice], ["display_type", "=", "product"]])
                line.write(ids, {"name": "algo prohibido"})

                async def stands() -> bool:
                    found = await office.document(invoice)
                    return bool(found and found["problems"])

                await office.becomes(stands)
                line.write(ids, {"name": "algo"})
            elif hurdle == "key":
                office.second.locked = True
            elif hurdle == "away":
                office.second.faults.append(Fault("emitir", "status", status=503, times=4))
            mend(office, invoice, "Rosa Corregida")
            if hurdle == "key":
                await office.reaches(invoice, "queued", timeout=40)
                office.second.locked = False
            document = await office.reaches(invoice, "authorised", timeout=40)
            assert (document["connection"], document["number"]) == ("sello2", FIRST)
            assert done(office.second) == (1, 0)
            assert done(office.sello) == (1, 0)


async def test_there_and_back(tmp_path: Path, clock: LeapingClock) -> None:
    """Refused by both: the first has one document, and the correction is of that; the second has its own one."""
    async with open_office(tmp_path, clock, two=True) as office:
        office.second.papers["elsewhere"] = Paper("S-0001", "elsewhere", "001-002-000000007", "01", "of another shop")
        invoice = await refused(office, office.sello)
        async with moved(office, "sello2"):
            office.second.denies[FIRST] = [("65", "FECHA EMISION EXTEMPORANEA")]
            mend(office, invoice, "Rosa Corregida")
            await office.becomes(lambda: office.second.effects["emitir"])
            await office.reaches(invoice, "not_authorised", timeout=40)
        async with moved(office, "sello"):
            mend(office, invoice, "Rosa Inventada de Nuevo")
            document = await office.reaches(invoice, "authorised", timeout=40)
            assert (document["connection"], document["request_id"]) == ("sello", "S-0001")
        assert (done(office.sello), done(office.second)) == ((1, 1), (1, 0))
        assert office.sello.calls["emitir"] == 1
        assert "Rosa Inventada de Nuevo" in office.sello.authorised[0].content


async def test_moved_while_the_key_is_refused(tmp_path: Path, clock: LeapingClock) -> None:
    """What the first company never took goes to the other one as soon as that serves the point."""
    async with open_office(tmp_path, clock, two=True) as office:
        office.sello.locked = True
        invoice = office.invoice()
        await office.reaches(invoice, "queued", timeout=40)
        async with moved(office, "sello2"):
            await office.reaches(invoice, "authorised", timeout=40)
        assert (done(office.sello), done(office.second)) == ((0, 0), (1, 0))


async def test_what_was_taken_is_finished_where_it_was(tmp_path: Path, clock: LeapingClock) -> None:
    """A document that the first company has, and is working on, is asked about there and not sent elsewhere."""
    async with open_office(tmp_path, clock, two=True) as office:
        office.sello.questions = 10_000
        invoice = office.invoice()
        await office.reaches(invoice, "in_process", timeout=40)
        async with moved(office, "sello2"):
            office.sello.questions = 1
            document = await office.reaches(invoice, "authorised", timeout=40)
            assert document["connection"] == "sello"
        assert (done(office.sello), done(office.second)) == ((1, 0), (0, 0))


@asynccontextmanager
async def two_companies(folder: Path, clock: LeapingClock, first: str) -> AsyncIterator[tuple[Office, Any, Any]]:
    """Run the flow with Dátil and Ecuafact, `first` serving the emission point under its own numbering."""
    datil, ecuafact = DatilSandbox(clock=clock), EcuafactSandbox(clock=clock)
    async with serve(datil.app()) as datil_url, serve(ecuafact.app()) as ecuafact_url:

        def served(given: dict[str, Any]) -> None:
            given["connections"]["datil"] = {**datil.connection(), "url": datil_url, "filesUrl": datil_url}
            given["connections"]["ecuafact"] = {**ecuafact.connection(), "url": ecuafact_url, "numbering": "provider"}
            numbering = "odoo" if first == "datil" else "provider"
            given["settings"]["einvoice.points"] = {POINT: {"connection": first, "numbering": numbering}}

        async with open_office(folder, clock, changes=served) as office:
            yield office, datil, ecuafact
    await datil.close()
    await ecuafact.close()


@pytest.mark.parametrize("numbering", ["odoo", "provider"])
async def test_from_datil_to_ecuafact(tmp_path: Path, clock: LeapingClock, numbering: str) -> None:
    """The number is Odoo's, or Ecuafact's, as the point now says; Dátil's id is of no use there."""
    async with two_companies(tmp_path, clock, "datil") as (office, datil, ecuafact):
        ecuafact.account.change({"first": 500})
        datil.authority.plans.append(Plan(refused=("65",)))
        invoice = office.invoice()
        await office.reaches(invoice, "not_authorised", timeout=40)
        async with moved(office, "ecuafact", numbering):
            mend(office, invoice, "Rosa Corregida")
            document = await office.reaches(invoice, "authorised", timeout=40)
            expected = FIRST if numbering == "odoo" else f"{POINT}-000000500"
            assert (document["connection"], document["number"]) == ("ecuafact", expected)
            assert await office.reviews() == {}
        assert (ecuafact.effects["emit"], datil.effects["issue"], datil.effects["reissue"]) == (1, 1, 0)


async def test_from_ecuafact_that_numbers_to_datil(tmp_path: Path, clock: LeapingClock) -> None:
    """The number that Ecuafact gave what was refused is forgotten: it goes out under Odoo's."""
    async with two_companies(tmp_path, clock, "ecuafact") as (office, datil, ecuafact):
        ecuafact.account.change({"first": 500})
        ecuafact.authority.plans.append(Plan(refused=("65",)))
        invoice = office.invoice()
        await office.reaches(invoice, "not_authorised", timeout=40)
        async with moved(office, "datil"):
            document = await office.reaches(invoice, "authorised", timeout=40)
            assert (document["connection"], document["number"], document["renumbered"]) == ("datil", FIRST, None)
            assert await office.reviews() == {}
        assert (ecuafact.effects["emit"], datil.effects["issue"], datil.effects["reissue"]) == (1, 1, 0)


async def test_standing_by_where_nobody_can_be_asked(tmp_path: Path, clock: LeapingClock) -> None:
    """Answers are lost for longer than the stand-by company waits, and nobody can be asked by clave: nothing goes to that one.

    It is no failure for a person: it is sent again under its key later, and there is one document.
    """
    datil = DatilSandbox(clock=clock)
    async with serve(datil.app()) as url:

        def served(given: dict[str, Any]) -> None:
            given["connections"]["datil"] = {**datil.connection(), "url": url, "filesUrl": url}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "datil", "standby": "sello"}}

        waits = {"einvoice.standby": "5s"}
        async with open_office(tmp_path, clock, changes=served, placeholders=waits) as office:
            datil.faults.append(Fault("issue", "cut_after", times=6))
            invoice = office.invoice()
            document = await office.reaches(invoice, "authorised", timeout=60)
            await office.idle()
            assert (document["connection"], len(datil.edocs), done(office.sello)) == ("datil", 1, (0, 0))
            assert [one["kind"] for one in await office.hub.reviews.items(20)] == []
    await datil.close()


@pytest.mark.parametrize("mailer", ["correo", None])
async def test_the_stand_by_company_does_not_mail(tmp_path: Path, clock: LeapingClock, mailer: str | None) -> None:
    """The company that mails is away, and the SRI has the document: the hub mails it once; without a mailer a person is told."""
    datil, sri = DatilSandbox(clock=clock), SriSandbox(clock=clock)
    async with serve(datil.app()) as datil_url, serve(sri.app()) as sri_url:

        def served(given: dict[str, Any]) -> None:
            given["connections"]["datil"] = {**datil.connection(), "url": datil_url, "filesUrl": datil_url}
            given["connections"]["sri"] = {**sri.connection(), "url": sri_url}
            point = {"connection": "datil", "standby": "sri", "mail": "provider"}
            given["settings"] |= {"einvoice.points": {POINT: point}, "einvoice.mailer": mailer}

        async with open_office(tmp_path, clock, changes=served, placeholders={"einvoice.standby": "5s"}) as office:
            datil.faults.append(Fault("issue", "status", status=503, times=1_000))
            invoice = office.invoice()
            document = await office.reaches(invoice, "authorised", timeout=60)
            assert document["connection"] == "sri"

            async def over() -> bool:
                found = await office.document(invoice)
                return bool(found and found["mail"]["state"] == ("sent" if mailer else "failed"))

            await office.becomes(over)
            await office.idle()
            assert len(office.mails.mails) == (1 if mailer else 0)
            told = [one["text"] for one in (await office.reviews("mail")).values()]
            assert [("SRI no envía correos" in one) for one in told] == ([] if mailer else [True])
    await datil.close()
    await sri.close()
