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
