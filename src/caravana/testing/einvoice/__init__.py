"""What every component of an e-invoicing company fulfils (`caravana.kit.einvoice`), as tests to inherit.

    class TestSello(EInvoiceContract):
        component = SelloComponent

        @asynccontextmanager
        async def company(self, clock):
            sandbox = SelloSandbox(clock=clock)
            async with serve(sandbox.app()) as url:
                yield Company(sandbox, sandbox.authority, {"url": url, **sandbox.connection()})

The company's imitation has the tax authority's behind it (`caravana.kit.authority`), which the contract steers and asks at the
end what was issued. Not collected by itself: its name begins with no `Test`.
"""

from caravana.testing.einvoice.contract import EInvoiceContract
from caravana.testing.einvoice.desk import POINT, Body, Company, Desk, asking

__all__ = ["POINT", "Body", "Company", "Desk", "EInvoiceContract", "asking"]
