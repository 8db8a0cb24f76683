"""Warehouses, quantities and deliveries."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models.mail import thread
from caravana.component.odoo.sandbox.records import Env, Record, Records

LOCATION = Model(
    "stock.location",
    "Inventory Locations",
    {
        "name": f.char("Location Name", required=True),
        "location_id": f.many2one("stock.location", "Parent Location"),
        "usage": f.selection(
            "Location Type",
            ("supplier", "Vendor"),
            ("view", "Virtual"),
            ("internal", "Internal"),
            ("customer", "Customer"),
            ("inventory", "Inventory Loss"),
            default="internal",
        ),
        "active": f.boolean(default=True),
        "company_id": f.many2one("res.company", "Company"),
    },
)
WAREHOUSE = Model(
    "stock.warehouse",
    "Warehouse",
    {
        "name": f.char("Warehouse", required=True),
        "code": f.char("Short Name", required=True),
        "partner_id": f.many2one("res.partner", "Address"),
        "lot_stock_id": f.many2one("stock.location", "Location Stock"),
        "out_type_id": f.many2one("stock.picking.type", "Out Type"),
        "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
        "active": f.boolean(default=True),
        "sequence": f.integer(default=10),
    },
    order="sequence, id",
)


def _furnish(warehouse: Record) -> None:
    """A new warehouse has its stock location and delivery type, whoever makes it (documented)."""
    env = warehouse.env
    view = env.create("stock.location", {"name": warehouse.code, "usage": "view"})
    place = env.create("stock.location", {"name": "Stock", "usage": "internal", "location_id": view.id})
    vals = {"name": "Delivery Orders", "code": "outgoing", "warehouse_id": warehouse.id}
    warehouse.set(lot_stock_id=place.id, out_type_id=env.create("stock.picking.type", vals).id)


WAREHOUSE.created = _furnish
PICKING_TYPE = Model(
    "stock.picking.type",
    "Picking Type",
    {
        "name": f.char("Operation Type", required=True),
        "code": f.char("Type of Operation"),
        "warehouse_id": f.many2one("stock.warehouse", "Warehouse"),
        "last_number": f.integer(),
    },
)
QUANT = Model(
    "stock.quant",
    "Quants",
    {
        "product_id": f.many2one("product.product", "Product", required=True),
        "location_id": f.many2one("stock.location", "Location", required=True),
        "quantity": f.float_("Quantity", readonly=True),
        "reserved_quantity": f.float_("Reserved Quantity", readonly=True),
        "available_quantity": f.float_("Available Quantity", compute=lambda one: one.quantity - one.reserved_quantity),
        "inventory_quantity": f.float_("Counted"),
        "inventory_quantity_set": f.boolean(),
        "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
    },
    rec_name="product_id",
)
PICKING = Model(
    "stock.picking",
    "Transfer",
    thread(
        {
            "name": f.char("Reference", readonly=True, index=True),
            "state": f.selection(
                "Status",
                ("draft", "Draft"),
                ("confirmed", "Waiting"),
                ("assigned", "Ready"),
                ("done", "Done"),
                ("cancel", "Cancelled"),
                default="draft",
            ),
            "partner_id": f.many2one("res.partner", "Contact"),
            "origin": f.char("Source Document"),
            "picking_type_id": f.many2one("stock.picking.type", "Operation Type"),
            "picking_type_code": f.char("Type of Operation", related="picking_type_id.code"),
            "location_id": f.many2one("stock.location", "Source Location"),
            "location_dest_id": f.many2one("stock.location", "Destination Location"),
            "sale_id": f.many2one("sale.order", "Sales Order"),
            "move_ids": f.one2many("stock.move", "picking_id", "Stock Moves"),
            "scheduled_date": f.datetime_("Scheduled Date", default=lambda env: env.now),
            "date_done": f.datetime_("Date of Transfer"),
            "note": f.html("Notes"),
            "carrier_tracking_ref": f.char("Tracking Reference"),
            "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
        }
    ),
    order="id desc",
)
MOVE = Model(
    "stock.move",
    "Stock Move",
    {
        "product_id": f.many2one("product.product", "Product", required=True),
        "product_uom_qty": f.float_("Demand"),
        "quantity": f.float_("Quantity"),
        "picked": f.boolean("Picked"),
        "state": f.char("Status", default="draft"),
        "picking_id": f.many2one("stock.picking", "Transfer"),
        "location_id": f.many2one("stock.location", "Source Location"),
        "location_dest_id": f.many2one("stock.location", "Destination Location"),
        "sale_line_id": f.many2one("sale.order.line", "Sale Line"),
    },
    rec_name="product_id",
)
SMS = Model(
    "confirm.stock.sms", "Confirm Stock SMS", {"pick_ids": f.many2many("stock.picking", "Transfers")}, transient=True
)


def _prepare_quant(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if "inventory_quantity" in vals:
        if not env.context.get("inventory_mode"):
            raise UserError("Quants are created by inventory adjustments: set the context inventory_mode.")
        vals["inventory_quantity_set"] = True
    return vals


@QUANT.method
def action_apply_inventory(quants: Records) -> None:
    """Make the counted quantity the quantity on hand, absolutely."""
    for one in quants:
        if one.inventory_quantity_set:
            same = next(one for one in _quants(one.env, one.get("product_id"), one.get("location_id")))
            same.set(quantity=one.inventory_quantity)
            one.set(inventory_quantity=0.0, inventory_quantity_set=False)


def _quants(env: Env, product: int, location: int) -> list[Record]:
    return [one for one in env.by("stock.quant", "product_id", product) if one.get("location_id") == location]


def quant(env: Env, product: int, location: int) -> Record:
    """Return the quant of a product at a place, made when there is none."""
    found = _quants(env, product, location)
    return found[0] if found else env.create("stock.quant", {"product_id": product, "location_id": location})


def change(env: Env, product: int, location: Record, amount: float, reserved: float = 0.0) -> None:
    """Add to quantity on hand and to the reserved part; it may go below zero, nothing prevents overselling."""
    one = quant(env, product, location.id)
    one.set(quantity=one.quantity + amount, reserved_quantity=max(0.0, one.reserved_quantity + reserved))


def deliver(order: Record, lines: list[Record]) -> Record | None:
    """Make and reserve the delivery of an order's goods; None when there are none."""
    env = order.env
    goods = [one for one in lines if one.product_id and one.product_id.type == "consu" and one.product_uom_qty > 0]
    if not goods:
        return None
    kind = order.warehouse_id.out_type_id
    picking = env.create(
        "stock.picking",
        {
            "name": _next_name(kind),
            "partner_id": order.get("partner_shipping_id"),
            "origin": order.name,
            "sale_id": order.id,
            "picking_type_id": kind.id,
            "location_id": order.warehouse_id.get("lot_stock_id"),
            "location_dest_id": env.ref("stock.stock_location_customers").id,
        },
    )
    for line in goods:
        _reserve(picking, line)
    short = any(one.quantity < one.product_uom_qty for one in picking.move_ids)
    picking.set(state="confirmed" if short else "assigned")
    return picking


def _next_name(kind: Record) -> str:
    kind.note(last_number=kind.last_number + 1)
    return f"{kind.warehouse_id.code}/OUT/{kind.last_number:05}"


def _reserve(picking: Record, line: Record) -> None:
    product, wanted = line.product_id, line.product_uom_qty
    held = wanted
    if product.is_storable:
        here = quant(picking.env, product.id, picking.get("location_id"))
        held = max(0.0, min(wanted, here.available_quantity))
        if held:
            change(picking.env, product.id, picking.location_id, 0.0, held)
    picking.env.create(
        "stock.move",
        {
            "product_id": product.id,
            "product_uom_qty": wanted,
            "quantity": held,
            "state": "assigned" if held >= wanted else "confirmed",
            "picking_id": picking.id,
            "location_id": picking.get("location_id"),
            "location_dest_id": picking.get("location_dest_id"),
            "sale_line_id": line.id,
        },
    )


@PICKING.method
def button_validate(pickings: Records) -> Any:
    """Deliver; or, as recorded (b20), do nothing and return the SMS confirmation unless the context says `skip_sms`."""
    if not pickings.env.context.get("skip_sms"):
        return _ask_for_sms(pickings)
    for picking in pickings:
        if picking.state in ("done", "cancel"):
            raise UserError("You can not validate a transfer that is already done or cancelled.")
        _validate(picking)
    return True


def _ask_for_sms(pickings: Records) -> dict[str, Any]:
    wizard = pickings.env.create("confirm.stock.sms", {"pick_ids": [[6, 0, list(pickings.ids)]]})
    view = 1100 + pickings.env.store.first_id
    return {
        "name": "SMS",
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": "confirm.stock.sms",
        "views": [[view, "form"]],
        "view_id": view,
        "target": "new",
        "res_id": wizard.id,
        "context": {"button_validate_picking_ids": list(pickings.ids)},
    }


def _validate(picking: Record) -> None:
    """Move what was picked; a rest goes to a backorder. With nothing picked, everything demanded is moved."""
    rest = []
    picked = any(one.picked for one in picking.move_ids)
    for move in picking.move_ids:
        amount = (move.quantity if move.picked else 0.0) if picked else move.product_uom_qty
        if amount < move.product_uom_qty:
            rest.append((move, move.product_uom_qty - amount))
        if move.product_id.is_storable:
            change(picking.env, move.get("product_id"), picking.location_id, -amount, -move.product_uom_qty)
        move.set(state="done", quantity=amount, product_uom_qty=amount, picked=True)
        if move.sale_line_id:
            line = move.sale_line_id
            line.set(qty_delivered=line.qty_delivered + amount)
    picking.set(state="done", date_done=picking.env.now)
    if rest:
        _backorder(picking, rest)
    if picking.sale_id:
        picking.sale_id.touch()


def _backorder(picking: Record, rest: list[tuple[Record, float]]) -> None:
    names = ("partner_id", "origin", "sale_id", "picking_type_id", "location_id", "location_dest_id")
    vals = {name: picking.get(name) for name in names}
    new = picking.env.create(
        "stock.picking", vals | {"name": _next_name(picking.picking_type_id), "state": "confirmed"}
    )
    for move, amount in rest:
        vals = {name: move.get(name) for name in ("product_id", "sale_line_id", "location_id", "location_dest_id")}
        picking.env.create("stock.move", vals | {"picking_id": new.id, "product_uom_qty": amount, "state": "confirmed"})


@PICKING.method
def action_cancel(pickings: Records) -> bool:
    """Cancel transfers that are not done and free what they had reserved."""
    for picking in pickings:
        if picking.state == "done":
            raise UserError("You cannot cancel a transfer that is done.")
        for move in picking.move_ids:
            if move.product_id.is_storable and move.state != "cancel":
                change(picking.env, move.get("product_id"), picking.location_id, 0.0, -move.quantity)
            move.set(state="cancel")
        picking.set(state="cancel")
    return True


@SMS.method
def send_sms(wizards: Records) -> Any:
    """Validate the transfers that waited for the answer."""
    pickings = wizards.one().get("pick_ids")
    return button_validate(wizards.env.with_context(skip_sms=True).browse("stock.picking", pickings))


@SMS.method
def dont_send_sms(wizards: Records) -> Any:
    """Validate the transfers that waited, without a message."""
    return send_sms(wizards)


QUANT.prepare = _prepare_quant
QUANT.display = lambda one: one.product_id.display_name
MOVE.display = lambda one: one.product_id.display_name
LOCATION.display = lambda one: f"{one.location_id.name}/{one.name}" if one.location_id else one.name
MODELS = [LOCATION, WAREHOUSE, PICKING_TYPE, QUANT, PICKING, MOVE, SMS]
