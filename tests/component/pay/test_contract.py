"""Every payment company fulfils one contract; one of them is a stranger to the package."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.sandbox import PlacetopaySandbox
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from caravana.testing.payment import Company, PaymentContract
from tests.component.pay.companies import MercurioCompany, PlacetopayCompany
from tests.component.pay.mercurio import MercurioComponent, MercurioSandbox


class TestPlacetopay(PaymentContract):
    """`placetopay:`."""

    component = PlacetopayComponent
    waits = {"requires_confirmation": True}

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = PlacetopaySandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            yield PlacetopayCompany(sandbox, url)
            await sandbox.close()


class TestMercurio(PaymentContract):
    """`mercurio:`, the component of a third party."""

    component = MercurioComponent
    waits = {"wait": True}

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = MercurioSandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            yield MercurioCompany(sandbox, url)
