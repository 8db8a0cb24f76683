"""The wizard that makes invoices from orders."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import sale
from caravana.component.odoo.sandbox.records import Env, Record, Records

NOTHING = """Cannot create an invoice. No items are available to invoice.

To resolve this issue, please ensure that:
   • The products have been delivered before attempting to invoice them.
   • The invoicing policy of the product is configured correctly.
"""
WIZARD = Model(
    "sale.advance.payment.inv",
    "Sales Advance Payment Invoice",
    {
        "advance_payment_method": f.selection(
            "Create Invoice",
            ("delivered", "Regular invoice"),
            ("percentage", "Down payment (percentage)"),
            ("fixed", "Down payment (fixed amount)"),
            default="delivered",
            required=True,
        ),
        "sale_order_ids": f.many2many("sale.order", "Orders"),
        "amount": f.float_("Down Payment"),
        "fixed_amount": f.monetary("Down Payment Amount (Fixed)"),
    },
    transient=True,
    rec_name="id",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if env.context.get("active_model") == "sale.order" and "sale_order_ids" not in vals:
        vals["sale_order_ids"] = [[6, 0, _active(env)]]
    return vals


def _active(env: Env) -> list[int]:
    return list(env.context.get("active_ids") or [env.context["active_id"]])


@WIZARD.method
def create_invoices(wizards: Records) -> dict[str, Any]:
    """Make a draft invoice of what each order has to invoice; UserError when that is nothing."""
    env, wizard = wizards.env, wizards.one()
    orders = wizard.sale_order_ids or list(env.browse("sale.order", _active(env)))
    invoices = [_invoice(wizard, order) for order in orders]
    return _action(orders[0], invoices)


def _invoice(wizard: Record, order: Record) -> Record:
    lines = _lines(wizard, order)
    if not lines:
        raise UserError(order.env.say(NOTHING))
    names = {"partner_id": "partner_invoice_id", "partner_shipping_id": "partner_shipping_id"}
    vals: dict[str, Any] = {name: order.get(source) for name, source in names.items()}
    if order.journal_id:
        vals["journal_id"] = order.get("journal_id")
    invoice = order.env.create(
        "account.move",
        vals
        | {
            "move_type": "out_invoice",
            "ref": order.client_order_ref,
            "invoice_origin": order.name,
            "invoice_user_id": order.get("user_id"),
            "company_id": order.get("company_id"),
            "invoice_line_ids": [[0, 0, one] for one in lines],
        },
    )
    for item in invoice.invoice_line_ids:
        for line in item.sale_line_ids:
            line.set(invoice_lines=[*line.get("invoice_lines"), item.id])
    order.set(invoice_ids=[*order.get("invoice_ids"), invoice.id])
    sale.total(order)
    return invoice


def _lines(wizard: Record, order: Record) -> list[dict[str, Any]]:
    if wizard.advance_payment_method != "delivered":
        return [_down_payment(wizard, order)]
    wanted = [(one, sale.to_invoice(one)) for one in order.order_line]
    return [_line(one, quantity) for one, quantity in wanted if quantity > 0]


def _line(line: Record, quantity: float) -> dict[str, Any]:
    return {
        "product_id": line.get("product_id"),
        "name": line.name,
        "quantity": quantity,
        "price_unit": line.price_unit,
        "discount": line.discount,
        "tax_ids": [[6, 0, line.get("tax_ids")]],
        "product_uom_id": line.get("product_uom_id"),
        "sale_line_ids": [[6, 0, [line.id]]],
    }


def _down_payment(wizard: Record, order: Record) -> dict[str, Any]:
    part = order.amount_untaxed * wizard.amount / 100
    amount = part if wizard.advance_payment_method == "percentage" else wizard.fixed_amount
    return {"name": "Down payment", "quantity": 1.0, "price_unit": amount, "tax_ids": []}


def _action(order: Record, invoices: list[Record]) -> dict[str, Any]:
    """Return the window action: its `id` is the action's own, and its context holds a None, which XML-RPC cannot carry."""
    partner = order.get("partner_invoice_id")
    return {
        "id": 200 + order.env.store.first_id,
        "display_name": "Invoices",
        "name": "Invoices",
        "type": "ir.actions.act_window",
        "xml_id": "account.action_move_out_invoice_type",
        "path": "invoicing",
        "help": "<p>Create a customer invoice</p>",
        "binding_model_id": False,
        "binding_type": "action",
        "binding_view_types": "list,form",
        "view_id": [700, "account.out.invoice.list"],
        "domain": "[('move_type', 'in', ['out_invoice', 'out_refund', 'out_receipt'])]",
        "context": {
            "default_move_type": "out_invoice",
            "default_partner_id": partner,
            "default_partner_shipping_id": partner,
            "default_invoice_payment_term_id": None,
        },
        "res_id": invoices[0].id,
        "res_model": "account.move",
        "target": "current",
        "view_mode": "list,kanban,form,activity",
        "mobile_view_mode": "kanban",
        "views": [[701, "form"], [700, "list"], [False, "kanban"], [False, "activity"]],
        "limit": 80,
        "group_ids": [],
        "search_view_id": [702, "account.invoice.select"],
        "embedded_action_ids": [],
        "filter": False,
        "cache": True,
    }


WIZARD.prepare = _prepare
MODELS = [WIZARD]
