"""The demo's partners in a process of their own.

python -m caravana.demo.partners HUB_URL ODOO_PORT PLACETOPAY_PORT STRIPE_PORT PAYPHONE_PORT
"""

import asyncio
import sys

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.placetopay.sandbox import PlacetopaySandbox, Site
from caravana.component.stripe.sandbox import Account, StripeSandbox
from caravana.demo.branches import BANK, BRANCHES
from caravana.kit.clock import clock_from_environment
from caravana.kit.serving import serve


async def main(hub: str, odoo_port: int, placetopay_port: int, stripe_port: int, payphone_port: int) -> None:
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
    ):
        print("ready", flush=True)  # noqa: T201 -- the parent waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:])))
