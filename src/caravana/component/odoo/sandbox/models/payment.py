"""Payments: registered directly, by create-once load, or by the wizard on an invoice."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import residual
from caravana.component.odoo.sandbox.models.ledger import take_number
from caravana.component.odoo.sandbox.models.mail import thread
from caravana.component.odoo.sandbox.models.reconcile import remove_partials
from caravana.component.odoo.sandbox.records import Env, Record, Records

PAYMENT = Model(
    "account.payment",
    "Payments",
    thread(
        {
            "name": f.char("Number", copy=False),
            "state": f.selection(
                "State",
                ("draft", "Draft"),
                ("in_process", "In Process"),
                ("paid", "Paid"),
                ("canceled", "Canceled"),
                ("rejected", "Rejected"),
                default="draft",
                required=True,
                copy=False,
            ),
            "payment_type": f.selection(
                "Payment Type", ("outbound", "Send"), ("inbound", "Receive"), default="inbound", required=True
            ),
            "partner_type": f.selection(
                "Partner Type", ("customer", "Customer"), ("supplier", "Vendor"), default="customer", required=True
            ),
            "partner_id": f.many2one("res.partner", "Customer/Vendor"),
            "amount": f.monetary("Amount"),
            "currency_id": f.many2one("res.currency", "Currency", default=lambda env: env.company.get("currency_id")),
            "date": f.date("Date", required=True, default=lambda env: env.today),
            "journal_id": f.many2one("account.journal", "Journal", required=True),
            "payment_method_line_id": f.many2one("account.payment.method.line", "Payment Method"),
            "memo": f.char("Memo", index=True),
            "payment_reference": f.char("Payment Reference", index=True, copy=False),
            "move_id": f.many2one("account.move", "Journal Entry", copy=False),
            "is_reconciled": f.boolean("Is Reconciled", readonly=True, copy=False),
            "is_matched": f.boolean("Is Matched With a Bank Statement", readonly=True, copy=False),
            "reconciled_invoice_ids": f.many2many("account.move", "Reconciled Invoices", readonly=True, copy=False),
            "outstanding_account_id": f.many2one("account.account", "Outstanding Account"),
            "destination_account_id": f.many2one("account.account", "Destination Account"),
            "payment_transaction_id": f.many2one("payment.transaction", "Payment Transaction", copy=False),
            "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
        }
    ),
    order="date desc, id desc",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if not vals.get("journal_id"):
        vals["journal_id"] = env.of_company("account.journal", type=("bank", "cash")).id
    journal = env.one("account.journal", int(vals["journal_id"]))
    vals["company_id"] = journal.get("company_id")
    inbound = vals.get("payment_type", "inbound") == "inbound"
    if not vals.get("payment_method_line_id"):
        lines = journal.inbound_payment_method_line_ids if inbound else journal.outbound_payment_method_line_ids
        vals["payment_method_line_id"] = lines[0].id if lines else False
    outstanding = "account.outstanding_receipts" if inbound else "account.outstanding_payments"
    vals.setdefault("outstanding_account_id", env.ref(outstanding).id)
    if not vals.get("destination_account_id"):
        vals["destination_account_id"] = _destination(env, vals)
    return vals


def _destination(env: Env, vals: dict[str, Any]) -> int:
    if vals.get("partner_type", "customer") == "supplier":
        return env.ref("l10n_ec.ec_payable").id
    partner = env.one("res.partner", int(vals["partner_id"])) if vals.get("partner_id") else None
    own = partner.get("property_account_receivable_id") if partner else False
    return int(own or env.ref("l10n_ec.ec_receivable").id)


def _before_write(payments: Records, vals: dict[str, Any]) -> None:
    frozen = [name for name in ("amount", "partner_id", "journal_id", "payment_type") if name in vals]
    posted = [one for one in payments if one.move_id and one.state != "draft"]
    if frozen and posted:
        text = "You cannot modify the following readonly fields on a posted move: %s"
        raise UserError(payments.env.say(text, ", ".join(frozen)))


@PAYMENT.method
def action_post(payments: Records) -> None:
    """Post drafts; those posted already stay as they are. Returns nothing."""
    for payment in payments:
        if payment.state == "draft":
            _post(payment)


def _post(payment: Record) -> None:
    """Make the payment's entry. One that lost its outstanding account is posted without an entry, as Odoo does."""
    journal = payment.journal_id
    year = payment.date[:4]
    name = payment.name or f"P{journal.code}/{year}/{take_number(journal, 'P' + year):05}"
    payment.set(name=name, state="in_process")
    if payment.outstanding_account_id:
        payment.set(move_id=_entry(payment).id)


def _entry(payment: Record) -> Record:
    env, sign = payment.env, 1 if payment.payment_type == "inbound" else -1
    move = env.create(
        "account.move",
        {
            "move_type": "entry",
            "name": payment.name,
            "ref": payment.memo,
            "date": payment.date,
            "journal_id": payment.get("journal_id"),
            "partner_id": payment.get("partner_id"),
            "origin_payment_id": payment.id,
        },
    )
    label = (
        f"{payment.payment_method_line_id.name}: {payment.memo}"
        if payment.memo
        else payment.payment_method_line_id.name
    )
    for account, amount in ((payment.outstanding_account_id, sign), (payment.destination_account_id, -sign)):
        env.create(
            "account.move.line",
            {
                "move_id": move.id,
                "name": label,
                "account_id": account.id,
                "partner_id": payment.get("partner_id"),
                "balance": amount * payment.amount,
                "payment_id": payment.id,
                "display_type": "payment_term" if account.account_type in residual.RECONCILABLE else "product",
            },
        )
    move.set(state="posted")
    return move


@PAYMENT.method
def action_draft(payments: Records) -> None:
    """Make posted payments drafts again; their entries and matches go."""
    for payment in payments:
        _withdraw(payment, "draft")


@PAYMENT.method
def action_cancel(payments: Records) -> None:
    """Cancel payments; their entries and matches go."""
    for payment in payments:
        _withdraw(payment, "canceled")


def _withdraw(payment: Record, state: str) -> None:
    if payment.move_id:
        remove_partials(payment.move_id.line_ids)
        payment.move_id.set(state="cancel")
    payment.set(state=state, move_id=False, is_reconciled=False, is_matched=False, reconciled_invoice_ids=[])


def _before_unlink(payments: Records) -> None:
    if any(one.state in ("in_process", "paid") for one in payments):
        raise UserError(payments.env.say("You cannot delete a payment that is posted."))


def _unload(payment: Record) -> None:
    """A plain load of a known payment loses its outstanding account (observed on 19.0)."""
    if payment.state == "draft":
        payment.set(outstanding_account_id=False)


PAYMENT.display = lambda one: one.name or "Draft Payment"
PAYMENT.prepare = _prepare
PAYMENT.before_write = _before_write
PAYMENT.before_unlink = _before_unlink
PAYMENT.unload = _unload
MODELS = [PAYMENT]
