"""Sale orders."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import pricing, stock
from caravana.component.odoo.sandbox.models.ledger import tax_amounts, taxes_of, untaxed
from caravana.component.odoo.sandbox.models.mail import portal, thread
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.values import money

STATES = (("draft", "Quotation"), ("sent", "Quotation Sent"), ("sale", "Sales Order"), ("cancel", "Cancelled"))
STATUSES = (
    ("upselling", "Upselling Opportunity"),
    ("invoiced", "Fully Invoiced"),
    ("to invoice", "To Invoice"),
    ("no", "Nothing to Invoice"),
)
ORDER = Model(
    "sale.order",
    "Sales Order",
    portal(
        thread(
            {
                "name": f.char("Order Reference", index=True, copy=False),
                "state": f.selection("Status", *STATES, default="draft", copy=False),
                "locked": f.boolean("Locked", copy=False),
                "partner_id": f.many2one("res.partner", "Customer", required=True),
                "partner_invoice_id": f.many2one("res.partner", "Invoice Address"),
                "partner_shipping_id": f.many2one("res.partner", "Delivery Address"),
                "client_order_ref": f.char("Customer Reference", index=True, copy=False),
                "origin": f.char("Source Document"),
                "note": f.html("Terms and conditions"),
                "date_order": f.datetime_("Order Date", required=True, default=lambda env: env.now, copy=False),
                "commitment_date": f.datetime_("Delivery Date", copy=False),
                "order_line": f.one2many("sale.order.line", "order_id", "Order Lines"),
                "amount_untaxed": f.monetary("Untaxed Amount", readonly=True),
                "amount_tax": f.monetary("Taxes", readonly=True),
                "amount_total": f.monetary("Total", readonly=True),
                "currency_id": f.many2one(
                    "res.currency", "Currency", default=lambda env: env.company.get("currency_id")
                ),
                "pricelist_id": f.many2one("product.pricelist", "Pricelist"),
                "payment_term_id": f.many2one("account.payment.term", "Payment Terms"),
                "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
                "warehouse_id": f.many2one("stock.warehouse", "Warehouse"),
                "user_id": f.many2one("res.users", "Salesperson", default=lambda env: env.uid),
                "invoice_ids": f.many2many("account.move", "Invoices", copy=False),
                "invoice_count": f.integer("Invoice Count", compute=lambda one: len(one.get("invoice_ids"))),
                "invoice_status": f.selection("Invoice Status", *STATUSES, default="no", readonly=True, copy=False),
                "picking_ids": f.one2many("stock.picking", "sale_id", "Transfers"),
                "delivery_status": f.char("Delivery Status", compute=lambda one: _delivery(one)),
                "transaction_ids": f.many2many("payment.transaction", "Transactions", copy=False),
                "journal_id": f.many2one("account.journal", "Invoicing Journal"),
            }
        ),
        "/my/orders",
    ),
    order="date_order desc, id desc",
)
LINE = Model(
    "sale.order.line",
    "Sales Order Line",
    {
        "order_id": f.many2one("sale.order", "Order Reference", required=True),
        "sequence": f.integer("Sequence", default=10),
        "display_type": f.char(),
        "product_id": f.many2one("product.product", "Product"),
        "name": f.text("Description"),
        "product_uom_qty": f.float_("Quantity", default=1.0),
        "product_uom_id": f.many2one("uom.uom", "Unit"),
        "price_unit": f.float_("Unit Price"),
        "discount": f.float_("Discount (%)"),
        "tax_ids": f.many2many("account.tax", "Taxes"),
        "price_subtotal": f.monetary("Subtotal", readonly=True),
        "price_tax": f.float_("Total Tax", readonly=True),
        "price_total": f.monetary("Total", readonly=True),
        "qty_delivered": f.float_("Delivery Quantity", copy=False),
        "qty_invoiced": f.float_("Invoiced Quantity", compute=lambda one: _invoiced(one)),
        "qty_to_invoice": f.float_("Quantity To Invoice", compute=lambda one: to_invoice(one)),
        "invoice_lines": f.many2many("account.move.line", "Invoice Lines", copy=False),
        "is_downpayment": f.boolean(),
        "state": f.selection("Order Status", *STATES, related="order_id.state"),
        "order_partner_id": f.many2one("res.partner", "Customer", related="order_id.partner_id"),
        "currency_id": f.many2one("res.currency", related="order_id.currency_id"),
    },
    order="order_id, sequence, id",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    vals.setdefault("partner_invoice_id", vals.get("partner_id"))
    vals.setdefault("partner_shipping_id", vals.get("partner_id"))
    if "warehouse_id" not in vals:
        company = env.with_context(allowed_company_ids=[vals.get("company_id") or env.company.id])
        vals["warehouse_id"] = company.of_company("stock.warehouse").id
    if not vals.get("pricelist_id") and vals.get("partner_id"):
        vals["pricelist_id"] = env.one("res.partner", vals["partner_id"]).get("property_product_pricelist")
    return vals


def _created(order: Record) -> None:
    if not order.name:
        order.note(name=_next_name(order.env))
    total(order)


def _next_name(env: Env) -> str:
    counter = env.all("sale.order.counter")[0]
    counter.note(last=counter.last + 1)
    return f"S{counter.last:05}"


COUNTER = Model("sale.order.counter", "Order Numbers", {"last": f.integer()}, rec_name="id")


def _prepare_line(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if not vals.get("product_id"):
        return vals
    product = env.one("product.product", vals["product_id"])
    order = env.one("sale.order", vals["order_id"])
    amount = float(vals.get("product_uom_qty", 1))
    vals.setdefault("price_unit", pricing.price(product, order.pricelist_id, amount))
    vals.setdefault("name", _label(product))
    vals.setdefault("product_uom_id", product.get("uom_id"))
    vals.setdefault("tax_ids", [[6, 0, taxes_of(product, order.get("company_id"))]])
    return vals


def _label(product: Record) -> str:
    return f"{product.display_name}\n{product.description_sale}" if product.description_sale else product.display_name


def _created_line(line: Record) -> None:
    _price(line)
    total(line.order_id)


def _price(line: Record) -> None:
    amount = line.product_uom_qty * line.price_unit * (100 - line.discount) / 100
    base = untaxed(amount, line.tax_ids)
    tax = sum(tax_amounts(base, line.tax_ids).values())
    line.set(price_subtotal=base, price_tax=money(tax), price_total=money(base + tax))


def total(order: Record) -> None:
    """Bring the order's amounts and invoice status up to date."""
    lines = order.order_line
    base = money(sum(one.price_subtotal for one in lines))
    if order.company_id.tax_calculation_rounding_method == "round_per_line":
        tax = sum(one.price_tax for one in lines)
    else:
        tax = sum(sum(tax_amounts(one.price_subtotal, one.tax_ids).values()) for one in lines)
    values = {"amount_untaxed": base, "amount_tax": money(tax), "amount_total": money(base + money(tax))}
    order.set(**values, invoice_status=_status(order, lines))


def _before_write_line(lines: Records, vals: dict[str, Any]) -> None:
    locked = [one for one in lines if one.order_id.locked]
    frozen = {"product_id", "name", "price_unit", "product_uom_id", "product_uom_qty", "tax_ids", "discount"} & set(
        vals
    )
    if locked and frozen:
        labels = "\n".join(lines.meta.columns[name].string for name in sorted(frozen))
        text = "It is forbidden to modify the following fields in a locked order:\n%s"
        raise UserError(lines.env.say(text, labels))


def _written_line(line: Record, names: set[str]) -> None:
    if names & {"product_uom_qty", "price_unit", "discount", "tax_ids"}:
        _price(line)
    total(line.order_id)


def _invoiced(line: Record) -> float:
    signs = {"out_invoice": 1, "out_refund": -1}
    kept = [one for one in line.invoice_lines if one.exists and one.parent_state != "cancel"]
    return float(sum(one.quantity * signs.get(one.move_id.move_type, 0) for one in kept))


def to_invoice(line: Record) -> float:
    """Return the quantity to invoice now, by the product's policy."""
    if line.order_id.state != "sale" or line.display_type:
        return 0.0
    by_delivery = line.product_id and line.product_id.invoice_policy == "delivery"
    return float((line.qty_delivered if by_delivery else line.product_uom_qty) - line.qty_invoiced)


def _status(order: Record, lines: list[Record]) -> str:
    if order.state != "sale" or not lines:
        return "no"
    if any(to_invoice(one) for one in lines):
        return "to invoice"
    return "invoiced" if all(one.qty_invoiced >= one.product_uom_qty for one in lines) else "no"


def _delivery(order: Record) -> str | bool:
    states = {one.state for one in order.picking_ids if one.state != "cancel"}
    if not states:
        return False
    return "full" if states == {"done"} else "partial" if "done" in states else "pending"


def _written(order: Record, names: set[str]) -> None:
    total(order)


def _before_unlink(orders: Records) -> None:
    if any(one.state not in ("draft", "cancel") for one in orders):
        raise UserError("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")


@ORDER.method
def action_confirm(orders: Records) -> bool:
    """Turn quotations into orders: the date is set anew and goods are reserved for delivery. Once only."""
    if any(one.state not in ("draft", "sent") for one in orders):
        raise UserError(orders.env.say("Some orders are not in a state requiring confirmation."))
    for order in orders:
        order.set(state="sale", date_order=order.env.now)
        stock.deliver(order, order.order_line)
        total(order)
    return True


@ORDER.method
def action_cancel(orders: Records) -> bool:
    """Cancel orders with their open deliveries and draft invoices; posted invoices and payments stay."""
    if any(one.locked for one in orders):
        raise UserError(orders.env.say("You cannot cancel a locked order. Please unlock it first."))
    for order in orders:
        stock.action_cancel(
            order.env.browse("stock.picking", [one.id for one in order.picking_ids if one.state != "done"])
        )
        for invoice in order.invoice_ids:
            if invoice.state == "draft":
                invoice.set(state="cancel")
        order.set(state="cancel", invoice_status="no")
    return True


@ORDER.method
def action_draft(orders: Records) -> bool:
    """Make cancelled orders quotations again."""
    for order in orders:
        if order.state == "cancel":
            order.set(state="draft")
    return True


@ORDER.method
def action_quotation_sent(orders: Records) -> None:
    """Mark quotations as sent."""
    for order in orders:
        order.set(state="sent")


@ORDER.method
def action_lock(orders: Records) -> None:
    """Forbid changes of the lines."""
    for order in orders:
        order.set(locked=True)


@ORDER.method
def action_unlock(orders: Records) -> None:
    """Allow changes of the lines again."""
    for order in orders:
        order.set(locked=False)


ORDER.prepare = _prepare
ORDER.created = _created
ORDER.written = _written
ORDER.before_unlink = _before_unlink
LINE.prepare = _prepare_line
LINE.created = _created_line
LINE.before_write = _before_write_line
LINE.written = _written_line
MODELS = [ORDER, LINE, COUNTER]
