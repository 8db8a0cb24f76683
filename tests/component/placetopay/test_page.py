"""The checkout page, driven by a browser and by plain forms."""

import re

import aiohttp
import pytest
from playwright.async_api import Browser, Page

from caravana.component.placetopay.sandbox import Card
from caravana.kit.serving import serve
from tests.component.browsing import open_page
from tests.component.company import Listener
from tests.component.placetopay.harness import Bench

WIDTHS = [1280, 390]


async def type_card(page: Page, card: Card) -> None:
    """Fill in the form and press pay."""
    await page.fill("#card", card.value)
    await page.fill("#expiry", "12/30")
    await page.fill("#cvv", "123")
    await page.click("button[value=pay]")


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_customer_pays_after_a_refusal(bench: Bench, chromium: Browser, width: int) -> None:
    """Refused with the first card, approved with the second after the bank's code, told on the result page."""
    reply = await bench.create(skip_result=False)
    page = await open_page(chromium, width, reply["process_url"])
    assert "115,00" in await page.inner_text("main")
    await type_card(page, Card.DENIED)
    assert "Le quedan 9 intentos" in await page.inner_text("[role=alert]")
    await type_card(page, Card.CHALLENGE)
    await page.fill("#code", "12345")
    await page.click("button[value=code]")
    assert "Pago aprobado" in await page.inner_text("main")
    assert await page.get_attribute("#back", "href") == "https://hub.example/return/abc"
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


@pytest.mark.browser
async def test_the_browser_comes_back_to_the_shop(bench: Bench, chromium: Browser) -> None:
    """After paying, the browser is sent to the shop's address; after leaving, to the other one."""
    async with serve(Listener().app) as shop:
        addresses = {"return_url": f"{shop}/return", "cancel_url": f"{shop}/left"}
        paid = await bench.create(reference="A-1", **addresses)
        left = await bench.create(reference="A-2", **addresses)
        page = await open_page(chromium, 390, paid["process_url"])
        await type_card(page, Card.APPROVED)
        assert page.url == f"{shop}/return"
        page = await open_page(chromium, 390, left["process_url"])
        await page.click("button[value=leave]")
        assert page.url == f"{shop}/left"
    assert (await bench.query(left["request_id"]))["state"] == "failed"


async def submit(url: str, **fields: str) -> tuple[int, str, str]:
    """Send the page's form; return status, where it leads, and the page's text."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data={"action": "pay", **fields}, allow_redirects=False) as response,
    ):
        return response.status, response.headers.get("Location", ""), await response.text()


async def test_a_pending_payment_goes_back_and_takes_no_second_one(bench: Bench) -> None:
    """While the bank decides, the page says so and opens no second attempt."""
    reply = await bench.create()
    url = reply["process_url"]
    status, location, _ = await submit(url, card=Card.PENDING_APPROVED)
    assert (status, location) == (303, "https://hub.example/return/abc")
    status, _, text = await submit(url, card=Card.APPROVED)
    assert status == 200
    assert "en proceso" in text
    assert len(bench.sandbox.session(reply["request_id"]).payments) == 1


async def test_a_wrong_code_refuses_the_attempt(bench: Bench) -> None:
    """The bank's code is needed: a wrong one costs a try."""
    reply = await bench.create()
    await submit(reply["process_url"], card=Card.CHALLENGE)
    status, _, _ = await submit(reply["process_url"], action="code", code="00000")
    assert status == 422
    assert bench.sandbox.session(reply["request_id"]).tries == 1


@pytest.mark.parametrize(("otp", "status"), [("123456", 303), ("000000", 303), ("999999", 422), ("", 422)])
async def test_a_one_time_code_is_asked_by_switch(bench: Bench, otp: str, status: int) -> None:
    """With the switch on, only the published codes let a card through."""
    bench.sandbox.site.otp = True
    reply = await bench.create()
    assert (await submit(reply["process_url"], card=Card.APPROVED, otp=otp))[0] == status


@pytest.mark.parametrize("typed", ["", "1234", "4110760000000082", "abc", "４１１０７６０００００００００８１"])
async def test_what_is_no_card_number_costs_no_try(bench: Bench, typed: str) -> None:
    """A slip of the finger is told and does not count."""
    reply = await bench.create()
    status, _, text = await submit(reply["process_url"], card=typed)
    assert status == 422
    assert "no es válido" in text
    assert bench.sandbox.session(reply["request_id"]).payments == []


async def test_an_error_of_the_processor_can_be_tried_again(bench: Bench) -> None:
    """The exception card charges nothing, says so and leaves the session open."""
    reply = await bench.create()
    status, _, text = await submit(reply["process_url"], card=Card.EXCEPTION)
    assert status == 422
    assert "no se cobró nada" in text
    assert (await submit(reply["process_url"], card=Card.APPROVED))[0] == 303


@pytest.mark.parametrize(("amount", "status"), [("199.99", 303), ("200.00", 422)])
async def test_the_small_card_pays_small_amounts(bench: Bench, amount: str, status: int) -> None:
    """One test card is refused from 200 on."""
    reply = await bench.create(amount=amount, taxes=None)
    assert (await submit(reply["process_url"], card=Card.SMALL))[0] == status


async def test_a_part_is_paid(bench: Bench) -> None:
    """With part payments the customer names the amount, with comma or point, and no more than is open."""
    reply = await bench.create(taxes=None, allow_partial=True)
    assert (await submit(reply["process_url"], card=Card.APPROVED, amount="40,50"))[0] == 200
    assert (await submit(reply["process_url"], card=Card.APPROVED, amount="74.51"))[0] == 422
    assert (await submit(reply["process_url"], card=Card.APPROVED, amount="x"))[0] == 422
    assert (await submit(reply["process_url"], card=Card.APPROVED))[0] == 303
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


async def test_a_wrong_link_shows_nothing(bench: Bench) -> None:
    """A link without its key opens no session."""
    reply = await bench.create()
    wrong = re.sub(r"/[0-9a-f]+$", "/0000", reply["process_url"])
    status, _, text = await submit(wrong, card=Card.APPROVED)
    assert status == 404
    assert "CV7K2M-1" not in text


async def test_the_page_has_no_script_and_escapes_texts(bench: Bench) -> None:
    """A description with markup is shown as text, and the policy forbids scripts."""
    reply = await bench.create(description="<script>alert(1)</script>")
    async with aiohttp.ClientSession() as http, http.get(reply["process_url"]) as response:
        text = await response.text()
        assert "<script" not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
