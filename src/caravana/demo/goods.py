"""What the demo company shows in its catalogue, and how a clerk prepares it in Odoo: pictures, tags, one thing to be told of."""

import base64
import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from caravana.demo.people import Clerk
from caravana.demo.seller import REFUSED

SHOWN, TOLD = "Publicar", "Anunciar"
"""Tags in Odoo: of what is in the catalogue, and of what becomes a post."""
SIZE = 640


@dataclass(frozen=True)
class Good:
    """A product by its code; `colour`: of its picture; `told`: whether it becomes a post on the page."""

    code: str
    colour: str
    told: bool = False


GOODS = (
    Good("CAM-001", "#c0504d"),
    Good("GOR-001", "#4f81bd"),
    Good("MOC-001", "#5c8a4a", told=True),
    Good("ZAP-001", "#8064a2"),
)
"""What Odoo's imitation brings, with names, prices and stock."""
KNIFE = Good(next(iter(REFUSED)), "#7f7f7f")


async def prepare(clerk: Clerk) -> None:
    """Put pictures and tags on the products, all at once, as an import does."""
    shown, told = await clerk.call("product.tag", "create", vals_list=[{"name": SHOWN}, {"name": TOLD}])
    [tax, *_] = await clerk.call("account.tax", "search", domain=[["type_tax_use", "=", "sale"], ["amount", "=", 15]])
    knife = {"name": "Navaja de bolsillo", "default_code": KNIFE.code, "list_price": 12.0, "taxes_id": [[6, 0, [tax]]]}
    await clerk.call("product.template", "create", vals_list=[knife])
    for one in (*GOODS, KNIFE):
        domain = [["default_code", "=", one.code]]
        [row] = await clerk.call("product.template", "search_read", domain=domain, fields=["name"])
        tags = [shown, told] if one.told else [shown]
        values = {"image_1920": picture(row["name"], one.colour), "product_tag_ids": [[6, 0, tags]]}
        await clerk.call("product.template", "write", ids=[row["id"]], vals=values)


def picture(name: str, colour: str) -> str:
    """Return a picture as Odoo takes it, a label of that colour with the name on it: PNG in base64."""
    image = Image.new("RGB", (SIZE, SIZE), colour)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((40, 40, SIZE - 40, SIZE - 40), radius=36, outline="white", width=8)
    text = "\n".join(name.split(" ", 1))
    draw.text((SIZE / 2, SIZE / 2), text, "white", ImageFont.load_default(64), anchor="mm", align="center")
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()
