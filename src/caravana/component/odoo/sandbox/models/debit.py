"""The wizard that makes debit notes (`account_debit_note`, which Ecuador's localization brings along; documented)."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record, Records

WIZARD = Model(
    "account.debit.note",
    "Add Debit Note wizard",
    {
        "move_ids": f.many2many("account.move", "Journal Entries"),
        "date": f.date("Debit Note Date", default=lambda env: env.today),
        "reason": f.char("Reason"),
        "journal_id": f.many2one("account.journal", "Use Specific Journal"),
        "copy_lines": f.boolean("Copy Lines"),
    },
    transient=True,
    rec_name="reason",
)
LINE = ("product_id", "name", "quantity", "price_unit", "discount", "account_id", "product_uom_id", "display_type")


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    ids = env.context.get("active_ids") or []
    if env.context.get("active_model") == "account.move" and "move_ids" not in vals:
        vals["move_ids"] = [[6, 0, list(ids)]]
    if any(one.state != "posted" for one in env.browse("account.move", ids)):
        raise UserError(env.say("You can only debit posted moves."))
    return vals


@WIZARD.method
def create_debit(wizards: Records) -> dict[str, Any]:
    """Make a draft debit note of each invoice, with its lines or without any."""
    wizard = wizards.one()
    notes = [_debit(wizard, one) for one in wizard.move_ids]
    return {
        "name": "Debit Notes",
        "type": "ir.actions.act_window",
        "res_model": "account.move",
        "view_mode": "form",
        "res_id": notes[0].id,
        "context": {"default_move_type": notes[0].move_type},
    }


def _debit(wizard: Record, invoice: Record) -> Record:
    head = {name: invoice.get(name) for name in ("journal_id", "partner_id", "company_id", "l10n_ec_sri_payment_id")}
    if wizard.journal_id:
        head["journal_id"] = wizard.get("journal_id")
    vals = {
        "move_type": invoice.move_type,
        "ref": f"{invoice.name}, {wizard.reason}" if wizard.reason else invoice.name,
        "date": wizard.date,
        "invoice_date": wizard.date,
        "debit_origin_id": invoice.id,
    }
    lines = [_line(one) for one in invoice.invoice_line_ids] if wizard.copy_lines else []
    return invoice.env.create("account.move", head | vals | {"invoice_line_ids": [[0, 0, one] for one in lines]})


def _line(line: Record) -> dict[str, Any]:
    return {name: line.get(name) for name in LINE} | {"tax_ids": [[6, 0, line.get("tax_ids")]]}


WIZARD.prepare = _prepare
MODELS = [WIZARD]
