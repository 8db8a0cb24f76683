"""The flow with Ecuafact behind it: who numbers, an answer that is lost, a result that is unknown, and its notifications."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.einvoice import EInvoices, ledger
from caravana.component.ecuafact.sandbox import EcuafactSandbox
from caravana.kit.einvoice import NAMES
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.clerk import SETTINGS
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


@asynccontextmanager
async def office_with(
    folder: Path, clock: LeapingClock, numbering: str = "provider", **account: Any
) -> AsyncIterator[tuple[Office, EcuafactSandbox]]:
    """Run the flow with one emission point that Ecuafact serves."""
    sandbox = EcuafactSandbox(clock=clock)
    sandbox.account.change(account)
    async with serve(sandbox.app()) as url:

        def served(given: dict[str, Any]) -> None:
            given["connections"]["ecuafact"] = {"url": url, **sandbox.connection(), "numbering": numbering}

        settings = {"einvoice.points": {POINT: {"connection": "ecuafact", "numbering": numbering}}}
        async with open_office(folder, clock, changes=served, settings=settings) as office:
            yield office, sandbox
    await sandbox.close()


async def test_ecuafact_numbers_and_its_number_is_written_back(tmp_path: Path, clock: LeapingClock) -> None:
    """The answer is lost once, the result unknown for a while: one document, with Ecuafact's number, XML and RIDE in Odoo."""
    async with office_with(tmp_path, clock, unknown_for=20.0) as (office, ecuafact):
        ecuafact.faults.append(Fault("emit", "cut_after"))
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised", timeout=40)
        assert document["number"] == f"{POINT}-000000001"
        assert ecuafact.effects["emit"] == 1
        assert office.files(invoice) == [f"FAC-{POINT}-000000001.pdf", f"FAC-{POINT}-000000001.xml"]
        assert ecuafact.authority.issued_twice() == []


async def test_odoo_numbers(tmp_path: Path, clock: LeapingClock) -> None:
    """The number that was sent is the document's."""
    async with office_with(tmp_path, clock, "odoo") as (office, _):
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised")
        assert (document["number"], await office.reviews("point")) == (office.number(invoice), {})


@pytest.mark.parametrize("contract", ["b6", "1.0"])
async def test_another_number_than_odoos_stops_the_point(tmp_path: Path, clock: LeapingClock, contract: str) -> None:
    """Ecuafact numbers all the same: told with the 202, or when it is asked, nobody numbers on until a person has looked."""
    at_once = contract == "1.0"
    account = {"contract": contract, "clave_at_once": at_once, "renumber": True, "first": 500}
    async with office_with(tmp_path, clock, "odoo", **account) as (office, ecuafact):
        office.invoice()

        async def stopped() -> bool:
            return bool(await office.reviews("point"))

        await office.becomes(stopped)
        held = office.invoice()
        await office.reaches(held, "queued")
        assert ecuafact.effects["emit"] == 1


async def test_ecuafact_away_is_waited_for(tmp_path: Path, clock: LeapingClock) -> None:
    """503: nothing was done, and the document goes out when Ecuafact is back."""
    async with office_with(tmp_path, clock) as (office, ecuafact):
        ecuafact.faults.append(Fault("emit", "status", status=503, retry_after=1))
        invoice = office.invoice()
        assert (await office.reaches(invoice, "authorised"))["class"] is None
        assert ecuafact.effects["emit"] == 1


def test_one_question() -> None:
    """After a lost answer and later on the company is asked by the same names, with the number that was sent."""
    key, number = "odoo/account.move,55", "001-002-000000123"
    names = {"connection": "sello", "cod_doc": "01", "access_key": "1" * 49, "number": number}
    document = ledger.new(key, {"model": "account.move", "id": 55}, datetime(2026, 11, 23, tzinfo=UTC)) | names
    document |= {"point": "001-002", "request_id": "S-1", "n": 1}
    flow = EInvoices(SETTINGS)
    asked = flow.question({"package": {**names, "reference": key, "n": 1}, "document": document})
    assert asked == flow.asking({"document": document}) == {**names, "request_id": "S-1", "reference": key}
    assert {*asked} == {*NAMES}
