"""Branches: each order's money runs in its own company, merchant account and journal, and nothing crosses."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.placetopay.sandbox import PlacetopaySandbox, Site
from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.serving import serve
from tests.commerce.shop import Shop, Street, open_shop
from tests.support.waiting import eventually

WAREHOUSES = Setup(warehouses=(("Matriz", "WH"), ("Bodega Sur", "SUR")))
COMPANIES = Setup(companies=("Sur S.A.",))


@dataclass
class Town:
    """A shop with two branches, `centro` and `sur`, each with a merchant account of its own."""

    shop: Shop
    sur: PlacetopaySandbox

    def of(self, branch: str) -> PlacetopaySandbox:
        """Return the payment company's imitation that holds the branch's merchant account."""
        return self.sur if branch == "sur" else self.shop.provider

    async def messages(self, **wanted: Any) -> list[dict[str, Any]]:
        """Return what the operator's list shows."""
        hub = self.shop.hub
        found: list[dict[str, Any]] = await Admin(hub.journal, hub.clock, hub).call("messages", wanted)
        return found

    async def pay(self, order: int, branch: str) -> dict[str, Any]:
        """Let the customer pay an order at its branch's merchant account; return the attempt as booked."""
        self.of(branch).pay(str(await self.shop.press(await self.shop.link(order))))
        await self.shop.settled(order)
        [attempt] = await self.shop.attempts(order)
        return attempt


@asynccontextmanager
async def open_town(folder: Path, clock: ScaledClock, setup: Setup, **settings: Any) -> AsyncIterator[Town]:
    """Run a town while the block runs."""
    async with AsyncExitStack() as stack:
        site = Site(login="sur-login", secret_key="sur-secret-key")
        sur = PlacetopaySandbox(clock=clock, site=site)
        stack.push_async_callback(sur.close)
        sur_url = await stack.enter_async_context(serve(sur.app()))

        def changes(street: Street, given: dict[str, Any]) -> None:
            site.notification_url = f"{given['listener']['public_url']}/placetopay/cards_sur"
            given["connections"]["cards_sur"] = {"url": sur_url, "login": site.login, "secretKey": site.secret_key}
            given["branches"] = branches(street)

        yield Town(await stack.enter_async_context(open_shop(folder, clock, setup, changes, **settings)), sur)


def branches(street: Street) -> dict[str, Any]:
    """Return both branches, as the warehouses of the database say."""
    found = street.odoo.env["stock.warehouse"].search_read([], ["company_id"])
    centro, sur = ({"company": one["company_id"][0], "warehouse": one["id"]} for one in found)
    if centro["company"] == sur["company"]:
        values = {"name": "002-001 Facturas", "type": "sale", "code": "INV2", "company_id": sur["company"]}
        sur["sale_journal"] = street.odoo.env["account.journal"].create(values)
    return {
        "centro": {"name": "Centro", "payment_store": "placetopay", **centro},
        "sur": {"name": "Sur", "payment_store": "cards_sur", **sur},
    }


@pytest.fixture
async def town(tmp_path: Path, clock: ScaledClock) -> AsyncIterator[Town]:
    """Two branches of one company."""
    async with open_town(tmp_path, clock, WAREHOUSES) as one:
        yield one


def of(town: Town, branch: str) -> dict[str, int]:
    """Return what makes an order one of the branch."""
    found = town.shop.configuration.branches[branch]
    assert found.warehouse is not None
    return {"company_id": found.company, "warehouse_id": found.warehouse}


async def test_each_branch_is_paid_at_its_own_merchant_account(town: Town) -> None:
    """Both merchant accounts give equal session numbers; each order is booked once, from its own."""
    orders = {name: town.shop.order(of=of(town, name)) for name in ("centro", "sur")}
    for name, order in orders.items():
        attempt = await town.pay(order, name)
        assert (attempt["branch"], attempt["connection"]) == (
            name,
            town.shop.configuration.branches[name].payment_store,
        )
    sessions = [(await town.shop.attempts(order))[0]["request_id"] for order in orders.values()]
    assert sessions[0] == sessions[1]
    paid = {one["memo"].split()[0] for one in town.shop.card_payments("in_process", "paid")}
    assert paid == {town.shop.read("sale.order", order, "name") for order in orders.values()}


async def test_every_message_of_an_order_carries_its_branch(town: Town) -> None:
    """Link, page, button, notification and booking are found by the branch; the style sheet has none."""
    order = town.shop.order(of=of(town, "sur"))
    link = await town.shop.link(order)
    await town.shop.page(link)
    await town.shop.page(town.shop.url + "/pay-style.css")
    await town.pay(order, "sur")
    await town.shop.face(link + "/return/es/1")
    await town.shop.idle()
    routes = {one["route"]: one["branch"] for one in await town.messages(limit=1000)}
    assert routes.pop("card-style") is None
    assert routes == dict.fromkeys(
        [
            "card-link",
            "card-fields-written",
            "card-page",
            "card-button",
            "card-notification",
            "card-settle",
            "card-return",
        ],
        "sur",
    )
    assert await town.messages(branch="centro") == []


async def test_branches_with_one_account_are_told_apart_by_the_order(tmp_path: Path, clock: ScaledClock) -> None:
    """A notification of a shared merchant account has the branch of the order that was paid."""

    def shared(street: Street, given: dict[str, Any]) -> None:
        given["branches"] = {name: {**one, "payment_store": "placetopay"} for name, one in branches(street).items()}

    async with open_shop(tmp_path, clock, WAREHOUSES, shared) as shop:
        town = Town(shop, shop.provider)
        await town.pay(shop.order(of=of(town, "sur")), "sur")
        await shop.idle()
        assert {one["branch"] for one in await town.messages(route="card-notification")} == {"sur"}


async def test_the_sweep_finds_what_each_branch_was_paid(tmp_path: Path, clock: ScaledClock) -> None:
    """Without a notification the sweep asks each merchant account about its own sessions."""
    async with open_town(tmp_path, clock, WAREHOUSES, **{"cards.sweep": "30s"}) as town:
        town.shop.provider.site.notification_url = town.sur.site.notification_url = ""
        for name in ("centro", "sur"):
            async with town.shop.hurrying():
                await town.pay(town.shop.order(of=of(town, name)), name)
        settled = {one["branch"] for one in await town.messages(route="card-settle")}
        assert settled == {"centro", "sur"}


async def test_an_order_of_no_branch_gets_no_link_until_the_branch_is_configured(town: Town) -> None:
    """Nothing is done for it and nothing is guessed: a person sees which company and warehouse it has."""
    warehouse = town.shop.odoo.env["stock.warehouse"].create({"name": "Norte", "code": "NOR"})
    order = town.shop.order(of={**of(town, "sur"), "warehouse_id": warehouse})
    desk = Admin(town.shop.hub.journal, town.shop.hub.clock)

    async def reviewed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await desk.call("review", {})
        return found

    [item] = await eventually(reviewed, timeout=30)
    assert f"warehouse {warehouse} (Norte) is of no configured branch" in item["reason"]
    assert town.shop.notes(order).count("/pay/") == 0


async def test_two_companies_with_equal_invoice_numbers_do_not_cross(tmp_path: Path, clock: ScaledClock) -> None:
    """Both invoices are 001-001-000000001: each is paid by its own company's payment, in its own company's journal."""
    async with open_town(tmp_path, clock, COMPANIES) as town:
        shop, orders = town.shop, {}
        for name in ("centro", "sur"):
            orders[name] = shop.order(of=of(town, name))
        invoices = {name: shop.invoice(order) for name, order in orders.items()}
        assert {shop.read("account.move", one, "name") for one in invoices.values()} == {"Fact 001-001-000000001"}

        await town.pay(orders["sur"], "sur")
        assert shop.read("account.move", invoices["sur"], "payment_state") == "paid"
        assert shop.read("account.move", invoices["centro"], "payment_state") == "not_paid"
        assert "Pago con tarjeta" not in shop.notes(orders["centro"])

        await town.pay(orders["centro"], "centro")
        for name, order in orders.items():
            company = town.shop.configuration.branches[name].company
            [payment] = [one for one in shop.card_payments() if invoices[name] in one["reconciled_invoice_ids"]]
            journal = shop.read("account.payment", payment["id"], "journal_id")[0]
            assert shop.read("account.payment", payment["id"], "company_id")[0] == company
            assert shop.read("account.journal", journal, "company_id")[0] == company
            assert shop.notes(order).count("Pago con tarjeta recibido") == 1
        assert await shop.reviews() == []


async def test_an_advance_pays_the_invoice_of_its_own_company(tmp_path: Path, clock: ScaledClock) -> None:
    """An order is paid before it is invoiced: once invoiced, the advance of its company pays it."""
    async with open_town(tmp_path, clock, COMPANIES) as town:
        shop = town.shop
        orders = {name: shop.order(of=of(town, name)) for name in ("centro", "sur")}
        for name, order in orders.items():
            await town.pay(order, name)
        invoices = {name: shop.invoice(order) for name, order in orders.items()}
        for invoice in invoices.values():
            await eventually(lambda one=invoice: shop.read("account.move", one, "payment_state") == "paid", timeout=30)  # type: ignore[misc]
        advances = {one["branch"] for one in await town.messages(route="card-advance")}
        assert advances == {"centro", "sur"}


async def test_a_link_from_before_the_branches_still_leads_to_its_order(tmp_path: Path, clock: ScaledClock) -> None:
    """A link names its order alone: the branch is worked out from the order when it is opened."""
    async with open_town(tmp_path, clock, WAREHOUSES) as town:
        link = await town.shop.link(town.shop.order(of=of(town, "sur")))
        await town.shop.press(link)
        [pressed] = await town.messages(route="card-button")
        assert pressed["branch"] == "sur"


async def test_an_order_that_is_of_no_branch_any_more_takes_no_money(town: Town) -> None:
    """Its page says that it cannot be paid now, no session is opened, and a person sees which warehouse it is of."""
    order = town.shop.order(of=of(town, "sur"))
    link = await town.shop.link(order)
    warehouse = town.shop.odoo.env["stock.warehouse"].create({"name": "Norte", "code": "NOR"})
    town.shop.odoo.env["sale.order"].write([order], {"warehouse_id": warehouse})
    assert await town.shop.press(link) is None
    assert await town.shop.face(link) == "trouble"
    [item] = await Admin(town.shop.hub.journal, town.shop.hub.clock).call("review", {})
    assert f"sale.order,{order} of company 1" in item["reason"]
    assert town.sur.sessions == town.shop.provider.sessions == {}


async def test_an_invoice_made_by_the_hub_is_in_the_branchs_journal(tmp_path: Path, clock: ScaledClock) -> None:
    """With on_paid=invoice the paid order is invoiced under its branch's point of emission."""
    async with open_town(tmp_path, clock, WAREHOUSES, **{"cards.on_paid": "invoice"}) as town:
        order = town.shop.order(of=of(town, "sur"))
        await town.pay(order, "sur")
        [invoice] = town.shop.read("sale.order", order, "invoice_ids")
        assert (
            town.shop.read("account.move", invoice, "journal_id")[0]
            == town.shop.configuration.branches["sur"].sale_journal
        )
