"""What people see of the catalogue: pictures at public addresses, and posts about products."""

import io
from pathlib import Path

import pytest
from PIL import Image

from caravana.commerce.catalogue import words
from caravana.commerce.catalogue.item import is_gtin
from caravana.component.wares.picture import NoPicture, canvas, jpeg
from tests.commerce.storefront import open_storefront, picture


async def test_pictures_are_public_and_cannot_be_guessed(tmp_path: Path) -> None:
    """A picture is JPEG, kept for ever under an address of its own, read of Odoo once, and gone with its product."""
    async with open_storefront(tmp_path) as shop:
        cafe = shop.product("CAFE")
        await shop.look()
        address = shop.item("CAFE")["image_link"]
        reads = shop.odoo.calls["product.product.read"]
        async with shop.web.get(address) as answer:
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert "immutable" in answer.headers["Cache-Control"]
            assert Image.open(io.BytesIO(await answer.read())).size == (600, 600)
            tag = answer.headers["ETag"]
        async with shop.web.get(address, headers={"If-None-Match": tag}) as answer:
            assert answer.status == 304
        assert shop.odoo.calls["product.product.read"] == reads
        for wrong in (
            address.replace("-", "-a", 1)[:-5] + ".jpg",
            f"{shop.url}/wares/1.jpg",
            f"{shop.url}/wares/..%2fx",
        ):
            async with shop.web.get(wrong) as answer:
                assert answer.status == 404
        shop.change(cafe, image_1920=picture("blue"))
        await shop.look()
        assert shop.item("CAFE")["image_link"] != address
        new = shop.item("CAFE")["image_link"]
        shop.change(cafe, active=False)
        await shop.look()
        for gone in (address, new):
            async with shop.web.get(gone) as answer:
                assert answer.status == 404


@pytest.mark.parametrize(
    ("size", "kind", "wanted"),
    [((100, 100), "PNG", (500, 500)), ((2000, 1000), "WEBP", (1024, 537)), ((400, 1000), "GIF", (800, 1000))],
)
def test_every_picture_fits(size: tuple[int, int], kind: str, wanted: tuple[int, int]) -> None:
    """Small, wide and narrow pictures of any kind become a JPEG that catalogue and Instagram take."""
    made = Image.open(io.BytesIO(jpeg(picture(size=size, kind=kind))))
    assert (made.format, made.size) == ("JPEG", wanted)


def test_what_is_no_picture() -> None:
    """Other bytes are none, and a canvas is never narrower or wider than is taken."""
    with pytest.raises(NoPicture):
        jpeg("bm8gcGljdHVyZQ==")
    assert canvas(600, 600) == (600, 600)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("<p>Café <b>molido</b></p><ul><li>1 kg</li></ul>", "Café molido\n• 1 kg"),
        ("a<br/>b &amp; c&nbsp;d", "a\nb & c d"),
        ("<style>x{}</style>Hola<script>alert(1)</script>", "Hola"),
        (None, ""),
        ("3 < 4\x00", "3 < 4"),
    ],
)
def test_descriptions_are_plain(given: str | None, wanted: str) -> None:
    """Markup, scripts and control signs are taken out; blocks are lines."""
    assert words.plain(given) == wanted


def test_long_titles_end_at_a_word() -> None:
    """A title is one line of at most 150 signs."""
    found = words.title("palabra " * 40)
    assert len(found) <= 150
    assert found.endswith("palabra…")


def test_barcodes_that_are_gtins() -> None:
    """Only codes with the right check digit go out as GTIN."""
    assert is_gtin("7861234567898")
    assert not any(map(is_gtin, ("7861234567890", "ABC", "123", None)))


async def test_a_person_wants_a_post(tmp_path: Path) -> None:
    """The tag makes one post on the page and one at Instagram, in the company's words; the tag put on again makes none."""
    text = "¡Llegó {name}! A solo {price}."
    async with open_storefront(tmp_path, posts=["facebook", "instagram"], post_text=text) as shop:
        cafe = shop.product("CAFE", 20.0)
        flag = shop.odoo.env["product.tag"].create({"name": "Anunciar"})
        await shop.look()
        shop.change(cafe, product_tag_ids=[[6, 0, [shop.tag, flag]]])
        await shop.look()
        [post] = shop.page_posts()
        assert post == "¡Llegó Producto CAFE! A solo $23,00."
        [media] = shop.instagram_posts()
        assert media == post
        assert "Anunciado en Facebook" in shop.notes(cafe)[-1]
        shop.change(cafe, product_tag_ids=[[6, 0, [shop.tag]]])
        await shop.look()
        shop.change(cafe, product_tag_ids=[[6, 0, [shop.tag, flag]]])
        await shop.look()
        assert len(shop.page_posts()) == 1


async def test_products_are_told_of_in_turn(tmp_path: Path) -> None:
    """By a schedule the products come one after the other, each once in its rest time; what is out of stock is left out."""
    placeholders = {"catalogue.post_schedule": "0 * * * *"}
    async with open_storefront(tmp_path, posts=["facebook"], post_text="{name}", placeholders=placeholders) as shop:
        for code, stock in (("A", 1), ("B", 1), ("C", 0)):
            shop.product(code, stock=stock)
        await shop.look()
        for _ in range(3):
            shop.leap(hours=1)
            await shop.look()
        assert sorted(shop.page_posts()) == ["Producto A", "Producto B"]


async def test_variants_are_told_of_together(tmp_path: Path) -> None:
    """A product in two variants is one product: flagged, or in its turn, it makes one post in its rest time."""
    placeholders = {"catalogue.post_schedule": "0 * * * *"}
    async with open_storefront(tmp_path, posts=["facebook"], post_text="{name}", placeholders=placeholders) as shop:
        flag = shop.odoo.env["product.tag"].create({"name": "Anunciar"})
        shop.variants("Camiseta", "Talla", {"S": 0, "XL": 2})
        templates = shop.odoo.env["product.template"].search([["name", "=", "Camiseta"]])
        await shop.look()
        shop.odoo.env["product.template"].write(templates, {"product_tag_ids": [[6, 0, [shop.tag, flag]]]})
        await shop.look()
        for _ in range(2):
            shop.leap(hours=1)
            await shop.look()
        assert len(shop.page_posts()) == 1
