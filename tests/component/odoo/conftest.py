"""A hub with a connection to the Odoo sandbox, on loopback, once in JSON-2 and once in JSON-RPC."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from caravana.component.odoo import OdooComponent
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.effect import Reply
from caravana.kit.serving import serve
from tests.component.odoo.hub import MemoryHub, send, settings, verify

BOT_KEY = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass
class Odoo:
    """Sandbox, hub and component of one test; the hub's user has the rights of a sales and invoicing clerk."""

    sandbox: OdooSandbox
    hub: MemoryHub
    component: OdooComponent
    customer: int = 0
    product: int = 0
    made: dict[str, Any] = field(default_factory=dict)

    async def send(self, address: str, body: Any = None, key: str = "k-1") -> Reply:
        """Send `body` to `address`."""
        return await send(self.component, address, body, key)

    async def verify(self, address: str, body: Any, key: str = "k-1", **more: Any) -> Reply | None:
        """Ask whether it took place."""
        return await verify(self.component, address, body, key, **more)

    def order(self, quantity: int = 2, *, confirmed: bool = True) -> int:
        """Return a new order of the customer."""
        line = [0, 0, {"product_id": self.product, "product_uom_qty": quantity}]
        model = self.sandbox.env["sale.order"]
        order: int = model.create({"partner_id": self.customer, "order_line": [line]})
        if confirmed:
            model.action_confirm([order])
        return order

    def invoice(self) -> int:
        """Return a new posted invoice of the customer over 100 and no tax."""
        line = [0, 0, {"name": "Servicio", "quantity": 1, "price_unit": 100.0}]
        model = self.sandbox.env["account.move"]
        values = {"move_type": "out_invoice", "partner_id": self.customer, "invoice_line_ids": [line]}
        invoice: int = model.create(values)
        model.action_post([invoice])
        return invoice

    def bank(self) -> int:
        """Return the bank journal."""
        found: list[int] = self.sandbox.env["account.journal"].search([["type", "=", "bank"]])
        return found[0]


@pytest.fixture(params=["19.0", "18.0"])
def version(request: pytest.FixtureRequest) -> str:
    """Return a version that speaks JSON-2, and one that does not."""
    return str(request.param)


@pytest.fixture
async def odoo(version: str) -> AsyncIterator[Odoo]:
    """Serve a sandbox and connect a hub to it."""
    sandbox = OdooSandbox(version=version, first_id=11)
    async with serve(sandbox.app()) as url:
        hub = MemoryHub(
            settings(url, database="demo", apiKey=BOT_KEY, login="integracion", hintToken="h" * 24, companyIds=[])
        )
        component = OdooComponent(hub)
        found = Odoo(sandbox, hub, component)
        found.customer = sandbox.env["res.partner"].create({"name": "Rosa Inventada"})
        template = sandbox.env["product.template"].create({"name": "Gorra", "type": "service", "list_price": 10.0})
        found.product = sandbox.env["product.product"].search([["product_tmpl_id", "=", template]])[0]
        yield found
        await component.close()
