"""The SRI's component fulfils the contract of e-invoicing companies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from caravana.component.sri import SriComponent
from caravana.component.sri.sandbox import SriSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.einvoice import Operation
from caravana.kit.serving import serve
from caravana.testing.einvoice import Company, EInvoiceContract

CALLS = {Operation.SUBMIT: "validarComprobante", Operation.QUERY: "autorizacionComprobante"}


class TestSri(EInvoiceContract):
    """`sri:`."""

    component = SriComponent

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = SriSandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            yield Company(sandbox, sandbox.authority, {"url": url, **sandbox.connection()}, CALLS)
        await sandbox.close()
