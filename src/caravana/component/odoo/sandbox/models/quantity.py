"""How much of a product there is: on hand, free, forecast. Computed, hence not sortable; the context may narrow the place."""

from collections.abc import Callable
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.records import Env, Record

NAMES = {
    "qty_available": "Quantity On Hand",
    "free_qty": "Free To Use Quantity",
    "virtual_available": "Forecasted Quantity",
    "incoming_qty": "Incoming",
    "outgoing_qty": "Outgoing",
}


def fields(compute: Callable[[Record, str], float]) -> dict[str, f.Field]:
    """Return the quantity fields, each worked out by `compute(record, name)`."""
    return {
        name: f.float_(
            label,
            compute=lambda one, name=name: compute(one, name),
            findable=True,
            digits=(16, 2),
            readonly=name != "qty_available",
        )
        for name, label in NAMES.items()
    }


def of_product(product: Record, name: str) -> float:
    """Return one quantity of a variant."""
    env = product.env
    places = locations(env)
    quants = [one for one in env.by("stock.quant", "product_id", product.id) if one.get("location_id") in places]
    on_hand = float(sum(one.quantity for one in quants))
    if name == "qty_available":
        return on_hand
    if name == "free_qty":
        return on_hand - float(sum(one.reserved_quantity for one in quants))
    moves = [
        one for one in env.by("stock.move", "product_id", product.id) if one.state not in ("done", "cancel", "draft")
    ]
    coming = float(
        sum(one.product_uom_qty for one in moves if _crosses(one, "location_dest_id", "location_id", places))
    )
    going = float(sum(one.product_uom_qty for one in moves if _crosses(one, "location_id", "location_dest_id", places)))
    return {"incoming_qty": coming, "outgoing_qty": going, "virtual_available": on_hand + coming - going}[name]


def _crosses(move: Record, inside: str, outside: str, places: set[int]) -> bool:
    return move.get(inside) in places and move.get(outside) not in places


def locations(env: Env) -> set[int]:
    """Return the internal locations meant: those of the context's warehouse or location, else all."""
    inner = {one.id for one in env.all("stock.location") if one.usage == "internal"}
    wanted: Any = env.context.get("location")
    warehouse = env.context.get("warehouse_id")
    if warehouse:
        wanted = [env.one("stock.warehouse", one).get("lot_stock_id") for one in _ids(warehouse)]
    return inner & set(_ids(wanted)) if wanted else inner


def _ids(given: Any) -> list[int]:
    return [given] if isinstance(given, int) else list(given)
