"""The way to a payment company that asks from which site the customer comes: PayPhone, in the card flow."""

import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser

from caravana.component.payphone.sandbox import Card, PayphoneSandbox
from caravana.kit.clock import ScaledClock
from caravana.kit.serving import serve
from tests.commerce.shop import Shop, Street, open_shop
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually


@asynccontextmanager
async def payphone_shop(
    folder: Path, clock: ScaledClock | None = None, own: Mapping[str, Any] = {}, /, **settings: Any
) -> AsyncIterator[tuple[Shop, PayphoneSandbox]]:
    """Run a shop whose customers pay at PayPhone, which takes only those who come from the shop's pages.

    `own`: further settings of the connection.
    """
    clock = clock or ScaledClock(0, 1)
    sandbox = PayphoneSandbox(clock=clock)
    async with serve(sandbox.app()) as url:

        def changes(street: Street, written: dict[str, Any]) -> None:
            written["connections"]["payphone"] = {"url": url, **sandbox.connection(), **own}
            written["settings"]["cards.stores"] = "payphone"

        async with open_shop(folder, clock, None, changes, **settings) as shop:
            sandbox.store.domain = urlsplit(shop.url).netloc
            yield shop, sandbox
        await sandbox.close()


@pytest.mark.parametrize(("language", "words"), [("es", "Ir a PayPhone"), ("en", "Go to PayPhone")])
async def test_the_button_leads_by_a_page_of_ours(tmp_path: Path, language: str, words: str) -> None:
    """A page, and no bare redirect: it names the company in the customer's language, leads on, and shows the shop's host only."""
    async with payphone_shop(tmp_path) as (shop, sandbox):
        link = await shop.link(shop.order())
        async with shop.web.post(f"{link}?lang={language}", allow_redirects=False) as answer:
            text = await answer.text()
            assert (answer.status, answer.headers["Referrer-Policy"]) == (200, "origin")
        [payment] = sandbox.payments.values()
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', text)
        assert found is not None
        assert found[1].endswith(f"/Anonymous/Index?paymentId={payment.payment_id}")
        assert words in text


@pytest.mark.browser
async def test_a_browser_gets_there_and_again(chromium: Browser, tmp_path: Path) -> None:
    """The customer presses pay and sees PayPhone's form; he goes back, presses once more, and it is the same payment."""
    async with payphone_shop(tmp_path) as (shop, sandbox):
        link = await shop.link(shop.order())
        page = await chromium.new_page()
        for _ in range(2):
            await page.goto(link)
            await page.click("button")
            await page.wait_for_selector("#card")
        assert len(sandbox.payments) == 1


@pytest.mark.browser
async def test_paid_and_back_in_a_browser(chromium: Browser, tmp_path: Path) -> None:
    """The customer pays and comes back: the hub confirms, the page says paid, and Odoo has one payment."""
    async with payphone_shop(tmp_path) as (shop, sandbox):
        order = shop.order()
        link = await shop.link(order)
        page = await chromium.new_page()
        await page.goto(link)
        await page.click("button")
        await page.fill("#card", Card.APPROVED)
        await page.click("button[value=pay]")
        await page.wait_for_selector("main.card.paid")
        await shop.settled(order)
        [payment] = sandbox.payments.values()
        assert payment.confirmed
        assert [one["amount"] for one in shop.card_payments()] == [115.0]


async def test_the_sweep_saves_the_money_of_a_customer_who_vanishes(tmp_path: Path) -> None:
    """He pays and closes the browser: within the five minutes the sweep finds the payment, confirms and books it."""
    async with payphone_shop(tmp_path, LeapingClock(time.time(), 20), **{"cards.sweep": "10s"}) as (shop, sandbox):
        order = shop.order()
        async with shop.web.post(await shop.link(order)) as answer:
            assert answer.status == 200
        payment = sandbox.pay(f"CV{order}-1")
        async with shop.hurrying():
            await eventually(lambda: payment.confirmed, timeout=30)
            await shop.settled(order)
        assert not payment.reversed
        assert [one["amount"] for one in shop.card_payments()] == [115.0]


@pytest.mark.parametrize("tells", [False, True])
async def test_money_that_payphone_gave_back_is_told_to_the_customer_and_on_the_order(
    tmp_path: Path, *, tells: bool
) -> None:
    """Nobody confirmed in five minutes: page and order say who gave the money back and why, once, and he may pay again."""
    clock = LeapingClock(time.time(), 20)
    async with payphone_shop(tmp_path, clock, **{"cards.tell_expired": tells}) as (shop, sandbox):
        order = shop.order()
        link = await shop.link(order)
        await shop.page_pressed(link)
        sandbox.pay(f"CV{order}-1")
        clock.leap(360)
        text = (await shop.page(f"{link}?lang=es"))[1]
        assert "PayPhone le devolvió el dinero, porque el pago no se confirmó a tiempo" in text
        assert "Intentar de nuevo" in text
        assert "PayPhone gave your money back" in (await shop.page(f"{link}?lang=en"))[1]
        await shop.idle()
        told = f"(referencia CV{order}-1) no se confirmó a tiempo, y PayPhone devolvió el dinero"
        assert (shop.notes(order).count(told), "venció" in shop.notes(order)) == (1, False)
        assert await shop.reviews() == []
        await shop.page_pressed(link)
        assert (await shop.attempts(order))[-1]["reference"] == f"CV{order}-2"
