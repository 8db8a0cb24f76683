"""What a card payment becomes in Odoo's books, and what a person is asked to look at."""

from pathlib import Path

from caravana.kit.clock import ScaledClock
from tests.commerce.shop import SILENT, Shop, open_shop
from tests.support.waiting import eventually


async def paid(shop: Shop, order: int) -> None:
    """Let the customer pay the order, and wait until that is booked."""
    session = await shop.press(await shop.link(order))
    shop.provider.pay(str(session))
    await shop.settled(order)


async def invoice_paid(shop: Shop, invoice: int) -> None:
    """Wait until the invoice is paid."""
    await eventually(lambda: shop.read("account.move", invoice, "payment_state") == "paid")


async def cancelled_at_the_provider(shop: Shop, order: int) -> None:
    """Open a session, cancel the order in Odoo, and wait until the provider takes no payment in the session."""
    session = shop.provider.sessions[int(str(await shop.press(await shop.link(order))))]
    shop.odoo.env["sale.order"].action_cancel([order])
    await eventually(lambda: session.status == "REJECTED")


def reverse(shop: Shop, invoice: int) -> None:
    """Make and post a credit note for the whole invoice."""
    context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
    wizard = shop.odoo.env["account.move.reversal"]
    [journal, _] = shop.read("account.move", invoice, "journal_id")
    wizard.refund_moves(
        [wizard.create({"reason": "Devuelto", "journal_id": journal}, context=context)], context=context
    )
    model = shop.odoo.env["account.move"]
    model.action_post(model.search([["reversed_entry_id", "=", invoice]]))


async def test_an_advance_pays_the_invoice_posted_later(shop: Shop) -> None:
    """An order without invoice is paid: the payment stays as an advance and pays the invoice when it is posted."""
    order = shop.order()
    await paid(shop, order)
    [payment] = shop.card_payments()
    assert (payment["state"], payment["reconciled_invoice_ids"]) == ("in_process", [])
    assert "anticipo" in shop.notes(order)
    await invoice_paid(shop, shop.invoice(order))
    assert await shop.reviews() == []


async def test_an_order_invoiced_in_two_parts(shop: Shop) -> None:
    """Goods invoiced by delivery, in two parts: the one payment pays both invoices as they are posted."""
    order = shop.order(shop.product("delivery"), 2)
    await paid(shop, order)
    line = shop.read("sale.order", order, "order_line")[0]
    for delivered in (1, 2):
        shop.odoo.env["sale.order.line"].write([line], {"qty_delivered": delivered})
        await invoice_paid(shop, shop.invoice(order))
    [payment] = shop.card_payments()
    assert len(payment["reconciled_invoice_ids"]) == 2
    assert payment["state"] == "paid"
    assert await shop.reviews() == []


async def test_one_part_is_invoiced_when_ordered_the_other_when_delivered(shop: Shop) -> None:
    """An order with a product of either policy: the one payment pays the first invoice, and the second after delivery."""
    order = shop.order(shop.product("order"))
    line = {"order_id": order, "product_id": shop.product("delivery"), "product_uom_qty": 2}
    delivered = shop.odoo.env["sale.order.line"].create(line)
    await paid(shop, order)
    await invoice_paid(shop, first := shop.invoice(order))
    shop.odoo.env["sale.order.line"].write([delivered], {"qty_delivered": 2})
    await invoice_paid(shop, second := shop.invoice(order))
    [payment] = shop.card_payments()
    assert (payment["amount"], payment["state"]) == (345, "paid")
    assert sorted(payment["reconciled_invoice_ids"]) == [first, second]
    assert await shop.reviews() == []


async def test_on_paid_invoice_of_what_was_delivered(tmp_path: Path, clock: ScaledClock) -> None:
    """With on_paid=invoice what was delivered is invoiced and paid; the rest of the payment pays the later invoice."""
    async with open_shop(tmp_path, clock, **{"cards.on_paid": "invoice"}) as shop:
        order = shop.order(shop.product("delivery"), 2)
        [line] = shop.read("sale.order", order, "order_line")
        shop.odoo.env["sale.order.line"].write([line], {"qty_delivered": 1})
        await paid(shop, order)
        [first] = shop.read("sale.order", order, "invoice_ids")
        assert shop.read("account.move", first, "payment_state") == "paid"
        shop.odoo.env["sale.order.line"].write([line], {"qty_delivered": 2})
        await invoice_paid(shop, second := shop.invoice(order))
        assert sorted(shop.card_payments("paid")[0]["reconciled_invoice_ids"]) == [first, second]
        assert await shop.reviews() == []


async def test_on_paid_invoice(tmp_path: Path, clock: ScaledClock) -> None:
    """With on_paid=invoice the order is invoiced, the invoice posted and paid."""
    async with open_shop(tmp_path, clock, **{"cards.on_paid": "invoice"}) as shop:
        order = shop.order()
        await paid(shop, order)
        [invoice] = shop.read("sale.order", order, "invoice_ids")
        assert shop.read("account.move", invoice, "payment_state") == "paid"
        assert len(shop.card_payments()) == 1


async def test_on_paid_invoice_with_nothing_to_invoice(tmp_path: Path, clock: ScaledClock) -> None:
    """With on_paid=invoice an order invoiced by delivery and not delivered falls back to an advance."""
    async with open_shop(tmp_path, clock, **{"cards.on_paid": "invoice"}) as shop:
        order = shop.order(shop.product("delivery"))
        await paid(shop, order)
        assert shop.read("sale.order", order, "invoice_ids") == []
        assert shop.card_payments()[0]["state"] == "in_process"


async def test_cancelled_after_it_was_booked(shop: Shop) -> None:
    """The order is cancelled when its payment is in the books: the payment stands, and a person is told once."""
    order = shop.order()
    await paid(shop, order)
    assert await shop.reviews() == []
    shop.odoo.env["sale.order"].action_cancel([order])
    await eventually(lambda: shop.tasks(order))
    await shop.idle()
    assert await shop.reviews() == ["cancelled_order"]
    assert ["cancelado" in one for one in shop.tasks(order)] == [True]
    assert shop.card_payments()[0]["state"] == "in_process"


async def test_cancelled_a_second_time(shop: Shop) -> None:
    """An order is cancelled unpaid, confirmed anew, paid and cancelled again: the second time a person is told."""
    order = shop.order()
    link = await shop.link(order)
    await cancelled_at_the_provider(shop, order)
    shop.odoo.env["sale.order"].action_draft([order])
    shop.odoo.env["sale.order"].action_confirm([order])
    shop.provider.pay(str(await shop.press(link)))
    await shop.told(order)
    shop.odoo.env["sale.order"].action_cancel([order])
    await eventually(lambda: shop.tasks(order))
    assert await shop.reviews() == ["cancelled_order"]
    assert await shop.face(link) == "cancelled_paid"


async def test_cancelled_while_the_session_is_open(shop: Shop) -> None:
    """An order cancelled while the customer is at the provider: the session is closed, and nothing can be paid in it."""
    order = shop.order()
    await cancelled_at_the_provider(shop, order)
    await shop.idle()
    [attempt] = await shop.attempts(order)
    assert (attempt["state"], attempt["final"]) == ("cancelled", True)
    assert await shop.hub.store.find("card_open") == []


async def test_a_reversed_invoice_is_not_paid(shop: Shop) -> None:
    """A credit note for the whole invoice is no payment: the page does not thank for one, and the order can be paid."""
    order = shop.order()
    link = await shop.link(order)
    reverse(shop, shop.invoice(order))
    assert await shop.face(link) == "pay"


async def test_cancelled_with_its_payment(shop: Shop) -> None:
    """A clerk cancels payment and order: nobody has to decide anything more."""
    order = shop.order()
    await paid(shop, order)
    model = shop.odoo.env["account.payment"]
    model.action_cancel(model.search([["memo", "ilike", "CV"]]))
    shop.odoo.env["sale.order"].action_cancel([order])

    async def seen() -> bool:
        return bool(await shop.hub.journal.query("select 1 from exchange where route = 'card-cancelled'", {}))

    await eventually(seen)
    await shop.idle()
    assert (await shop.reviews(), shop.tasks(order)) == ([], [])


async def test_cancelled_between_payment_and_booking(shop: Shop) -> None:
    """The order is cancelled before its payment is booked: the payment is registered, and a person is told."""
    order = shop.order()
    link = await shop.link(order)
    session = await shop.press(link)
    shop.provider.notifier.plan = SILENT
    shop.provider.pay(str(session))
    shop.odoo.env["sale.order"].action_cancel([order])
    assert await shop.face(f"{link}/return") == "cancelled_paid"
    await shop.settled(order)
    assert len(shop.card_payments()) == 1
    await eventually(lambda: shop.tasks(order))
    await shop.idle()
    assert await shop.reviews() == ["cancelled_order"]
    assert ["cancelado" in one for one in shop.tasks(order)] == [True]


async def test_a_cancelled_order_opens_nothing(shop: Shop) -> None:
    """A cancelled order says so and opens no session."""
    order = shop.order()
    link = await shop.link(order)
    shop.odoo.env["sale.order"].action_cancel([order])
    assert await shop.face(link) == "cancelled"
    assert await shop.press(link) is None
    assert not shop.provider.sessions


async def test_a_paid_order_opens_nothing(shop: Shop) -> None:
    """An order whose invoice a clerk was paid in cash says so and opens no session."""
    order = shop.order()
    link = await shop.link(order)
    shop.pay_by_hand(shop.invoice(order))
    assert await shop.face(link) == "paid"
    assert await shop.press(link) is None
    assert not shop.provider.sessions


async def test_a_clerk_registers_the_same_payment_by_hand(shop: Shop) -> None:
    """While the customer pays by card, a clerk registers the payment: the credit stays open, and a person is told."""
    order = shop.order()
    invoice = shop.invoice(order)
    session = await shop.press(await shop.link(order))
    shop.pay_by_hand(invoice)
    shop.provider.pay(str(session))
    await shop.settled(order)
    [payment] = shop.card_payments()
    assert (payment["state"], payment["reconciled_invoice_ids"]) == ("in_process", [])
    assert await shop.reviews() == ["credit_left"]


async def test_the_order_grew_while_the_session_was_open(shop: Shop) -> None:
    """The open session is cancelled and replaced when the order's amount has changed."""
    order = shop.order()
    link = await shop.link(order)
    first = await shop.press(link)
    [line] = shop.read("sale.order", order, "order_line")
    shop.odoo.env["sale.order.line"].write([line], {"product_uom_qty": 2})
    second = await shop.press(link)
    assert second not in (None, first)
    shop.provider.pay(str(second))
    await shop.settled(order)
    assert [one["state"] for one in await shop.attempts(order)] == ["cancelled", "paid"]
    assert shop.card_payments()[0]["amount"] == 230


async def test_links_that_nobody_gave(shop: Shop) -> None:
    """An altered, foreign or empty token is answered with words and 404, and opens nothing."""
    order = shop.order()
    link = await shop.link(order)
    for wrong in (f"{link}x", f"{shop.url}/pay/42", f"{shop.url}/pay/WzFd.x", f"{shop.url}/pay/%F0%9F%92%B3"):
        status, text = await shop.page(wrong)
        assert (status, "Enlace no válido" in text) == (404, True)
        assert await shop.press(wrong) is None
    assert not shop.provider.sessions
