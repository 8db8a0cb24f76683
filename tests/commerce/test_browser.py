"""The customer's way in a browser: link, pay page, the provider's page, and back."""

import time
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page

from caravana.component.placetopay.sandbox import Card
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import SILENT, Shop, open_shop
from tests.commerce.test_going import payphone_shop
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.browser
WIDTHS = (1280, 390)
LANGUAGES = ("es-EC", "en-US")


async def visit(browser: Browser, width: int, language: str, address: str) -> tuple[Page, list[str]]:
    """Return a page of `width` that shows `address`, and the list of what the console complains of on pages of the hub."""
    context = await browser.new_context(viewport={"width": width, "height": 844}, locale=language)
    page = await context.new_page()
    complaints: list[str] = []
    origin = address.split("/pay/")[0]

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and message.location["url"].startswith(origin):
            complaints.append(message.text)

    page.on("console", listen)
    await page.goto(address)
    return page, complaints


async def look(page: Page, file: Path, face: str) -> None:
    """Check that the page shows `face`, styled, and nothing is wider than the window; keep a picture."""
    await page.wait_for_selector(f"main.card.{face}")
    await page.screenshot(path=file)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert await page.evaluate("getComputedStyle(document.querySelector('main')).borderRadius") is not None
    assert await page.evaluate("document.styleSheets.length") == 1


async def pay(page: Page, card: Card) -> None:
    """Press pay, fill in the provider's form, and come back."""
    await page.click("button")
    await page.fill("#card", card.value)
    await page.fill("#expiry", "12/30")
    await page.fill("#cvv", "123")
    await page.click("button[value=pay]")


@pytest.mark.parametrize("width", WIDTHS)
async def test_paid_in_a_browser(chromium: Browser, tmp_path: Path, width: int) -> None:
    """At desk and phone width: the page in Spanish, refused first, then paid, and the page says so without complaint."""
    async with open_shop(tmp_path, ScaledClock(0, 1)) as shop:
        order = shop.order()
        link = await shop.link(order)
        page, complaints = await visit(chromium, width, "es-EC", link)
        await look(page, tmp_path / f"pay-{width}.png", "pay")
        await pay(page, Card.DENIED)
        await page.wait_for_selector("[role=alert]")
        await page.goto(link)
        await look(page, tmp_path / f"open-{width}.png", "open")
        await pay(page, Card.APPROVED)
        await look(page, tmp_path / f"paid-{width}.png", "paid")
        assert "Pago recibido" in await page.inner_text("h1")
        await shop.settled(order)
        assert complaints == []
        assert len(shop.card_payments()) == 1


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_face_in_english(chromium: Browser, tmp_path: Path, width: int) -> None:
    """A browser that wishes English reads English: checking, refused, cancelled, a wrong link, and Spanish on request."""
    async with open_shop(tmp_path, ScaledClock(0, 1)) as shop:
        shop.provider.notifier.plan = SILENT
        order = shop.order()
        link = await shop.link(order)
        page, _ = await visit(chromium, width, "en-US", link)
        await look(page, tmp_path / f"pay-en-{width}.png", "pay")
        await refused(shop, page, link, tmp_path / f"refused-{width}.png")
        session = await shop.press(link)
        shop.provider.pay(str(session), Card.PENDING_APPROVED)
        await page.goto(f"{link}/return")
        await look(page, tmp_path / f"checking-{width}.png", "checking")
        other = shop.order()
        link = await shop.link(other)
        shop.odoo.env["sale.order"].action_cancel([other])
        await page.goto(link)
        await look(page, tmp_path / f"cancelled-{width}.png", "cancelled")
        await page.click("nav a")
        assert await page.inner_text("h1") == "Pedido cancelado"
        await page.goto(f"{link}x")
        await look(page, tmp_path / f"unknown-{width}.png", "unknown")


async def refused(shop: Shop, page: Page, link: str, file: Path) -> None:
    """Leave the provider's page without paying, and look at what the customer reads."""
    shop.provider.leave(str(await shop.press(link)))
    await page.goto(f"{link}/return")
    await look(page, file, "refused")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_money_that_went_back(chromium: Browser, tmp_path: Path, width: int, language: str) -> None:
    """PayPhone gave the money back, which it tells when asked: the page says so, and has the button."""
    clock = LeapingClock(time.time(), 20)
    async with payphone_shop(tmp_path, clock, **{"cards.sweep": "1h"}) as (shop, sandbox):
        order = shop.order()
        link = await shop.link(order)
        await shop.page_pressed(link)
        sandbox.pay(f"CV{order}-1")
        clock.leap(360)
        page, complaints = await visit(chromium, width, language, link)
        await look(page, tmp_path / f"given_back-{language}-{width}.png", "given_back")
        assert await page.locator("button").count() == 1
        assert complaints == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_money_of_which_nothing_is_known(chromium: Browser, tmp_path: Path, width: int, language: str) -> None:
    """PayPhone tells nothing: begun, come back too late, held until it is over, and then to be paid again."""
    clock = LeapingClock(time.time(), 20)
    own = {"queryCovers": False}
    async with payphone_shop(tmp_path, clock, own, **{"cards.sweep": "1h"}) as (shop, sandbox):
        order, other = shop.order(), shop.order()
        link, left = await shop.link(order), await shop.link(other)
        for one in (link, left):
            await shop.page_pressed(one)
        payment = sandbox.pay(f"CV{order}-1")
        page, complaints = await visit(chromium, width, language, left)
        await look(page, tmp_path / f"open-{language}-{width}.png", "open")
        clock.leap(660)
        await page.click("button")
        await look(page, tmp_path / f"held-{language}-{width}.png", "held")
        await page.goto(f"{link}/return/{language[:2]}/1?id={payment.id}&clientTransactionId=x")
        await look(page, tmp_path / f"late-{language}-{width}.png", "late")
        assert await page.locator("button").count() == 0
        clock.leap(300)
        await page.goto(link)
        await look(page, tmp_path / f"unconfirmed-{language}-{width}.png", "unconfirmed")
        await page.goto(left)
        await look(page, tmp_path / f"expired-{language}-{width}.png", "expired")
        assert await page.locator("button").count() == 1
        assert complaints == []
