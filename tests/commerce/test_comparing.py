"""What the payment companies have is compared with Odoo: mended, told once, and off the list when it is gone."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.stripe.sandbox import Card, StripeSandbox
from caravana.engine.admin import Admin
from caravana.engine.control import AdminError
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Interlude
from caravana.kit.serving import serve
from tests.commerce.shop import SILENT, Shop, Street, open_shop
from tests.commerce.test_branches import COMPANIES, open_town
from tests.commerce.test_refunds import outgoing, refund
from tests.support.evening import zone_before_eight
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(120)


@dataclass
class Counter:
    """A shop whose orders are paid at PlacetoPay, Stripe and PayPhone, and whose sweep hardly ever looks."""

    shop: Shop
    stripe: StripeSandbox
    stripe_url: str
    payphone: PayphoneSandbox

    async def bought(self, store: str, *, booked: bool = True, card: str = Card.GOOD) -> tuple[int, str]:
        """Return an order that was paid at an account, and the company's name of the payment."""
        order = self.shop.order()
        link = await self.shop.link(order)
        async with self.shop.web.post(f"{link}?store={store}", allow_redirects=False):
            [attempt] = await self.shop.attempts(order)
        if store == "stripe":
            name = str(self.stripe.pay(attempt["request_id"], card)["payment_intent"])
        elif store.startswith("payphone"):
            name = str(self.payphone.pay(attempt["request_id"]).id)
        else:
            self.shop.provider.pay(attempt["request_id"])
            name = str(self.shop.provider.payments()[-1].internal_reference)
        if booked:
            await self.shop.page(f"{link}/return")
            await self.shop.settled(order)
            await self.shop.idle()
        return order, name

    async def compare(self, connection: str | None = None) -> list[dict[str, Any]]:
        """Compare today; return the differences."""
        return await compare(self.shop, connection)

    async def pay_in_dashboard(self) -> str:
        """A payment of 50.00 that no order of ours asked for; return Stripe's name of it."""
        given = {"amount": "5000", "currency": "usd", "payment_method": "pm_card_visa", "confirm": "true"}
        given["payment_method_types[]"] = "card"
        headers = {"Authorization": f"Bearer {self.stripe.connection()['secretKey']}"}
        async with self.shop.web.post(f"{self.stripe_url}/v1/payment_intents", data=given, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return str((await answer.json())["id"])

    def register(self, memo: str, amount: float) -> None:
        """A clerk registers a payment in Odoo by hand."""
        model = self.shop.odoo.env["account.payment"]
        journal = self.shop.odoo.env["account.journal"].search([["type", "=", "bank"]])[0]
        customer = self.shop.odoo.env["res.partner"].create({"name": "Rosa Inventada"})
        values = {"payment_type": "inbound", "partner_type": "customer", "partner_id": customer, "journal_id": journal}
        made = model.create({**values, "amount": amount, "memo": memo})
        model.action_post([made])

    def in_odoo(self, order: int) -> int:
        """Return the number of the order's card payment in Odoo."""
        return in_odoo(self.shop, order)


async def compare(shop: Shop, connection: str | None = None) -> list[dict[str, Any]]:
    """Compare today as `caravana payments compare` does; return the differences."""
    zone = ZoneInfo(shop.configuration.company.timezone)
    day = shop.hub.clock.now().astimezone(zone).date().isoformat()
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    found = await desk.operate("pay", "compare", {"day": day, "connection": connection}, subject=day, actor="ana")
    await shop.idle()
    return [each for one in found for each in one["differences"]]


def in_odoo(shop: Shop, order: int) -> int:
    """Return the number of the order's card payment in Odoo."""
    model = shop.odoo.env["account.payment"]
    found: list[int] = model.search([["memo", "ilike", f"CV{order}-1"], ["state", "in", ["in_process", "paid"]]])
    return found[0]


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    """Serve all three; nobody notifies, and a second of the machine is one of theirs, so that the day hardly moves."""
    clock = ScaledClock(time.time(), 1)
    stripe, payphone = StripeSandbox(clock=clock), PayphoneSandbox(clock=clock)
    payphone.store.zone = zone_before_eight(clock)
    async with serve(stripe.app()) as url, serve(payphone.app()) as payphone_url:

        def changes(street: Street, given: dict[str, Any]) -> None:
            street.provider.notifier.plan = SILENT
            given["connections"]["stripe"] = {"url": url, **stripe.connection()}
            given.setdefault("company", {})["timezone"] = payphone.store.zone
            own = {"url": payphone_url, **payphone.connection(), "zone": payphone.store.zone}
            given["connections"]["payphone"] = own
            without = {name: value for name, value in own.items() if name != "listPath"}
            given["connections"]["payphone_sur"] = without
            given["settings"]["cards.stores"] = ["placetopay", "stripe", "payphone", "payphone_sur"]

        async with open_shop(tmp_path, clock, None, changes) as shop:
            payphone.store.domain = urlsplit(shop.url).netloc
            yield Counter(shop, stripe, url, payphone)
    await stripe.close()
    await payphone.close()


async def test_nothing_to_tell(counter: Counter) -> None:
    """What is booked on both sides is no difference, and nobody is bothered."""
    await counter.bought("stripe")
    await counter.bought("placetopay")
    assert await counter.compare() == []
    assert await counter.shop.reviews() == []


@pytest.mark.parametrize("store", ["payphone", "payphone_sur"])
async def test_payphone_s_list_and_without_it_the_sessions(counter: Counter, store: str) -> None:
    """With the list's path PayPhone is asked for its day, without it about each session; either way another amount is found."""
    order, name = await counter.bought(store)
    assert await counter.compare(store) == []
    model, number = counter.shop.odoo.env["account.payment"], counter.in_odoo(order)
    model.action_draft([number])
    model.write([number], {"amount": 100.0})
    model.action_post([number])
    [found] = await counter.compare(store)
    assert (found["kind"], found["name"]) == ("payment_amount", name)


@pytest.mark.parametrize("store", ["placetopay", "stripe", "payphone", "payphone_sur"])
async def test_a_payment_that_we_sent_back_is_no_difference(counter: Counter, store: str) -> None:
    """Both sides have the refund: whether the company lists its day or is asked about each session, nothing is told."""
    order, _ = await counter.bought(store)
    assert (await refund(counter.shop, f"CV{order}-1"))["state"] == "done"
    await eventually(lambda: [one["amount"] for one in outgoing(counter.shop)] == [115.0], timeout=30)
    assert await counter.compare(store) == []


async def test_a_payment_that_payphone_reversed_behind_our_back_is_told(counter: Counter) -> None:
    """It is told as money that went back, with what Odoo has, until a person enters it: then both sides are the same."""
    order, name = await counter.bought("payphone_sur")
    counter.payphone.payment(f"CV{order}-1").give_back()
    for _ in range(2):
        [found] = await counter.compare("payphone_sur")
        assert (found["kind"], found["name"], found["odoo"]) == ("refund_unknown", name, [counter.in_odoo(order)])
        assert await counter.shop.reviews() == ["refund_unknown"]
    desk = Admin(counter.shop.hub.journal, counter.shop.hub.clock, counter.shop.hub)
    made = counter.shop.hub.clock.now().astimezone(ZoneInfo(counter.payphone.store.zone)).date().isoformat()
    given = {"name": f"CV{order}-1", "made": made, "by": "page", "amount": "115.00", "reason": "anulado en PayPhone"}
    await desk.operate("pay", "refunded", given, subject=f"CV{order}-1", actor="ana")
    await eventually(lambda: [one["amount"] for one in outgoing(counter.shop)] == [115.0], timeout=30)
    assert await counter.compare("payphone_sur") == []


@pytest.mark.parametrize("store", ["placetopay", "stripe"])
async def test_a_payment_that_nobody_told_of_is_settled(counter: Counter, store: str) -> None:
    """The customer paid and vanished: the comparison finds it, it is booked once, and the next finds nothing."""
    order, name = await counter.bought(store, booked=False)
    [found] = await counter.compare(store)
    assert (found["kind"], found["name"], found["mending"]) == ("payment_missing", name, True)
    await counter.shop.settled(order)
    await counter.shop.idle()
    assert [one["amount"] for one in counter.shop.card_payments("in_process", "paid")] == [115.0]
    assert await counter.compare() == []
    assert await counter.shop.reviews() == []


async def test_a_payment_in_the_dashboard_is_told_once_and_goes_when_it_is_registered(counter: Counter) -> None:
    """Money of no order of ours is told to a person once, however often it is compared; by hand in Odoo, it is off the list."""
    name = await counter.pay_in_dashboard()
    for _ in range(2):
        [found] = await counter.compare()
        assert (found["kind"], found["name"], found["order_id"]) == ("payment_missing", name, None)
        assert await counter.shop.reviews() == ["payment_missing"]
    [(_, item)] = await counter.shop.hub.store.find("review")
    assert name in item["detail"]
    assert "No es de ningún pedido" in item["detail"]
    counter.register(f"Pago por teléfono {name}", 50.0)
    assert await counter.compare() == []
    assert await counter.shop.reviews() == []


async def test_who_took_it_off_the_list_is_not_asked_again(counter: Counter) -> None:
    """A person's word settles a difference that stays."""
    await counter.pay_in_dashboard()
    await counter.compare()
    [(key, _)] = await counter.shop.hub.store.find("review")
    desk = Admin(counter.shop.hub.journal, counter.shop.hub.clock, counter.shop.hub)
    await desk.call("review_done", {"key": key, "actor": "ana", "reason": "se devolvió en la página"})
    assert len(await counter.compare()) == 1
    assert await counter.shop.reviews() == []


async def test_a_payment_cancelled_in_odoo_is_not_made_again(counter: Counter) -> None:
    """What a clerk took out of the books he is asked about; the hub does not put it back against him."""
    order, name = await counter.bought("stripe")
    counter.shop.odoo.env["account.payment"].action_draft([counter.in_odoo(order)])
    for _ in range(2):
        [found] = await counter.compare("stripe")
        assert (found["kind"], found["name"], found["mending"]) == ("payment_missing", name, False)
    assert await counter.shop.reviews() == ["payment_missing"]
    [(_, item)] = await counter.shop.hub.store.find("review")
    assert item["record"] == {"model": "sale.order", "id": order}


async def test_a_payment_deleted_in_odoo_is_found(counter: Counter) -> None:
    """A clerk deleted it: it is told to a person, and not made again against him."""
    _, name = await counter.bought("stripe")
    model = counter.shop.odoo.env["account.payment"]
    [made] = model.search([["memo", "ilike", name]])
    model.action_draft([made])
    model.unlink([made])
    for _ in range(2):
        [found] = await counter.compare("stripe")
        assert (found["kind"], found["name"], found["mending"]) == ("payment_missing", name, False)
    assert await counter.shop.reviews() == ["payment_missing"]
    assert model.search([["memo", "ilike", name]]) == []


async def test_a_part_paid_by_hand_at_the_same_moment_is_found(counter: Counter) -> None:
    """A clerk registers a part on the invoice while our match is on its way: what is open of the card payment is told."""
    shop = counter.shop
    order = shop.order()
    invoice = shop.invoice(order)
    link = await shop.link(order)
    async with shop.web.post(f"{link}?store=placetopay", allow_redirects=False):
        [attempt] = await shop.attempts(order)

    async def clerk() -> None:
        context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
        wizard = shop.odoo.env["account.payment.register"]
        wizard.action_create_payments([wizard.create({"amount": 15.0}, context=context)], context=context)

    shop.odoo.interludes.append(Interlude("account.move.line.reconcile", clerk))
    shop.provider.pay(attempt["request_id"])
    await shop.page(f"{link}/return")
    await shop.settled(order)
    await shop.idle()
    assert await shop.reviews() == []
    [found] = await counter.compare("placetopay")
    assert (found["kind"], found["reference"], found["odoo"]) == (
        "payment_open",
        f"CV{order}-1",
        [counter.in_odoo(order)],
    )
    assert await shop.reviews() == ["payment_open"]


async def test_another_currency_in_the_books(counter: Counter) -> None:
    """The clerk registered the payment in euros: a person is told, and no longer when it is in dollars again."""
    order, name = await counter.bought("placetopay")
    model, number = counter.shop.odoo.env["account.payment"], counter.in_odoo(order)
    dollars = model.read([number], ["currency_id"])[0]["currency_id"][0]
    euros = counter.shop.odoo.env["res.currency"].create({"name": "EUR", "symbol": "€"})
    for currency, kinds in ((euros, ["payment_currency"]), (dollars, [])):
        model.action_draft([number])
        model.write([number], {"currency_id": currency})
        model.action_post([number])
        found = await counter.compare("placetopay")
        assert [(one["kind"], one["name"]) for one in found] == [(one, name) for one in kinds]
        assert await counter.shop.reviews() == kinds


async def test_amount_and_number_of_payments_in_the_books(counter: Counter) -> None:
    """Another amount, the same payment twice, and one that the company does not have: each is one item."""
    order, name = await counter.bought("stripe")
    twice, number = await counter.bought("placetopay")
    model = counter.shop.odoo.env["account.payment"]
    number_in_odoo = counter.in_odoo(order)
    model.action_draft([number_in_odoo])
    model.write([number_in_odoo], {"amount": 100.0})
    model.action_post([number_in_odoo])
    counter.register(f"S1 CV{twice}-1 {number}", 115.0)
    counter.register(f"S1 CV{twice}-1 999999", 7.0)
    for _ in range(2):
        found = {one["kind"]: one for one in await counter.compare()}
        assert {*found} == {"payment_amount", "payment_double", "payment_not_at_company"}
        assert sorted(await counter.shop.reviews()) == sorted(found)
    assert (found["payment_amount"]["name"], found["payment_amount"]["in_odoo"]) == (name, "100.00 USD")
    assert len(found["payment_double"]["odoo"]) == 2


async def test_a_refund_in_the_dashboard_is_booked(counter: Counter) -> None:
    """Nobody told of it: the comparison finds it, it is booked once, and what is left for a person is to reconcile it."""
    _, name = await counter.bought("stripe")
    counter.stripe.refund_at_console(name, 2000)
    [found] = await counter.compare("stripe")
    assert (found["kind"], found["mending"]) == ("refund_unknown", True)
    await eventually(lambda: [one["amount"] for one in outgoing(counter.shop)] == [20.0], timeout=30)
    await counter.shop.idle()
    assert await counter.compare("stripe") == []
    assert len(outgoing(counter.shop)) == 1
    assert await counter.shop.reviews() == ["refund_of_advance"]


async def test_a_pending_refund_that_is_over_is_booked(counter: Counter) -> None:
    """No event told that Stripe has sent the money: the comparison asks, and it is booked."""
    order, _ = await counter.bought("stripe", card=Card.REFUND_PENDING)
    counter.stripe.account.refund_delay = 4
    assert (await refund(counter.shop, f"CV{order}-1"))["state"] == "pending"
    assert outgoing(counter.shop) == []
    await eventually(lambda: [one["status"] for one in counter.stripe.all("refund")] == ["succeeded"], timeout=30)
    await counter.compare("stripe")
    await eventually(lambda: [one["amount"] for one in outgoing(counter.shop)] == [115.0], timeout=30)
    await counter.shop.idle()
    assert await counter.compare("stripe") == []


async def test_a_refund_that_fails_after_it_was_booked_is_told(counter: Counter) -> None:
    """The customer's bank sent it back days later: a person is told that Odoo has it, and why it failed, in words."""
    order, _ = await counter.bought("stripe", card=Card.REFUND_FAILS)
    counter.stripe.send_to(f"{counter.shop.url}/stripe/stripe")
    assert (await refund(counter.shop, f"CV{order}-1", amount="40.00", reason="devuelto"))["state"] == "done"
    assert [one["amount"] for one in outgoing(counter.shop)] == [40.0]
    assert await counter.shop.reviews() == ["refund_of_advance"]
    [made] = counter.stripe.all("refund")
    counter.stripe.refunds.fail(made)

    async def told() -> bool:
        return "refund_undone" in await counter.shop.reviews()

    await eventually(told, timeout=30)
    items = [one for _, one in await counter.shop.hub.store.find("review") if one["kind"] == "refund_undone"]
    name = counter.shop.read("sale.order", order, "name")
    assert [one["detail"] for one in items] == [
        f"Pedido {name}, referencia CV{order}-1-R1, 40.00 USD, Stripe. Motivo: la tarjeta venció o fue anulada."
    ]
    assert "Cancele esa salida en Odoo" in items[0]["text"]
    assert await counter.shop.reviews() == ["refund_undone"]


async def test_a_payout_is_compared_when_it_is_over(counter: Counter) -> None:
    """What adds up is no difference; what is no sum of its movements, or holds another amount than ours, is told."""
    _, name = await counter.bought("stripe")
    counter.stripe.account.payout_delay = 2
    payout = counter.stripe.pay_out()
    await eventually(
        lambda: [one["reconciliation_status"] for one in counter.stripe.all("payout")] == ["completed"], timeout=30
    )
    assert await counter.compare("stripe") == []
    shelf = counter.stripe.world.shelf
    moved = next(one for one in shelf.all("balance_transaction") if one["type"] == "charge")
    moved["amount"] += 100
    shelf.get("payout", payout["id"])["amount"] -= 1
    found = {one["kind"]: one for one in await counter.compare("stripe")}
    assert {*found} == {"payout_sum", "payout_payments"}
    items = {one["kind"]: one["detail"] for _, one in await counter.shop.hub.store.find("review")}
    assert f"{name}: 116.00 USD en el depósito, 115.00 USD aquí." in items["payout_payments"]
    assert "Su único movimiento suma" in items["payout_sum"]
    moved["amount"] -= 100
    shelf.get("payout", payout["id"])["amount"] += 1
    assert (await counter.compare("stripe"), await counter.shop.reviews()) == ([], [])


async def test_a_payout_that_fails_days_later_is_told(counter: Counter) -> None:
    """Stripe's event names the day of the payout, which is compared again; a person is told once."""
    await counter.bought("stripe")
    counter.stripe.account.payout_delay = 1
    counter.stripe.send_to(f"{counter.shop.url}/stripe/stripe")
    counter.stripe.pay_out(fails=True)

    async def told() -> bool:
        return await counter.shop.reviews() == ["payout_failed"]

    await eventually(told, timeout=30)
    [(_, item)] = await counter.shop.hub.store.find("review")
    assert "account_closed" in item["detail"]


async def test_each_night_it_begins_by_itself(tmp_path: Path) -> None:
    """The schedule fires: what a customer paid the day before, and nobody told of, is booked without anybody asking."""

    def changes(street: Street, given: dict[str, Any]) -> None:
        street.provider.notifier.plan = SILENT
        given["go_live"] = "2020-01-01T00:00:00-05:00"

    clock = ScaledClock(time.time(), 60)
    async with open_shop(tmp_path, clock, None, changes, **{"cards.compare": "* * * * *"}) as shop:
        order = shop.order()
        shop.provider.pay(str(await shop.press(await shop.link(order))))
        [attempt] = await shop.attempts(order)
        day_before = datetime.fromisoformat(attempt["created"]) - timedelta(days=1)
        await shop.hub.store.put("card_attempt", attempt["key"], {**attempt, "created": day_before.isoformat()})
        await shop.settled(order)
        await shop.idle()
        assert [one["amount"] for one in shop.card_payments("in_process", "paid")] == [115.0]


async def test_two_branches_with_accounts_of_their_own(tmp_path: Path) -> None:
    """Each account is compared with its branch's books: what differs in one is told of that one, to its person."""
    async with open_town(tmp_path, ScaledClock(time.time(), 1), COMPANIES) as town:
        shop = town.shop
        orders = {name: shop.order(of={"company_id": one.company}) for name, one in shop.configuration.branches.items()}
        for branch, order in orders.items():
            await town.pay(order, branch)
        await shop.idle()
        assert await compare(shop) == []
        model, number = shop.odoo.env["account.payment"], in_odoo(shop, orders["sur"])
        model.action_draft([number])
        model.write([number], {"amount": 100.0})
        model.action_post([number])
        [found] = await compare(shop)
        assert (found["kind"], found["reference"]) == ("payment_amount", f"CV{orders['sur']}-1")
        [(_, item)] = await shop.hub.store.find("review")
        assert (item["branch"], "(cards_sur)" in item["detail"]) == ("sur", True)
        assert await compare(shop, "placetopay") == []


async def test_a_number_that_two_accounts_have_names_no_payment(tmp_path: Path) -> None:
    """Both branches' accounts count from the same number: who says it is asked for the reference instead."""
    async with open_town(tmp_path, ScaledClock(time.time(), 1), COMPANIES) as town:
        shop = town.shop
        orders = [shop.order(of={"company_id": one.company}) for one in shop.configuration.branches.values()]
        payments = [
            (await town.pay(order, branch))["payments"] for order, branch in zip(orders, ("centro", "sur"), strict=True)
        ]
        [number] = {one["internal_reference"] for [one] in payments}
        await shop.idle()
        with pytest.raises(AdminError, match=f"give one of the references CV{orders[0]}-1, CV{orders[1]}-1"):
            await refund(shop, number)
        assert (await refund(shop, f"CV{orders[1]}-1"))["state"] == "done"
        assert (town.of("sur").effects["reverse"], town.of("centro").effects["reverse"]) == (1, 0)


async def test_days_before_the_go_live_line_are_not_compared(counter: Counter) -> None:
    """They are not the hub's."""
    desk = Admin(counter.shop.hub.journal, counter.shop.hub.clock, counter.shop.hub)
    found = await desk.operate("pay", "compare", {"day": "2020-01-01", "connection": None}, subject="x", actor="ana")
    assert found == []
