"""A posted invoice becomes an authorised electronic document, once, and comes back to Odoo."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.kit.sandbox import Fault
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


@pytest.fixture
async def office(tmp_path: Path, clock: LeapingClock, sello_is_known: None) -> AsyncIterator[Office]:
    """A company with the default settings, which looks at what is to be mended twice a minute."""
    async with open_office(tmp_path, clock, settings={"einvoice.look": "30s"}) as one:
        yield one


async def test_a_posted_invoice_is_authorised(office: Office) -> None:
    """Posting is all that a clerk does: one document at the company, number, files and one note in Odoo, nothing left open."""
    invoice = office.invoice()
    document = await office.reaches(invoice, "authorised")
    await office.idle()
    [paper] = office.sello.authorised
    number = office.number(invoice)
    assert (paper.numero, paper.clave, len(office.sello.bodies)) == (number, document["access_key"], 1)
    assert office.files(invoice) == [f"FAC-{number}.pdf", f"FAC-{number}.xml"]
    [note] = office.notes(invoice)
    assert ("AUTORIZADO" in note, paper.clave in note) == (True, True)
    assert (await office.hub.store.find("einvoice_open"), await office.reviews()) == ([], {})


async def test_odoo_is_asked_little(office: Office) -> None:
    """Twenty documents at once: read together, and three calls each for files and note."""
    await office.reaches(office.invoice(), "authorised")
    await office.idle()
    before = Counter(office.odoo.calls)
    for one in [office.invoice() for _ in range(20)]:
        await office.reaches(one, "authorised", timeout=60)
    await office.idle()
    made = office.odoo.calls - before
    assert made["account.move.web_search_read"] <= 10
    names = ("ir.attachment.search_read", "ir.attachment.create", "account.move.message_post", "account.move.write")
    assert sum(made[name] for name in names) == 60


async def test_what_is_wrong_is_told_before_anything_is_sent(office: Office) -> None:
    """A customer without identification: note, task with the field to mend, nothing sent; mended in Odoo it goes by itself."""
    customer = office.customer(None)
    invoice = office.invoice(customer=customer)
    found = await office.reaches(invoice, "draft")
    assert ([one["code"] for one in found["problems"]], office.sello.bodies) == (["identification.missing"], [])
    await office.becomes(lambda: office.tasks(invoice))
    [note] = office.notes(invoice)
    assert "Contacto ›" in note
    office.odoo.env["res.partner"].write([customer], {"vat": "1710034065"})
    await office.reaches(invoice, "authorised")
    await office.becomes(lambda: not office.tasks(invoice))
    assert (len(office.notes(invoice)), await office.reviews()) == (2, {})


async def test_what_only_the_company_sees_is_told_too(office: Office) -> None:
    """Its component refuses to prepare what it does not take: the same note and item, and the document stays issuable."""
    invoice = office.invoice(name="algo prohibido")
    found = await office.reaches(invoice, "draft")
    assert ([one["code"] for one in found["problems"]], office.sello.bodies) == (["sello.word"], [])
    assert "Línea › Descripción" in (await office.reviews("mend"))[f"einvoice/mend/{found['key']}"]["text"]


@pytest.mark.parametrize(("where", "state"), [("returns", "rejected"), ("denies", "not_authorised")])
async def test_refused_and_mended(office: Office, where: str, state: str) -> None:
    """Refused: told once and never sent again by itself; mended in Odoo it is corrected under its number and its clave."""
    getattr(office.sello, where)[f"{POINT}-000000001"] = [("52", "ERROR EN DIFERENCIAS")]
    invoice = office.invoice()
    first = await office.reaches(invoice, state)
    looks = office.sello.calls["ver"]
    await office.becomes(lambda: office.sello.calls["ver"] > looks)
    await office.idle()
    assert (len(office.sello.bodies), len(office.notes(invoice))) == (1, 1)
    assert "52 ERROR EN DIFERENCIAS" in office.notes(invoice)[0]
    move = office.odoo.env["account.move"]
    move.button_draft([invoice])
    line = office.one("account.move", invoice, "invoice_line_ids")["invoice_line_ids"][0]
    move.write([invoice], {"invoice_line_ids": [[1, line, {"price_unit": 90.0}]]})
    move.action_post([invoice])
    last = await office.reaches(invoice, "authorised", timeout=30)
    assert (first["number"], first["access_key"]) == (last["number"], last["access_key"])
    assert (office.sello.effects["corregir"], len(office.sello.bodies)) == (1, 2)
    assert json.loads(office.sello.bodies[1])["importeTotal"] == "103.50"


@pytest.mark.parametrize("action", ["cut_before", "cut_after", "late_commit"])
async def test_an_answer_is_lost(office: Office, action: str) -> None:
    """Whether Sello took the document before the line was cut or not: it is asked by clave, and there is one document."""
    office.sello.faults.append(Fault("emitir", action, delay=0.0))  # type: ignore[arg-type]  # as parametrized
    invoice = office.invoice()
    await office.reaches(invoice, "authorised")
    await office.idle()
    assert (office.sello.effects["emitir"], len(office.sello.papers)) == (1, 1)
    assert len(set(office.sello.bodies)) == 1


async def test_the_company_has_lost_it(office: Office) -> None:
    """Taken, and minutes later unknown there: the same bytes go out again, under the same clave."""
    office.sello.questions = 10_000
    invoice = office.invoice()
    await office.reaches(invoice, "in_process")
    office.sello.papers.clear()
    office.sello.questions = 1
    await office.reaches(invoice, "authorised", timeout=30)
    assert (len(office.sello.bodies), len(set(office.sello.bodies)), len(office.sello.papers)) == (2, 1, 1)


async def test_a_number_that_another_system_used(office: Office) -> None:
    """The emission point stands still with an alarm: what is posted meanwhile waits, and goes on when a person has looked."""
    office.sello.foreign.add(f"{POINT}-000000001")
    first = office.invoice()
    await office.reaches(first, "needs_attention")
    second = office.invoice()
    await office.reaches(second, "queued")
    assert [*await office.reviews("point")] == [f"einvoice/point/{POINT}"]
    assert office.sello.authorised == []
    await office.hub.store.put("review", f"einvoice/point/{POINT}", None)
    await office.reaches(second, "authorised", timeout=30)
    assert [one.numero for one in office.sello.authorised] == [f"{POINT}-000000002"]


async def test_the_same_bytes_later(office: Office) -> None:
    """The SRI's own failure (50) asks for patience: the kept package goes out again unchanged."""
    office.sello.returns[f"{POINT}-000000001"] = [("50", "ERROR INTERNO GENERAL")]
    invoice = office.invoice()
    await office.reaches(invoice, "authorised", timeout=30)
    assert (len(office.sello.bodies), len(set(office.sello.bodies)), len(office.notes(invoice))) == (2, 1, 1)


async def test_the_company_is_away(office: Office) -> None:
    """Nothing is refused meanwhile; after five minutes a person is told, and all of it goes out when the company is back."""
    office.sello.faults.append(Fault("emitir", "status", status=503, times=10_000))
    invoices = [office.invoice() for _ in range(3)]

    async def late() -> bool:
        return len(await office.reviews("late")) == 3

    await office.becomes(late)
    office.sello.faults.clear()
    for one in invoices:
        await office.reaches(one, "authorised", timeout=60)
    await office.idle()
    assert (await office.reviews(), office.sello.effects["emitir"]) == ({}, 3)


async def test_the_key_is_refused(office: Office) -> None:
    """Nothing was done, so nothing is lost: a person is told why, and it goes out by itself once the key is right."""
    office.sello.locked = True
    invoice = office.invoice()

    async def late() -> bool:
        return any("does not know our key" in one["text"] for one in (await office.reviews("late")).values())

    await office.becomes(late)
    office.sello.locked = False
    await office.reaches(invoice, "authorised", timeout=30)
    await office.idle()
    assert (await office.reviews(), len(office.sello.papers)) == ({}, 1)


async def test_the_company_refuses_the_request(office: Office) -> None:
    """Refused as malformed: the company has nothing of it; a person is told, and sends it again when that is mended."""
    office.sello.unwilling = True
    invoice = office.invoice()
    document = await office.reaches(invoice, "rejected")
    assert [one["es"] for one in document["problems"]] == ["Sello says no"]
    office.sello.unwilling = False
    await office.do("issue", name=document["number"])
    await office.reaches(invoice, "authorised")
    assert len(office.sello.papers) == 1


async def test_hints_are_only_a_reason_to_ask(office: Office) -> None:
    """A notification that claims an authorisation moves nothing by itself; one about a stranger's document is harmless."""
    office.sello.questions = 10_000
    invoice = office.invoice()
    document = await office.reaches(invoice, "in_process")
    clave = document["access_key"]
    assert (await office.hint(clave, "autorizado"), await office.hint("9" * 49, "autorizado")) == (204, 204)
    await office.idle()
    assert (await office.document(invoice))["state"] == "in_process"  # type: ignore[index]  # it is there
    office.sello.decide(office.sello.papers[clave])
    assert await office.hint(clave, "otra vez") == 204
    await office.reaches(invoice, "authorised")


async def test_a_late_authorisation_still_lands(office: Office) -> None:
    """Told as refused, and authorised afterwards all the same: the ledger and Odoo are corrected."""
    office.sello.denies[f"{POINT}-000000001"] = [("39", "FIRMA INVALIDA")]
    invoice = office.invoice()
    document = await office.reaches(invoice, "not_authorised")
    office.sello.papers[document["access_key"]].word = "autorizado"
    await office.reaches(invoice, "authorised", timeout=30)
    await office.idle()
    assert ["AUTORIZADO" in one for one in office.notes(invoice)] == [True, True]
    assert await office.reviews() == {}


async def test_numbers_in_order_and_gaps(tmp_path: Path, clock: LeapingClock) -> None:
    """Where the point is ordered, documents go out one after the other; a number that stays out is told."""
    points = {POINT: {"connection": "sello", "ordered": True}}
    given: dict[str, Any] = {
        "settings": {"einvoice.points": points, "einvoice.late": "1m"},
        "placeholders": {"einvoice.gaps": "30s"},
    }
    async with open_office(tmp_path, clock, **given) as office:
        invoices = [office.invoice() for _ in range(4)]
        move = office.odoo.env["account.move"]
        skipped = move.create({"move_type": "out_invoice", "partner_id": office.customer(None)})
        assert skipped
        for one in invoices:
            await office.reaches(one, "authorised")
        sent = [json.loads(one)["secuencial"] for one in office.sello.bodies]
        assert sent == [f"{one:09d}" for one in (1, 2, 3, 4)]
        wrong = office.invoice(customer=office.customer(None))
        await office.reaches(wrong, "draft")
        await office.reaches(office.invoice(), "authorised")

        async def told() -> bool:
            return f"einvoice/gap/01/{POINT}" in await office.reviews("gap")

        await office.becomes(told)
        partner = office.one("account.move", wrong, "partner_id")["partner_id"][0]
        office.odoo.env["res.partner"].write([partner], {"vat": "1710034065"})
        await office.do("issue", name=f"account.move,{wrong}")
        await office.reaches(wrong, "authorised")

        async def over() -> bool:
            return not await office.reviews("gap")

        await office.becomes(over)
