"""The flow with the SRI itself: signed here, handed in, authorised, and back in Odoo with legal XML and printed form."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from lxml import etree

from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.authority import Plan
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


@dataclass
class Direct:
    """A company that issues straight to the SRI."""

    office: Office
    sri: SriSandbox

    def file(self, invoice: int, ending: str) -> bytes:
        """Return the one file of an invoice with that ending."""
        model = self.office.odoo.env["ir.attachment"]
        ids = model.search([["res_model", "=", "account.move"], ["res_id", "=", invoice]])
        [found] = [one for one in model.read(ids, ["name", "datas"]) if str(one["name"]).endswith(ending)]
        return base64.b64decode(found["datas"])


@pytest.fixture
async def direct(tmp_path: Path, clock: LeapingClock, sello_is_known: None) -> AsyncIterator[Direct]:
    """The company, with the SRI's imitation on the hub's clock."""
    sri = SriSandbox(clock=clock)
    async with serve(sri.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            given["connections"]["sri"] = {"url": url, **sri.connection()}
            given["settings"]["einvoice.points"] = {POINT: {"connection": "sri"}}

        async with open_office(tmp_path, clock, changes=changes, settings={"einvoice.look": "30s"}) as office:
            yield Direct(office, sri)
    await sri.close()


async def test_a_posted_invoice_comes_back_with_its_files(direct: Direct) -> None:
    """Authorised once; the XML in Odoo is the SRI's wrapper, and a scanner reads the clave from the printed form."""
    invoice = direct.office.invoice()
    document = await direct.office.reaches(invoice, "authorised")
    await direct.office.idle()
    [paper] = direct.sri.authority.authorised()
    assert (paper.numero, paper.clave) == (direct.office.number(invoice), document["access_key"])
    wrapper = etree.fromstring(direct.file(invoice, ".xml"))
    assert (wrapper.findtext("estado"), wrapper.findtext("comprobante")) == ("AUTORIZADO", paper.content)
    page = pypdfium2.PdfDocument(direct.file(invoice, ".pdf"))[0]
    assert [one.text for one in zxingcpp.read_barcodes(page.render(scale=4).to_pil())] == [paper.clave]
    assert "Rosa Inventada" in page.get_textpage().get_text_range()


@pytest.mark.parametrize("action", ["cut_after", "cut_before"])
async def test_a_lost_answer_makes_no_second_document(direct: Direct, action: Any) -> None:
    """The line breaks while the document is handed in: it is asked for, and there is one of it, with one note in Odoo."""
    direct.sri.faults.append(Fault("validarComprobante", action))
    invoice = direct.office.invoice()
    await direct.office.reaches(invoice, "authorised", timeout=40)
    await direct.office.idle()
    assert [one.numero for one in direct.sri.authority.authorised()] == [direct.office.number(invoice)]
    assert direct.sri.authority.issued_twice() == []
    assert len([one for one in direct.office.notes(invoice) if "AUTORIZADO" in one]) == 1


async def test_a_returned_document_is_mended_in_odoo_under_its_number(direct: Direct) -> None:
    """DEVUELTA: note and task; the clerk mends the customer, and the same number is authorised."""
    direct.sri.authority.plans.append(Plan(returned=("52",)))
    customer = direct.office.customer()
    invoice = direct.office.invoice(customer=customer)
    found = await direct.office.reaches(invoice, "rejected")
    assert [one["code"] for one in found["messages"]] == ["52"]
    await direct.office.becomes(lambda: direct.office.tasks(invoice))
    direct.office.odoo.env["res.partner"].write([customer], {"name": "Rosa Inventada Mendoza"})
    await direct.office.reaches(invoice, "authorised", timeout=40)
    assert [one.numero for one in direct.sri.authority.authorised()] == [direct.office.number(invoice)]
