"""The flow `catalogue`, whole: products of Odoo are shown at Meta and kept true, and their state comes back."""

from datetime import timedelta
from pathlib import Path

from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.sandbox import Fault
from tests.commerce.storefront import open_storefront, picture


async def test_a_tagged_product_is_shown_and_kept_true(tmp_path: Path) -> None:
    """A product with the tag is in the catalogue, taxes in its price; a new price follows in one batch of price and stock."""
    async with open_storefront(tmp_path) as shop:
        product = shop.product("CAFE-1", 10.0, description_sale="<p>Café molido</p>")
        shop.product("OTRO", 3.0, product_tag_ids=[])
        await shop.look()
        assert shop.skus == ["CAFE-1"]
        item = shop.item("CAFE-1")
        assert item["price"] == "11.50 USD"
        assert item["availability"] == "in stock"
        assert item["description"] == "Café molido"
        assert item["link"] == "https://shop.example/p/CAFE-1"
        assert shop.meta.catalog.products["CAFE-1"].image == "FETCHED"
        assert (await shop.kept())["CAFE-1"]["state"] == "accepted"
        shop.change(product, list_price=20.0)
        await shop.look()
        assert shop.item("CAFE-1")["price"] == "23.00 USD"
        assert [set(one.rows[0]["data"]) for one in shop.meta.catalog.batches.values()][1] == {
            "id",
            "price",
            "availability",
        }


async def test_what_leaves_odoo_leaves_meta(tmp_path: Path) -> None:
    """Archived, without its tag, deleted, or under another reference: it goes out of the catalogue; back again, it comes back."""
    async with open_storefront(tmp_path) as shop:
        archived, untagged, deleted, renamed = (shop.product(one) for one in ("A", "B", "C", "D"))
        await shop.look()
        assert shop.skus == ["A", "B", "C", "D"]
        shop.change(archived, active=False)
        shop.change(untagged, product_tag_ids=[[6, 0, []]])
        shop.change(renamed, default_code="E")
        await shop.look()
        assert shop.skus == ["C", "E"]
        shop.delete(deleted)
        shop.change(archived, active=True)
        await shop.look()
        await shop.publish()
        assert shop.skus == ["A", "E"]
        assert (await shop.kept())["C"]["state"] == "removed"


async def test_stock_is_told_at_once(tmp_path: Path) -> None:
    """A product that runs out is told as such though nothing was written on it; what keeps no stock is always there."""
    async with open_storefront(tmp_path) as shop:
        tea = shop.product("TE", stock=2)
        shop.product("CURSO", stock=0, type="service", is_storable=False)
        await shop.look()
        assert [shop.item(one)["availability"] for one in ("TE", "CURSO")] == ["in stock", "in stock"]
        shop.stock(tea, 0)
        await shop.look()
        assert shop.item("TE")["availability"] == "out of stock"


async def test_stock_of_one_warehouse(tmp_path: Path) -> None:
    """By setting, the stock of named warehouses counts, not that of all."""
    setup = Setup(demo=False, warehouses=(("Matriz", "WH"), ("Norte", "NO")))
    async with open_storefront(tmp_path, setup=setup, placeholders={"catalogue.warehouses": "2"}) as shop:
        tea = shop.product("TE", stock=9)
        await shop.look()
        assert shop.item("TE")["availability"] == "out of stock"
        [north] = shop.odoo.env["stock.warehouse"].search([["code", "=", "NO"]])
        shop.stock(tea, 1, north)
        await shop.look()
        assert shop.item("TE")["availability"] == "in stock"


async def test_what_cannot_be_shown_says_why(tmp_path: Path) -> None:
    """Without picture or price, or with another's reference, a product is not sent, a note in Odoo says why; mended, it is."""
    async with open_storefront(tmp_path) as shop:
        bare, free = shop.product("SIN-FOTO", image_1920=False), shop.product("GRATIS", 0.0)
        shop.product("DOBLE"), shop.product("DOBLE")
        await shop.look()
        assert shop.skus == ["DOBLE"]
        reasons = {one["reason"] for one in (await shop.kept()).values()}
        assert {"no_image", "no_price"} <= reasons
        assert "no tiene imagen" in shop.notes(bare)[0]
        shop.change(bare, image_1920=picture())
        shop.change(free, list_price=1)
        await shop.look()
        assert shop.skus == ["DOBLE", "GRATIS", "SIN-FOTO"]
        assert shop.notes(bare)[-1] == "Publicado en el catálogo de Meta"


async def test_what_meta_refuses_is_told_on_the_product(tmp_path: Path) -> None:
    """Meta's own reason stands on the product in Odoo, in the prepared field; asked again by a person, it goes out again."""
    async with open_storefront(tmp_path, field="x_catalogo") as shop:
        shop.field("x_catalogo")
        shop.meta.catalog.refused["CAFE"] = "The link is not allowed"
        cafe, tea = shop.product("CAFE"), shop.product("TE")
        await shop.look()
        assert shop.skus == ["TE"]
        assert "The link is not allowed" in shop.read(cafe, "x_catalogo")
        assert shop.read(tea, "x_catalogo") == "Publicado en el catálogo de Meta"
        del shop.meta.catalog.refused["CAFE"]
        await shop.publish()
        assert shop.skus == ["CAFE", "TE"]
        assert shop.read(cafe, "x_catalogo") == "Publicado en el catálogo de Meta"
        assert shop.notes(cafe) == []


async def test_variants_are_a_group(tmp_path: Path) -> None:
    """Each variant is an item, all of one product have one group, and the extra price of one is its own."""
    async with open_storefront(tmp_path) as shop:
        shop.variants("Camiseta", "Talla", {"S": 0, "XL": 2})
        await shop.look()
        items = {one.data["title"]: one.data for one in shop.meta.catalog.products.values()}
        assert sorted(items) == ["Camiseta (S)", "Camiseta (XL)"]
        assert len({one["item_group_id"] for one in items.values()}) == 1
        assert {title: one["price"] for title, one in items.items()} == {
            "Camiseta (S)": "11.50 USD",
            "Camiseta (XL)": "13.80 USD",
        }


async def test_a_rule_that_changes_brings_new_prices(tmp_path: Path) -> None:
    """The pricelist's prices are shown; when a rule changes, or its time comes, they follow with no product touched."""
    async with open_storefront(tmp_path, pricelist=1) as shop:
        begin = shop.hub.clock.now() + timedelta(hours=2)
        night = {"compute_price": "fixed", "fixed_price": 5, "date_start": f"{begin:%Y-%m-%d %H:%M:%S}"}
        assert shop.pricelist({"compute_price": "percentage", "percent_price": 10}) == 1
        product = shop.product("CAFE", 20.0)
        await shop.look()
        assert shop.item("CAFE")["price"] == "20.70 USD"
        env = shop.odoo.env
        env["product.pricelist.item"].create(
            {**night, "pricelist_id": 1, "applied_on": "0_product_variant", "product_id": product}
        )
        [rule] = env["product.pricelist.item"].search([["compute_price", "=", "percentage"]])
        env["product.pricelist.item"].write([rule], {"percent_price": 50})
        await shop.look()
        assert shop.item("CAFE")["price"] == "11.50 USD"
        shop.leap(hours=3)
        await shop.look()
        assert shop.item("CAFE")["price"] == "5.75 USD"


async def test_prices_that_differ_stop_everything(tmp_path: Path) -> None:
    """Where Odoo says another price than the hub, nothing is published, a person is told, and nothing is left behind in Odoo."""
    async with open_storefront(tmp_path, country=999) as shop:  # of which no tax is
        shop.product("CAFE")
        await shop.look()
        assert shop.skus == []
        assert (await shop.kept())["CAFE"]["reason"] == "held"
        [review] = [one for _, one in await shop.hub.store.find("review")]
        assert "CAFE: 10 (con impuestos 10.00), según Odoo 10" in review["text"]
        assert shop.odoo.env["sale.order"].search_count([]) == 0


async def test_prices_that_agree_again_are_published(tmp_path: Path) -> None:
    """Once the taxes are right, the next run publishes and takes the matter off the list."""
    async with open_storefront(tmp_path, country=999) as shop:
        cafe = shop.product("CAFE")
        await shop.look()
        shop.change(cafe, taxes_id=[[6, 0, []]])
        await shop.look()
        assert shop.item("CAFE")["price"] == "10.00 USD"
        assert await shop.hub.store.find("review") == []


async def test_a_price_that_differs_is_compared_until_it_agrees(tmp_path: Path) -> None:
    """What agrees elsewhere does not settle it: all are held back until the price itself agrees; then all go out."""
    async with open_storefront(tmp_path, country=999) as shop:
        cafe = shop.product("CAFE")
        await shop.look()
        shop.product("LIBRO", taxes_id=[])
        await shop.look()
        assert shop.skus == []
        assert [one["kind"] for _, one in await shop.hub.store.find("review")] == ["catalogue_prices"]
        shop.change(cafe, taxes_id=[[6, 0, []]])
        await shop.look()
        assert shop.item("CAFE")["price"] == "10.00 USD"
        assert shop.skus == ["CAFE", "LIBRO"]
        assert await shop.hub.store.find("review") == []


async def test_an_odoo_that_is_away(tmp_path: Path) -> None:
    """While Odoo does not answer nothing is lost: the next look finds what changed."""
    async with open_storefront(tmp_path) as shop:
        shop.product("CAFE")
        shop.odoo.faults.append(Fault("product.product.search_read", "cut_before"))
        await shop.look()
        assert shop.skus == ["CAFE"]


async def test_a_look_at_everything_finds_what_was_never_kept(tmp_path: Path) -> None:
    """A message that Odoo had refused a question of is dead, and its product comes in again when everything is looked at."""
    async with open_storefront(tmp_path) as shop:
        shop.odoo.faults.append(Fault("sale.order.line.onchange", status=422))
        shop.product("CAFE")
        await shop.look()
        assert shop.skus == []
        assert len(await shop.hub.reviews.items(10)) == 1
        shop.leap(hours=7)
        await shop.look()
        assert shop.skus == ["CAFE"]


async def test_what_is_older_than_the_line_waits_for_a_person(tmp_path: Path) -> None:
    """Products written before the go-live line are left alone, also by looks at everything, until a person publishes them."""
    async with open_storefront(tmp_path, live_in=timedelta(days=2)) as shop:
        shop.product("CAFE")
        await shop.look()
        shop.leap(hours=7)
        await shop.look()
        assert shop.skus == []
        await shop.publish()
        assert shop.skus == ["CAFE"]
