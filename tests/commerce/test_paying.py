"""The main job, whole: a paid order reaches Odoo exactly once."""

from decimal import Decimal

from caravana.engine.admin import Admin
from tests.commerce.shop import Shop


async def test_positions_are_data(shop: Shop) -> None:
    """How far the routes have read Odoo is told to programs as it is kept, not as Python writes it."""
    await shop.link(shop.order())
    found = {one["route"]: one["position"] for one in await Admin(shop.hub.journal, shop.hub.clock).call("cursors", {})}
    assert set(found["card-link"]) == {"line", "since", "seen"}


async def test_a_paid_order_reaches_odoo_once(shop: Shop) -> None:
    """Order confirmed, link noted, paid by card, notified: one payment in Odoo that pays the order's invoice."""
    order = shop.order()
    invoice = shop.invoice(order)
    link = await shop.link(order)
    assert await shop.face(link) == "pay"
    session = await shop.press(link)
    assert session is not None
    shop.provider.pay(session)
    await shop.settled(order)
    [payment] = shop.card_payments()
    assert Decimal(str(payment["amount"])) == Decimal(115)
    assert payment["reconciled_invoice_ids"] == [invoice]
    assert shop.read("account.move", invoice, "payment_state") == "paid"
    assert await shop.face(link) == "paid"
    assert "Pago con tarjeta recibido: 115.00 USD" in shop.notes(order)
    assert await shop.reviews() == []


async def test_a_clerk_finds_what_became_of_an_order(shop: Shop) -> None:
    """Messages are found by the order's number and by the reference that provider and payment in Odoo show."""
    order = shop.order()
    shop.provider.pay(str(await shop.press(await shop.link(order))))
    await shop.told(order)
    desk = Admin(shop.hub.journal, shop.hub.clock)
    [attempt] = await shop.attempts(order)
    named = await desk.call("messages", {"key": f"order:{shop.read('sale.order', order, 'name')}"})
    assert [one["route"] for one in named] == ["card-link"]
    assert "card-settle" in {one["route"] for one in await desk.call("messages", {"key": attempt["reference"]})}
