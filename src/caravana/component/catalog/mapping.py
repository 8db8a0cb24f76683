"""From a route's words to Meta's, and back. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from pydantic import ValidationError

from caravana.component.catalog import body as b
from caravana.kit import json
from caravana.kit.graph.errors import clean
from caravana.kit.options import describe

MOST_BYTES = 27 << 20
"""Meta takes 28 MB in one request."""
NAMES: Mapping[str, str] = {
    "title": "title",
    "description": "description",
    "availability": "availability",
    "condition": "condition",
    "link": "link",
    "image": "image_link",
    "images": "additional_image_link",
    "brand": "brand",
    "gtin": "gtin",
    "mpn": "mpn",
    "group": "item_group_id",
    "category": "product_type",
}
"""Our names → Meta's, of what goes over as it is."""
PRODUCT_FIELDS = (
    "id,retailer_id,name,description,price,availability,url,image_url,review_status,image_fetch_status,errors,"
    "retailer_product_group_id"
)
Problem = dict[str, str]
"""`sku`, and `reason` in words."""


def rows(
    items: Sequence[Mapping[str, Any]], deleted: Sequence[str], model: type[b.Change]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Return the rows of a batch, deletions first, and the items that are no rows, each with the reason."""
    made: list[dict[str, Any]] = []
    refused: list[Problem] = []
    seen: set[str] = set()
    for number, given in enumerate(items):
        try:
            item = model.model_validate(given)
        except ValidationError as error:
            refused.append({"sku": str(given.get("sku") or f"#{number}"), "reason": describe(error)})
            continue
        if item.sku in seen:
            refused.append({"sku": item.sku, "reason": "it is in the list twice: the first one counts"})
            continue
        seen.add(item.sku)
        made.append({"method": "UPDATE", "data": data(item)})
    both = [sku for sku in dict.fromkeys(deleted) if sku in seen]
    refused += [{"sku": sku, "reason": "it is to be there and to be deleted: it stays"} for sku in both]
    gone = [sku for sku in dict.fromkeys(deleted) if sku not in seen]
    return [*({"method": "DELETE", "data": {"id": sku}} for sku in gone), *made], refused


def data(item: b.Change) -> dict[str, Any]:
    """Return an item in Meta's words."""
    found = {theirs: getattr(item, ours) for ours, theirs in NAMES.items()}
    prices = {"price": item.price, "sale_price": item.sale_price}
    found |= {name: None if one is None else f"{one.amount:f} {one.currency}" for name, one in prices.items()}
    return {"id": item.sku, **item.more, **{name: value for name, value in found.items() if value is not None}}


def sku_of(row: Mapping[str, Any]) -> str:
    """Return the SKU of a row."""
    return str(row["data"]["id"])


def batches(found: Sequence[Mapping[str, Any]], most: int) -> Iterator[tuple[int, int]]:
    """Yield the fewest ranges of rows that Meta takes at once: `most` rows, and `MOST_BYTES` as they are sent."""
    start = size = 0
    for number, row in enumerate(found):
        length = len(quote_plus(json.dumps(row))) + 3
        if number > start and (number - start >= most or size + length > MOST_BYTES):
            yield start, number
            start, size = number, 0
        size += length
    if start < len(found):
        yield start, len(found)


def judged(answer: Mapping[str, Any]) -> tuple[list[Problem], list[Problem]]:
    """Return what Meta refuses of a batch at once, and what it warns of."""
    refused, warned = [], []
    for one in answer.get("validation_status") or []:
        name = str(one.get("retailer_id") or "")
        if one.get("errors"):
            refused.append({"sku": name, "reason": _reasons(one["errors"])})
        elif one.get("warnings"):
            warned.append({"sku": name, "reason": _reasons(one["warnings"])})
    return refused, warned


def ended(state: Mapping[str, Any], names: Sequence[str]) -> list[Problem]:
    """Return what Meta did not save of a batch that ended, whose rows were `names` in their order.

    Errors are samples: those without a reason are named as well, as far as Meta names them.
    """
    found = _told(state.get("errors"), names)
    for name in state.get("ids_of_invalid_requests") or []:
        found.setdefault(str(name), "Meta did not save it, and gave the reason only for others of the batch")
    return [{"sku": name, "reason": reason} for name, reason in found.items() if name]


def warned(state: Mapping[str, Any], names: Sequence[str]) -> list[Problem]:
    """Return what Meta warns of in a batch that ended."""
    found = _told(state.get("warnings"), names)
    return [{"sku": name, "reason": reason} for name, reason in found.items()]


def _told(samples: Any, names: Sequence[str]) -> dict[str, str]:
    """Reasons by SKU; a sample that names none is known by its line."""
    found: dict[str, str] = {}
    for one in samples or []:
        line = one.get("line")
        by_line = names[line - 1] if isinstance(line, int) and 0 < line <= len(names) else ""
        found.setdefault(str(one.get("id") or by_line), clean(one.get("message") or "Meta gives no reason"))
    return found


def shown(product: Mapping[str, Any]) -> dict[str, Any]:
    """Return a product as routes have it. `price` is a text as Meta shows it: it cannot be computed with."""
    return {
        "sku": str(product.get("retailer_id") or ""),
        "id": str(product.get("id") or ""),
        "title": product.get("name"),
        "description": product.get("description"),
        "price": product.get("price"),
        "availability": product.get("availability"),
        "link": product.get("url"),
        "image": product.get("image_url"),
        "review": product.get("review_status"),
        "image_state": product.get("image_fetch_status"),
        "group": product.get("retailer_product_group_id"),
        "errors": [_reason(one) for one in product.get("errors") or []],
    }


def _reasons(errors: Any) -> str:
    return "; ".join(_reason(one) for one in errors) if isinstance(errors, list) else clean(errors)


def _reason(error: Any) -> str:
    if not isinstance(error, Mapping):
        return clean(error)
    told = [error.get(name) for name in ("title", "message", "description")]
    return clean(": ".join(dict.fromkeys(str(one) for one in told if one)) or "Meta gives no reason")
