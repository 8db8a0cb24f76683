"""A company's products, customers and orders: Odoo imitated on loopback, and a hub before it that runs the shop flow."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.clock import Clock
from caravana.kit.serving import serve
from caravana.testing.company import Door, hub_of
from tests.commerce.shop import BOT_KEY
from tests.support.leaping import LeapingClock

TOKEN = "a-token-for-tests-only"
READER = "another-token-for-tests"
SECRETS = {"CARAVANA_SECRET_SHOP_WEB": TOKEN, "CARAVANA_SECRET_SHOP_READER": READER}
ALL = ["products:read", "customers:read", "customers:write", "orders:read", "orders:write"]
CLIENTS = {"web": {"token": "shop_web", "scopes": ALL}, "reader": {"token": "shop_reader", "scopes": ["products:read"]}}
ROSA = "1712345675"
"""Tax id of a customer whom the imitation has from the start."""


def settings_of(odoo: str, journal: str, url: str, **more: Any) -> dict[str, Any]:
    """Return what the hub's configuration file holds."""
    given = dict(more)
    return {
        "journal": journal,
        "listener": {"public_url": url},
        "connections": {
            "odoo": {
                "url": odoo,
                "database": "demo",
                "apiKey": BOT_KEY,
                "login": "integracion",
                "rate": 1000,
                "settle": "1s",
            },
        },
        "settings": {"shop.clients": CLIENTS, **given.pop("settings", {})},
        **given,
    }


@dataclass
class Trade:
    """What a test does as another program, and as a clerk in Odoo."""

    odoo: OdooSandbox
    hub: Hub
    web: aiohttp.ClientSession
    url: str

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        token: str | None = TOKEN,
        **more: Any,
    ) -> tuple[int, Any]:
        """Return status and body of an answer."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        headers |= {} if key is None else {"Idempotency-Key": key}
        async with self.web.request(method, self.url + path, json=body, headers=headers, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    def partner(self, **values: Any) -> int:
        """Return a new contact in Odoo."""
        made: int = self.odoo.env["res.partner"].create({"country_id": self.odoo.env.ref("base.ec"), **values})
        return made

    def rows(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """Return records of Odoo, archived ones included."""
        ids = self.odoo.env[model].search(domain, context={"active_test": False})
        found: list[dict[str, Any]] = self.odoo.env[model].read(ids, list(fields))
        return found

    def hurrying(self, step: float = 1.0) -> AbstractAsyncContextManager[None]:
        """Move the company's clock ahead by `step` seconds again and again, while the block runs."""
        clock = self.hub.clock
        assert isinstance(clock, LeapingClock)
        return clock.hurrying(step=step)

    async def reviews(self) -> list[dict[str, Any]]:
        """Return what waits for a person."""
        return [one for _, one in await self.hub.store.find("review")]


def order(*codes: str, quantity: Any = 1, customer: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of a request for an order."""
    lines = [{"code": code, "quantity": quantity} for code in codes or ("CAM-001",)]
    return {"customer": customer or {"tax_id": ROSA}, "lines": lines, **more}


@asynccontextmanager
async def open_trade(
    folder: Path, journal: str | None = None, setup: Setup | None = None, clock: Clock | None = None, **more: Any
) -> AsyncIterator[Trade]:
    """Run the company while the block runs; `setup`: of Odoo; `clock`: of both; `more`: further parts of the configuration."""
    clock = clock or LeapingClock(time.time(), 1.0)
    door, odoo = Door(), OdooSandbox(clock=clock, database="demo", setup=setup)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(door))
        odoo_url = await stack.enter_async_context(serve(odoo.app()))
        path = journal or f"sqlite:///{folder / 'caravana.db'}"
        given = Configuration.model_validate(settings_of(odoo_url, path, url, **more))
        hub = door.hub = hub_of(given, clock, flows=["shop"])
        await stack.enter_async_context(hub)
        web = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        yield Trade(odoo, hub, web, url)
