"""The component with the SRI's imitation over loopback, and certificates to try."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from caravana.component.sri import SriComponent
from caravana.component.sri.keystore import Pair
from caravana.component.sri.sandbox import CertificationAuthority, Issued, SriSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from caravana.testing.einvoice import POINT, Company, Desk
from caravana.testing.harness import START, Hub
from tests.component.sri.test_einvoice_contract import CALLS

RUC = "1790016919001"


@pytest.fixture
async def sandbox() -> AsyncIterator[SriSandbox]:
    """The imitation, with a clock that stands still."""
    found = SriSandbox(clock=ManualClock(START))
    yield found
    await found.close()


@pytest.fixture
async def desk(sandbox: SriSandbox) -> AsyncIterator[Desk]:
    """Component and imitation over loopback."""
    assert isinstance(sandbox.clock, ManualClock)
    async with serve(sandbox.app()) as url:
        settings = {"url": url, **sandbox.connection()}
        hub = Hub(clock=sandbox.clock, connections={POINT: dict(settings)})
        component = SriComponent(hub)
        hub.components[POINT] = component
        yield Desk(component, hub, Company(sandbox, sandbox.authority, settings, CALLS), sandbox.clock)
        await component.close()


@pytest.fixture(scope="session")
def certification() -> CertificationAuthority:
    """A certification authority."""
    return CertificationAuthority(START)


@pytest.fixture(scope="session")
def issued(certification: CertificationAuthority) -> Issued:
    """A certificate for signatures that is valid at the start and a year longer."""
    return certification.issue(RUC, START - timedelta(days=1), START + timedelta(days=365))


@pytest.fixture
def pair(issued: Issued) -> Pair:
    """The same, as the component has it."""
    return Pair(issued.key, issued.certificate)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a certificate may lie."""
    return tmp_path / "firma.p12"
