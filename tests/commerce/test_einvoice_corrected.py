"""A refused document that is mended goes out as a correction, whatever keeps it back: to the company a new one is another."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.einvoice import EInvoices, ledger, schedule
from caravana.component.datil.sandbox import DatilSandbox
from caravana.kit.authority.plan import Plan
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.clerk import SETTINGS
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
FIRST = f"{POINT}-000000001"
OFTEN: dict[str, Any] = {"einvoice.look": "30s"}


async def refused(office: Office) -> tuple[int, int]:
    """Return an invoice that the SRI did not authorise, and its customer."""
    office.sello.denies[FIRST] = [("65", "FECHA EMISION EXTEMPORANEA")]
    customer = office.customer()
    invoice = office.invoice(customer=customer)
    await office.reaches(invoice, "not_authorised")
    return invoice, customer


def mend(office: Office, customer: int) -> None:
    """Change what the document says of the customer."""
    office.odoo.env["res.partner"].write([customer], {"name": "Rosa Corregida"})


def was_corrected(office: Office) -> bool:
    """Whether there is one document at the company, and its correction is what it took last."""
    made = office.sello.effects["emitir"], office.sello.effects["corregir"]
    return made[1] == 1 and "Rosa Corregida" in office.sello.papers[clave(office)].content


def clave(office: Office) -> str:
    """Return the clave of the only document under the first number."""
    [found] = [one.clave for one in office.sello.papers.values() if one.numero == FIRST]
    return found


@pytest.mark.parametrize("ordered", [False, True])
async def test_held(tmp_path: Path, clock: LeapingClock, *, ordered: bool) -> None:
    """Its emission point stands still when it is mended: it waits, and goes out as a correction when a person has looked."""
    points = {"einvoice.points": {POINT: {"connection": "sello", "ordered": ordered}}}
    async with open_office(tmp_path, clock, settings=OFTEN | points) as office:
        invoice, customer = await refused(office)
        office.sello.foreign.add(f"{POINT}-000000002")
        await office.reaches(office.invoice(), "needs_attention")
        mend(office, customer)
        await office.reaches(invoice, "queued", timeout=40)
        await office.hub.store.put("review", f"einvoice/point/{POINT}", None)
        await office.reaches(invoice, "authorised", timeout=40)
        assert was_corrected(office)


async def test_blocked(tmp_path: Path, clock: LeapingClock) -> None:
    """The company does not know our key when it is mended: the correction goes out when it does."""
    async with open_office(tmp_path, clock, settings=OFTEN) as office:
        invoice, customer = await refused(office)
        office.sello.faults.append(Fault("corregir", "status", status=401, times=10_000))
        mend(office, customer)
        await office.reaches(invoice, "queued", timeout=60)
        office.sello.faults.clear()
        await office.reaches(invoice, "authorised", timeout=60)
        assert was_corrected(office)
        assert office.sello.calls["emitir"] == 1


async def test_refused_as_malformed(tmp_path: Path, clock: LeapingClock) -> None:
    """The company did not even read the correction: the next one is still a correction."""
    async with open_office(tmp_path, clock, settings=OFTEN) as office:
        invoice, customer = await refused(office)
        office.sello.faults.append(Fault("corregir", "status", status=400))
        mend(office, customer)
        await office.reaches(invoice, "rejected", timeout=40)
        await office.do("issue", name=f"account.move,{invoice}")
        await office.reaches(invoice, "authorised", timeout=40)
        assert was_corrected(office)
        assert office.sello.calls["emitir"] == 1


async def test_the_same_later(tmp_path: Path, clock: LeapingClock) -> None:
    """The SRI's own failure (50) about the correction asks for patience: it goes out again as the correction that it is."""
    async with open_office(tmp_path, clock, settings=OFTEN) as office:
        invoice, customer = await refused(office)
        office.sello.returns[FIRST] = [("50", "ERROR INTERNO GENERAL")]
        mend(office, customer)
        await office.reaches(invoice, "authorised", timeout=40)
        assert (office.sello.calls["emitir"], office.sello.effects["corregir"]) == (1, 2)


async def test_changed_while_it_waits(tmp_path: Path, clock: LeapingClock) -> None:
    """The company is away, and the invoice is changed in Odoo meanwhile: what goes out is what Odoo has."""
    async with open_office(tmp_path, clock, settings=OFTEN) as office:
        office.sello.locked = True
        customer = office.customer()
        invoice = office.invoice(customer=customer)
        await office.reaches(invoice, "queued", timeout=40)
        mend(office, customer)
        office.sello.locked = False
        await office.reaches(invoice, "authorised", timeout=40)
        [paper] = office.sello.authorised
        assert "Rosa Corregida" in paper.content


@pytest.mark.parametrize("kind", ["out_invoice", "out_refund"])
async def test_datil_keeps_one_document(tmp_path: Path, clock: LeapingClock, kind: str) -> None:
    """What the SRI could not work on (50) goes again under Dátil's name of it, also of a type that Dátil knows no keys of."""
    datil = DatilSandbox(clock=clock)
    async with serve(datil.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["datil"] = {**datil.connection(), "url": url, "filesUrl": url}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "datil"}}

        async with open_office(tmp_path, clock, changes=changes) as office:
            document = office.invoice()
            await office.reaches(document, "authorised", timeout=40)
            datil.authority.plans.append(Plan(returned=("50",)))
            document = office.invoice() if kind == "out_invoice" else office.credit_note(document)
            await office.reaches(document, "authorised", timeout=60)
            assert (datil.effects["issue"], datil.effects["reissue"]) == (2, 1)
            assert len(datil.edocs) == 2
    await datil.close()


NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def submitted(**known: Any) -> dict[str, Any]:
    """Return a document of which package 2 is on its way."""
    document = ledger.new("odoo/account.move,55", {"model": "account.move", "id": 55}, NOW)
    return {**document, "state": "submitting", "n": 2, "connection": "sello", "point": "001-001", **known}


def standing(state: str, **told: Any) -> dict[str, Any]:
    """Return how a company says that a document stands."""
    names = ("request_id", "authorization", "authorized_at", "environment", "access_key", "number", "class", "status")
    return {**dict.fromkeys(names), "known": True, "state": state, "final": False, "messages": [], **told}


def test_the_first_refusal_is_no_answer_to_the_correction() -> None:
    """Asked while the correction is on its way, the company still tells of the refusal; its answer to the correction counts."""
    document = submitted(corrects="S-1", request_id="S-1", asks=5)
    refused = standing("rejected", request_id="S-1", final=True, **{"class": "mend"})
    told = ledger.answered(document, {"n": 2, "standing": refused}, NOW)
    assert (told["state"], told["asks"], told["corrects"]) == ("submitting", 6, "S-1")
    flow, package = EInvoices(SETTINGS), {"n": 2, "corrects": "S-1", "connection": "sello"}
    for ledger_s in (document, {**document, "state": "rejected", "n": 1}):
        assert not flow.is_known({"document": ledger_s, "package": package, "standing": refused})
    assert flow.is_lost({"document": document, "standing": refused})
    answer = ledger.answered(document, {"n": 2, "sent": True, "standing": refused}, NOW)
    assert (answer["state"], answer["corrects"]) == ("rejected", "S-1")
    another = ledger.answered(document, {"n": 2, "standing": {**refused, "request_id": "S-2"}}, NOW)
    assert (another["state"], another["corrects"]) == ("rejected", "S-2")
    taken = ledger.answered(document, {"n": 2, "standing": standing("in_process", request_id="S-1")}, NOW)
    assert (taken["state"], taken["corrects"]) == ("in_process", None)


def test_what_is_taken_late_is_asked_about_soon() -> None:
    """It was asked about for long whether it had arrived; once the company has taken it, the waits begin anew."""
    taken = ledger.answered(submitted(asks=7), {"n": 2, "sent": True, "standing": standing("in_process")}, NOW)
    first, later = (schedule.next_due(one, SETTINGS, NOW) for one in (taken, {**taken, "asks": 7}))
    assert first is not None
    assert later is not None
    assert first["at"] < later["at"]
    asked = ledger.answered(taken, {"n": 2, "standing": standing("in_process")}, NOW)
    assert (taken["asks"], asked["asks"]) == (0, 1)
