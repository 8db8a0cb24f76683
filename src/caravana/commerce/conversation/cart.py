"""The cart: lines of what a customer wants, with the price that they were told.

`{id, lines: [{product, code, name, quantity, price, total}], total, items}`; amounts are `{amount, currency}` with
taxes, a
price also says `net` and `rate` (per cent), for taxes are rounded line by line. `id` names the cart for good, so that
no cart is ordered twice.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

Cart = dict[str, Any]
MOST_LINES = 30


def add(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Put the product of the card into the cart, `quantity` of it."""
    card, cart = scope.get("card"), scope.get("cart")
    if not card or not card.get("price"):
        return "gone", {}
    wanted = quantity_of(scope.get("quantity"))
    if wanted is None:
        return "too_many", {"quantity": None}
    lines = [dict(one) for one in (cart or {}).get("lines", ())]
    line = next((one for one in lines if one["product"] == card["product"]), None)
    whole = wanted + (line["quantity"] if line else 0)
    if whole > scope["most"] or (card["free"] is not None and whole > card["free"]) or len(lines) >= MOST_LINES:
        return "too_many", {"quantity": None}
    if line is None:
        line = {name: card[name] for name in ("product", "code", "name")}
        lines.append(line)
    line |= {"quantity": whole, "price": card["price"]}
    return "added", {"cart": made(lines, (cart or {}).get("id") or scope["message"]), "quantity": wanted}


def line(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Find the line of the product that is named."""
    found = next((one for one in _lines(scope) if str(one["product"]) == str(scope.get("product"))), None)
    return ("gone", {}) if found is None else ("found", {"line": found})


def change(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Give the line of the product that is named another quantity; none takes it out. What there is less of is told later."""
    quantity = 0 if str(scope.get("quantity")) == "0" else quantity_of(scope.get("quantity"))
    if quantity is None or quantity > scope["most"]:
        return "too_many", {"quantity": None}
    outcome, _ = line(scope, language)
    if outcome == "gone":
        return "gone", {"quantity": None}
    changed = [
        {**one, "quantity": quantity} if str(one["product"]) == str(scope["product"]) else one for one in _lines(scope)
    ]
    left = [one for one in changed if one["quantity"]]
    return "changed", {"cart": made(left, scope["cart"]["id"]), "quantity": None, "line": None}


def _lines(scope: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list((scope.get("cart") or {}).get("lines", ()))


def quantity_of(value: Any) -> int | None:
    """Return a whole number of pieces from 1 on; None for anything else."""
    try:
        exact = Decimal(str(value if value not in (None, "") else 1))
    except InvalidOperation:
        return None
    whole = exact.is_finite() and exact == exact.to_integral_value() and 1 <= exact <= 10**6
    return int(exact) if whole else None


def made(lines: Iterable[Mapping[str, Any]], name: str) -> Cart | None:
    """Return the cart of some lines, with its sums; None without lines."""
    priced = [{**one, "total": _times(one["price"], one["quantity"])} for one in lines]
    if not priced:
        return None
    currency = priced[0]["price"]["currency"]
    total = sum((Decimal(one["total"]["amount"]) for one in priced), Decimal(0))
    items = sum(one["quantity"] for one in priced)
    return {"id": name, "lines": priced, "total": {"amount": format(total, "f"), "currency": currency}, "items": items}


def _times(price: Mapping[str, str], quantity: int) -> dict[str, str]:
    amount = with_taxes(Decimal(price["net"]) * quantity, Decimal(price["rate"]))
    return {"amount": format(amount, "f"), "currency": price["currency"]}


def with_taxes(net: Decimal, rate: Decimal) -> Decimal:
    """Return what Odoo makes of a line: the net amount in cents, and the taxes of that, `rate` per cent, in cents."""
    rounded = _cents(net)
    return rounded + _cents(rounded * rate / 100)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def look(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Return whether anything is in the cart."""
    return ("filled" if scope.get("cart") else "empty"), {}


def empty(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Take everything out."""
    return "done", {"cart": None}


def missing(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Return what must still be asked for an order: a phone where none is known, the identification for a larger invoice."""
    customer, cart = scope.get("customer") or {}, scope.get("cart")
    if not customer.get("phone"):
        return "phone", {}
    total = Decimal(cart["total"]["amount"]) if cart else Decimal(0)
    if not customer.get("tax_id") and total > Decimal(str(scope["identify_above"])):
        return "tax_id", {}
    return "nothing", {}
