"""The hub's user has the least rights that are documented: with them all works, and what each of them is for shows without it."""

from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.rights import LEAST, OF_CATALOGUE
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import Shop, open_shop
from tests.commerce.storefront import open_storefront
from tests.commerce.test_tasks import asked, open_tasks
from tests.support.waiting import eventually

XMLIDS = tuple(one.xmlid for one in LEAST)


async def paid(shop: Shop, order: int) -> None:
    """Let the customer pay the order."""
    shop.provider.pay(str(await shop.press(await shop.link(order))))


async def refusals(shop: Shop) -> list[dict[str, Any]]:
    """Return what waits for a person because a right is missing."""
    return [one for one in await shop.hub.reviews.items(100) if "lacks the right" in one["reason"]]


async def test_with_exactly_the_least_rights(tmp_path: Path, clock: ScaledClock) -> None:
    """An order is paid, invoiced and told; a task is made on it, another on the company's contact, and both are closed."""
    async with open_shop(tmp_path, clock, Setup(bot_groups=XMLIDS), **{"cards.on_paid": "invoice"}) as shop:
        order = shop.order()
        await paid(shop, order)
        await shop.told(order)
        [invoice] = shop.read("sale.order", order, "invoice_ids")
        assert shop.read("account.move", invoice, "payment_state") == "paid"
        await asked(shop, "a", record={"model": "sale.order", "id": order})
        await shop.hub.store.put("review", "b", {"title": "Sin pedido"})
        await eventually(lambda: {one["res_model"] for one in open_tasks(shop)} == {"sale.order", "res.partner"})
        shop.odoo.env["mail.activity"].action_feedback(
            [open_tasks(shop, res_model="res.partner")[0]["id"]], feedback="ya"
        )
        assert await shop.hub.reviews.done("a", "ana", "")
        await eventually(lambda: not open_tasks(shop))
        await eventually(lambda: _nothing_waits(shop))


async def _nothing_waits(shop: Shop) -> bool:
    return await shop.hub.reviews.items(100) == []


@pytest.mark.parametrize(
    ("group", "right"),
    [
        ("sales_team.group_sale_salesman_all_leads", "`read` on sale.order"),
        ("account.group_account_invoice", "`read` on account.move"),
    ],
)
async def test_without_a_group_of_the_card_flow(tmp_path: Path, clock: ScaledClock, group: str, right: str) -> None:
    """The operation that needs it fails, and the error names right and group."""
    setup = Setup(bot_groups=[one for one in XMLIDS if one != group])
    async with open_shop(tmp_path, clock, setup) as shop:
        error = await _refused(shop, right)
    assert group in error


async def _refused(shop: Shop, right: str) -> str:
    """Open a customer's page, whose looking the order up is refused; return the recorded error."""
    order = shop.order()
    shop.invoice(order)
    flow = shop.hub.callables.get("cards.link_note").function
    link = str(flow({"id": order})["body"]).rpartition(" ")[2]
    assert await shop.face(link) == "trouble"
    rows = await shop.hub.journal.query("select error from record where state = 'failed'", {})
    assert rows
    assert all(right in row["error"] for row in rows)
    return str(rows[0]["error"])


async def test_without_contact_creation(tmp_path: Path, clock: ScaledClock) -> None:
    """A task about no document cannot be made; that stands on the hub's own list and makes no further task."""
    setup = Setup(bot_groups=[one for one in XMLIDS if one != "base.group_partner_manager"])
    async with open_shop(tmp_path, clock, setup) as shop:
        await shop.hub.store.put("review", "b", {"title": "Sin pedido"})
        found = await eventually(lambda: refusals(shop))
        assert [(one["kind"], one["route"]) for one in found] == [("dead", "review-items")]
        assert "res.partner" in found[0]["reason"]
        await shop.idle()
        assert (len(await refusals(shop)), open_tasks(shop)) == (1, [])


def test_the_groups_are_known_to_the_imitation() -> None:
    """Nothing is tested with a group that the imitation does not have."""
    from caravana.component.odoo.sandbox.seed import GROUPS

    assert set(XMLIDS) <= {xmlid for xmlid, _ in GROUPS}


@pytest.mark.parametrize("field", [None, "x_catalogo"])
async def test_the_catalogue_with_exactly_its_rights(tmp_path: Path, field: str | None) -> None:
    """A product is published and told of, and how it stands is written on it; the hub's list stays empty."""
    setup = Setup(demo=False, bot_groups=[one.xmlid for one in OF_CATALOGUE])
    async with open_storefront(tmp_path, setup=setup, field=field, posts=["facebook"]) as shop:
        shop.field("x_catalogo")
        flag = shop.odoo.env["product.tag"].create({"name": "Anunciar"})
        cafe = shop.product("CAFE", product_tag_ids=[[6, 0, [shop.tag, flag]]])
        bare = shop.product("NADA", image_1920=False)
        await shop.look()
        assert shop.skus == ["CAFE"]
        told = [shop.read(bare, field)] if field else shop.notes(bare)
        assert "no tiene imagen" in told[0]
        assert "Anunciado en Facebook" in shop.notes(cafe)[-1]
        assert await shop.hub.reviews.items(100) == []


async def test_the_catalogue_without_rights_on_products(tmp_path: Path) -> None:
    """What cannot be written on products is told with the right and its group; publishing goes on."""
    setup = Setup(demo=False, bot_groups=XMLIDS)
    async with open_storefront(tmp_path, setup=setup) as shop:
        shop.product("NADA", image_1920=False)
        await shop.look()
        shop.product("CAFE")
        await shop.look()
        assert shop.skus == ["CAFE"]
        waits = [one["reason"] for one in await shop.hub.reviews.items(100)]
        assert "product.group_product_manager" in waits[0]
