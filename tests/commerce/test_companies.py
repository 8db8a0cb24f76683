"""An order may be paid over several companies, one of them a stranger to the package."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from caravana.engine import registry
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.commerce.shop import SILENT, Shop, Street, open_shop
from tests.commerce.test_browser import look, visit
from tests.commerce.test_refunds import outgoing, refund
from tests.component.pay.mercurio import MercurioSandbox
from tests.component.pay.mercurio.sandbox import KEY
from tests.support.waiting import eventually


class Market:
    """A shop whose customers choose between PlacetoPay and Mercurio."""

    def __init__(self, shop: Shop, mercurio: MercurioSandbox) -> None:
        self.shop = shop
        self.mercurio = mercurio

    async def choose(self, link: str, store: str) -> str | None:
        """Press the button of a merchant account; return the address that the browser is sent to, or None."""
        async with self.shop.web.post(f"{link}?store={store}", allow_redirects=False) as answer:
            return answer.headers.get("Location")


@pytest.fixture
async def market(tmp_path: Path, clock: ScaledClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Market]:
    """Mercurio's component comes by entry point, its connection says which it is; its payments wait for our word."""
    entry = EntryPoint("mercurio", "tests.component.pay.mercurio:MercurioComponent", registry.ENTRY_POINTS)
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([entry]).select(group=group))
    mercurio = MercurioSandbox(clock=clock)
    async with serve(mercurio.app()) as url:
        mercurio.url = url

        def changes(street: Street, given: dict[str, Any]) -> None:
            account = {"component": "mercurio", "url": url, "shop": "Empresa.XYZ", "key": KEY, "wait": True}
            given["connections"]["tarjetas"] = account

        stores = {"cards.stores": ["placetopay", "tarjetas"], "cards.name.tarjetas": "Mercurio", "cards.sweep": "1m"}
        async with open_shop(tmp_path, clock, None, changes, **stores) as shop:
            shop.provider.notifier.plan = SILENT
            yield Market(shop, mercurio)


async def test_the_customer_chooses(market: Market) -> None:
    """The page has a button for each company, and the session is opened at the one that is pressed."""
    order = market.shop.order()
    link = await market.shop.link(order)
    _, text = await market.shop.page(link)
    assert ("Pagar con PlacetoPay" in text, "Pagar con Mercurio" in text) == (True, True)
    assert str(await market.choose(link, "tarjetas")).startswith(market.mercurio.url)
    assert (len(market.shop.provider.sessions), len(market.mercurio.charges)) == (0, 1)
    [attempt] = await market.shop.attempts(order)
    assert (attempt["connection"], attempt["reference"]) == ("tarjetas", f"CV{order}-1")


async def test_what_waits_for_our_word_is_confirmed_by_the_sweep_alone(market: Market) -> None:
    """Nobody comes back and nothing is notified: the list of events tells, the payment is confirmed in time and booked once."""
    order = market.shop.order()
    await market.choose(await market.shop.link(order), "tarjetas")
    market.mercurio.pay(f"CV{order}-1")
    async with market.shop.hurrying():
        await market.shop.settled(order)
    await market.shop.idle()
    [payment] = market.shop.card_payments()
    assert (payment["amount"], market.mercurio.effects["aceptar"]) == (115.0, 1)
    data = market.shop.odoo.env["ir.model.data"]
    [found] = data.read(data.search([["model", "=", "account.payment"], ["res_id", "=", payment["id"]]]), ["name"])
    assert found["name"] == "mercurio_empresa_xyz_M-2d-000001"
    assert f"Mercurio {market.mercurio.charges[f'CV{order}-1'].number}" in market.shop.notes(order)
    assert await market.shop.reviews() == []


async def test_return_and_sweep_confirm_once(market: Market) -> None:
    """The customer comes back three times, and the sweep asks too: one confirmation, one payment."""
    order = market.shop.order()
    link = await market.shop.link(order)
    await market.choose(link, "tarjetas")
    market.mercurio.pay(f"CV{order}-1")
    faces = [await market.shop.face(f"{link}/return/es/1") for _ in range(3)]
    assert set(faces) <= {"checking", "paid"}
    await market.shop.settled(order)
    assert await market.shop.face(f"{link}/return/es/1") == "paid"
    await market.shop.idle()
    assert (market.mercurio.effects["aceptar"], len(market.shop.card_payments())) == (1, 1)


async def test_there_are_never_two_live_sessions(market: Market) -> None:
    """Who changes his mind and takes the other company leaves the first session closed."""
    order = market.shop.order()
    link = await market.shop.link(order)
    await market.choose(link, "placetopay")
    _, text = await market.shop.page(link)
    assert ("Continuar con PlacetoPay" in text, "Pagar con Mercurio" in text) == (True, True)
    assert str(await market.choose(link, "tarjetas")).startswith(market.mercurio.url)
    [first] = market.shop.provider.sessions.values()
    assert (first.status, first.reason) == ("REJECTED", "MC")
    assert [one["state"] for one in await market.shop.attempts(order)] == ["cancelled", "pending"]


async def test_a_company_that_is_away_holds_up_no_other(market: Market) -> None:
    """PlacetoPay answers nothing; what was paid at Mercurio is confirmed and booked all the same."""
    one, other = market.shop.order(), market.shop.order()
    await market.choose(await market.shop.link(one), "placetopay")
    market.shop.provider.faults.append(Fault("query", "status", status=503, times=10_000))
    await market.choose(await market.shop.link(other), "tarjetas")
    market.mercurio.pay(f"CV{other}-1")
    await market.shop.settled(other)
    assert market.mercurio.effects["aceptar"] == 1


async def test_a_store_that_is_not_offered_cannot_be_chosen(market: Market) -> None:
    """A name that somebody writes into the address is none of ours: the first company is taken."""
    order = market.shop.order()
    await market.choose(await market.shop.link(order), "odoo")
    assert [one["connection"] for one in await market.shop.attempts(order)] == ["placetopay"]


async def test_no_card_reaches_the_journal(market: Market) -> None:
    """The holder and the card's number that Mercurio's answers hold are in no record and no store."""
    order = market.shop.order()
    await market.choose(await market.shop.link(order), "tarjetas")
    market.mercurio.pay(f"CV{order}-1")
    async with market.shop.hurrying():
        await market.shop.settled(order)
    text = json.dumps(await market.shop.attempts(order), default=str)

    async def confirmed() -> bool:
        return market.mercurio.effects["aceptar"] == 1

    await eventually(confirmed)
    assert ("ROSA TITULAR" in text, "4539148803436467" in text) == (False, False)


async def test_a_refund_made_at_the_company_is_booked_like_ours(market: Market) -> None:
    """A clerk sends a part back on Mercurio's own page: the list of events tells, and Odoo's books say so, once."""
    order = market.shop.order()
    market.shop.invoice(order)
    await market.choose(await market.shop.link(order), "tarjetas")
    market.mercurio.pay(f"CV{order}-1")
    async with market.shop.hurrying():
        await market.shop.settled(order)
    market.mercurio.give_back({"referencia": f"CV{order}-1", "devolucion": "en-caja", "monto": "15,00"})

    async def booked() -> list[Any]:
        return [one for _, one in await market.shop.hub.store.find("card_refund") if one["booked"]]

    async with market.shop.hurrying():
        [kept] = await eventually(booked, timeout=60)
    await market.shop.idle()
    assert (kept["origin"], kept["amount"], kept["refund"]) == ("company", Decimal("15.00"), "M-000001/en-caja")
    assert [one["amount"] for one in outgoing(market.shop)] == [15.0]
    assert await market.shop.reviews() == ["refund_without_note"]


async def test_our_own_refund_comes_back_as_news_and_is_booked_once(market: Market) -> None:
    """What we asked for is told by the list of events as well: it is known, and nothing is booked anew."""
    order = market.shop.order()
    await market.choose(await market.shop.link(order), "tarjetas")
    market.mercurio.pay(f"CV{order}-1")
    async with market.shop.hurrying():
        await market.shop.settled(order)
    assert (await refund(market.shop, f"CV{order}-1", amount="100.00"))["state"] == "done"

    async def told() -> int:
        rows = await market.shop.hub.journal.query("select id from exchange where route = 'card-refund-seen'", {})
        return len(rows)

    async with market.shop.hurrying():
        await eventually(told, timeout=60)
    await market.shop.idle()
    assert [one["amount"] for one in outgoing(market.shop)] == [100.0]
    assert len(await market.shop.hub.store.find("card_refund")) == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_choice_in_a_browser(market: Market, chromium: Browser, tmp_path: Path, width: int) -> None:
    """At desk and phone width: two buttons, the chosen company's page, and back on ours the open session goes on."""
    order = market.shop.order()
    link = await market.shop.link(order)
    page, complaints = await visit(chromium, width, "es-EC", link)
    await look(page, tmp_path / f"choose-{width}.png", "pay")
    assert await page.locator("form button").all_inner_texts() == ["Pagar con PlacetoPay", "Pagar con Mercurio"]
    await page.click("button >> nth=0")
    await page.wait_for_url(f"{market.shop.configuration.connections['placetopay']['url']}/**")
    assert await page.evaluate("document.referrer") == market.shop.url + "/"
    await page.goto(link)
    await look(page, tmp_path / f"choose-open-{width}.png", "open")
    assert await page.locator("form button").all_inner_texts() == ["Continuar con PlacetoPay", "Pagar con Mercurio"]
    assert complaints == []
