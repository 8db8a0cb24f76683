"""PayPhone's page in the imitation, driven by plain forms: where the browser must come from, and where it is sent."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from caravana.component.payphone.sandbox import Card
from tests.component.payphone.till import Till

SHOP = "https://hub.example/"


async def look(url: str, referrer: str = SHOP) -> tuple[int, str]:
    """Open the page as a browser that comes from `referrer`, and return status and text."""
    headers = {"Referer": referrer} if referrer else {}
    async with aiohttp.ClientSession() as web, web.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def press(url: str, action: str, card: str = Card.APPROVED) -> tuple[int, str]:
    """Fill in the form and press a button; return status and the address to which the browser is sent, else the text."""
    _, html = await look(url)
    found = re.search(r'name="key" value="(\w+)"', html)
    assert found is not None
    parts = urlsplit(url)
    form: Any = {"key": found[1], "card": card, "action": action}
    async with (
        aiohttp.ClientSession() as web,
        web.post(f"{parts.scheme}://{parts.netloc}/Anonymous/Pay", data=form, allow_redirects=False) as answer,
    ):
        return answer.status, answer.headers.get("Location") or await answer.text()


@pytest.mark.parametrize(
    ("domain", "referrer", "status"),
    [("", SHOP, 200), ("", "", 403), ("hub.example", SHOP, 200), ("hub.example", "https://other.example/", 403)],
)
async def test_the_browser_must_come_from_the_registered_domain(
    till: Till, domain: str, referrer: str, status: int
) -> None:
    """A browser that hides where it comes from, or comes from elsewhere, sees no form."""
    till.sandbox.store.domain = domain
    reply = await till.create()
    assert (await look(reply["process_url"], referrer))[0] == status


async def test_a_paid_customer_comes_back_with_the_payment(till: Till) -> None:
    """The return address keeps its own parameters and gains the two of PayPhone."""
    reply = await till.create()
    status, url = await press(reply["process_url"], "pay")
    parameters = parse_qs(urlsplit(url).query)
    assert (status, parameters["lang"], parameters["clientTransactionId"]) == (303, ["es"], ["CV7-1"])
    told = till.component.returned({name: one[0] for name, one in parameters.items()})
    assert (await till.confirm(reply, told))["state"] == "paid"


async def test_a_refused_customer_comes_back_too(till: Till) -> None:
    """The address says nothing of the refusal: only Confirm does."""
    reply = await till.create()
    _, url = await press(reply["process_url"], "pay", Card.DENIED)
    told = parse_qs(urlsplit(url).query)["id"][0]
    assert (await till.confirm(reply, told))["state"] == "cancelled"


async def test_a_customer_who_cancels_goes_to_the_other_address(till: Till) -> None:
    """Where one is given."""
    reply = await till.create(cancel_url="https://hub.example/pay/abc")
    _, url = await press(reply["process_url"], "leave")
    assert url.startswith("https://hub.example/pay/abc?id=")


async def test_a_customer_who_vanishes_has_paid(till: Till) -> None:
    """He pays and closes the browser: nothing leads back, and the money waits for us."""
    reply = await till.create()
    status, text = await press(reply["process_url"], "vanish")
    assert (status, "Pago recibido" in text) == (200, True)
    assert (await till.query(reply))["state"] == "action_needed"


async def test_the_page_lives_ten_minutes(till: Till) -> None:
    """Afterwards nobody can pay on it; a link that is none says so, too."""
    reply = await till.create()
    till.pass_by(minutes=10)
    assert (await look(reply["process_url"]))[0] == 410
    assert (await look(reply["process_url"] + "x"))[0] == 404


async def test_a_number_that_is_no_card_is_asked_for_again(till: Till) -> None:
    """The form stays, with a word about what is wrong."""
    reply = await till.create()
    status, text = await press(reply["process_url"], "pay", "4111111111111112")
    assert (status, "no es válido" in text) == (422, True)
