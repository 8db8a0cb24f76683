"""A shop: Odoo and PlacetoPay imitated on loopback, and a hub between them that runs the card flow on SQLite."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from caravana.commerce.flows import load, names
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.placetopay.sandbox import NotificationPlan, PlacetopaySandbox, Site
from caravana.engine.check_context import CheckContext
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.serving import serve
from caravana.route import read_text
from caravana.testing.company import Door
from tests.support.leaping import STEP, LeapingClock, at_rest
from tests.support.waiting import eventually

BOT_KEY = "fedcba9876543210fedcba9876543210fedcba98"
LINK = re.compile(r"https?://[^\s<\"]+/pay/[\w.\-]+")
SILENT = NotificationPlan(times=0)
HURRIED: Mapping[str, Any] = {
    "cards.orders.delay": "2s",
    "cards.sweep": "1h",
    "cards.reply_timeout": "20s",
    "cards.compare": "0 5 29 2 *",  # only when it is asked for: the shop's clock runs through nights
}


@dataclass
class Street:
    """What a test does as customer, clerk and provider, whatever hub there is."""

    odoo: OdooSandbox
    provider: PlacetopaySandbox
    web: aiohttp.ClientSession

    # The clerk.

    def product(self, policy: str = "order", price: float = 100.0) -> int:
        """Return a new service with an invoicing policy."""
        values = {"name": "Mochila", "type": "service", "list_price": price, "invoice_policy": policy}
        template = self.odoo.env["product.template"].create(values)
        found: list[int] = self.odoo.env["product.product"].search([["product_tmpl_id", "=", template]])
        return found[0]

    def order(
        self, product: int | None = None, quantity: float = 1, *, confirmed: bool = True, of: Mapping[str, int] = {}
    ) -> int:
        """Return a new order of 100 and 15 % VAT for each piece; `of`: its company or warehouse."""
        customer = self.odoo.env["res.partner"].create({"name": "Rosa Inventada"})
        line = [0, 0, {"product_id": product or self.product(), "product_uom_qty": quantity}]
        model = self.odoo.env["sale.order"]
        order: int = model.create({"partner_id": customer, "order_line": [line], **of})
        if confirmed:
            model.action_confirm([order])
        return order

    def invoice(self, order: int) -> int:
        """Invoice what can be invoiced of the order, and post it."""
        context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
        wizard = self.odoo.env["sale.advance.payment.inv"]
        made = wizard.create({"advance_payment_method": "delivered"}, context=context)
        wizard.create_invoices([made], context=context)
        invoice = int(max(self.read("sale.order", order, "invoice_ids")))
        self.odoo.env["account.move"].action_post([invoice])
        return invoice

    def pay_by_hand(self, invoice: int) -> None:
        """Register the payment of an invoice by Odoo's own dialogue."""
        context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
        wizard = self.odoo.env["account.payment.register"]
        wizard.action_create_payments([wizard.create({}, context=context)], context=context)

    def read(self, model: str, record: int, field: str) -> Any:
        """Return one field of one record."""
        return self.odoo.env[model].read([record], [field])[0][field]

    def notes(self, order: int) -> str:
        """Return all messages on the order."""
        domain = [["model", "=", "sale.order"], ["res_id", "=", order]]
        ids = self.odoo.env["mail.message"].search(domain)
        return "\n".join(one["body"] for one in self.odoo.env["mail.message"].read(ids, ["body"]))

    async def told(self, order: int) -> None:
        """Wait until a payment is told on the order, which is the last thing that booking does."""
        await eventually(lambda: "Pago con tarjeta recibido" in self.notes(order), timeout=60)

    def card_payments(self, *states: str) -> list[dict[str, Any]]:
        """Return the payments in Odoo that the hub made, in the given states or in any."""
        model = self.odoo.env["account.payment"]
        domain: list[Any] = [["memo", "ilike", "CV"]]
        if states:
            domain.append(["state", "in", list(states)])
        fields = ["amount", "state", "partner_id", "reconciled_invoice_ids", "memo"]
        found: list[dict[str, Any]] = model.read(model.search(domain), fields)
        return found

    def tasks(self, order: int) -> list[str]:
        """Return the notes of the clerk's tasks on the order."""
        ids = self.odoo.env["mail.activity"].search([["res_model", "=", "sale.order"], ["res_id", "=", order]])
        return [one["note"] for one in self.odoo.env["mail.activity"].read(ids, ["note"])]

    def every_task(self, order: int) -> list[int]:
        """Return the tasks on the order, also those that are closed."""
        domain = [["res_model", "=", "sale.order"], ["res_id", "=", order]]
        found: list[int] = self.odoo.env["mail.activity"].search(domain, context={"active_test": False})
        return found

    # The customer.

    async def link(self, order: int) -> str:
        """Wait for the pay link noted on the order."""
        found = await eventually(lambda: LINK.search(self.notes(order)))
        assert found is not None
        return found[0]

    async def page(self, address: str) -> tuple[int, str]:
        """Open a page; return status and text."""
        async with self.web.get(address) as answer:
            return answer.status, await answer.text()

    async def page_pressed(self, link: str) -> tuple[int, str]:
        """Press pay; return status and text of the answer."""
        async with self.web.post(link, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def press(self, link: str) -> str | None:
        """Press pay; return the number of the session that the browser is sent to, or None."""
        async with self.web.post(link, allow_redirects=False) as answer:
            if answer.status != 303:
                return None
            found = re.search(r"/(\d+)/", answer.headers["Location"])
            assert found is not None
            return found[1]

    async def face(self, address: str) -> str:
        """Return which face the page shows."""
        _, text = await self.page(address)
        found = re.search(r'class="card (\w+)"', text)
        assert found is not None, text
        return found[1]


@dataclass
class Shop(Street):
    """A street with a hub in the test's own process."""

    hub: Hub
    url: str
    configuration: Configuration

    async def reviews(self) -> list[str]:
        """Return the kinds of what waits for a person."""
        return [one["kind"] for _, one in await self.hub.store.find("review")]

    async def attempts(self, order: int) -> list[dict[str, Any]]:
        """Return the attempts of an order."""
        return [one for _, one in await self.hub.store.find("card_attempt", f"sale.order,{order}/")]

    async def settled(self, order: int) -> None:
        """Wait until the order's last attempt is booked."""

        async def booked() -> bool:
            attempts = await self.attempts(order)
            return bool(attempts) and bool(attempts[-1]["settled"])

        await eventually(booked, timeout=30)

    def hurrying(self, step: float = STEP) -> AbstractAsyncContextManager[None]:
        """Move the shop's clock ahead by `step` seconds whenever the hub carries nothing out, while the block runs."""
        clock = self.hub.clock
        assert isinstance(clock, LeapingClock)
        return clock.hurrying(lambda: at_rest(self.hub), step)

    async def idle(self) -> None:
        """Wait until the hub has nothing to do."""
        await eventually(lambda: len(self.hub.dispatcher) == 0, timeout=30)


def settings_of(
    url: str, odoo: str, provider: str, folder: Path, since: datetime, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the hub's configuration file holds. `settings`: of the flow, and `odoo`, further ones of that connection."""
    given = {**HURRIED, **settings}
    more = {"rate": 1000, **given.pop("odoo", {})}
    return {
        "modes": given.pop("modes", {}),
        "journal": given.pop("journal", f"sqlite:///{folder / 'caravana.db'}"),
        "listener": {"public_url": url},
        "go_live": since.isoformat(),
        "connections": {
            "odoo": {"url": odoo, "database": "demo", "apiKey": BOT_KEY, "login": "integracion", **more},
            "placetopay": {"url": provider, "login": "sandbox-login", "secretKey": "sandbox-secret-key"},
        },
        "placeholders": {**{key: given[key] for key in HURRIED}, "cards.sweep.first": given["cards.sweep"]},
        "settings": {key: value for key, value in given.items() if key not in HURRIED},
    }


def hub_of(given: Configuration, clock: Clock) -> Hub:
    """Return a hub that runs the flows of a configuration; the card flow when it names none."""
    components, callables = CheckContext(given, Callables(), strict=True), Callables()
    flows = [load(name, given, components) for name in names(given.flows or ["cards"])]
    for flow in flows:
        for name, target in flow.callables.items():
            callables.register(name, target)
    documents = [read_text(file.read_text("utf-8"), file=file.name) for flow in flows for file in flow.route_files]
    return Hub(given, documents, clock=clock, callables=callables)


@asynccontextmanager
async def open_shop(
    folder: Path,
    clock: Clock,
    setup: Setup | None = None,
    changes: Callable[[Street, dict[str, Any]], None] = lambda street, given: None,
    /,
    **settings: Any,
) -> AsyncIterator[Shop]:
    """Run a shop while the block runs.

    `settings`: of the flow, `on_paid` and the like; `setup`: of Odoo; `changes` has the last word on the configuration.
    """
    door = Door()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(door))
        street, odoo_url, provider_url = await open_street(stack, clock, url, setup)
        since = clock.now() - timedelta(minutes=1)
        written = settings_of(url, odoo_url, provider_url, folder, since, settings)
        changes(street, written)
        given = Configuration.model_validate(written)
        hub = door.hub = hub_of(given, clock)
        await stack.enter_async_context(hub)
        yield Shop(street.odoo, street.provider, street.web, hub, url, given)


async def open_street(
    stack: AsyncExitStack, clock: Clock, url: str, setup: Setup | None = None
) -> tuple[Street, str, str]:
    """Serve Odoo and PlacetoPay, who notifies the hub at `url`; return them with their addresses."""
    odoo = OdooSandbox(clock=clock, database="demo", setup=setup)
    provider = PlacetopaySandbox(clock=clock, site=Site(notification_url=f"{url}/placetopay/placetopay"))
    stack.push_async_callback(provider.close)
    odoo_url = await stack.enter_async_context(serve(odoo.app()))
    provider_url = await stack.enter_async_context(serve(provider.app()))
    web = await stack.enter_async_context(aiohttp.ClientSession())
    return Street(odoo, provider, web), odoo_url, provider_url
