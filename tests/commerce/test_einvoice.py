"""A posted invoice becomes an authorised electronic document, and comes back to Odoo."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.kit.clock import ScaledClock
from tests.commerce.einvoicing import Office, open_office, sello_is_known

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


@pytest.fixture
async def office(tmp_path: Path, clock: ScaledClock, sello_is_known: None) -> AsyncIterator[Office]:
    """A company with the default settings."""
    async with open_office(tmp_path, clock) as one:
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
