"""What the chapter of conversations plays: the catalogue goes out, and five customers talk with the company.

What became of it is read from Meta's chats and catalogue and from Odoo, never from the hub.
"""

import asyncio
import html
import re
import time
from collections.abc import Callable, Sequence

from caravana.component.whatsapp.sandbox import Account
from caravana.demo import goods
from caravana.demo.inbox import Inbox
from caravana.demo.people import Clerk, Order
from caravana.demo.phone import Chat, Line, Phone, chats, graph
from caravana.demo.scenes import Scenes
from caravana.demo.seller import REFUSED
from caravana.demo.talks import Item, Talk, Wanted, item, talk
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds until the catalogue is out."""
COUNT = 22
"""How many messages there will be that have to be answered, and notices."""
Show = Callable[[Sequence[Line]], None]
_TAGS = re.compile(r"<[^>]+>")


class Chats:
    """Plays it, and looks what became of it."""

    def __init__(self, world: World, clerk: Clerk) -> None:
        """`world`: where Meta is; `clerk`: who has access to Odoo."""
        self._world = world
        self._clerk = clerk
        self._scenes = Scenes(world, clerk)
        self.inbox = Inbox(world)

    @property
    def orders(self) -> list[Order]:
        """The orders that were paid."""
        return self._scenes.orders

    async def play(self, show: Show) -> None:
        """The catalogue goes out; then everybody talks. `show`: shows a talk that is over. Raises `DemoFailed`."""
        await self._world.open_shop()
        await goods.prepare(self._clerk)
        scenes = self._scenes
        await self._catalogue()
        await scenes.prepare()
        await scenes.begin()
        acts = (scenes.buy(), scenes.cart(), scenes.comment(), scenes.hand_over(), scenes.ship())
        talks = [(phone, asyncio.create_task(one)) for phone, one in zip(scenes.phones, acts, strict=True)]
        watch = asyncio.create_task(self._watch())
        try:
            for phone, task in talks:
                await task
                show(phone.lines)
        finally:
            for phone, task in talks:
                if not task.done() or task.exception():  # how far it came
                    show(phone.lines)
                task.cancel()
            watch.cancel()

    async def _watch(self) -> None:
        """From the hub's death on, somebody looks into Meta's inbox for what nobody knows."""
        await self._scenes.revived.wait()
        await self.inbox.watch()

    async def _catalogue(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not all(one.right for one in await self.items()) or not await self._posts():
            if time.monotonic() > deadline:
                raise DemoFailed(f"the catalogue is not out; look into {self._world.hub_log}")
            await asyncio.sleep(0.1)

    async def _posts(self) -> int:
        return len(await graph(self._world, f"{Account.page_id}/feed", fields="message"))

    # What became of it.

    async def look(self) -> list[Talk]:
        """Return what became of each conversation, as it stands now."""
        orders = await self._clerk.call(
            "sale.order", "search_read", domain=[["client_order_ref", "!=", False]], fields=["client_order_ref"]
        )
        found = await chats(self._world)
        return [_talk(one, found, [row["client_order_ref"] for row in orders]) for one in self._scenes.phones]

    async def webhooks(self) -> int:
        """Return how many updates Meta told, each more than once."""
        async with self._world.http.get(f"{self._world.url('meta')}/_sandbox/deliveries") as answer:
            return len((await answer.json())["deliveries"]) // 2

    async def items(self) -> list[Item]:
        """Return what became of each product, as it stands now."""
        asked = {
            "domain": [["product_tag_ids.name", "=", goods.SHOWN]],
            "fields": ["default_code", "name", "list_price", "product_tmpl_id"],
        }
        products = await self._clerk.call("product.product", "search_read", **asked, order="id asc")
        listed = await graph(self._world, f"{Account.catalog_id}/products", fields="retailer_id,price,availability")
        notes = await self._notes([one["product_tmpl_id"][0] for one in products])
        return [item(one, listed, notes, REFUSED.get(one["default_code"], "")) for one in products]

    async def _notes(self, templates: list[int]) -> list[str]:
        """What is noted on products in Odoo."""
        domain = [["model", "=", "product.template"], ["res_id", "in", templates]]
        rows = await self._clerk.call("mail.message", "search_read", domain=domain, fields=["body"])
        return [html.unescape(_TAGS.sub("", str(one["body"]))) for one in rows]


def _talk(phone: Phone, found: Sequence[Chat], references: Sequence[str]) -> Talk:
    """What became of one customer's conversation; an order's reference is the message that its cart began with."""
    wanted = Wanted(phone.name, phone.place, phone.wanted, phone.unwanted, phone.notices, phone.orders)
    own = [one for one in found if (one.place, one.phone) == (phone.place, phone.number)]
    said = [said for chat in own for said in chat.said if said.ours]
    return talk(wanted, said, sum(one in phone.wanted for one in references))
