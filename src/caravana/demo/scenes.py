"""The five customers of the chapter of conversations, and the clerk who serves them in Odoo."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from caravana.component.odoo.sandbox.seed import check_digit
from caravana.component.whatsapp.sandbox import Account
from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo.accountant import Accountant
from caravana.demo.bank import Bank
from caravana.demo.branches import BRANCHES
from caravana.demo.people import Clerk, Customer, Order, set_faults
from caravana.demo.phone import Phone, graph, steer
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that each step may take."""
CEDULA = "170123456" + check_digit("170123456")
SEND = "number.messages.post"
"""The operation by which the number writes."""
DAY = 90_000.0
"""Seconds after which a conversation is closed at Meta: a day and an hour."""


class Scenes:
    """Each customer's talk."""

    def __init__(self, world: World, clerk: Clerk) -> None:
        """`world`: where Meta is; `clerk`: who has access to Odoo."""
        self._world = world
        self._clerk = clerk
        self._books = Accountant(clerk, Bank(world).today)
        self._buyer = Customer(world)
        self.revived = asyncio.Event()
        self.orders: list[Order] = []
        self.ana = Phone(world, "593990000101", "Ana")
        self.rosa = Phone(world, "593990000001", "Rosa")
        self.diego = Phone(world, "593990000102", "Diego", Account.page_id)
        self.luis = Phone(world, "593990000002", "Luis")
        self.marta = Phone(world, "593990000003", "Marta")

    @property
    def phones(self) -> list[Phone]:
        """Everybody."""
        return [self.ana, self.rosa, self.diego, self.luis, self.marta]

    async def prepare(self) -> None:
        """Open a journal; have Meta tell everything twice, statuses to Rosa in disorder, to Luis none. Raises `DemoFailed`."""
        await self._books.open_journal()
        await steer(self._world, "deliveries", times=2, reserialise=True)
        shuffled = [["delivered", 0.2], ["sent", 0.6]]
        await steer(self._world, "statuses", phone=self.rosa.number, steps=shuffled, times=2)
        await steer(self._world, "statuses", phone=self.luis.number, steps=[])

    async def begin(self) -> None:
        """Ana mistypes what she looks for; Meta's answer to what is written to her is lost. Raises `DemoFailed`."""
        await set_faults(self._world, "meta", [{"operation": SEND, "action": "cut_after"}])
        await self.ana.ask("hola, busco una mochla")
        self.ana.happens("Meta's answer to that message was lost: its status told that it arrived.")

    async def buy(self) -> None:
        """Ana orders, pays and gets her factura."""
        ana = self.ana
        await ana.ask(tap="Agregar al carrito")
        await ana.ask(tap="Finalizar compra")
        await ana.ask(CEDULA)
        await ana.ask(tap="Confirmar")
        await self._pay(ana)

    async def cart(self) -> None:
        """Rosa, whom Odoo knows, sends a cart with an old price; the hub dies while it becomes an order."""
        rosa = self.rosa
        caps = {"product_retailer_id": "GOR-001", "quantity": 2, "item_price": 5.0, "currency": "USD"}
        await rosa.ask(order=[caps], shown="🛒 2 × GOR-001, $5,00")
        await rosa.ask(tap="Finalizar compra", aside=True)
        await rosa.write(tap="Confirmar")
        await self._world.kill_hub()
        rosa.happens("The hub was killed with -9 while the cart became an order, and started again.")
        self.revived.set()
        await rosa.answer()
        await self._pay(rosa)

    async def comment(self) -> None:
        """Diego comments on the post of a product, and goes on in Messenger."""
        diego = self.diego
        posts = await graph(self._world, f"{Account.page_id}/feed", fields="message")
        diego.happens("On the page's post of a product:")
        comment = {"post": posts[0]["id"], "text": "¿Qué precio tiene?"}
        await diego.ask(comment=comment, shown="¿Qué precio tiene?")
        await diego.ask("la mochila")

    async def hand_over(self) -> None:
        """Luis wants a person: the assistant is quiet until the clerk is done with the task in Odoo."""
        luis = self.luis
        await luis.ask("¿tienen zapatos?", aside=True)
        await luis.ask("quiero hablar con una persona")
        await luis.write("¿me hacen un descuento?", answered=False)
        task = await self._task(luis)
        luis.happens("The assistant is quiet. In Odoo a person has a task, answers, and marks it as done.")
        await self.revived.wait()
        await self._clerk.call("mail.activity", "action_done", ids=[task["id"]])
        await self._until(self._is_back)
        await luis.ask("gracias")

    async def ship(self) -> None:
        """Marta is told of her order at once, and of its shipping by a template: more than a day went by since she wrote."""
        marta = self.marta
        await marta.ask("¿dónde está mi pedido?")
        marta.happens("A clerk makes her order in Odoo.")
        order = await self._ordered(marta)
        await marta.notice("text")
        await steer(self._world, "say", phone=marta.number, silent=DAY)
        marta.happens("At Meta a day goes by, and only a template may go out. The order is shipped.")
        await self._clerk.deliver(order.id)
        await marta.notice("template")

    # What they have in common.

    async def _pay(self, phone: Phone) -> None:
        """Take the link, pay at a company's page, be told, and get the factura of the order."""
        phone.orders += 1
        link = await phone.ask(tap="Pagar con tarjeta")
        order = await self._order(phone, link)
        await self._buyer.open(order)
        await self._buyer.check_out(order)
        phone.happens("The customer pays by card on the page behind the link.")
        await phone.notice("text")
        await self._books.of_order(order)
        await phone.notice("document")

    async def _order(self, phone: Phone, link: Said) -> Order:
        """The order in Odoo that the link is of: the newest of the customer."""
        domain = [["partner_id", "=", await self._partner(phone)], ["client_order_ref", "!=", False]]
        fields = ["name", "amount_total"]
        [row] = await self._clerk.call(
            "sale.order", "search_read", domain=domain, fields=fields, order="id desc", limit=1
        )
        order = Order(row["id"], row["name"], BRANCHES[0], amount=row["amount_total"])
        order.link = link.content["action"]["parameters"]["url"]
        self.orders.append(order)
        return order

    async def _partner(self, phone: Phone) -> int:
        """The customer's record in Odoo, by the phone."""
        [found] = await self._clerk.call("res.partner", "search", domain=[["phone", "like", phone.number[-9:]]])
        return int(found)

    async def _ordered(self, phone: Phone) -> Order:
        """An order that a clerk makes for the customer, at the counter."""
        [product] = await self._clerk.call("product.product", "search", domain=[["default_code", "=", "CAM-001"]])
        line = {"product_id": product, "product_uom_qty": 1}
        return await self._clerk.order(await self._partner(phone), line, BRANCHES[0])

    async def _task(self, phone: Phone) -> dict[str, Any]:
        """The task by which a person takes over."""
        domain = [["res_model", "=", "res.partner"], ["res_id", "=", await self._partner(phone)]]
        [task] = await self._clerk.call("mail.activity", "search_read", domain=domain, fields=["summary", "user_id"])
        found: dict[str, Any] = task
        return found

    async def _is_back(self) -> bool:
        """Whether the hub has seen that a person is done."""
        return await self._world.measure(r'caravana_ended_total\{route="talk-back",state="done"\}') > 0

    async def _until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not await holds():
            if time.monotonic() > deadline:
                raise DemoFailed(f"a conversation does not get on; look into {self._world.hub_log}")
            await asyncio.sleep(0.1)
