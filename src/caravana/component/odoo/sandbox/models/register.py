"""The wizard that registers a payment on an invoice. Nothing protects from registering the same money twice at once."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import payment as payments
from caravana.component.odoo.sandbox.models import residual
from caravana.component.odoo.sandbox.models.reconcile import assign
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.values import money

WIZARD = Model(
    "account.payment.register",
    "Pay",
    {
        "amount": f.monetary("Amount"),
        "source_amount": f.monetary("Amount to Pay (company currency)", readonly=True),
        "payment_date": f.date("Payment Date", required=True, default=lambda env: env.today),
        "communication": f.char("Memo"),
        "journal_id": f.many2one("account.journal", "Journal"),
        "payment_method_line_id": f.many2one("account.payment.method.line", "Payment Method"),
        "currency_id": f.many2one("res.currency", "Currency", default=lambda env: env.company.get("currency_id")),
        "partner_id": f.many2one("res.partner", "Customer/Vendor"),
        "payment_type": f.char(),
        "line_ids": f.many2many("account.move.line", "Journal items"),
        "payment_difference": f.monetary(compute=lambda one: money(one.source_amount - one.amount)),
        "payment_difference_handling": f.selection(
            "Payment Difference Handling", ("open", "Keep open"), ("reconcile", "Mark as fully paid"), default="open"
        ),
        "writeoff_account_id": f.many2one("account.account", "Difference Account"),
        "writeoff_label": f.char("Journal Item Label", default="Write-Off"),
        "can_edit_wizard": f.boolean(default=True),
        "group_payment": f.boolean("Group Payments"),
        "installments_mode": f.char(default="full"),
    },
    transient=True,
    rec_name="communication",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    lines = _lines(env)
    moves = [one.move_id for one in lines]
    rest = money(abs(sum(one.amount_residual for one in lines)))
    company = env.with_context(allowed_company_ids=[moves[0].get("company_id")])
    bank = company.of_company("account.journal", type=("bank", "cash")).id
    journal = env.one("account.journal", vals.setdefault("journal_id", bank))
    inbound = sum(one.amount_residual for one in lines) > 0
    methods = journal.inbound_payment_method_line_ids if inbound else journal.outbound_payment_method_line_ids
    defaults = {
        "amount": rest,
        "communication": " ".join(one.payment_reference or one.name for one in moves),
        "payment_method_line_id": methods[0].id if methods else False,
        "partner_id": moves[0].get("partner_id"),
    }
    fixed = {"source_amount": rest, "payment_type": "inbound" if inbound else "outbound"}
    return defaults | vals | fixed | {"line_ids": [[6, 0, [one.id for one in lines]]]}


def _lines(env: Env) -> list[Record]:
    """Return the open items that the context speaks of; UserError when nothing is left to pay."""
    ids = env.context.get("active_ids") or [env.context.get("active_id")]
    if env.context.get("active_model") == "account.move.line":
        lines = [one for one in env.browse("account.move.line", ids) if not one.reconciled]
    elif env.context.get("active_model") == "account.move":
        moves = list(env.browse("account.move", ids))
        if any(one.state != "posted" for one in moves):
            raise UserError(env.say("You can only register payment for posted journal entries."))
        lines = [line for one in moves for line in residual.open_lines(one)]
    else:
        raise UserError(env.say("The register payment wizard should only be called on account.move records."))
    if not lines:
        raise UserError(
            "There's nothing left to pay for the selected journal items, so no payment registration is necessary. "
            "You've got your finances under control like a boss!"
        )
    return lines


@WIZARD.method
def action_create_payments(wizards: Records) -> dict[str, Any]:
    """Make, post and reconcile the payment; the action names it in `res_id`."""
    wizard = wizards.one()
    payment = _pay(wizard)
    lines = [one for one in wizard.line_ids if not one.reconciled]
    own = residual.open_lines(payment.move_id)
    assign([*lines, *own])
    return {
        "name": "Payments",
        "type": "ir.actions.act_window",
        "res_model": "account.payment",
        "context": {"create": False},
        "view_mode": "form",
        "res_id": payment.id,
    }


def _pay(wizard: Record) -> Record:
    env = wizard.env
    names = ("amount", "journal_id", "payment_method_line_id", "partner_id", "payment_type", "currency_id")
    vals = {name: wizard.get(name) for name in names}
    vals |= {"date": wizard.payment_date, "memo": wizard.communication}
    vals["partner_type"] = "customer" if wizard.line_ids[0].account_type == "asset_receivable" else "supplier"
    vals["destination_account_id"] = wizard.line_ids[0].get("account_id")
    payment = env.create("account.payment", vals)
    payments.action_post(env.browse("account.payment", [payment.id]))
    if wizard.payment_difference_handling == "reconcile" and wizard.payment_difference:
        _write_off(wizard, payment)
    return payment


def _write_off(wizard: Record, payment: Record) -> None:
    """Book the difference on its account, so that the invoice is closed whole."""
    sign = 1 if payment.payment_type == "inbound" else -1
    entry, gap = payment.move_id, wizard.payment_difference
    due = residual.due_lines(entry)[0]
    due.set(balance=due.balance - sign * gap)
    residual.refresh_line(due)
    vals = {
        "move_id": entry.id,
        "name": wizard.writeoff_label,
        "account_id": wizard.get("writeoff_account_id"),
        "balance": sign * gap,
    }
    wizard.env.create("account.move.line", vals | {"partner_id": payment.get("partner_id")})


WIZARD.prepare = _prepare
MODELS = [WIZARD]
