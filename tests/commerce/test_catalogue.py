"""The flow `catalogue`, whole: products of Odoo are shown at Meta and kept true, and their state comes back."""

from pathlib import Path

from tests.commerce.storefront import open_storefront


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
