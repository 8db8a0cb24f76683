"""A company that shows its products, with its hubs in processes of their own that can be killed at any step."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from ruamel.yaml import YAML

from caravana.cli.office import ask_hub
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.demo.world import free_ports
from caravana.kit.clock import ENVIRONMENT, ScaledClock
from caravana.kit.serving import serve
from tests.commerce.accounts_processes import Counter, Holds
from tests.commerce.shop import BOT_KEY
from tests.commerce.storefront import Stall
from tests.support.waiting import eventually

FIELD = "x_catalogo"
PUBLISHED = "Publicado en el catálogo de Meta"


class Display(Counter):
    """A hub of the flow `catalogue`."""

    async def measures(self) -> list[str]:
        """Return the lines of its metrics."""
        assert self.presence is not None
        with await asyncio.to_thread(urlopen, f"{self.presence.address}/metrics") as answer:
            text: str = answer.read().decode()
        return text.splitlines()

    async def desk(self, act: str) -> Any:
        """Do what `caravana catalog` does, through this hub."""
        assert self.presence is not None
        given = {"scheme": "wares", "act": act, "arguments": {}, "subject": "catalog", "actor": "rosa"}
        return await asyncio.to_thread(ask_hub, self.presence, "operate", given)

    async def publishes(self) -> None:
        """Have everything published, and wait until some hub has looked at it."""
        wish = await self.desk("publish")

        async def seen() -> bool:
            found = (await self.desk("status"))["seen"]
            return found is not None and found["wish"] >= wish["at"]

        await eventually(seen, timeout=40)

    async def is_idle(self) -> bool:
        """Whether nothing is to be done."""
        return "caravana_open 0.0" in await self.measures()


@dataclass
class Street(Stall):
    """A stall, and hubs on one journal. `flag`: number of the tag that asks for a post."""

    flag: int
    hubs: list[Display] = field(default_factory=list)

    @property
    def hub(self) -> Display:
        """The first."""
        return self.hubs[0]

    @property
    def holds(self) -> Holds:
        """What is held in it."""
        return Holds(self.hub.file)

    async def held(self) -> None:
        """Wait until the hub stands still at a write, then kill it."""
        await eventually(lambda: self.holds.held > 0, timeout=40)
        self.hub.kill()

    async def dead_and_back(self) -> None:
        """Wait until the first hub is dead, and start it again."""
        await self.hub.died()
        self.holds.forget()
        await self.hub.start()

    async def shown(self, *products: int) -> None:
        """Wait until Odoo says of each that it is published."""
        await eventually(lambda: all(self.read(one, FIELD) == PUBLISHED for one in products), timeout=60)

    async def told(self, code: str) -> None:
        """Wait until a note on the product says that it was told of."""
        number = self.number(code)
        await eventually(lambda: any("Anunciado" in one for one in self.notes(number)), timeout=60)

    async def idle(self) -> None:
        """Wait until no hub has anything to do."""
        for hub in self.hubs:
            await eventually(hub.is_idle, timeout=40)

    def number(self, sku: str) -> int:
        """Return the product with that reference."""
        [found] = self.odoo.env["product.product"].search([["default_code", "=", sku]])
        return int(found)

    def sent(self, sku: str) -> int:
        """Return in how many batches an item went to Meta."""
        return sum(one["data"]["id"] == sku for batch in self.meta.catalog.batches.values() for one in batch.rows)


@asynccontextmanager
async def open_street(folder: Path, journal: str, count: int = 1, **settings: Any) -> AsyncIterator[Street]:
    """Run the company with `count` hubs on one journal while the block runs; a second of the machine is a minute of theirs.

    Meta takes every picture unseen: a hub that is dead shows none.
    """
    clock = ScaledClock(time.time(), 60.0)
    odoo = OdooSandbox(clock=clock, database="demo", setup=Setup(demo=False))
    meta = MetaSandbox(clock=clock, account=Account(fetch=False, batch_after=0.0, container_after=0.0))
    async with AsyncExitStack() as stack:
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        meta_url = await stack.enter_async_context(serve(meta.app()))
        stack.push_async_callback(meta.close)
        tags = [odoo.env["product.tag"].create({"name": one}) for one in ("Publicar", "Anunciar")]
        street = Street(odoo, meta, *tags)
        street.field(FIELD)
        login = {"url": odoo_url, "database": "demo", "apiKey": BOT_KEY, "login": "integracion", "rate": 1000}
        ports = free_ports(2 * count)
        for number in range(count):
            given: dict[str, Any] = {
                "journal": journal,
                "flows": ["catalogue"],
                "routes": [],
                "listener": {"port": ports[number], "public_url": f"http://127.0.0.1:{ports[0]}"},
                "control": {"port": ports[count + number]},
                "go_live": (clock.now() - timedelta(minutes=1)).isoformat(),
                "connections": {
                    "odoo": {**login, "concurrency": 32},
                    **{name: {**one, "url": meta_url} for name, one in meta.connections().items()},
                },
                "placeholders": {"catalogue.pictures": str(folder / f"pictures{number}"), "catalogue.every": "10s"},
                "settings": {
                    "catalogue.link": "https://shop.example/p/{sku}",
                    "catalogue.field": FIELD,
                    "catalogue.posts": ["facebook", "instagram"],
                    "catalogue.post_text": "{name}",
                    **{f"catalogue.{name}": value for name, value in settings.items()},
                },
            }
            file = folder / f"hub{number}.yaml"
            with file.open("w") as target:
                YAML(typ="safe").dump(given, target)
            street.hubs.append(Display(file, {**os.environ, ENVIRONMENT: str(clock)}))
            stack.push_async_callback(street.hubs[-1].stop)
        await asyncio.gather(*(one.start() for one in street.hubs))
        yield street
