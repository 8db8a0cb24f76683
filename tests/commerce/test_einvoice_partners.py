"""The same flow over each e-invoicing company that is shipped: authorised, a lost answer, returned, refused, mended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caravana.component.datil.sandbox import DatilSandbox
from caravana.component.ecuafact.sandbox import EcuafactSandbox
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.authority import Plan
from caravana.kit.clock import Clock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
Partner = DatilSandbox | EcuafactSandbox | SriSandbox
COMPANIES: dict[str, tuple[Callable[[Clock], Partner], str, dict[str, Any]]] = {
    "datil": (lambda clock: DatilSandbox(clock=clock), "issue", {}),
    "ecuafact": (lambda clock: EcuafactSandbox(clock=clock), "emit", {"numbering": "provider"}),
    "sri": (lambda clock: SriSandbox(clock=clock), "validarComprobante", {}),
}
"""What imitates the company, its name of the call that issues, and what the emission point says."""


@pytest.mark.parametrize("name", COMPANIES)
async def test_over_each_company(tmp_path: Path, clock: LeapingClock, name: str) -> None:
    """One invoice that goes well, one whose answer is lost, one returned and one refused: four authorised documents, no fifth."""
    make, call, point = COMPANIES[name]
    partner = make(clock)
    points = {"einvoice.points": {POINT: {"connection": name, **point}}}
    async with serve(partner.app()) as url:

        def changes(written: dict[str, Any]) -> None:
            files = {"filesUrl": url} if name == "datil" else {}
            written["connections"][name] = {**partner.connection(), "url": url, **files}

        async with open_office(tmp_path, clock, None, changes, settings=points) as office:
            await office.reaches(office.invoice(), "authorised")
            partner.faults.append(Fault(call, "cut_after"))
            await office.reaches(office.invoice(), "authorised", timeout=40)
            partner.authority.plans.append(Plan(returned=("52",)))
            returned = office.invoice()
            document = await office.reaches(returned, "rejected", timeout=40)
            assert "52" in [one["code"] for one in document["messages"]]
            await office.do("issue", name=document["key"])
            await office.reaches(returned, "authorised", timeout=40)
            partner.authority.plans.append(Plan(refused=("39",)))
            refused = office.invoice()
            document = await office.reaches(refused, "not_authorised", timeout=40)
            assert "39" in [one["code"] for one in document["messages"]]
            await office.do("issue", name=document["key"])
            await office.reaches(refused, "authorised", timeout=40)
            await office.idle()
            authorised = [one for one in partner.authority.register.documents() if one.is_authorised(clock.now())]
            assert len({one.numero for one in authorised}) == len(authorised) == 4
            assert all(len(office.files(one)) == 2 for one in (returned, refused))
            assert await office.reviews("mend") == {}
    if not isinstance(partner, SriSandbox):
        await partner.close()
