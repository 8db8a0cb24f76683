"""Dátil's component fulfils the contract of e-invoicing companies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from caravana.component.datil import DatilComponent
from caravana.component.datil.sandbox import DatilSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.einvoice import Operation
from caravana.kit.serving import serve
from caravana.testing.einvoice import Company, EInvoiceContract

CALLS = {Operation.SUBMIT: "issue", Operation.QUERY: "get"}


class TestDatil(EInvoiceContract):
    """`datil:`, with nobody to ask by clave."""

    component = DatilComponent

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = DatilSandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            yield Company(sandbox, sandbox.authority, {"url": url, **sandbox.connection()}, CALLS, shows_words=False)
        await sandbox.close()


class TestDatilWithList(EInvoiceContract):
    """`datil:`, with the list of its newer API."""

    component = DatilComponent

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = DatilSandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            settings = {"url": url, "listUrl": url, **sandbox.connection()}
            yield Company(sandbox, sandbox.authority, settings, CALLS, shows_words=False)
        await sandbox.close()
