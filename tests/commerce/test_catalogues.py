"""Several catalogues of one company: each with its own list, stock and place at Meta, none in another's way."""

from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.catalogue.copying import Copy
from caravana.commerce.catalogue.settings import ROUTES, load
from caravana.component.odoo.sandbox.seed import Setup
from caravana.engine.configuration import Configuration
from caravana.kit.errors import ConfigurationError
from caravana.route import read_text
from tests.commerce.storefront import Storefront, open_storefront

NORTH = "5679"
TWO = Setup(demo=False, warehouses=(("Matriz", "WH"), ("Norte", "NO")))
OFFICES = {"norte": {"name": "Norte", "company": 1, "warehouse": 2}}


def open_two(folder: Path, norte: dict[str, Any] | None = None, **more: Any) -> Any:
    """Run a company with a catalogue of its branch in the north beside the first one."""
    own = {"meta": "catalog_norte", "branch": "norte", **(norte or {})}
    given = {"setup": TWO, "catalogs": {"catalog_norte": NORTH}, "branches": OFFICES, "others": {"norte": own}}
    return open_storefront(folder, **{**given, **more})


def lists(shop: Storefront) -> tuple[int, int]:
    """Make the pricelists of both: what the north sells costs half."""
    return shop.pricelist(), shop.pricelist({"compute_price": "percentage", "percent_price": 50})


async def test_each_catalogue_has_its_own_prices_and_stock(tmp_path: Path) -> None:
    """The branch's catalogue shows its list's prices and its warehouse's stock; what changes for one is sent there alone."""
    async with open_two(tmp_path, {"pricelist": 2}, placeholders={"catalogue.warehouses": "1"}, pricelist=1) as shop:
        assert lists(shop) == (1, 2)
        cafe = shop.product("CAFE", 20.0, stock=5)
        await shop.look()
        assert [shop.item("CAFE", one)["price"] for one in ("5678", NORTH)] == ["23.00 USD", "11.50 USD"]
        assert [shop.item("CAFE", one)["availability"] for one in ("5678", NORTH)] == ["in stock", "out of stock"]
        shop.stock(cafe, 3, warehouse=2)
        await shop.look()
        assert shop.item("CAFE", NORTH)["availability"] == "in stock"
        [rule] = shop.odoo.env["product.pricelist.item"].search([["pricelist_id", "=", 2]])
        shop.odoo.env["product.pricelist.item"].write([rule], {"percent_price": 25})
        await shop.look()
        assert [shop.item("CAFE", one)["price"] for one in ("5678", NORTH)] == ["23.00 USD", "17.25 USD"]
        assert [len(shop.meta.catalogs.all[one].batches) for one in ("5678", NORTH)] == [1, 3]
        shop.change(cafe, active=False)
        await shop.look()
        assert [[*shop.meta.catalogs.all[one].products] for one in ("5678", NORTH)] == [[], []]


async def test_prices_that_differ_stop_their_own_catalogue(tmp_path: Path) -> None:
    """Where prices of one list differ from Odoo's, only its catalogue is held back, and the matter for a person names it."""
    async with open_two(tmp_path, {"country": 999}) as shop:  # of which no tax is
        cafe = shop.product("CAFE")
        await shop.look()
        assert (await shop.kept())["CAFE"]["state"] == "accepted"
        assert (await shop.kept("norte"))["CAFE"]["reason"] == "held"
        [(name, item)] = await shop.hub.store.find("review")
        assert (name, item["summary"]) == ("catalogue_norte/prices", "Revisar precios del catálogo norte")
        assert item["branch"] == "norte"
        assert "`caravana catalog publish --catalogue norte`" in item["text"]
        shop.change(cafe, taxes_id=[[6, 0, []]])
        await shop.look()
        assert shop.item("CAFE", NORTH)["price"] == "10.00 USD"
        assert await shop.hub.store.find("review") == []
        assert shop.notes(cafe) == []  # one task, and not a note on each of the list's products
        shop.meta.catalogs.all[NORTH].refused["CAFE"] = "Not in this country"
        shop.change(cafe, list_price=12)
        await shop.look()
        assert shop.notes(cafe) == ["Catálogo norte: No está al día en el catálogo de Meta: Not in this country"]


async def test_what_meta_refuses_in_one_is_told_of_that(tmp_path: Path) -> None:
    """Each catalogue has its own state of a product, and its own field in Odoo where it names one."""
    async with open_two(tmp_path, {"field": "x_norte"}, field="x_catalogo") as shop:
        shop.field("x_catalogo")
        shop.field("x_norte")
        shop.meta.catalogs.all[NORTH].refused["CAFE"] = "Not in this country"
        cafe = shop.product("CAFE")
        await shop.look()
        assert shop.read(cafe, "x_catalogo") == "Publicado en el catálogo de Meta"
        assert "Not in this country" in shop.read(cafe, "x_norte")


async def test_a_picture_is_shown_for_any_catalogue(tmp_path: Path) -> None:
    """What only the branch's catalogue shows, by a tag of its own, has a public picture, and none once it leaves it."""
    async with open_two(tmp_path, {"tag": "Norte"}) as shop:
        norte = shop.odoo.env["product.tag"].create({"name": "Norte"})
        cafe = shop.product("CAFE", product_tag_ids=[[6, 0, [norte]]])
        await shop.look()
        assert shop.skus == []
        address = shop.item("CAFE", NORTH)["image_link"]
        async with shop.web.get(address) as answer:
            assert answer.status == 200
        shop.change(cafe, product_tag_ids=[[6, 0, []]])
        await shop.look()
        async with shop.web.get(address) as answer:
            assert answer.status == 404


async def test_what_one_catalogue_has_stays_when_another_comes(tmp_path: Path) -> None:
    """A company of one catalogue adds another to its journal: the first goes on, the new one begins when a person says so."""
    async with open_storefront(tmp_path, setup=TWO) as one:
        cafe = one.product("CAFE")
        await one.look()
    async with open_two(tmp_path, before=one) as shop:
        shop.leap(hours=1)
        await shop.look()
        assert (await shop.kept())["CAFE"]["state"] == "accepted"
        assert await shop.kept("norte") == {}
        await shop.publish("norte")
        assert (await shop.kept("norte"))["CAFE"]["state"] == "accepted"
        assert [len(shop.meta.catalogs.all[one].batches) for one in ("5678", NORTH)] == [1, 1]
        shop.change(cafe, list_price=30)
        await shop.look()
        assert [shop.item("CAFE", one)["price"] for one in ("5678", NORTH)] == ["34.50 USD", "34.50 USD"]


def configured(**norte: Any) -> Configuration:
    """Return a configuration of two catalogues."""
    at = {"component": "catalog", "url": "http://x", "token": "t"}
    return Configuration.model_validate(
        {
            "listener": {"public_url": "https://hub.example"},
            "connections": {
                "odoo": {"url": "http://x", "database": "d"},
                "catalog": {**at, "catalog": "1"},
                "catalog_norte": {**at, "catalog": "2"},
                "same": {**at, "catalog": "1"},
            },
            "branches": OFFICES,
            "settings": {
                "catalogue.link": "https://x/{sku}",
                "catalogue.field": "x_catalogo",
                "catalogue.others": {"norte": {"meta": "catalog_norte", **norte}},
            },
        }
    )


@pytest.mark.parametrize(
    ("own", "wrong"),
    [
        ({"meta": None}, "settings.catalogue.others.norte.meta: say which connection"),
        ({"meta": "nowhere"}, "add `connections.nowhere`"),
        ({"meta": "same"}, "another catalogue is published there already"),
        ({"colour": "red"}, "there is no `colour` in a catalogue"),
        ({"branch": "sur"}, "there is no branch `sur` (there are: norte)"),
        ({"branch": "norte", "company": 7}, "it is not the company of the branch"),
        ({"pricelist": "web"}, "settings.catalogue.others.norte.pricelist: must be a number"),
        ({"warehouses": "north"}, "settings.catalogue.others.norte.warehouses"),
        ({"tag": 'a"b'}, "settings.catalogue.others.norte.tag"),
        ({"field": "x_catalogo"}, "another catalogue writes there already"),
        ({"posts": ["facebook"]}, "add `connections.facebook`"),
    ],
)
def test_what_is_wrong_with_a_further_catalogue_is_named(own: dict[str, Any], wrong: str) -> None:
    """Every mistake is named with its place."""
    with pytest.raises(ConfigurationError, match=r"settings\.catalogue\.others") as caught:
        load(configured(**own))
    assert wrong in str(caught.value)


def test_a_further_catalogue_takes_over_what_it_does_not_say() -> None:
    """Its branch gives company and warehouse, the settings for all the rest; the field and the posts are its own."""
    made = load(configured(branch="norte", pricelist=4))["catalogue_norte"].settings
    told = {name: made[name] for name in ("company", "pricelist", "link", "field", "posts", "name")}
    assert told == {
        "company": 1,
        "pricelist": 4,
        "link": "https://x/{sku}",
        "field": None,
        "posts": [],
        "name": "norte",
    }


@pytest.mark.parametrize("file", sorted(one.name for one in ROUTES.glob("*.yaml") if one.name != "3-pictures.yaml"))
def test_no_name_is_shared(file: str) -> None:
    """A copy of a route file has no route, lane, callable or record in common with the first catalogue's."""
    copy = Copy(ROUTES / file, "norte", {"tag": "Norte"})
    text = copy.read_text("utf-8")
    first = (ROUTES / file).read_text("utf-8")
    assert text.count("catalogue_norte") >= first.count("ref: catalogue,") > 0
    shared = (" wares:k", " wares:s", " wares:c", "state:wares?", "ref: catalogue,", ":catalogue-", "lane: catalogue-")
    for line in text.splitlines():
        code = "" if "description:" in line else line.partition("#")[0]
        assert not [one for one in shared if one in code], line
    ids = {route.id for route in read_text(text, file=copy.name).routes}
    assert all(str(one).startswith("catalogue_norte-") for one in ids)


async def test_the_branch_s_company_is_asked(tmp_path: Path) -> None:
    """Goods, costs and taxes of a catalogue are those of its branch's company: another company's own goods are not in it."""
    setup = Setup(demo=False, companies=("Importadora",))
    offices = {"norte": {"name": "Norte", "company": 2}}
    async with open_two(tmp_path, {"pricelist": 1}, setup=setup, branches=offices, company=1) as shop:
        env = shop.odoo.env
        cost = {"applied_on": "3_global", "compute_price": "formula", "base": "standard_price", "price_discount": 0}
        assert shop.pricelist(cost) == 1
        iva = [["type_tax_use", "=", "sale"], ["amount", "=", 15]]
        taxes = [env["account.tax"].search([*iva, ["company_id", "=", one]])[0] for one in (1, 2)]
        both = {"taxes_id": [[6, 0, taxes]]}
        cafe = shop.product("CAFE", 20.0, **both)
        shop.product("UNO", 20.0, company_id=1, **both)
        shop.product("DOS", 20.0, company_id=2, **both)
        env["product.product"].write([cafe], {"standard_price": 4.0}, context={"allowed_company_ids": [1]})
        env["product.product"].write([cafe], {"standard_price": 8.0}, context={"allowed_company_ids": [2]})
        await shop.look()
        assert shop.item("CAFE", "5678")["price"] == "23.00 USD"
        assert shop.item("CAFE", NORTH)["price"] == "9.20 USD"
        assert "UNO" not in shop.meta.catalogs.all[NORTH].products


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("catalogue.pricelst", "settings.catalogue.pricelst: the flow `catalogue` has no such setting"),
        ("catalogue.warehouses", "settings.catalogue.warehouses: it is a placeholder: write it under `placeholders`"),
    ],
)
def test_a_setting_that_there_is_not_is_refused(setting: str, told: str) -> None:
    """What would be ignored, and published otherwise than the company thinks, is told."""
    given = configured()
    given.settings[setting] = 3
    with pytest.raises(ConfigurationError) as caught:
        load(given)
    assert told in str(caught.value)
