"""The demo's partners in a process of their own.

python -m caravana.demo.partners HUB_URL ODOO_PORT PLACETOPAY_PORT STRIPE_PORT PAYPHONE_PORT [SRI_PORT MAIL_PORT]

With the last two, the tax authority and a mail server are there, too; they keep what they have in the folder of the process.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.placetopay.sandbox import PlacetopaySandbox, Site
from caravana.component.smtp.sandbox import MailCatcher, caught
from caravana.component.sri.sandbox import Service, SriSandbox
from caravana.component.stripe.sandbox import Account, StripeSandbox
from caravana.demo.branches import BANK, BRANCHES
from caravana.demo.issuer import MAILS, SRI, make_fields
from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.serving import serve


@asynccontextmanager
async def issuing(odoo: OdooSandbox, clock: Clock, ports: tuple[int, ...]) -> AsyncIterator[None]:
    """Be what electronic documents need beside the rest; without ports nothing."""
    if not ports:
        yield
        return
    sri_port, mail_port = ports
    make_fields(odoo)
    sri = SriSandbox(clock=clock, service=Service(folder=SRI))
    sri.connection()  # makes the certificate
    async with serve(sri.app(), port=sri_port), caught(MailCatcher(folder=Path(MAILS)), mail_port):
        yield
    await sri.close()


async def main(
    hub: str, odoo_port: int, placetopay_port: int, stripe_port: int, payphone_port: int, *issue_ports: int
) -> None:
    """Serve all imitations until the process is ended."""
    clock = clock_from_environment()
    warehouses = [(one.name, one.key.upper()[:3]) for one in BRANCHES]
    setup = Setup(warehouses=warehouses, banks=[*(f"Tarjetas {one.name}" for one in BRANCHES), BANK])
    odoo = OdooSandbox(clock, base_url=f"http://127.0.0.1:{odoo_port}", setup=setup)
    placetopay = PlacetopaySandbox(clock=clock, site=Site(notification_url=f"{hub}/placetopay/placetopay"))
    stripe = StripeSandbox(clock=clock, account=Account(notification_url=f"{hub}/stripe/stripe"))
    payphone = PayphoneSandbox(clock=clock)
    async with (
        serve(odoo.app(), port=odoo_port),
        serve(placetopay.app(), port=placetopay_port),
        serve(stripe.app(), port=stripe_port),
        serve(payphone.app(), port=payphone_port),
        issuing(odoo, clock, issue_ports),
    ):
        print("ready", flush=True)  # noqa: T201 -- the parent waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
