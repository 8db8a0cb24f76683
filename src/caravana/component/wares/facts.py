"""What of a product matters for a catalogue, as JSON, with a hash: most changes in Odoo are none here. Pure."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Any, NamedTuple

from caravana.kit.codec import canonical_hash

PATH = "/wares"


class Tags(NamedTuple):
    """Numbers of the tags that say `shown`: this product is shown, and `post`: it is to be told of."""

    shown: Set[int]
    post: Set[int]
    known: Set[int]
    """All that there are."""

    @classmethod
    def named(cls, names: Mapping[int, str], shown: str, post: str) -> "Tags":
        """Return the tags with these names. `names`: of all tags."""
        own = [{number for number, name in names.items() if name == one} for one in (shown, post)]
        return cls(own[0], own[1], set(names))


def facts(record: Mapping[str, Any], tags: Tags, picture: str | None) -> dict[str, Any]:
    """Return the facts of a product's record. `picture`: path of its picture."""
    product, template = record["id"], record["product_tmpl_id"][0]
    own = set(record["product_tag_ids"])
    wanted = bool(record["active"] and record["sale_ok"] and tags.shown & own)
    found = {
        "id": product,
        "template": template,
        "name": record["display_name"] or "",
        "code": record["default_code"],
        "barcode": record["barcode"],
        "text": record["description_sale"],
        "list_price": _text(record["lst_price"]),
        "cost": _text(record["standard_price"]),
        "category": record["categ_id"][0] if record["categ_id"] else None,
        "taxes": sorted(record["taxes_id"]),
        "company": record["company_id"][0] if record["company_id"] else None,
        "currency": record["currency_id"][1] if record["currency_id"] else "USD",
        "variants": record["product_variant_count"] or 1,
        "stored": bool(record["is_storable"]),
        "free": _text(record["free_qty"]),
        "wanted": wanted,
        "post": bool(tags.post & own),
        "picture": picture,
    }
    return {**found, "hash": canonical_hash(found)}


def picture_of(record: Mapping[str, Any], images: Mapping[tuple[str, int], str], secret: str) -> str | None:
    """Return the path of a product's picture, its own or its template's. `images`: checksums by model and number."""
    product, template = record["id"], record["product_tmpl_id"][0]
    checksum = images.get(("product.product", product)) or images.get(("product.template", template))
    return path(product, checksum, secret) if checksum else None


def path(product: int, checksum: str, secret: str) -> str:
    """Return the path of a picture: another for each content, and nobody can guess it."""
    digest = hmac.new(secret.encode(), f"{product},{checksum}".encode(), hashlib.sha256).digest()
    return f"{PATH}/{product}-{b32encode(digest[:20]).decode().lower()}.jpg"


def _text(number: Any) -> str:
    return f"{Decimal(str(number or 0)).normalize():f}"
