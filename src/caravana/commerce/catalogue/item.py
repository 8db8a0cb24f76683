"""One product of Odoo as an item of Meta's catalogue, or why it cannot be one.

`facts`: what `wares:changes` read of a product, JSON-able: `id`, `template`, `name`, `code`, `barcode`, `text`, `list_price` and
`cost` (texts), `category`, `taxes`, `company`, `currency`, `variants` (how many its template has), `stored` (whether its stock
is kept), `free` (pieces, a text), `wanted`, `picture` (path of its public picture, or None).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from caravana.commerce.catalogue import words
from caravana.commerce.catalogue.pricing import Goods, Pricelists, Rule, Uncomputable
from caravana.commerce.catalogue.taxing import Tax, UnknownTax, paid, relevant
from caravana.kit.codec import canonical_hash
from caravana.kit.money import Money

Facts = Mapping[str, Any]
LIVE = ("price", "availability")
"""What changes often: the fast lane."""
IN_STOCK, OUT_OF_STOCK = "in stock", "out of stock"
LONGEST_SKU = 100
_CODE = re.compile(r"[^\s]+(?: [^\s]+)*")


@dataclass(frozen=True)
class Shelf:
    """How the company shows its products.

    - `pricelist`: number in Odoo, None: sales prices; `company`, `country`: whose taxes
    - `brand`: of products of which nobody knows better; `link`: the product's page, with {sku}, {id} or {template}
    - `site`: public address of the hub, where the pictures are
    """

    brand: str
    link: str
    site: str
    pricelist: int | None = None
    company: int | None = None
    country: int | None = None


@dataclass(frozen=True)
class World:
    """What prices are made of besides the products: rules, taxes, categories (number → full name, and the one above)."""

    pricelists: Pricelists
    taxes: Sequence[Tax]
    names: Mapping[int, str]
    above: Mapping[int, int | None]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "World":
        """Return the world as `wares:changes` tells of it."""
        names = {one["id"]: str(one["complete_name"] or one["name"]) for one in told["categories"]}
        above = {one["id"]: one["parent_id"][0] if one["parent_id"] else None for one in told["categories"]}
        taxes = [Tax.read(one) for one in told["taxes"] if one["active"]]
        return cls(Pricelists(map(Rule.read, told["rules"]), names), taxes, names, above)

    def line(self, category: int | None) -> tuple[int, ...]:
        """Return a category and those above it."""
        found: list[int] = []
        while category is not None and category not in found:
            found.append(category)
            category = self.above.get(category)
        return tuple(found)


def sku(facts: Facts) -> str:
    """Return the name under which Meta knows a product: its internal reference, else one made of its number."""
    code = " ".join(str(facts["code"] or "").split())
    return code if _CODE.fullmatch(code) else f"odoo-{facts['id']}"


def goods(facts: Facts, world: World) -> Goods:
    """Return what the price depends on."""
    return Goods(
        product=facts["id"],
        template=facts["template"],
        categories=world.line(facts["category"]),
        list_price=Decimal(facts["list_price"]),
        cost=Decimal(facts["cost"]),
        currency=facts["currency"],
    )


def unit_price(facts: Facts, world: World, shelf: Shelf, at: datetime) -> Decimal:
    """Return the price by the pricelist, without the taxes that are not in it, unrounded. Raises `Uncomputable`."""
    return world.pricelists.price(goods(facts, world), shelf.pricelist, at)


def price(facts: Facts, world: World, shelf: Shelf, at: datetime) -> Money:
    """Return what a customer pays for one piece. Raises `Uncomputable` and `UnknownTax`."""
    company = facts["company"] or shelf.company
    taxes = relevant(world.taxes, facts["taxes"], company, shelf.country)
    return Money.of(paid(unit_price(facts, world, shelf, at), taxes), facts["currency"])


@dataclass(frozen=True)
class Made:
    """An item as `catalog:publish` takes it, or why there is none: `reason`, a key of `REASONS`, and `detail` beside it."""

    sku: str
    item: dict[str, Any] | None = None
    reason: str = ""
    detail: str = ""


REASONS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "no_name": "no tiene nombre",
        "no_image": "no tiene imagen: ponga una en la ficha del producto",
        "no_price": "el precio con impuestos es cero",
        "no_rule": "una regla de la lista de precios no se puede calcular",
        "no_tax": "un impuesto no se puede calcular",
        "long_code": f"su referencia interna tiene más de {LONGEST_SKU} caracteres",
        "twice": "otro producto tiene la misma referencia interna",
        "held": "los precios de la lista difieren de los de Odoo: no se publica hasta aclararlo",
        "gone": "se quitó la etiqueta, o el producto se archivó",
    },
    "en": {
        "no_name": "it has no name",
        "no_image": "it has no picture: put one on the product",
        "no_price": "its price with taxes is zero",
        "no_rule": "a rule of the pricelist cannot be computed",
        "no_tax": "a tax cannot be computed",
        "long_code": f"its internal reference has more than {LONGEST_SKU} characters",
        "twice": "another product has the same internal reference",
        "held": "prices of the list differ from Odoo's: nothing is published until that is settled",
        "gone": "its tag was taken away, or it was archived",
    },
}
"""Why a product is not in the catalogue, when it was not Meta who refused it."""


def make(facts: Facts, world: World, shelf: Shelf, at: datetime) -> Made:
    """Return the item of a product, or the reason why there is none."""
    name = sku(facts)
    if len(name) > LONGEST_SKU:
        return Made(name[:LONGEST_SKU], reason="long_code")
    title = words.title(facts["name"])
    if not title:
        return Made(name, reason="no_name")
    if not facts["picture"]:
        return Made(name, reason="no_image")
    try:
        cost = price(facts, world, shelf, at)
    except Uncomputable as error:
        return Made(name, reason="no_rule", detail=str(error))
    except UnknownTax as error:
        return Made(name, reason="no_tax", detail=str(error))
    if cost.amount <= 0:
        return Made(name, reason="no_price")
    return Made(name, _item(facts, world, shelf, name, title, cost))


def _item(facts: Facts, world: World, shelf: Shelf, name: str, title: str, cost: Money) -> dict[str, Any]:
    there = not facts["stored"] or Decimal(facts["free"]) > 0
    text = words.short(words.plain(facts["text"]), words.LONGEST_DESCRIPTION) or title
    found: dict[str, Any] = {
        "sku": name,
        "title": title,
        "description": text,
        "availability": IN_STOCK if there else OUT_OF_STOCK,
        "condition": "new",
        "price": {"amount": f"{cost.amount:f}", "currency": cost.currency},
        "link": link(shelf, name, facts),
        "image": shelf.site + facts["picture"],
        "brand": words.short(shelf.brand, 100),
    }
    if is_gtin(facts["barcode"]):
        found["gtin"] = facts["barcode"]
    if facts["variants"] > 1:
        found["group"] = f"odoo-{facts['template']}"
    if facts["category"] in world.names:
        found["category"] = words.short(world.names[facts["category"]].replace(" / ", " > "), 750)
    return found


def link(shelf: Shelf, name: str, facts: Facts) -> str:
    """Return the address of a product's page."""
    return shelf.link.format(sku=quote(name, safe=""), id=facts["id"], template=facts["template"])


def is_gtin(code: object) -> bool:
    """Whether a barcode is a GTIN (EAN-8, UPC, EAN-13, GTIN-14) with the right check digit."""
    text = str(code or "")
    if not (text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14)):
        return False
    total = sum(int(one) * (3 if at % 2 == 0 else 1) for at, one in enumerate(reversed(text[:-1])))
    return (10 - total % 10) % 10 == int(text[-1])


def lanes(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return the hashes of what changes seldom, and of price and stock."""
    slow = {name: value for name, value in item.items() if name not in LIVE}
    return canonical_hash(slow), canonical_hash([item[name] for name in LIVE])
