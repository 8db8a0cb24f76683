"""The demo's partners in a process of their own.

python -m caravana.demo.partners HUB_URL odoo=PORT placetopay=PORT stripe=PORT payphone=PORT [sri=PORT mail=PORT] [meta=PORT]

With `sri` and `mail`, the tax authority and a mail server are there, too; they keep what they have in the folder of the process.
With `meta`, Meta is.
"""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
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
from caravana.demo.seller import meta_of
from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.sandbox import Sandbox
from caravana.kit.serving import serve


def imitations(hub: str, ports: Mapping[str, int], clock: Clock) -> dict[str, Sandbox]:
    """Return the partners that there are, by name. `hub`: its public address."""
    warehouses = [(one.name, one.key.upper()[:3]) for one in BRANCHES]
    setup = Setup(warehouses=warehouses, banks=[*(f"Tarjetas {one.name}" for one in BRANCHES), BANK])
    odoo = OdooSandbox(clock, base_url=f"http://127.0.0.1:{ports['odoo']}", setup=setup)
    found: dict[str, Sandbox] = {
        "odoo": odoo,
        "placetopay": PlacetopaySandbox(clock=clock, site=Site(notification_url=f"{hub}/placetopay/placetopay")),
        "stripe": StripeSandbox(clock=clock, account=Account(notification_url=f"{hub}/stripe/stripe")),
        "payphone": PayphoneSandbox(clock=clock),
    }
    if "sri" in ports:
        make_fields(odoo)
        sri = found["sri"] = SriSandbox(clock=clock, service=Service(folder=SRI))
        sri.connection()  # makes the certificate
    if "meta" in ports:
        found["meta"] = meta_of(clock, hub)
    return found


async def main(hub: str, ports: Mapping[str, int]) -> None:
    """Serve all imitations until the process is ended."""
    async with AsyncExitStack() as stack:
        for name, one in imitations(hub, ports, clock_from_environment()).items():
            await stack.enter_async_context(serve(one.app(), port=ports[name]))
        if "mail" in ports:
            await stack.enter_async_context(caught(MailCatcher(folder=Path(MAILS)), ports["mail"]))
        print("ready", flush=True)  # noqa: T201 -- the parent waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], {name: int(port) for name, _, port in (one.partition("=") for one in sys.argv[2:])}))
