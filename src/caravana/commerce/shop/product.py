"""Products: what is asked of Odoo, and how answers show them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from caravana.commerce.shop.refusal import refuse
from caravana.kit.money import Money

PAGE, MOST = 20, 100
LARGEST_ID = 2**31 - 1
"""PostgreSQL's integer, Odoo's record ids."""


def listing(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the search for one page of what is sold: `q` in name or code, or the whole barcode. Raises `Refused`."""
    limit = whole(headers, "limit", PAGE, 1, MOST)
    domain: list[Any] = [["sale_ok", "=", True], ["id", ">", whole(headers, "after", 0, 0, LARGEST_ID)]]
    words = clean(headers.get("q"))
    if words:
        domain += ["|", "|", ["name", "ilike", words], ["default_code", "ilike", words], ["barcode", "=", words]]
    return {"domain": domain, "limit": limit, "order": "id asc"}


def by_code(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the search for the products of one code; there may be two."""
    domain = [["default_code", "=", clean(headers.get("code"))], ["sale_ok", "=", True]]
    return {"domain": domain, "limit": 2}


def clean(value: Any) -> str:
    """Return one text of a query parameter; of several the last, control signs taken out (PostgreSQL takes no zero byte)."""
    last = value[-1] if isinstance(value, list) and value else value
    return "".join(sign for sign in str(last or "") if sign.isprintable()).strip()


def whole(headers: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """Return a whole number of a query parameter. Raises `Refused`."""
    value = headers.get(name)
    if value is None or value == "":
        return default
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        message = f"must be a whole number from {least} to {most}"
        raise refuse("invalid", f"{name}: {message}", fields=[{"field": name, "message": message}])
    return int(text)


def page(headers: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one page as answers show it."""
    full = len(found) == whole(headers, "limit", PAGE, 1, MOST)
    return {"items": [shown(one) for one in found], "next": found[-1]["id"] if full and found else None}


def one(headers: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the product of a code as answers show it. Raises `Refused`: there is none, or there are two."""
    code = clean(headers.get("code"))
    if not found:
        raise refuse("product_unknown", f"there is no product `{code}` that is sold", status=404)
    if len(found) > 1:
        raise refuse("product_twice", f"two products have the code `{code}`: give one another code in Odoo", status=409)
    return shown(found[0])


def shown(product: Mapping[str, Any]) -> dict[str, Any]:
    """Return a product as answers show it."""
    return {
        "code": product["default_code"],
        "name": product["name"],
        "price": price(product["lst_price"], product["currency_id"][1]),
        "free": None if product["type"] == "service" else quantity(product["free_qty"]),
        "unit": product["uom_id"][1] if product["uom_id"] else None,
        "barcode": product["barcode"],
        "type": product["type"],
        "description": product["description_sale"],
    }


def price(amount: Any, currency: str) -> dict[str, str]:
    """Return a unit price: it may have more places than its currency, and at least those."""
    exact = Decimal(str(amount))
    rounded = Money.of(exact, currency).amount
    return {"amount": format(rounded if rounded == exact else exact.normalize(), "f"), "currency": currency}


def amount(value: Any, currency: str) -> dict[str, str]:
    """Return an amount in the currency's places."""
    return {"amount": format(Money.of(value, currency).amount, "f"), "currency": currency}


def quantity(value: Any) -> Decimal | int:
    """Return a quantity without trailing zeros."""
    exact = Decimal(str(value))
    return int(exact) if exact == exact.to_integral_value() else exact.normalize()
