"""The page on which a person plays the customer, driven by a browser and by plain forms."""

import base64
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, FrameLocator, Page, async_playwright, expect

from caravana.component.whatsapp.sandbox.catalog import Product
from caravana.component.whatsapp.sandbox.phone import marked
from tests.component.whatsapp.meta import ANA, CATALOG, Meta, meta_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no system chromium")
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
PAY = {"display_text": "Pagar ahora", "url": "https://example.com/pay"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, headless."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def open_chat(browser: Browser, meta: Meta, width: int) -> tuple[Page, FrameLocator, list[str]]:
    """Become a customer on the page; returns it, its talk, and what the browser complains of."""
    page = await browser.new_page(viewport={"width": width, "height": 780})
    complaints: list[str] = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    await page.goto(f"{meta.base}/phone")
    await page.fill("#phone", "+504 9999-0000")
    await page.fill("#name", "Ana")
    await page.click("text=Abrir el chat")
    await expect(page.locator("header")).to_contain_text("Usted es Ana, +50499990000")
    return page, page.frame_locator("iframe"), complaints


async def company_says(meta: Meta, kind: str, **content: Any) -> None:
    """Send the customer an interactive message."""
    status, answer = await meta.send("interactive", interactive={"type": kind, **content})
    assert status == 200, answer


@needs_browser
@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_person_plays_the_customer(browser: Browser, width: int) -> None:
    """They write, are answered without touching the page, tap, order, send a photo and hide their number."""
    async with meta_world() as meta:
        data = {"id": "SKU-1", "title": "Café", "price": "9.50 USD", "availability": "in stock"}
        meta.sandbox.catalog.products["SKU-1"] = Product("1", "SKU-1", data)
        page, talk, complaints = await open_chat(browser, meta, width)
        customer = meta.sandbox.customer(ANA)
        await page.get_by_placeholder("Escriba un mensaje").fill("Hola")
        await page.keyboard.press("Enter")
        await expect(talk.locator(".bubble.theirs")).to_contain_text("Hola")

        buttons = [{"type": "reply", "reply": {"id": "menu:1", "title": "Ver productos"}}]
        await company_says(meta, "button", body={"text": "¿En qué le ayudamos?"}, action={"buttons": buttons})
        await talk.get_by_role("button", name="Ver productos").click()
        await expect(talk.locator(".bubble.theirs").last).to_contain_text("Ver productos")
        assert customer.chat.said[-1].content["button_reply"]["id"] == "menu:1"

        offer = {"catalog_id": CATALOG, "product_retailer_id": "SKU-1"}
        await company_says(meta, "product", body={"text": "Recién tostado"}, action=offer)
        await talk.get_by_label("Cantidad: Café").fill("3")
        await talk.get_by_role("button", name="Enviar el pedido").click()
        await expect(talk.locator(".bubble.theirs").last).to_contain_text("3 × Café")
        [item] = customer.chat.said[-1].content["product_items"]
        assert (item["quantity"], item["item_price"], item["currency"]) == (3, 9.5, "USD")

        await company_says(meta, "cta_url", body={"text": "Su pedido"}, action={"name": "cta_url", "parameters": PAY})
        await expect(talk.get_by_role("link", name="Pagar ahora")).to_have_attribute("href", PAY["url"])
        await page.locator("summary").click()
        await page.set_input_files("#file", {"name": "foto.png", "mimeType": "image/png", "buffer": PNG})
        await page.get_by_role("button", name="Enviar", exact=True).click()
        await expect(talk.locator("img")).to_have_js_property("naturalWidth", 1)
        await page.locator("summary").click()
        await page.get_by_role("button", name="Ocultar mi número").click()
        await expect(page.locator("header")).to_contain_text("número oculto")
        assert customer.person.username
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"), "all is in sight"
        assert complaints == []


@needs_browser
@pytest.mark.browser
async def test_what_is_typed_into_a_cart_stays(browser: Browser) -> None:
    """While a quantity is being typed news wait; the page shows them once the person has left the field."""
    async with meta_world() as meta:
        _, talk, _ = await open_chat(browser, meta, 390)
        meta.sandbox.customer(ANA).text("Hola")
        offer = {"catalog_id": CATALOG, "product_retailer_id": "SKU-1"}
        await company_says(meta, "product", action=offer)
        field = talk.get_by_label("Cantidad: SKU-1")
        await field.fill("7")
        await meta.send(text={"body": "¿Algo más?"})
        await talk.locator("body").evaluate("() => look()")
        assert await field.input_value() == "7"
        await field.blur()
        await expect(talk.locator(".bubble.ours").last).to_contain_text("¿Algo más?")


async def test_plain_forms_do_the_same() -> None:
    """Without scripts and in English: a wrong phone, an empty cart and a tap on what is not there are told in words."""
    async with meta_world() as meta:

        async def post(path: str, **form: str) -> tuple[int, str]:
            async with meta.session.post(f"/phone{path}?lang=en", data=form) as answer:
                return answer.status, await answer.text()

        status, html = await post("", phone="12", name="Ana")
        assert (status, "The phone must have 6 to 15 digits" in html) == (422, True)
        status, html = await post("", phone=f"+{ANA}", name="<Ana>")
        assert (status, "You are &lt;Ana&gt;, +50499990000" in html) == (200, True)
        person = meta.sandbox.people.meet(ANA)
        status, html = await post(f"/{person.bsuid}", act="order", where="talk")
        assert (status, "The order is empty" in html) == (422, True)
        status, html = await post(f"/{person.bsuid}", act="tap", choice="gone", where="talk")
        assert (status, "cannot be chosen any more" in html) == (422, True)
        status, _ = await post(f"/{person.bsuid}", act="write", text="Good morning")
        assert (status, [one.content["body"] for one in meta.sandbox.customer(ANA).chat.said]) == (
            200,
            ["Good morning"],
        )


async def test_a_message_that_failed_is_not_on_the_phone() -> None:
    """What never reached the person is not shown to them; what did is read as soon as it is looked at."""
    async with meta_world() as meta:
        customer = meta.sandbox.customer(ANA, "Ana")
        customer.text("Hola")
        await meta.send(text={"body": "llega"})
        await meta.pass_time(1)
        customer.person.away = True
        await meta.send(text={"body": "se pierde"})
        await meta.pass_time(1)
        async with meta.session.get(f"/phone/{customer.person.bsuid}/talk") as answer:
            html = await answer.text()
        assert "llega" in html
        assert "se pierde" not in html
        assert [one.statuses for one in customer.received] == [["sent", "delivered", "read"], ["failed"]]


async def test_stars_are_bold_and_nothing_else_is_markup() -> None:
    """As the real phone shows it; tags stay text; of a long message that is answered only the beginning is quoted."""
    assert (
        marked("*Gorra* a 2 * 3 * 4, <b>*x*</b>")
        == "<strong>Gorra</strong> a 2 * 3 * 4, &lt;b&gt;<strong>x</strong>&lt;/b&gt;"
    )
    async with meta_world() as meta:
        customer = meta.sandbox.customer(ANA)
        long = customer.text("palabra " * 20)
        await meta.send("text", text={"body": "*Gorra*"}, context={"message_id": long})
        async with meta.session.get(f"/phone/{customer.person.bsuid}/talk") as answer:
            shown = await answer.text()
        assert "<strong>Gorra</strong>" in shown
        assert ("palabra " * 20)[:59] + "…</div>" in shown
