"""Prices as the hub computes them, against those of Odoo itself: `sale.order.line.onchange`, which stores nothing.

The order is one that does not exist: its values are given with the line, as Odoo's own form does (documented in Odoo's
sources: a many2one takes the values of a record that is not stored). So nothing is left behind, whatever happens.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.commerce.catalogue import telling
from caravana.commerce.catalogue.item import Shelf, World, price, unit_price
from caravana.commerce.catalogue.plan import Kept
from caravana.commerce.catalogue.pricing import unknown as unknown_rules
from caravana.kit.codec import canonical_hash

HALF_A_CENT = Decimal("0.005")
SPEC: Mapping[str, dict[str, Any]] = {"price_unit": {}, "discount": {}, "price_subtotal": {}, "price_total": {}}
REVIEW = "catalogue/prices"
"""Name of the item for a person."""


def sample(
    records: Sequence[Kept], world: World, shelf: Shelf, at: datetime, most: int, *, first: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """Return at most so many prices to be compared, other products each time, and each time the same in a re-run.

    `first`: products that are among them in any case.
    """
    chosen = sorted(records, key=lambda one: (one["id"] not in first, canonical_hash([one["id"], at.isoformat()])))
    return [
        {
            "id": one["id"],
            "sku": one["sku"],
            "unit": f"{unit_price(one['facts'], world, shelf, at):f}",
            "total": f"{price(one['facts'], world, shelf, at).amount:f}",
        }
        for one in chosen[:most]
    ]


def unknown(world: World, pricelist: int | None) -> list[dict[str, Any]]:
    """Return the rules of the pricelist that the hub cannot compute."""
    found = unknown_rules(world.pricelists.rules_of(pricelist), "USD")
    return [{"rule": one.rule, "why": one.why, "what": one.what} for one in found]


def question(check: Mapping[str, Any], customer: int | None, shelf: Shelf) -> dict[str, Any]:
    """Return the arguments of the onchange."""
    order: dict[str, Any] = {"pricelist_id": shelf.pricelist or False, "partner_id": customer or False}
    if shelf.company is not None:
        order["company_id"] = shelf.company
    values = {"product_id": check["id"], "product_uom_qty": 1, "order_id": order}
    return {"ids": [], "values": values, "field_names": ["product_id"], "fields_spec": dict(SPEC)}


def compared(check: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the check with what Odoo says, and whether it is the same to the cent."""
    value = answer["value"]
    unit = Decimal(str(value.get("price_unit") or 0)) * (100 - Decimal(str(value.get("discount") or 0))) / 100
    total = Decimal(str(value.get("price_total") or 0))
    same = abs(unit - Decimal(check["unit"])) < HALF_A_CENT and abs(total - Decimal(check["total"])) < HALF_A_CENT
    return {**check, "odoo_unit": f"{unit:f}", "odoo_total": f"{total:f}", "same": same}


def judged(
    plan: dict[str, Any], compared: Sequence[dict[str, Any]], news: Mapping[str, Any], prices: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the plan, `prices` (what was found out) and `review` (`put`: an item, `close`: whether it is settled, else None).

    Prices that differ hold back everything of the list until they agree; what goes out of the catalogue still goes.
    """
    wrong = [one for one in compared if not one["same"]]
    told = {
        "at": news["at"],
        "checked": len(compared),
        "different": wrong,
        "unknown": plan["unknown"],
        "held": bool(wrong),
    }
    if prices is not None and prices["held"] and not compared:
        told |= {"held": True, "different": prices["different"]}
    if not told["held"]:
        closing = prices is not None and prices["held"]
        return {**plan, "prices": told, "review": None, "closing": closing, "records": plan["records"]}
    held = {name for batch in plan["batches"] for name in batch["ids"]}
    records = {name: _held(one) if one["id"] in held else one for name, one in plan["records"].items()}
    batches = [{**one, "ids": []} for one in plan["batches"] if one["delete"]]
    return {
        **plan,
        "records": records,
        "batches": batches,
        "posts": [],
        "prices": told,
        "review": review(told),
        "closing": False,
    }


def _held(record: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a product that does not go out; the next run judges it anew."""
    after = {**record, "state": telling.REFUSED, "reason": "held", "detail": "", "wanted": None, "posting": False}
    return {**after, "told": telling.told(after, record)}


def review(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item for a person."""
    lines = "; ".join(
        f"{one['sku']}: {one['unit']} (con impuestos {one['total']}), según Odoo {one['odoo_unit']} ({one['odoo_total']})"
        for one in told["different"][:5]
    )
    return {
        "key": REVIEW,
        "kind": "catalogue_prices",
        "summary": "Revisar precios del catálogo",
        "title": "calculated prices differ from those of Odoo",
        "text": "No se publican precios de esta lista hasta que coincidan. Revise las reglas de la lista y los impuestos, y "
        f"ejecute `caravana catalog publish`. {lines}",
        "record": None,
        "since": told["at"],
    }
