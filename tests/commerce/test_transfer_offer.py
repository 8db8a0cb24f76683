"""The pay page offers a transfer, too: the accounts, and the code by which the payment is known."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from caravana.kit.clock import ScaledClock
from tests.commerce.accounts import SOON
from tests.commerce.shop import Street, open_shop
from tests.commerce.test_browser import look, visit
from tests.commerce.test_paid_twice import open_till

CODE = re.compile(r"<dd>([0-9A-Z]{4}-[0-9A-Z]{4})</dd>")
ACCOUNTS = {"2100012345": "Banco del Austro, cuenta corriente, Empresa XYZ S.A."}


async def test_the_page_tells_account_and_code(tmp_path: Path, clock: ScaledClock) -> None:
    """The same code at every look, in both languages; while the customer pays by card, or has paid, it is not offered."""
    async with open_till(tmp_path, clock, **{"bank.names": ACCOUNTS}) as till:
        order = till.shop.order()
        link = await till.shop.link(order)
        _, spanish = await till.shop.page(link)
        _, english = await till.shop.page(f"{link}?lang=en")
        [code] = {*CODE.findall(spanish), *CODE.findall(english)}
        assert ("O pague por transferencia" in spanish, "Or pay by bank transfer" in english) == (True, True)
        assert all(f"2100012345<span>{ACCOUNTS['2100012345']}</span>" in text for text in (spanish, english))
        assert (await till.bank.operate("code", {"name": till.shop.read("sale.order", order, "name")}))["shown"] == code
        await till.shop.press(link)
        assert CODE.search((await till.shop.page(link))[1]) is None


async def test_who_pays_with_the_code_has_paid(tmp_path: Path, clock: ScaledClock) -> None:
    """The transfer with nothing but the code pays the order's invoice, and the page says so."""
    async with open_till(tmp_path, clock, **{"bank.names": ACCOUNTS}) as till:
        order = till.shop.order()
        invoice = till.shop.invoice(order)
        link = await till.shop.link(order)
        [code] = CODE.findall((await till.shop.page(link))[1])
        await till.transfer(text=f"PEDIDO {code}")
        await till.matched()
        assert till.shop.read("account.move", invoice, "payment_state") == "paid"
        assert await till.shop.face(link) == "paid"


async def test_nothing_is_offered_that_nobody_would_match(tmp_path: Path, clock: ScaledClock) -> None:
    """Without the flow `matching` the page is as it was."""
    async with open_shop(tmp_path, clock, **{"bank.names": ACCOUNTS}) as shop:
        _, text = await shop.page(await shop.link(shop.order()))
        assert (CODE.search(text), "transferencia" in text) == (None, False)


@pytest.mark.parametrize("branch", ["centro", "sur"])
async def test_each_branch_offers_its_own_accounts(tmp_path: Path, clock: ScaledClock, branch: str) -> None:
    """A branch with accounts shows them, one without shows none."""

    def changes(street: Street, given: dict[str, Any]) -> None:
        (tmp_path / "in").mkdir()
        given["flows"] = ["cards", "matching"]
        given["placeholders"] |= {**SOON, "bank.folder": str(tmp_path / "in")}
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        own = {"name": "Centro", "company": 1, "warehouse": warehouse, "payment_store": "placetopay"}
        given["branches"] = {branch: {**own, **({"bank_accounts": ["2100000007"]} if branch == "centro" else {})}}

    async with open_shop(tmp_path, clock, None, changes) as shop:
        _, text = await shop.page(await shop.link(shop.order()))
        assert ("2100000007" in text, CODE.search(text) is not None) == (branch == "centro", branch == "centro")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_offer_in_a_browser(chromium: Browser, tmp_path: Path, clock: ScaledClock, width: int) -> None:
    """At desk and phone width nothing is wider than the window, and the console complains of nothing."""
    async with open_till(tmp_path, clock, **{"bank.names": ACCOUNTS}) as till:
        page, complaints = await visit(chromium, width, "es-EC", await till.shop.link(till.shop.order()))
        await look(page, tmp_path / f"transfer-{width}.png", "pay")
        assert await page.locator(".transfer h2").inner_text() == "O pague por transferencia"
        assert complaints == []
