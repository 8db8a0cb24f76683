"""Ecuafact's component fulfils the contract of e-invoicing companies, in both versions and with either numbering."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import ClassVar

from caravana.component.ecuafact import EcuafactComponent
from caravana.component.ecuafact.sandbox import Account, EcuafactSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.einvoice import Operation
from caravana.kit.serving import serve
from caravana.testing.einvoice import Company, EInvoiceContract

CALLS = {Operation.SUBMIT: "emit", Operation.QUERY: "operation"}


class TestEcuafact(EInvoiceContract):
    """`ecuafact:` as its client 1.0.0b6 speaks, which numbers itself."""

    component = EcuafactComponent
    contract: ClassVar[str] = "b6"
    settings: ClassVar[Mapping[str, str]] = {}

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = EcuafactSandbox(clock=clock, account=Account(contract=self.contract))
        async with serve(sandbox.app()) as url:
            settings = {"url": url, **sandbox.connection(), **self.settings}
            yield Company(sandbox, sandbox.authority, settings, CALLS, shows_words=False)
        await sandbox.close()


class TestEcuafactWithOurNumbers(TestEcuafact):
    """`ecuafact:` in contract 1.0, where Odoo numbers."""

    contract = "1.0"
    settings = {"numbering": "odoo"}
