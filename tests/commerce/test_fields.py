"""The x_ fields of an order: written where `caravana odoo prepare` has made them, never needed."""

from pathlib import Path
from typing import Any

from caravana.commerce.wishes import FIELDS, LINK, STATE
from caravana.component.odoo.optional import FRESH
from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.shop import Shop, open_shop
from tests.support.waiting import eventually


def make_fields(shop: Shop) -> None:
    """Make the fields as an administrator."""
    [model] = shop.odoo.env["ir.model"].search([["model", "=", "sale.order"]])
    for one in FIELDS["cards"]:
        row = {"name": one.field_name, "model_id": model, "ttype": one.type}
        shop.odoo.env["ir.model.fields"].create(row)


def fields(shop: Shop, order: int) -> dict[str, Any]:
    """Return what the order's fields hold."""
    return {name: shop.read("sale.order", order, name) for name in (STATE, LINK)}


async def test_state_and_link_where_they_are(shop: Shop) -> None:
    """The order says that the link was sent, then that it is paid, though the fields were made under a running hub."""
    await shop.link(shop.order())
    make_fields(shop)
    made = shop.hub.clock.now()
    async with shop.hurrying():
        await eventually(lambda: shop.hub.clock.now() > made + FRESH, timeout=30)
    order = shop.order()
    link = await shop.link(order)
    await eventually(lambda: fields(shop, order) == {STATE: "Enlace enviado", LINK: link})
    shop.provider.pay(str(await shop.press(link)))
    await eventually(lambda: fields(shop, order) == {STATE: "Pagado", LINK: link})


async def test_without_them_each_change_of_state_is_one_note(shop: Shop) -> None:
    """Nothing is written into the order; it has one note for the link and one for the payment, however often it is looked at."""
    order = shop.order()
    link = await shop.link(order)
    shop.provider.pay(str(await shop.press(link)))
    await shop.told(order)
    for _ in range(3):
        assert await shop.face(link) == "paid"
    await shop.idle()
    assert shop.odoo.calls["sale.order.write"] == 0
    messages = shop.odoo.env["mail.message"].search([["model", "=", "sale.order"], ["res_id", "=", order]])
    assert len(messages) == 2


async def test_they_are_not_wanted(tmp_path: Path, clock: ScaledClock) -> None:
    """With cards.x_fields: false they stay empty though they are there."""
    async with open_shop(tmp_path, clock, **{"cards.x_fields": False}) as shop:
        make_fields(shop)
        order = shop.order()
        await shop.link(order)
        await shop.idle()
        assert fields(shop, order) == {STATE: False, LINK: False}


async def test_nobody_waits_while_they_cannot_be_written(shop: Shop) -> None:
    """Odoo is away when the link is noted and its fields are not: who presses pay is told so at once; they are written later."""
    make_fields(shop)
    shop.odoo.faults.append(Fault("sale.order.write", status=503, times=10**6))
    order = shop.order()
    link = await shop.link(order)
    await eventually(lambda: shop.odoo.calls["sale.order.write"])
    shop.odoo.faults.append(Fault(action="status", status=503, times=10**6))
    status, text = await shop.page_pressed(link)
    assert (status, "Ahora no es posible" in text) == (503, True)
    shop.odoo.faults.clear()
    await eventually(lambda: fields(shop, order) == {STATE: "Enlace enviado", LINK: link}, timeout=60)


async def test_the_last_state_wins(shop: Shop) -> None:
    """The customer pays while the fields cannot be written: then only the last state is, with the link."""
    make_fields(shop)
    unwritten = Fault("sale.order.write", status=503, times=10**6)
    shop.odoo.faults.append(unwritten)
    order = shop.order()
    link = await shop.link(order)
    await eventually(lambda: shop.odoo.calls["sale.order.write"])
    shop.provider.pay(str(await shop.press(link)))
    await shop.told(order)
    shop.odoo.faults.remove(unwritten)
    await eventually(lambda: fields(shop, order) == {STATE: "Pagado", LINK: link}, timeout=60)
    await shop.idle()
    assert fields(shop, order) == {STATE: "Pagado", LINK: link}


async def test_a_refused_state_is_told_and_left(shop: Shop) -> None:
    """Odoo refuses the fields of two orders: one item for a person, nothing that he could repeat; the next state is written."""
    make_fields(shop)
    shop.odoo.faults.append(Fault("sale.order.write", status=422, times=2))
    orders = [shop.order(), shop.order()]
    link, _ = [await shop.link(order) for order in orders]
    await shop.idle()
    [item] = [one for _, one in await shop.hub.store.find("review")]
    assert (item["kind"], item["record"]["id"] in orders) == ("fields", True)
    shop.provider.pay(str(await shop.press(link)))
    await eventually(lambda: fields(shop, orders[0]) == {STATE: "Pagado", LINK: link})
    assert await Admin(shop.hub.journal, shop.hub.clock, shop.hub).messages(states=["dead"]) == []
