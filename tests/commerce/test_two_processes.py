"""Two hubs in processes of their own on one PostgreSQL: whichever of them hears of a payment, it is booked once."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from caravana.component.placetopay.sandbox import NotificationPlan
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.processes import open_processes

ORDERS = 4


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_all_at_once_on_two_processes(tmp_path: Path, postgres_database: str) -> None:
    """Notification, return page and sweep at the same instant, three times over, on two processes: one payment an order."""
    clock = ScaledClock(0, 1)
    settings: dict[str, Any] = {"journal": postgres_database, "cards.sweep": "1s"}
    async with open_processes(tmp_path, clock, 2, **settings) as (street, [one, two]):
        street.provider.notifier.plan = NotificationPlan(times=3)
        orders = [street.order() for _ in range(ORDERS)]
        invoices = [street.invoice(order) for order in orders]
        links = [await street.link(order) for order in orders]
        sessions = [await street.press(link.replace(one.url, two.url)) for link in links]
        for session in sessions:
            street.provider.pay(str(session))
        doors = [link.replace(one.url, hub.url) for link in links for hub in (one, two)]
        faces = await asyncio.gather(*(street.face(f"{door}/return") for door in doors * 3))
        assert set(faces) == {"paid"}
        for order in orders:
            await street.told(order)
        await asyncio.gather(*(hub.idle() for hub in (one, two)))
        paid = [number for one in street.card_payments("paid") for number in one["reconciled_invoice_ids"]]
        assert sorted(paid) == invoices
        assert 1 <= street.odoo.effects["account.payment.load"] <= ORDERS  # some of them went together
        assert [street.tasks(order) for order in orders] == [[]] * ORDERS


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_press_is_answered_whoever_owns_its_lane(tmp_path: Path, postgres_database: str) -> None:
    """Customers who press pay at either process are sent to the provider at once, whichever process runs the order's lane."""
    async with open_processes(tmp_path, ScaledClock(0, 1), 2, journal=postgres_database) as (street, [one, two]):
        links = [await street.link(order) for order in [street.order() for _ in range(6)]]
        doors = [link.replace(one.url, hub.url) for link in links for hub in (one, two)]
        sessions = await asyncio.gather(*(street.press(door) for door in doors))
        assert None not in sessions
        assert len(set(sessions)) == len(street.provider.sessions) == len(links)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(120)
async def test_a_browser_waits_in_words(chromium: Browser, tmp_path: Path, postgres_database: str) -> None:
    """While the provider is slow the browser reads in its language that it waits; it ends at the provider's checkout."""
    settings: dict[str, Any] = {"journal": postgres_database, "cards.reply_timeout": "1s"}
    async with open_processes(tmp_path, ScaledClock(0, 1), 2, **settings) as (street, hubs):
        link = await street.link(street.order())
        for hub, width, words in ((hubs[0], 1280, "Un momento"), (hubs[1], 390, "Un momento")):
            context = await chromium.new_context(viewport={"width": width, "height": 844}, locale="es-EC")
            page = await context.new_page()
            await page.goto(link.replace(hubs[0].url, hub.url))
            street.provider.faults.append(Fault(operation="*", action="slow", delay=4.0))
            await page.click("button")
            await page.wait_for_selector("main.checking")
            assert words in await page.inner_text("h1")
            assert await page.evaluate("document.styleSheets.length") == 1
            await page.screenshot(path=tmp_path / f"waiting-{width}.png")
            await page.wait_for_selector("#card", timeout=30_000)
        assert len(street.provider.sessions) == 1


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_press_is_answered_when_the_owner_dies(tmp_path: Path, postgres_database: str) -> None:
    """One of two processes is killed: whoever presses pay at the other waits until it has taken over, and is sent on."""
    async with open_processes(tmp_path, ScaledClock(0, 1), 2, journal=postgres_database) as (street, [_, two]):
        links = [await street.link(order) for order in [street.order() for _ in range(8)]]
        two.kill()
        await two.died()
        sessions = await asyncio.gather(*(street.press(link) for link in links))
        assert None not in sessions
        assert len(set(sessions)) == len(street.provider.sessions) == len(links)
