"""Odoo's own online payments, as far as the API shows them: payment links and transactions."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.base_methods import get_portal_url
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record

LINK = Model(
    "payment.link.wizard",
    "Generate Payment Link",
    {
        "res_model": f.char("Related Document Model", required=True),
        "res_id": f.integer("Related Document ID", required=True),
        "amount": f.monetary("Amount", required=True),
        "amount_max": f.monetary(),
        "currency_id": f.many2one("res.currency", "Currency"),
        "partner_id": f.many2one("res.partner", "Customer"),
        "link": f.char("Payment Link", compute=lambda one: _link(one)),
        "warning_message": f.char(compute=lambda one: ""),
    },
    transient=True,
    rec_name="id",
)
PROVIDER = Model(
    "payment.provider",
    "Payment Provider",
    {"name": f.char(required=True), "code": f.char(), "state": f.char(default="disabled")},
    rights=dict.fromkeys(("create", "write", "unlink"), "base.group_system"),
)
METHOD = Model(
    "payment.method",
    "Payment Method",
    {"name": f.char(required=True), "code": f.char(), "active": f.boolean(default=True)},
)
TRANSACTION = Model(
    "payment.transaction",
    "Payment Transaction",
    {
        "provider_id": f.many2one("payment.provider", "Provider", required=True),
        "payment_method_id": f.many2one("payment.method", "Payment Method", required=True),
        "reference": f.char("Reference", required=True, index=True),
        "provider_reference": f.char("Provider Reference"),
        "amount": f.monetary("Amount", required=True),
        "currency_id": f.many2one("res.currency", "Currency", required=True),
        "partner_id": f.many2one("res.partner", "Customer", required=True),
        "state": f.selection(
            "Status",
            ("draft", "Draft"),
            ("pending", "Pending"),
            ("authorized", "Authorized"),
            ("done", "Confirmed"),
            ("cancel", "Canceled"),
            ("error", "Error"),
            default="draft",
        ),
        "sale_order_ids": f.many2many("sale.order", "Sales Orders"),
        "invoice_ids": f.many2many("account.move", "Invoices"),
    },
    order="id desc",
    rec_name="reference",
    rights=dict.fromkeys(("create", "write", "unlink"), "base.group_system"),
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    """Take everything that is left out from the document that the context names."""
    model = vals.setdefault("res_model", env.context.get("active_model"))
    number = vals.setdefault("res_id", env.context.get("active_id"))
    if not (model and number):
        return vals
    document = env.one(str(model), int(number))
    open_amount = document.get("amount_residual" if model == "account.move" else "amount_total")
    defaults = {"amount": open_amount, "amount_max": open_amount}
    defaults |= {"currency_id": document.get("currency_id"), "partner_id": document.get("partner_id")}
    return defaults | vals


def _link(wizard: Record) -> str:
    document = wizard.env.browse(wizard.res_model, [wizard.res_id])
    return f"{wizard.env.store.base_url}{get_portal_url(document)}&payment_amount={wizard.amount}"


def _created_transaction(transaction: Record) -> None:
    for order in transaction.sale_order_ids:
        order.set(transaction_ids=[*order.get("transaction_ids"), transaction.id])


LINK.prepare = _prepare
TRANSACTION.created = _created_transaction
MODELS = [LINK, PROVIDER, METHOD, TRANSACTION]
