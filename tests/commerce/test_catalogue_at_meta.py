"""What Meta shows is looked at from time to time: what it hides is told with its reason, what it lost goes out again."""

from pathlib import Path

from tests.commerce.storefront import Storefront, open_storefront

PUBLISHED = "Publicado en el catálogo de Meta"


async def standing(shop: Storefront, sku: str) -> tuple[str, str]:
    """Return state and detail of a product."""
    found = (await shop.kept())[sku]
    return found["state"], found["detail"]


async def test_what_meta_does_not_show_is_told(tmp_path: Path) -> None:
    """Meta took a product and cannot fetch its picture: that stands on the product until it can; nothing is sent again for it."""
    async with open_storefront(tmp_path, field="x_catalogo") as shop:
        shop.field("x_catalogo")
        cafe = shop.product("CAFE")
        shop.product("TE")
        await shop.look()
        batches = len(shop.meta.catalog.batches)
        shop.meta.catalog.products["CAFE"].problem = "the address answered 404"
        shop.leap(hours=7)
        await shop.until(lambda: "404" in shop.read(cafe, "x_catalogo"))
        assert await standing(shop, "CAFE") == ("refused", "Image could not be fetched: the address answered 404")
        assert await standing(shop, "TE") == ("accepted", "")
        shop.meta.catalog.products["CAFE"].problem = ""
        shop.leap(hours=7)
        await shop.until(lambda: shop.read(cafe, "x_catalogo") == PUBLISHED)
        assert await standing(shop, "CAFE") == ("accepted", "")
        assert len(shop.meta.catalog.batches) == batches


async def test_what_meta_lost_goes_out_again(tmp_path: Path) -> None:
    """An item that somebody deleted at Meta is published again; one that is not ours is left alone."""
    async with open_storefront(tmp_path) as shop:
        shop.product("CAFE")
        await shop.look()
        products = shop.meta.catalog.products
        products["AJENO"] = products.pop("CAFE")
        products["AJENO"].retailer_id = "AJENO"
        shop.leap(hours=7)
        await shop.until(lambda: shop.skus == ["AJENO", "CAFE"])
        await shop.look()
        assert await standing(shop, "CAFE") == ("accepted", "")
