"""However often, in whatever order or not at all the news comes, and whatever fails meanwhile: one payment."""

import asyncio
from pathlib import Path

import pytest

from caravana.component.placetopay.sandbox import Card, NotificationPlan
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault, Interlude
from tests.commerce.shop import SILENT, Shop, open_shop
from tests.support.waiting import eventually


async def opened(shop: Shop) -> tuple[int, str, str]:
    """Return order, link and session of a customer who pressed pay."""
    order = shop.order()
    link = await shop.link(order)
    session = await shop.press(link)
    assert session is not None
    return order, link, session


async def test_refused_then_paid(shop: Shop) -> None:
    """A refused card leaves the session open; the second card pays it, and one payment is registered."""
    order, link, session = await opened(shop)
    shop.provider.pay(session, Card.DENIED)
    assert await shop.face(f"{link}/return") == "open"
    assert await shop.press(link) == session
    shop.provider.pay(session)
    await shop.settled(order)
    assert len(shop.card_payments("in_process", "paid")) == 1


async def test_a_refused_session_is_followed_by_another(shop: Shop) -> None:
    """When the provider has ended the session without money, the page says so, and pressing pay opens a second one."""
    order, link, session = await opened(shop)
    shop.provider.leave(session)
    assert await shop.face(f"{link}/return") == "refused"
    again = await shop.press(link)
    assert again not in (None, session)
    shop.provider.pay(str(again))
    await shop.settled(order)
    assert [one["state"] for one in await shop.attempts(order)] == ["failed", "paid"]
    assert len(shop.card_payments()) == 1


async def test_two_presses_are_one(shop: Shop) -> None:
    """A double click opens one session: the second press waits its turn and is sent to the same one."""
    order = shop.order()
    link = await shop.link(order)
    sessions = await asyncio.gather(shop.press(link), shop.press(link), shop.press(link))
    assert len(set(sessions)) == 1
    assert len(shop.provider.sessions) == 1


async def test_notification_three_times_return_and_sweep_at_once(tmp_path: Path, clock: ScaledClock) -> None:
    """Three notifications, three returns and the sweep come together: one payment in Odoo."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "30s"}) as shop:
        shop.provider.notifier.plan = NotificationPlan(times=3)
        order, link, session = await opened(shop)
        shop.provider.pay(session)
        faces = await asyncio.gather(*(shop.face(f"{link}/return") for _ in range(3)))
        assert set(faces) == {"paid"}
        await shop.settled(order)
        await shop.idle()
        assert len(shop.card_payments()) == 1
        assert shop.odoo.effects["account.payment.load"] == 1
        assert await shop.reviews() == []


async def test_never_notified(tmp_path: Path, clock: ScaledClock) -> None:
    """Without any notification, and with a customer who never comes back, the sweep alone brings the payment to Odoo."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "1m"}) as shop:
        shop.provider.notifier.plan = SILENT
        order, _, session = await opened(shop)
        shop.provider.pay(session)
        async with shop.hurrying():
            await shop.settled(order)
        await shop.idle()
        assert len(shop.card_payments()) == 1
        assert await shop.hub.store.find("card_open") == []


async def test_pending_then_approved(tmp_path: Path, clock: ScaledClock) -> None:
    """While the bank thinks, the page says so and nothing can be paid twice; the later approval is registered."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "1m"}) as shop:
        order, link, session = await opened(shop)
        shop.provider.pay(session, Card.PENDING_APPROVED)
        assert await shop.face(f"{link}/return") == "checking"
        assert await shop.press(link) is None
        async with shop.hurrying():
            await shop.settled(order)
        assert len(shop.card_payments()) == 1


async def test_expired(tmp_path: Path, clock: ScaledClock) -> None:
    """A session that nobody pays runs out; the page says so, and the order can still be paid."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "1m", "cards.life": "6m"}) as shop:
        order, link, session = await opened(shop)

        async def over() -> bool:
            return str((await shop.attempts(order))[0]["state"]) == "expired"

        async with shop.hurrying():
            await eventually(over, timeout=30)
        assert await shop.face(link) == "expired"
        assert await shop.press(link) not in (None, session)


async def test_odoo_is_away_for_a_while(shop: Shop) -> None:
    """Odoo refuses everything for a time while the payment is on its way: it waits, and is registered once."""
    order, _, session = await opened(shop)
    shop.odoo.faults.append(Fault(action="status", status=503, times=25))
    shop.provider.pay(session)
    async with shop.hurrying():
        await shop.settled(order)
    assert len(shop.card_payments()) == 1


async def test_odoo_commits_after_the_cut(shop: Shop) -> None:
    """The connection is cut at each writing call while Odoo commits 5 s later: one payment, posted, told and matched."""
    order = shop.order()
    invoice = shop.invoice(order)
    session = await shop.press(await shop.link(order))
    for operation in ("account.payment.load", "account.payment.action_post", "account.move.line.reconcile"):
        shop.odoo.faults.append(Fault(operation=operation, action="late_commit", delay=5.0))
    shop.provider.pay(str(session))
    await shop.settled(order)
    [payment] = shop.card_payments()
    assert payment["reconciled_invoice_ids"] == [invoice]
    assert shop.read("account.move", invoice, "amount_residual") == 0
    assert shop.notes(order).count("Pago con tarjeta recibido") == 1


async def test_the_answer_to_the_opening_is_lost(shop: Shop) -> None:
    """The provider opened a session and the answer was cut: the customer is told, tries again, and pays once."""
    order = shop.order()
    link = await shop.link(order)
    shop.provider.faults.append(Fault(operation="createSession", action="cut_after"))
    status, text = await shop.page_pressed(link)
    assert (status, "Ahora no es posible" in text) == (503, True)
    session = await shop.press(link)
    shop.provider.pay(str(session))
    await shop.settled(order)
    assert [one["state"] for one in await shop.attempts(order)] == ["failed", "paid"]
    assert len(shop.card_payments()) == 1


async def test_odoo_is_away_while_the_customer_looks(shop: Shop) -> None:
    """With Odoo away the page and its button say so at once, in words; when it is back the same link works."""
    order = shop.order()
    link = await shop.link(order)
    shop.odoo.faults.append(Fault(action="status", status=503, times=1000))
    for status, text in (await shop.page(link), await shop.page_pressed(link)):
        assert (status, "Ahora no es posible" in text) == (503, True)
    shop.odoo.faults.clear()

    async def back() -> bool:
        return await shop.face(link) == "pay"

    await eventually(back, timeout=30)
    assert await shop.press(link) is not None


async def test_the_provider_is_away_when_the_customer_comes_back(tmp_path: Path, clock: ScaledClock) -> None:
    """Paid, and the provider gives no answer: the page says that it is checking, never that nothing was charged."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "1m"}) as shop:
        shop.provider.notifier.plan = SILENT
        order, link, session = await opened(shop)
        shop.provider.pay(session)
        shop.provider.faults.append(Fault(operation="query", action="status", status=503, times=1000))
        assert await shop.face(f"{link}/return?status=APPROVED") == "checking"
        assert await shop.press(link) is None
        shop.provider.faults.clear()
        async with shop.hurrying():
            await shop.settled(order)
        assert len(shop.card_payments()) == 1


@pytest.mark.parametrize(
    "operation",
    ["sale.advance.payment.inv.create", "sale.advance.payment.inv.create_invoices", "account.move.action_post"],
)
async def test_the_invoice_is_committed_after_the_cut(tmp_path: Path, clock: ScaledClock, operation: str) -> None:
    """With on_paid=invoice, each call that makes the invoice is cut and committed 5 s later: one invoice, one payment."""
    async with open_shop(tmp_path, clock, **{"cards.on_paid": "invoice"}) as shop:
        order, _, session = await opened(shop)
        shop.odoo.faults.append(Fault(operation=operation, action="late_commit", delay=5.0))
        shop.provider.pay(session)
        await shop.settled(order)
        [invoice] = shop.read("sale.order", order, "invoice_ids")
        [payment] = shop.card_payments("paid")
        assert payment["reconciled_invoice_ids"] == [invoice]
        assert shop.read("account.move", invoice, "payment_state") == "paid"
        assert await shop.reviews() == []


@pytest.mark.parametrize("operation", ["account.payment.load", "account.payment.action_post"])
async def test_an_advance_is_committed_after_the_cut(shop: Shop, operation: str) -> None:
    """Making and posting an advance are cut and committed 5 s later: one payment, posted, that pays the later invoice."""
    order, _, session = await opened(shop)
    shop.odoo.faults.append(Fault(operation=operation, action="late_commit", delay=5.0))
    shop.provider.pay(session)
    await shop.settled(order)
    [payment] = shop.card_payments()
    assert payment["state"] == "in_process"
    invoice = shop.invoice(order)
    shop.odoo.faults.append(Fault(operation="account.move.line.reconcile", action="late_commit", delay=5.0))
    await eventually(lambda: shop.read("account.move", invoice, "payment_state") == "paid", timeout=30)
    await shop.idle()
    assert len(shop.card_payments("paid")) == 1


@pytest.mark.parametrize(
    "operation", ["account.payment.load", "account.payment.action_post", "account.move.line.reconcile"]
)
async def test_a_clerk_registers_it_between_our_look_and_our_posting(shop: Shop, operation: str) -> None:
    """A clerk registers the same payment when our call is on its way: both stand, the credit is open, a person is told."""
    order = shop.order()
    invoice = shop.invoice(order)
    session = await shop.press(await shop.link(order))

    async def clerk() -> None:
        shop.pay_by_hand(invoice)

    shop.odoo.interludes.append(Interlude(operation, clerk))
    shop.provider.pay(str(session))
    await shop.settled(order)
    [payment] = shop.card_payments()
    assert (payment["state"], payment["reconciled_invoice_ids"]) == ("in_process", [])
    assert shop.read("account.move", invoice, "payment_state") == "paid"
    assert len(shop.odoo.env["account.payment"].search([])) == 2
    assert await shop.reviews() == ["credit_left"]
    await eventually(lambda: shop.tasks(order))
    await shop.idle()
    assert ["saldo a favor" in one for one in shop.tasks(order)] == [True]


@pytest.mark.parametrize("operation", ["sale.advance.payment.inv.create", "sale.advance.payment.inv.create_invoices"])
async def test_a_clerk_invoices_between_our_look_and_our_wizard(
    tmp_path: Path, clock: ScaledClock, operation: str
) -> None:
    """With on_paid=invoice a clerk invoices the order when our call is on its way: his invoice is the one that is paid."""
    async with open_shop(tmp_path, clock, **{"cards.on_paid": "invoice"}) as shop:
        order, _, session = await opened(shop)

        async def clerk() -> None:
            shop.invoice(order)

        shop.odoo.interludes.append(Interlude(operation, clerk))
        shop.provider.pay(session)
        await shop.settled(order)
        [invoice] = shop.read("sale.order", order, "invoice_ids")
        [payment] = shop.card_payments("paid")
        assert payment["reconciled_invoice_ids"] == [invoice]
        assert await shop.reviews() == []


async def test_a_clerk_registers_an_advance_by_hand(shop: Shop) -> None:
    """An order without invoice is paid, and a clerk registers the same money by hand: both stand, a person is told once."""
    order, _, session = await opened(shop)

    async def clerk() -> None:
        model = shop.odoo.env["account.payment"]
        customer = shop.read("sale.order", order, "partner_id")[0]
        model.action_post([model.create({"partner_id": customer, "amount": 115.0, "memo": "tarjeta"})])

    shop.odoo.interludes.append(Interlude("account.payment.action_post", clerk))
    shop.provider.pay(session)
    await shop.settled(order)
    assert await shop.reviews() == ["by_hand"]
    assert len(shop.odoo.env["account.payment"].search([["state", "=", "in_process"]])) == 2


async def test_equal_orders_of_one_customer_are_no_twins(shop: Shop) -> None:
    """Two orders of the same amount, both paid by card by one customer, are nothing that a person must look at."""
    first = shop.order()
    second = shop.order()
    customer = shop.read("sale.order", first, "partner_id")[0]
    shop.odoo.env["sale.order"].write([second], {"partner_id": customer, "partner_invoice_id": customer})
    for order in (first, second):
        session = await shop.press(await shop.link(order))
        shop.provider.pay(str(session))
        await shop.settled(order)
    assert len(shop.card_payments()) == 2
    assert await shop.reviews() == []
