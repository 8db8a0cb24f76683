"""A browser on its way from a page of the hub to PayPhone's, which asks where it comes from."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route
from starlette.requests import Request
from starlette.responses import Response

from caravana.component.page import PageComponent
from caravana.component.payphone.sandbox import Card
from caravana.testing.harness import Hub, Recorder, local_of, make_exchange
from tests.component.payphone.till import Till

pytestmark = pytest.mark.browser
GOING = "page:going.html?package=caravana.commerce"
WORDS = {"language": "es", "company": "Empresa XYZ", "title": "Un momento", "text": "Pasa a PayPhone.", "button": "Ir"}


async def send(hub: Hub, page: Page, shop: str, address: str, target: str) -> None:
    """Open a page of the hub at `/go`, made by the template at `address`, which leads on to `target`."""
    template = local_of(PageComponent(hub), address)

    async def answer(request: Request) -> Response:
        exchange = make_exchange({**WORDS, "address": target})
        await template.process(exchange, Recorder())
        return Response(exchange.body, headers=dict(exchange.headers))

    async def back(request: Request) -> Response:
        return Response("vuelto")

    style = local_of(PageComponent(hub), "page:pay.css?package=caravana.commerce")

    async def css(request: Request) -> Response:
        exchange = make_exchange({})
        await style.process(exchange, Recorder())
        return Response(exchange.body, headers=dict(exchange.headers))

    for path, handler in {"/go": answer, "/back": back, "/pay-style.css": css}.items():
        hub.listener.mount(path, ["GET"], handler)
    await page.goto(f"{shop}/go")


async def test_the_hubs_page_leads_to_payphone_and_back(till: Till, chromium: Browser, tmp_path: Path) -> None:
    """It goes on by itself, PayPhone sees the registered domain and nothing of the path, and the customer pays and comes back."""
    hub = Hub()
    async with hub.listening() as shop:
        till.sandbox.store.domain = urlsplit(shop).netloc
        reply = await till.create(return_url=f"{shop}/back?lang=es")
        page = await chromium.new_page()
        seen: list[str] = []
        page.on(
            "request", lambda one: seen.append(one.headers.get("referer", "")) if "/Anonymous/" in one.url else None
        )
        await send(hub, page, shop, f"{GOING}&referrer=origin", reply["process_url"])
        await page.wait_for_selector("#card")
        await page.screenshot(path=tmp_path / "payphone.png")
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert seen == [f"{shop}/"]
        await page.fill("#card", Card.APPROVED)
        await page.click("button[value=pay]")
        await page.wait_for_url(f"{shop}/back?**")
        assert "clientTransactionId=CV7-1" in page.url


async def test_a_page_that_hides_itself_is_turned_away(till: Till, chromium: Browser) -> None:
    """Without `referrer=origin` PayPhone shows no form: that is why the hub has a page of its own."""
    hub = Hub()
    async with hub.listening() as shop:
        reply = await till.create(return_url=f"{shop}/back")
        page = await chromium.new_page()
        await send(hub, page, shop, GOING, reply["process_url"])
        await page.wait_for_selector("text=Acceso no permitido")


async def test_who_is_not_led_on_presses_the_button(till: Till, chromium: Browser, tmp_path: Path) -> None:
    """A browser that does not go on by itself gets its customer there by the button."""
    hub = Hub()

    async def stay(route: Route) -> None:
        answer = await route.fetch()
        text = (await answer.text()).replace('http-equiv="refresh"', 'name="stopped"')
        await route.fulfill(response=answer, body=text)

    async with hub.listening() as shop:
        reply = await till.create(return_url=f"{shop}/back")
        page = await chromium.new_page(viewport={"width": 390, "height": 844})
        await page.route("**/go", stay)
        await send(hub, page, shop, f"{GOING}&referrer=origin", reply["process_url"])
        await page.screenshot(path=tmp_path / "going.png")
        await page.click("a.button")
        await page.wait_for_selector("#card")
