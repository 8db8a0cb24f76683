"""Products as customers are told them: found, priced with taxes, with the branch's stock; and carts priced again from Odoo."""

import base64
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from caravana.commerce.conversation import cart, channel
from caravana.commerce.conversation.base import Variables, first, language_of, result, scope_of
from caravana.commerce.conversation.fill import shown
from caravana.commerce.conversation.prices import Prices, Product
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

PHOTO_KEPT = timedelta(days=25)
"""Meta keeps an uploaded file for 30 days."""
PICTURES: Mapping[bytes, str] = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""What WhatsApp shows, by how a file begins."""
DESCRIPTION, ECHO = 400, 60
"""Characters of a product's description, and of what was looked for, that are told."""
TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "stock": "Disponibles en {place}: {free}",
        "last": "Disponible en {place}: {free}",
        "gone": "• {code}: ya no está a la venta",
        "sold_out": "• {name}: agotado",
        "less": "• {name}: solo quedan {free}",
        "one_left": "• {name}: solo queda {free}",
        "unpriced": "• {name}: necesita cotización",
        "price": "• {name}: ahora cuesta {price}",
        "quantity": "• {name}: esa cantidad no es válida",
        "nothing": "• No vino ningún producto",
    },
    "en": {
        "stock": "Available at {place}: {free}",
        "last": "Available at {place}: {free}",
        "gone": "• {code}: no longer sold",
        "sold_out": "• {name}: sold out",
        "less": "• {name}: only {free} left",
        "one_left": "• {name}: only {free} left",
        "unpriced": "• {name}: needs a quotation",
        "price": "• {name}: it now costs {price}",
        "quantity": "• {name}: that quantity is not valid",
        "nothing": "• No product came with it",
    },
}


class Goods(Prices):
    """Between the talk and Odoo's products."""

    # The list that is searched.

    @pure
    def shelf(self, body: Sequence[Product]) -> list[dict[str, Any]]:
        """Return Odoo's products as `goods:learn` takes them."""
        return [
            {
                "product": one["id"],
                "code": one["default_code"],
                "name": one["name"],
                "category": _category(one["categ_id"]),
                "barcode": one["barcode"],
                "company": one["company_id"][0] if one["company_id"] else None,
            }
            for one in body
        ]

    # Searching.

    @pure
    def search_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the question for `goods:search`."""
        return {"text": str(scope_of(variables).get("text") or ""), "company": self._odoo(exchange).get("company")}

    @pure
    def found_ids(self, body: Sequence[Mapping[str, Any]]) -> list[int]:
        """Return the products found, as `read` takes them."""
        return [int(one["product"]) for one in body]

    @pure
    def found(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what came of a search: products with price, the best first."""
        order = {one["product"]: number for number, one in enumerate(variables["hits"])}
        sold = sorted((one for one in variables["products"] if _is_sold(one)), key=lambda one: order[one["id"]])
        goods = [self._row(one, variables, exchange) for one in sold]
        text = channel.cut(str(scope_of(variables).get("text") or ""), ECHO)
        if not goods:
            return result("none", goods=None, text=text)
        if len(goods) == 1:
            return result("one", goods=goods, product=goods[0]["product"])
        return result("found", goods=goods, text=text)

    def _row(self, product: Product, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        price = self.price(product, variables, exchange)
        told = {"product": product["id"], "code": product["default_code"] or "", "name": product["name"]}
        return {**told, "price": price or "—"}

    @pure
    def categories(self, body: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the categories."""
        return result("found", categories=list(body)) if body else result("none")

    # One product.

    @pure
    def card_id(self, variables: Variables) -> list[int]:
        """Return the product whose card is wished."""
        told = str(scope_of(variables).get("product") or "")
        return [int(told)] if told.isascii() and told.isdigit() and len(told) < 10 else []

    @pure
    def card(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the product's card, with its photo where there is one."""
        product = first(variables["products"])
        if product is None or not _is_sold(product):
            return result("gone", card=None, photo=None)
        price, free = self.price(product, variables, exchange), _free(product)
        language = language_of(variables)
        place = self._place(exchange.branch)["name"]
        told = TEXTS[language]["last" if free == 1 else "stock"]
        stock = "" if free is None else told.format(place=place, free=max(free, 0))
        card = {
            "product": product["id"],
            "code": product["default_code"] or "",
            "name": product["name"],
            "price": price,
            "free": None if self._settings.sell_without_stock else free,
            "stock": stock,
            "description": str(product["description_sale"] or "")[:DESCRIPTION],
        }
        photo = (variables.get("photo") or {}).get("media")
        if not price:
            return result("unpriced", card=card, photo=photo)
        sold_out = free is not None and free < 1 and not self._settings.sell_without_stock
        return result("sold_out" if sold_out else "shown", card=card, photo=photo)

    @pure
    def photo_key(self, variables: Variables) -> str:
        """Return the key under which the product's uploaded photo is kept."""
        return f"{variables['update'].get('connection') or ''}/{variables['products'][0]['id']}"

    @pure
    def wants_photo(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether the photo must be read and uploaded: there is none yet, the product has changed, or Meta forgets it soon."""
        if variables["update"]["kind"] in ("chat", "postback"):
            return False
        kept, product = variables.get("photo"), variables["products"][0]
        return not kept or kept["written"] != _written(product) or exchange.created.isoformat() > kept["until"]

    @pure
    def picture(self, variables: Variables) -> dict[str, Any] | None:
        """Return the photo for `whatsapp:upload`; None without one, and for what WhatsApp does not show."""
        content = decoded((first(variables["pictures"]) or {}).get("image_512"))
        kind = next((one for begin, one in PICTURES.items() if content.startswith(begin)), None)
        if kind is None:
            return None
        connection = variables["update"].get("connection")
        named = {"connection": connection} if connection else {}
        return {"content": content, "mime_type": kind, "filename": f"photo.{kind.rpartition('/')[2]}", **named}

    @pure
    def kept_photo(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what is kept of a photo: its name at Meta, or that there is none."""
        made = variables.get("uploaded")
        until = (exchange.created + PHOTO_KEPT).isoformat()
        return {
            "media": made["id"] if made else None,
            "written": _written(variables["products"][0]),
            "until": until,
        }

    # The cart, priced again.

    @pure
    def cart_ids(self, variables: Variables) -> list[int]:
        """Return the products of the cart."""
        return [one["product"] for one in (scope_of(variables).get("cart") or {}).get("lines", ())]

    @pure
    def priced(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the cart at Odoo's prices; what is gone is taken out, what is less is lowered, and told."""
        known = scope_of(variables).get("cart")
        if not known:
            return result("empty", cart=None, problems=None)
        products = {one["id"]: one for one in variables["products"] or ()}
        wanted = [(products.get(one["product"]), one["code"] or one["name"], one) for one in known["lines"]]
        return self._cart(wanted, known["id"], variables, exchange, compare=True)

    @pure
    def basket_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the products of a catalogue's order."""
        codes = sorted({one["code"] for one in scope_of(variables).get("items") or ()})
        return {"domain": [["default_code", "in", codes]], "limit": 200}

    @pure
    def basket_ids(self, variables: Variables) -> list[int]:
        """Return the products found, of each code those of the branch's company."""
        return [one["id"] for one in variables["named"] or ()]

    @pure
    def basket(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the cart that a catalogue's order makes: Odoo's products and prices; the phone says what and how many only."""
        scope, texts = scope_of(variables), TEXTS[language_of(variables)]
        items = scope.get("items") or []
        if not items:
            return result("empty", problems=texts["nothing"], items=None)
        by_code: dict[str, list[Product]] = {}
        for one in variables["products"] or ():
            by_code.setdefault(one["default_code"], []).append(one)
        wanted = []
        for one in items:
            found = [each for each in by_code.get(one["code"], ()) if _is_sold(each)]
            wanted.append((found[0] if len(found) == 1 else None, one["code"], one))
        made = self._cart(wanted, scope["message"], variables, exchange, compare=False)
        values = {**made["values"], "items": None}
        if made["outcome"] == "empty":  # what was in the cart before stays
            del values["cart"]
        return {**made, "values": values}

    def _cart(
        self,
        wanted: Sequence[tuple[Product | None, str, Mapping[str, Any]]],
        name: str,
        variables: Variables,
        exchange: Exchange,
        *,
        compare: bool,
    ) -> dict[str, Any]:
        """Return the cart of what is wanted as far as it can be had; `compare`: a price that is another now is told."""
        language = language_of(variables)
        texts, lines, problems = TEXTS[language], [], []
        for product, code, line in wanted:
            if product is None or not _is_sold(product):
                problems.append(texts["gone"].format(code=code))
                continue
            told = {"name": product["name"]}
            quantity, free = cart.quantity_of(line["quantity"]), _free(product)
            price = self.price(product, variables, exchange, quantity or 1)
            if not price:
                problems.append(texts["unpriced"].format(**told))
                continue
            if quantity is None or quantity > self._settings.most:
                problems.append(texts["quantity"].format(**told))
                continue
            if free is not None and quantity > free and not self._settings.sell_without_stock:
                why = "sold_out" if free < 1 else "one_left" if free == 1 else "less"
                problems.append(texts[why].format(**told, free=free))
                quantity = max(free, 0)
            elif compare and Decimal(line["price"]["amount"]) != Decimal(price["amount"]):
                problems.append(texts["price"].format(**told, price=shown(price, language)))
            if quantity:
                known = {"product": product["id"], "code": product["default_code"] or "", **told}
                lines.append({**known, "quantity": quantity, "price": price})
        made = cart.made(lines, name)
        outcome = "empty" if made is None else "changed" if problems else "ready"
        return result(outcome, cart=made, problems="\n".join(problems))


def decoded(content: Any) -> bytes:
    """Return a file of Odoo's as bytes."""
    if isinstance(content, bytes):
        return content
    return base64.b64decode(content) if content else b""


def _category(category: Any) -> str | None:
    """The last part of a category's path (`All / Ropa`)."""
    name = str(category[1]).rpartition(" / ")[2] if category else ""
    return name if name and name.casefold() not in ("all", "todos", "goods", "bienes") else None


def _is_sold(product: Product) -> bool:
    return bool(product["active"] and product["sale_ok"])


def _free(product: Product) -> int | None:
    """Whole pieces free in the branch's warehouse; None for what is not kept in stock."""
    return int(Decimal(str(product["free_qty"]))) if product["is_storable"] else None


def _written(product: Product) -> str:
    return str((product["product_tmpl_id"] or {}).get("write_date"))
