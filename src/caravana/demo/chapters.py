"""The chapters of the demo's day: what happens in each, and how."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import cycle

from caravana.demo.chats import Chats
from caravana.demo.invoices import Invoices
from caravana.demo.money import Money
from caravana.demo.people import Clerk, Customer, Order, plan_notifications, set_faults
from caravana.demo.world import World


@dataclass
class Stage:
    """What a chapter plays with."""

    world: World
    clerk: Clerk
    customer: Customer


Play = Callable[[Stage, list[Order]], Awaitable[None]]
Sequel = Callable[[World, Clerk, Sequence[Order]], Money]


@dataclass(frozen=True)
class Chapter:
    """One part of the day; `share` is its part of the orders, `sequel` what is played once they are paid.

    `papers`, `talks`: electronic documents, and conversations, that are played in place of orders.
    """

    name: str
    title: str
    story: str
    play: Play
    share: int = 1
    sequel: Sequel | None = None
    papers: Callable[[World, Clerk], Invoices] | None = None
    talks: Callable[[World, Clerk], Chats] | None = None


async def _all(orders: list[Order], act: Callable[[Order], Awaitable[None]]) -> None:
    await asyncio.gather(*[act(order) for order in orders])


async def _pay_all(stage: Stage, orders: list[Order], card: str = "APPROVED") -> None:
    async def one(order: Order) -> None:
        await stage.customer.open(order)
        await stage.customer.pay(order, card)

    await _all(orders, one)


async def paid(stage: Stage, orders: list[Order]) -> None:
    """Everything goes well; half of the customers come back to the return page."""
    await _pay_all(stage, orders)
    await _all(orders[::2], stage.customer.return_page)


async def refused(stage: Stage, orders: list[Order]) -> None:
    """The first card is refused; the customer tries again with another."""

    async def one(order: Order) -> None:
        await stage.customer.open(order)
        await stage.customer.pay(order, "DENIED")
        await stage.customer.return_page(order)
        await stage.customer.open(order)
        await stage.customer.pay(order)

    await _all(orders, one)


async def notified_twice(stage: Stage, orders: list[Order]) -> None:
    """Each notification arrives twice, and the customer comes back at the same moment."""
    await plan_notifications(stage.world, times=2)
    await _pay_all(stage, orders)
    await _all(orders, stage.customer.return_page)
    await plan_notifications(stage.world)


async def out_of_order(stage: Stage, orders: list[Order]) -> None:
    """Notifications arrive late, after the customer's return."""
    await plan_notifications(stage.world, delay=20.0)
    await _pay_all(stage, orders)
    await _all(orders, stage.customer.return_page)
    await plan_notifications(stage.world)


async def never_notified(stage: Stage, orders: list[Order]) -> None:
    """No notification, and the customer closes the browser: only the sweep can find the money."""
    await plan_notifications(stage.world, times=0)
    await _pay_all(stage, orders)
    await plan_notifications(stage.world)


async def odoo_down(stage: Stage, orders: list[Order]) -> None:
    """Odoo answers slowly, then not at all, then cuts connections while it commits."""
    for order in orders:
        await stage.customer.open(order)
    slow = {"operation": "*", "action": "slow", "delay": 3.0, "times": 5}
    down = {"operation": "*", "action": "status", "status": 503, "times": 25}
    cut = {"operation": "account.payment.*", "action": "late_commit", "delay": 5.0, "times": 2}
    await set_faults(stage.world, "odoo", [slow, cut, down])
    await _all(orders, stage.customer.pay)


async def killed(stage: Stage, orders: list[Order]) -> None:
    """The hub is killed three times while payments are in flight."""
    third = max(1, -(-len(orders) // 3))
    for start in range(0, len(orders), third):
        group = orders[start : start + third]
        for order in group:
            await stage.customer.open(order)
        pays = asyncio.gather(*[stage.customer.pay(order) for order in group])
        await asyncio.sleep(0.05)
        await stage.world.kill_hub()
        await pays


async def money(stage: Stage, orders: list[Order]) -> None:
    """Each customer takes another company on the pay page, pays on its page, and comes back."""

    async def one(order: Order) -> None:
        await stage.customer.open(order)
        await stage.customer.check_out(order)

    for order, store in zip(orders, cycle(("stripe", "payphone", "placetopay")), strict=False):
        order.store = store
    await _all(orders, one)


async def nothing(stage: Stage, orders: list[Order]) -> None:
    """No order is played."""


CHAPTERS = (
    Chapter("paid", "Paid", "Customers pay by card; half of them come back to the shop.", paid, 3),
    Chapter("refused", "Refused, then paid", "The first card is refused, the second is accepted.", refused, 1),
    Chapter(
        "twice",
        "Notified twice",
        "The provider tells each payment twice, while the customer returns.",
        notified_twice,
        2,
    ),
    Chapter("late", "Out of order", "The notification comes long after the customer's return.", out_of_order, 1),
    Chapter(
        "never", "Never notified", "Nobody tells the hub: its sweep asks the provider by itself.", never_notified, 2
    ),
    Chapter("odoo", "Odoo slow, then down", "Odoo is slow, refuses, and cuts the line while it commits.", odoo_down, 2),
    Chapter("killed", "Hub killed with -9", "The hub dies three times while payments are in flight.", killed, 3),
    Chapter(
        "money",
        "Stripe, PayPhone, bank",
        "Customers choose their company, an order is refunded from Odoo, the bank tells of transfers.",
        money,
        sequel=Money,
    ),
    Chapter(
        "invoices",
        "Electronic documents",
        "All six types go to the SRI: an answer is cut, a factura is returned and mended, the SRI is away.",
        nothing,
        0,
        papers=Invoices,
    ),
    Chapter(
        "chats",
        "WhatsApp and Facebook",
        "The catalogue goes out, five customers write: Meta tells all twice, an answer is lost, the hub is killed with -9.",
        nothing,
        0,
        talks=Chats,
    ),
)
"""The day, in its order."""
