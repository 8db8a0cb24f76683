"""The imitated checkout page, driven by a browser and by plain forms."""

import aiohttp
import pytest
from playwright.async_api import Browser, Page

from caravana.component.stripe.sandbox import Card
from caravana.kit.serving import serve
from tests.component.browsing import open_page
from tests.component.company import Listener
from tests.component.stripe.harness import Bench

WIDTHS = [1280, 390]


async def type_card(page: Page, card: Card) -> None:
    """Fill in the form and press pay."""
    await page.fill("#card", card.value)
    await page.fill("#expiry", "12/30")
    await page.fill("#cvc", "123")
    await page.click("button[value=pay]")


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_customer_pays_after_a_refusal(bench: Bench, chromium: Browser, width: int) -> None:
    """Refused with the first card, asked by his bank with the second, and back at the shop, paid."""
    async with serve(Listener().app) as shop:
        reply = await bench.create(return_url=f"{shop}/return?session={{CHECKOUT_SESSION_ID}}")
        page = await open_page(chromium, width, reply["process_url"])
        assert "115,00" in await page.inner_text("main")
        assert "Pedido S00042" in await page.inner_text("main")
        await type_card(page, Card.DECLINED)
        assert "rechazó" in await page.inner_text("[role=alert]")
        await type_card(page, Card.CHALLENGE)
        await page.click("button[value=yes]")
        assert page.url == f"{shop}/return?session={reply['request_id']}"
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


@pytest.mark.browser
async def test_a_customer_leaves(bench: Bench, chromium: Browser) -> None:
    """The link back leads to the shop's other address, and the page stays open."""
    async with serve(Listener().app) as shop:
        reply = await bench.create(cancel_url=f"{shop}/left")
        page = await open_page(chromium, 390, reply["process_url"])
        await page.click("#leave")
        assert page.url == f"{shop}/left"
    assert (await bench.query(reply["request_id"]))["state"] == "pending"


async def submit(url: str, **fields: str) -> tuple[int, str, str]:
    """Send the page's form; return status, where it leads, and the page's text."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data={"action": "pay", **fields}, allow_redirects=False) as response,
    ):
        return response.status, response.headers.get("Location", ""), await response.text()


async def test_a_paid_page_takes_no_second_payment(bench: Bench) -> None:
    """It says that it is paid, whatever is sent to it."""
    reply = await bench.create()
    url = reply["process_url"]
    assert (await submit(url, card=Card.GOOD))[:2] == (303, "https://hub.example/return/abc")
    status, _, text = await submit(url, card=Card.GOOD)
    assert (status, "Pago aprobado" in text) == (200, True)
    assert bench.sandbox.effects["charges"] == 1


async def test_a_debit_goes_back_and_is_in_process(bench: Bench) -> None:
    """The page of a method that takes days says so, and asks for no second one."""
    reply = await bench.create()
    status, _, _ = await submit(reply["process_url"], action="debit", account=Card.DEBIT)
    assert status == 303
    assert "en proceso" in (await submit(reply["process_url"]))[2]


@pytest.mark.parametrize(
    "typed", ["", "1234", "4242424242424241", "abc", Card.DEBIT, "４２４２４２４２４２４２４２４２"]
)
async def test_what_is_no_card_number_is_told(bench: Bench, typed: str) -> None:
    """A slip of the finger makes no try."""
    reply = await bench.create()
    status, _, text = await submit(reply["process_url"], card=typed)
    assert (status, "no es válido" in text) == (402, True)
    assert list(bench.sandbox.all("charge")) == []


async def test_an_expired_page_takes_no_payment(bench: Bench) -> None:
    """The link has ended, and says so."""
    reply = await bench.create()
    bench.clock.advance(86_400)
    status, _, text = await submit(reply["process_url"], card=Card.GOOD)
    assert (status, "terminó" in text) == (200, True)


async def test_a_wrong_link_shows_nothing(bench: Bench) -> None:
    """Neither of a session nor of a bank that asks."""
    url = bench.context.settings["url"]
    for path in ("/c/pay/cs_test_nobody", "/3ds/pi_nobody/x"):
        assert (await submit(url + path))[0] == 404


async def test_the_page_has_no_script_and_escapes_texts(bench: Bench) -> None:
    """A description with markup is shown as text, and the policy forbids scripts."""
    reply = await bench.create(description="<script>alert(1)</script>")
    async with aiohttp.ClientSession() as http, http.get(reply["process_url"]) as response:
        text = await response.text()
        assert "<script" not in text
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
