"""Products that a file brings: found by internal reference, made if there is none, changed where they differ."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from caravana.commerce.shop import identity
from caravana.commerce.shop.refusal import refuse_fields
from caravana.kit.nearest import nearest

Asked = dict[str, Any]
TYPES: Mapping[str, tuple[str, bool]] = {
    "storable": ("consu", True),
    "consumable": ("consu", False),
    "service": ("service", False),
}
"""Our name of a product's type: Odoo's type, and whether its stock is kept (Odoo 19.0)."""
WORDS = {
    "almacenable": "storable",
    "bien": "storable",
    "bienes": "storable",
    "producto": "storable",
    "mercaderia": "storable",
    "goods": "storable",
    "product": "storable",
    "consumible": "consumable",
    "consu": "consumable",
    "servicio": "service",
}
LONGEST = {"code": 64, "name": 250, "barcode": 64}
HIGHEST = Decimal(1_000_000_000)


def read(data: Mapping[str, Any]) -> Asked:
    """Return what a row says. Raises `Refused` naming every wrong field."""
    asked: Asked = {name: str(data[name]) for name in LONGEST if data.get(name)}
    wrong = [
        {"field": name, "message": f"longer than {most} characters"}
        for name, most in LONGEST.items()
        if len(asked.get(name, "")) > most
    ]
    if "code" not in asked:
        wrong.append({"field": "code", "message": "is empty; products are known by it"})
    if "price" in data:
        asked["price"] = Decimal(str(data["price"]))
        if not 0 <= asked["price"] <= HIGHEST:
            wrong.append({"field": "price", "message": f"{data['price']} is no price"})
    if "type" in data:
        word = str(data["type"]).lower().replace("í", "i")
        asked["type"] = WORDS.get(word, word)
        if asked["type"] not in TYPES:
            hint = nearest(word, [*TYPES, *WORDS]) or f"there are: {', '.join(TYPES)}"
            wrong.append({"field": "type", "message": f"there is no type `{data['type']}` ({hint})"})
    if wrong:
        raise refuse_fields(wrong)
    return asked


def question(rows: Iterable[Asked]) -> dict[str, Any]:
    """Return the search for every product with a code or barcode of `rows`, archived ones included."""
    listed = list(rows)
    codes = sorted({one["code"] for one in listed})
    barcodes = sorted({one["barcode"] for one in listed if "barcode" in one})
    domain: list[Any] = [["default_code", "in", codes]]
    if barcodes:
        domain = ["|", *domain, ["barcode", "in", barcodes]]
    return {"domain": domain, "context": {"active_test": False}}


def plan(asked: Asked, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is to be done: `result`, `what`, `reason`, and `record` or `change`."""
    what = " ".join(one for one in (asked["code"], asked.get("name", "")) if one)
    known = [one for one in found if one["default_code"] == asked["code"]]
    reason = _refusal(asked, known, found)
    if reason:
        return {"result": "refused", "what": what, "reason": reason}
    if not known:
        external = identity.external_id("product", asked["code"])
        return {"result": "new", "what": what, "reason": "", "record": {"external_id": external, "values": _new(asked)}}
    return {"what": what, **_change(asked, known[0])}


def _refusal(asked: Asked, known: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> str:
    if len(known) > 1:
        return f"code: {len(known)} products of Odoo have it; give each its own there"
    if known and not known[0]["active"]:
        return "code: this product is archived in Odoo"
    if not known and "name" not in asked:
        return "name: is empty; a new product needs one"
    owner = [one for one in found if "barcode" in asked and one["barcode"] == asked["barcode"]]
    if any(one["default_code"] != asked["code"] for one in owner):
        return f"barcode: is that of {owner[0]['default_code'] or owner[0]['name']}"
    return ""


def _values(asked: Asked) -> dict[str, Any]:
    values = {
        theirs: asked[ours]
        for ours, theirs in (("name", "name"), ("price", "list_price"), ("barcode", "barcode"))
        if ours in asked
    }
    if "type" in asked:
        values["type"], values["is_storable"] = TYPES[asked["type"]]
    return values


def _new(asked: Asked) -> dict[str, Any]:
    """A new product whose type nobody says is one whose stock is kept: this is a trading company."""
    return {"default_code": asked["code"], **_values({"type": "storable", **asked})}


def _change(asked: Asked, known: Mapping[str, Any]) -> dict[str, Any]:
    changed = {name: value for name, value in _values(asked).items() if not _equal(value, known[name])}
    if not changed:
        return {"result": "same", "reason": ""}
    if known["product_variant_count"] > 1:
        return {"result": "refused", "reason": f"{', '.join(changed)}: the product has variants; change it in Odoo"}
    reason = ", ".join("price" if name == "list_price" else name for name in changed)
    change = {"id": known["product_tmpl_id"][0], "values": changed}
    return {"result": "changed", "reason": reason, "change": change}


def _equal(value: Any, known: Any) -> bool:
    return Decimal(str(known)) == value if isinstance(value, Decimal) else bool(value == known)
