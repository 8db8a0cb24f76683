"""The demo's partners in a process of their own: `python -m caravana.demo.partners ODOO_PORT PLACETOPAY_PORT NOTIFY_URL`."""

import asyncio
import sys

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.placetopay.sandbox import PlacetopaySandbox, Site
from caravana.demo.branches import BRANCHES
from caravana.kit.clock import clock_from_environment
from caravana.kit.serving import serve


async def main(odoo_port: int, placetopay_port: int, notification_url: str) -> None:
    """Serve both imitations until the process is ended."""
    clock = clock_from_environment()
    warehouses = [(one.name, one.key.upper()[:3]) for one in BRANCHES]
    setup = Setup(warehouses=warehouses, banks=[f"Tarjetas {one.name}" for one in BRANCHES])
    odoo = OdooSandbox(clock, base_url=f"http://127.0.0.1:{odoo_port}", setup=setup)
    placetopay = PlacetopaySandbox(clock=clock, site=Site(notification_url=notification_url))
    async with serve(odoo.app(), port=odoo_port), serve(placetopay.app(), port=placetopay_port):
        print("ready", flush=True)  # noqa: T201 -- the parent waits for this line
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
