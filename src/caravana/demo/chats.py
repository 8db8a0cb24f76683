"""What the chapter of conversations plays: the catalogue goes out, and five customers talk with the company, all at once.

What became of it is read from Meta's chats and catalogue and from Odoo, never from the hub.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from caravana.component.odoo.sandbox.seed import check_digit
from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo import goods
from caravana.demo.accountant import Accountant
from caravana.demo.bank import Bank
from caravana.demo.branches import BRANCHES
from caravana.demo.papers import Paper
from caravana.demo.people import Clerk, Customer, Order
from caravana.demo.phone import Phone, graph
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that each step may take."""
CEDULA = "170123456" + check_digit("170123456")


class Chats:
    """Plays it, and looks what became of it."""

    def __init__(self, world: World, clerk: Clerk, spoken: Callable[[str], str] = str) -> None:
        """`world`: where Meta is; `clerk`: who has access to Odoo."""
        self._world = world
        self._clerk = clerk
        self._books = Accountant(clerk, Bank(world).today)
        self._buyer = Customer(world)
        self.orders: list[Order] = []
        self.papers: list[Paper] = []
        self.ana = Phone(world, "593990000101", "Ana Ficticia")

    async def play(self) -> None:
        """Raises `DemoFailed`."""
        await self._world.open_shop()
        await goods.prepare(self._clerk)
        await self._until(self._shown, "the catalogue")
        await self._ana()

    async def _shown(self) -> bool:
        listed = await graph(self._world, "5678/products", fields="retailer_id,price,availability")
        print(listed)
        return {one["retailer_id"] for one in listed["data"]} == {one.code for one in goods.GOODS}

    async def _ana(self) -> None:
        """She looks for a product with a typing error, orders it, pays, and gets the factura."""
        ana = self.ana
        await ana.ask("hola, busco una mochla")
        await ana.ask(tap="Agregar al carrito")
        await ana.ask(tap="Finalizar compra")
        await ana.ask(CEDULA)
        await ana.ask(tap="Confirmar")
        await self._pay(ana)

    async def _pay(self, phone: Phone) -> None:
        """Take the link, pay at a company's page, be told, and get the factura of the order."""
        link = await phone.ask(tap="Pagar con tarjeta")
        assert link is not None
        order = await self._order(phone, link)
        await self._buyer.open(order)
        await self._buyer.check_out(order)
        await phone.notice(lambda one: one.type == "text")
        self.papers.append(await self._books.of_order(order))
        await phone.notice(lambda one: one.type == "document")

    async def _order(self, phone: Phone, link: Said) -> Order:
        """The order in Odoo that the link is of: the newest of the customer."""
        asked = {"domain": [["partner_id.phone", "like", phone.number[-9:]]], "fields": ["name", "amount_total"]}
        [row] = await self._clerk.call("sale.order", "search_read", **asked, order="id desc", limit=1)
        order = Order(row["id"], row["name"], BRANCHES[0], amount=row["amount_total"])
        order.link = link.content["action"]["parameters"]["url"]
        self.orders.append(order)
        return order

    async def _until(self, holds: Callable[[], Awaitable[bool]], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await holds():
            if time.monotonic() > deadline:
                raise DemoFailed(f"{what} does not get on; look into {self._world.hub_log}")
            await asyncio.sleep(0.1)
