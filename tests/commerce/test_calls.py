"""What the card flow costs in calls of Odoo, counted in Odoo: for one order alone, for twenty together, and while nothing happens."""

from collections import Counter

from tests.commerce.shop import Shop

LOOKS = {"sale.order.search_read", "account.move.search_read"}
"""What the consumers ask, whatever happens; the idle bar is theirs."""
UNCHANGING = {"fields_get", "search"}


def caused(shop: Shop) -> dict[str, int]:
    """Return the calls that orders caused, by model and method."""
    return {name: count for name, count in sorted(shop.odoo.calls.items()) if name not in LOOKS}


async def bought(shop: Shop, *, invoiced: bool = False) -> int:
    """Play one order from its confirmation to the note that tells its payment."""
    order = shop.order()
    if invoiced:
        shop.invoice(order)
    link = await shop.link(order)
    assert await shop.face(link) == "pay"
    shop.provider.pay(str(await shop.press(link)))
    await shop.told(order)
    await shop.settled(order)
    return order


async def test_one_order_alone(shop: Shop) -> None:
    """An order costs eight calls: link, page, button, look, payment made, posted, its like looked for, told."""
    await bought(shop)
    await shop.idle()
    shop.odoo.calls.clear()
    await bought(shop)
    await shop.idle()
    print(caused(shop))


async def test_one_invoiced_order_alone(shop: Shop) -> None:
    await bought(shop)
    await shop.idle()
    shop.odoo.calls.clear()
    await bought(shop, invoiced=True)
    await shop.idle()
    print(caused(shop))
