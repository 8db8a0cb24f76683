"""What the card flow costs in calls of Odoo, counted there: for one order, for twenty together, and while nothing happens."""

import asyncio
import time
from pathlib import Path

import pytest

from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.shop import Shop, open_shop
from tests.support.waiting import eventually

LOOKS = {"sale.order.search_read", "account.move.search_read"}
IDENTITY = {"ir.config_parameter.search_read", "res.company.search_read"}
"""What is asked whatever happens: what is new, and whether the same database answers. The bar of the idle hub is for it."""
TOGETHER = 20


def caused(shop: Shop) -> dict[str, int]:
    """Return the calls that orders caused, by model and method; what fields there are is learned now and then, not by order."""
    seldom = {name for name in shop.odoo.calls if name.endswith(".fields_get")}
    return {name: count for name, count in sorted(shop.odoo.calls.items()) if name not in LOOKS | IDENTITY | seldom}


async def warm(shop: Shop) -> None:
    """Let the hub learn what it learns once a day: versions, fields, the journal."""
    await bought(shop, shop.order())
    await shop.idle()
    shop.odoo.calls.clear()


async def bought(shop: Shop, order: int) -> None:
    """Play one order from its confirmation to the note that tells its payment."""
    link = await shop.link(order)
    assert await shop.face(link) == "pay"
    shop.provider.pay(str(await shop.press(link)))
    await shop.told(order)
    await shop.settled(order)


async def noticed(shop: Shop, invoices: int) -> None:
    """Wait until the hub has looked at so many posted invoices: one that it sees after the payment costs a look at that."""
    done = "select count(*) as count from exchange where route = 'card-invoice-posted' and state = 'done'"

    async def all_seen() -> bool:
        [row] = await shop.hub.journal.query(done, {})
        return bool(row["count"] == invoices)

    await eventually(all_seen, timeout=30)


async def test_one_order_alone(shop: Shop) -> None:
    """An order costs seven calls: its link, page, look, payment made, posted and compared, and told."""
    await warm(shop)
    await bought(shop, shop.order())
    await shop.idle()
    assert caused(shop) == {
        "account.payment.action_post": 1,
        "account.payment.load": 1,
        "account.payment.search_read": 1,
        "sale.order.message_post": 2,
        "sale.order.web_search_read": 2,
    }


async def test_one_invoiced_order_alone(shop: Shop) -> None:
    """An order that has its invoice costs eight: the open lines and their matching in place of the comparison."""
    await warm(shop)
    order = shop.order()
    shop.invoice(order)
    await noticed(shop, 1)
    await bought(shop, order)
    await shop.idle()
    assert caused(shop) == {
        "account.move.line.reconcile": 1,
        "account.move.line.search_read": 1,
        "account.payment.action_post": 1,
        "account.payment.load": 1,
        "sale.order.message_post": 2,
        "sale.order.web_search_read": 2,
    }


@pytest.mark.parametrize("invoiced", [False, True])
async def test_twenty_orders_together(tmp_path: Path, invoiced: bool) -> None:
    """Of twenty orders that wait together each costs three calls at most, whether it has its invoice or not."""
    settings = {"odoo": {"concurrency": 1}, "cards.orders.delay": "10s", "cards.reply_timeout": "1h"}
    async with open_shop(tmp_path, ScaledClock(time.time(), 10.0), **settings) as shop:
        await warm(shop)
        shop.odoo.faults.append(Fault(action="slow", delay=1.0, times=10_000))
        orders = [shop.order() for _ in range(TOGETHER)]
        invoices = [shop.invoice(one) for one in orders] if invoiced else []
        links = [await shop.link(one) for one in orders]
        assert set(await asyncio.gather(*map(shop.face, links))) == {"pay"}
        for session in await asyncio.gather(*map(shop.press, links)):
            shop.provider.pay(str(session))
        await asyncio.gather(*map(shop.told, orders))
        await shop.idle()
        paid = [one["reconciled_invoice_ids"] for one in shop.card_payments("paid")]
        assert sorted(paid) == [[one] for one in invoices]
        assert len(shop.card_payments("in_process")) == TOGETHER + 1 - len(invoices)
        assert [shop.notes(one).count("Pago con tarjeta recibido") for one in orders] == [1] * TOGETHER
        assert caused(shop).get("account.move.line.reconcile", 0) == len(invoices)
        assert sum(caused(shop).values()) <= 3 * TOGETHER


@pytest.mark.parametrize(
    "operation",
    ["account.payment.load", "account.payment.action_post", "mail.message.load", "account.move.line.reconcile"],
)
async def test_the_answer_to_several_is_lost(tmp_path: Path, clock: ScaledClock, operation: str) -> None:
    """The connection is cut while Odoo commits what several orders asked for together: each finds out, nothing is doubled."""
    settings = {"odoo": {"concurrency": 1}, "cards.reply_timeout": "1h"}
    async with open_shop(tmp_path, clock, **settings) as shop:
        await warm(shop)
        shop.odoo.faults.append(Fault(operation="*.read", action="slow", delay=6.0, times=10_000))
        orders = [shop.order() for _ in range(6)]
        invoices = [shop.invoice(one) for one in orders]
        links = [await shop.link(one) for one in orders]
        sessions = await asyncio.gather(*map(shop.press, links))
        shop.odoo.faults.insert(0, Fault(operation=operation, action="late_commit", delay=5.0, times=2))
        for session in sessions:
            shop.provider.pay(str(session))
        await asyncio.gather(*map(shop.settled, orders))
        await shop.idle()
        assert sorted(one["reconciled_invoice_ids"] for one in shop.card_payments("paid")) == [
            [one] for one in invoices
        ]
        assert [shop.notes(one).count("Pago con tarjeta recibido") for one in orders] == [1] * len(orders)
        assert await shop.reviews() == []


@pytest.mark.parametrize("waiting", [0, 3])
async def test_nothing_happens(tmp_path: Path, waiting: int) -> None:
    """While nothing happens a hosted Odoo is called four times a minute at most, by default, also while tasks are open."""
    clock = ScaledClock(time.time(), 300.0)
    async with open_shop(tmp_path, clock, **{"odoo": {"hosted": True}, "cards.orders.delay": "auto"}) as shop:
        await eventually(lambda: shop.odoo.calls.keys() >= LOOKS)
        for number in range(waiting):
            await shop.hub.store.put("review", f"t/{number}", {"title": "Algo", "reason": "Algo no cuadra."})
        await eventually(lambda: len(shop.odoo.env["mail.activity"].search([])) == waiting)
        await clock.sleep(120)
        shop.odoo.calls.clear()
        began = clock.now()
        await clock.sleep(1200)
        calls, minutes = sum(shop.odoo.calls.values()), (clock.now() - began).total_seconds() / 60
        assert shop.odoo.calls.keys() >= LOOKS
        assert calls <= 4 * minutes
