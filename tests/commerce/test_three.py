"""PlacetoPay, PayPhone and Stripe side by side in one shop; nothing is ever notified."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.stripe.sandbox import StripeSandbox
from caravana.kit.serving import serve
from tests.commerce.shop import SILENT, Shop, Street, open_shop
from tests.commerce.test_refunds import outgoing, refund
from tests.support.evening import zone_before_eight
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually


@dataclass
class Mall:
    """A shop with three merchant accounts."""

    shop: Shop
    payphone: PayphoneSandbox
    stripe: StripeSandbox

    async def choose(self, order: int, store: str) -> tuple[int, str]:
        """Press the button of an account; return status and text of what comes."""
        link = await self.shop.link(order)
        async with self.shop.web.post(f"{link}?store={store}", allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def attempt(self, order: int) -> dict[str, Any]:
        """Return the order's last attempt."""
        return (await self.shop.attempts(order))[-1]


@pytest.fixture
async def mall(tmp_path: Path) -> AsyncIterator[Mall]:
    """Serve the three; a second is twenty of theirs, from ten in the morning on: PayPhone gives back until eight."""
    clock = LeapingClock(datetime.now(UTC).replace(hour=15).timestamp(), 20)
    payphone, stripe = PayphoneSandbox(clock=clock), StripeSandbox(clock=clock)
    payphone.store.zone = zone_before_eight(clock)
    async with serve(payphone.app()) as payphone_url, serve(stripe.app()) as stripe_url:

        def changes(street: Street, given: dict[str, Any]) -> None:
            street.provider.notifier.plan = SILENT
            given.setdefault("company", {})["timezone"] = payphone.store.zone
            own = {**payphone.connection(), "zone": payphone.store.zone}
            given["connections"]["payphone"] = {"url": payphone_url, **own}
            given["connections"]["stripe"] = {"url": stripe_url, **stripe.connection()}
            given["settings"]["cards.stores"] = ["placetopay", "payphone", "stripe"]

        async with open_shop(tmp_path, clock, None, changes, **{"cards.sweep": "20s"}) as shop:
            payphone.store.domain = urlsplit(shop.url).netloc
            yield Mall(shop, payphone, stripe)
    await payphone.close()
    await stripe.close()


@pytest.mark.timeout(120)
async def test_each_is_paid_and_booked_by_its_clock_alone(mall: Mall) -> None:
    """Three customers pay and vanish: PayPhone's payment is confirmed in time, Stripe's found by events, each booked once."""
    orders = {store: mall.shop.order() for store in ("placetopay", "payphone", "stripe")}
    for store, order in orders.items():
        await mall.choose(order, store)
    mall.shop.provider.pay((await mall.attempt(orders["placetopay"]))["request_id"])
    paid = mall.payphone.pay(f"CV{orders['payphone']}-1")
    mall.stripe.pay((await mall.attempt(orders["stripe"]))["request_id"])
    async with mall.shop.hurrying():
        for order in orders.values():
            await mall.shop.told(order)
    await mall.shop.idle()
    assert (paid.confirmed, paid.reversed) == (True, False)
    assert [one["amount"] for one in mall.shop.card_payments("in_process", "paid")] == [115.0] * 3
    assert await mall.shop.reviews() == []


@pytest.mark.timeout(120)
async def test_what_a_company_cannot_close_stays_and_says_until_when(mall: Mall) -> None:
    """PayPhone has no word for closing: who then chooses Stripe reads until when the first payment stays open."""
    order = mall.shop.order()
    await mall.choose(order, "payphone")
    status, text = await mall.choose(order, "stripe")
    assert (status, "Tiene otro pago abierto" in text) == (200, True)
    assert len(await mall.shop.attempts(order)) == 1
    _, page = await mall.shop.page(await mall.shop.link(order))
    assert "Stripe" not in page


@pytest.mark.timeout(120)
async def test_refunds_by_each_company_s_rules(mall: Mall) -> None:
    """Stripe sends back a part, and PayPhone, which gives back only the whole, says so before anything is asked."""
    one, other = mall.shop.order(), mall.shop.order()
    await mall.choose(one, "stripe")
    mall.stripe.pay((await mall.attempt(one))["request_id"])
    await mall.choose(other, "payphone")
    mall.payphone.pay(f"CV{other}-1")
    async with mall.shop.hurrying():
        await mall.shop.settled(one)
        await mall.shop.settled(other)
    assert (await refund(mall.shop, f"CV{one}-1", amount="15.00"))["state"] in ("done", "pending")
    refused = await refund(mall.shop, f"CV{other}-1", amount="15.00")
    assert (refused["refused"], refused["company"]) == ("no_parts", "PayPhone")
    await eventually(lambda: [each["amount"] for each in outgoing(mall.shop)] == [15.0], timeout=60)


@pytest.mark.timeout(120)
async def test_a_refund_in_stripe_s_dashboard_reaches_the_books(mall: Mall) -> None:
    """A clerk sends money back behind our back: Stripe's events tell, and it is booked once."""
    order = mall.shop.order()
    await mall.choose(order, "stripe")
    mall.stripe.pay((await mall.attempt(order))["request_id"])
    async with mall.shop.hurrying():
        await mall.shop.settled(order)
    [payment] = (await mall.attempt(order))["payments"]
    mall.stripe.refund_at_console(payment["internal_reference"], 2000)
    async with mall.shop.hurrying():
        await eventually(lambda: [one["amount"] for one in outgoing(mall.shop)] == [20.0], timeout=90)
    await mall.shop.idle()
    [(_, kept)] = await mall.shop.hub.store.find("card_refund")
    assert (kept["origin"], kept["state"], kept["booked"]) == ("company", "done", True)
