"""The demo's people: a clerk who confirms orders in Odoo, customers who pay, and an auditor who only counts."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import aiohttp

from caravana.demo.branches import BRANCHES, DemoBranch
from caravana.demo.companies import Checkout, onward, sessions
from caravana.demo.world import DemoFailed, World

_LINK = re.compile(r"https?://[^\s\"'<>]+/pay/[\w.\-]+")
WHATEVER = {
    "version",
    "sale.order.search_read",
    "account.move.search_read",
    "stock.picking.search_read",
    "ir.config_parameter.search_read",
    "res.company.search_read",
}
"""What the hub asks of Odoo whatever happens: looks for what is new, and whether it is the same database."""
_KEY = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Order:
    """One order of the day; `checkout` is the page of the company `store` that pressing pay led to."""

    id: int
    name: str
    branch: DemoBranch
    store: str = "placetopay"
    link: str = ""
    request_id: str = ""
    checkout: str = ""
    amount: float = 0.0
    expected: int = 1


class Clerk:
    """Works in Odoo over its own API."""

    def __init__(self, world: World) -> None:
        """`world`: where Odoo is."""
        self._world = world
        self._partner = 0
        self._product = 0
        self.calls: Counter[str] = Counter()
        """His own calls of Odoo, by model and method."""

    async def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call Odoo. Raises `DemoFailed`."""
        url = f"{self._world.url('odoo')}/json/2/{model}/{method}"
        headers = {"Authorization": f"bearer {_KEY}", "X-Odoo-Database": "demo"}
        for _ in range(100):
            self.calls[f"{model}.{method}"] += 1
            try:
                async with self._world.http.post(url, json=arguments, headers=headers) as answer:
                    if answer.status == 200:
                        return await answer.json()
                    if answer.status != 503:
                        raise DemoFailed(f"Odoo's imitation answered {answer.status} to {model}.{method}")
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
        raise DemoFailed(f"Odoo's imitation does not answer {model}.{method}")

    async def prepare(self) -> None:
        """Make a customer and a product."""
        [self._partner] = await self.call("res.partner", "create", vals_list=[{"name": "Comercial Los Ceibos"}])
        product = {"name": "Silla de oficina", "default_code": "SIL-001", "list_price": 40.0, "type": "consu"}
        [self._product] = await self.call("product.product", "create", vals_list=[product])

    async def confirm_order(self, number: int) -> Order:
        """Make the order of that number in the day, and confirm it; the branches take turns."""
        line = {"product_id": self._product, "product_uom_qty": 1 + number % 3}
        return await self.order(self._partner, line, BRANCHES[number % len(BRANCHES)])

    async def order(self, partner: int, line: dict[str, Any], branch: DemoBranch) -> Order:
        """Make an order of one line, and confirm it."""
        values = {"partner_id": partner, "warehouse_id": branch.warehouse, "order_line": [[0, 0, line]]}
        [order_id] = await self.call("sale.order", "create", vals_list=[values])
        await self.call("sale.order", "action_confirm", ids=[order_id])
        [row] = await self.call("sale.order", "read", ids=[order_id], fields=["name", "amount_total"])
        return Order(order_id, row["name"], branch, amount=row["amount_total"])

    async def deliver(self, order: int, **told: Any) -> int:
        """Send the goods of an order out; `told`: fields of the delivery. Return the delivery."""
        [row] = await self.call("sale.order", "read", ids=[order], fields=["picking_ids"])
        [id_] = row["picking_ids"]
        if told:
            await self.call("stock.picking", "write", ids=[id_], vals=told)
        await self.call("stock.picking", "button_validate", ids=[id_], context={"skip_sms": True})
        return int(id_)

    async def links(self, orders: list[Order]) -> None:
        """Read the pay links that the hub noted on the orders."""
        domain = [["model", "=", "sale.order"], ["res_id", "in", [order.id for order in orders]]]
        rows = await self.call("mail.message", "search_read", domain=domain, fields=["res_id", "body"])
        by_id = {order.id: order for order in orders}
        for row in rows:
            found = _LINK.search(row["body"] or "")
            if found:
                by_id[row["res_id"]].link = found[0]

    async def invoice(self, order: Order, journal: int | None = None) -> int:
        """Invoice an order that is paid, and post it, in a journal of its own or the usual one; return the invoice."""
        context = {"active_model": "sale.order", "active_ids": [order.id], "active_id": order.id}
        wish = {"advance_payment_method": "delivered"}
        made = await self.call("sale.advance.payment.inv", "create", vals_list=[wish], context=context)
        await self.call("sale.advance.payment.inv", "create_invoices", ids=made, context=context)
        [row] = await self.call("sale.order", "read", ids=[order.id], fields=["invoice_ids"])
        [invoice] = row["invoice_ids"]
        if journal is not None:
            await self.call("account.move", "write", ids=[invoice], vals={"journal_id": journal})
        await self.call("account.move", "action_post", ids=[invoice])
        return int(invoice)

    async def credit(self, invoice: int, reason: str = "") -> int:
        """Make and post a credit note for the whole invoice; return it."""
        [row] = await self.call("account.move", "read", ids=[invoice], fields=["journal_id"])
        context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
        wish = {"journal_id": row["journal_id"][0], "reason": reason}
        made = await self.call("account.move.reversal", "create", vals_list=[wish], context=context)
        await self.call("account.move.reversal", "refund_moves", ids=made, context=context)
        [note] = await self.call("account.move", "search", domain=[["reversed_entry_id", "=", invoice]])
        await self.call("account.move", "action_post", ids=[note])
        return int(note)

    async def move(self, id_: int) -> dict[str, Any]:
        """Return how an invoice or a credit note stands."""
        fields = ["payment_state", "amount_residual", "amount_total"]
        [row] = await self.call("account.move", "read", ids=[id_], fields=fields)
        found: dict[str, Any] = row
        return found

    async def booked(self) -> list[dict[str, Any]]:
        """Return the registered payments that Odoo holds, the first made first."""
        asked = {
            "domain": [["state", "in", ["in_process", "paid"]]],
            "fields": ["name", "memo", "amount", "journal_id", "payment_type", "reconciled_invoice_ids"],
        }
        rows: list[dict[str, Any]] = await self.call("account.payment", "search_read", **asked, order="id asc")
        return rows

    async def payments(self) -> list[tuple[str, int]]:
        """Return what Odoo holds as received: the text that names the provider's payment, and the journal."""
        received = [row for row in await self.booked() if row["payment_type"] == "inbound"]
        return [(str(row["memo"]), row["journal_id"][0]) for row in received]


class Customer:
    """Pays in the way that a browser would, without one."""

    def __init__(self, world: World) -> None:
        """`world`: where hub and provider are."""
        self._world = world

    async def open(self, order: Order) -> None:
        """Press the company's button on the hub's page until it leads there. Raises `DemoFailed`."""
        for _ in range(400):
            try:
                order.checkout = await self._press(order)
                if order.checkout and await self._is_open(order):
                    return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)
        raise DemoFailed(f"the pay page of {order.name} never led to {order.store}: {order.link}")

    async def _press(self, order: Order) -> str:
        """Return the page of the company that the button led to, or nothing."""
        button = {"store": order.store}
        async with self._world.http.post(order.link, params=button, allow_redirects=False) as answer:
            target = answer.headers.get("Location") or onward(await answer.text())
            return target if target.startswith(self._world.url(order.store)) else ""

    async def _is_open(self, order: Order) -> bool:
        if order.store == "placetopay":
            order.request_id = await self._request_id(order)
        return bool(order.request_id) or order.store != "placetopay"

    async def check_out(self, order: Order) -> None:
        """Pay on the company's page as a browser does, and come back. Raises `DemoFailed`."""
        await Checkout(self._world).pay(order.store, order.checkout)

    async def _request_id(self, order: Order) -> str:
        """Return the newest session that the provider holds for the order."""
        own = [one for one in await sessions(self._world) if order_of(one["reference"]) == order.id]
        waiting = [one for one in own if one["status"] == "PENDING"]
        return str(waiting[-1]["request_id"]) if waiting else ""

    async def pay(self, order: Order, card: str = "APPROVED") -> None:
        """Pay the open session with a test card."""
        body = {"request_id": order.request_id, "card": card}
        async with self._world.http.post(self._world.url("placetopay") + "/_sandbox/pay", json=body) as answer:
            if answer.status != 200:
                raise DemoFailed(f"the provider refused to play {card} for {order.name}: {await answer.text()}")

    async def return_page(self, order: Order) -> None:
        """Come back to the hub's return page, if it answers."""
        try:
            async with self._world.http.get(order.link + "/return") as answer:
                await answer.read()
        except (aiohttp.ClientError, TimeoutError):
            return


def order_of(reference: str) -> int:
    """Return the order's id in our reference (`CV42-1`)."""
    found = re.search(r"(\d+)-\d+$", reference)
    return int(found[1]) if found else 0


async def plan_notifications(world: World, **plan: Any) -> None:
    """Tell the provider how its notifications go from now on."""
    async with world.http.post(world.url("placetopay") + "/_sandbox/notifications", json=plan) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the provider's imitation refused the plan {plan}")


async def set_faults(world: World, name: str, faults: list[dict[str, Any]]) -> None:
    """Switch faults of a partner on."""
    async with world.http.post(world.url(name) + "/_sandbox/faults", json=faults) as answer:
        if answer.status != 200:
            raise DemoFailed(f"the imitation of {name} refused the faults")


async def odoo_calls(world: World, clerk: Clerk) -> int:
    """Return how often the hub called Odoo because of orders: not the clerk, and not what it asks whatever happens."""
    async with world.http.get(world.url("odoo") + "/_sandbox/counters") as answer:
        counters: dict[str, Any] = await answer.json()
    counted = Counter(counters["calls"]) - clerk.calls
    return sum(count for name, count in counted.items() if name not in WHATEVER and not name.endswith(".fields_get"))
