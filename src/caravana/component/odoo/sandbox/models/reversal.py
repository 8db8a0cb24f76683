"""The wizard that makes credit notes."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import move as moves
from caravana.component.odoo.sandbox.records import Env, Record, Records

OPPOSITE = {"out_invoice": "out_refund", "in_invoice": "in_refund", "entry": "entry"}
LINE = ("product_id", "name", "quantity", "price_unit", "discount", "account_id", "product_uom_id", "display_type")
WIZARD = Model(
    "account.move.reversal",
    "Account Move Reversal",
    {
        "move_ids": f.many2many("account.move", "Journal Entries"),
        "new_move_ids": f.many2many("account.move", "New Entries"),
        "reason": f.char("Reason displayed on Credit Note"),
        "journal_id": f.many2one("account.journal", "Journal"),
        "date": f.date("Reversal date", default=lambda env: env.today),
    },
    transient=True,
    rec_name="reason",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    ids = env.context.get("active_ids") or []
    if env.context.get("active_model") == "account.move" and "move_ids" not in vals:
        vals["move_ids"] = [[6, 0, list(ids)]]
    if any(one.state != "posted" for one in env.browse("account.move", ids)):
        raise UserError(env.say("You can only reverse posted moves."))
    return vals


@WIZARD.method
def refund_moves(wizards: Records) -> dict[str, Any]:
    """Make a draft credit note of each invoice."""
    wizard = wizards.one()
    notes = [_reverse(wizard, one) for one in wizard.move_ids]
    wizard.set(new_move_ids=[one.id for one in notes])
    return _action(notes[0])


@WIZARD.method
def modify_moves(wizards: Records) -> dict[str, Any]:
    """Credit each invoice at once, posted and reconciled, and make a new draft in its place."""
    wizard = wizards.one()
    drafts = []
    for invoice in wizard.move_ids:
        moves.post(_reverse(wizard, invoice))
        drafts.append(_copy(invoice, {"move_type": invoice.move_type, "ref": invoice.ref}))
    wizard.set(new_move_ids=[one.id for one in drafts])
    return _action(drafts[0])


def _reverse(wizard: Record, invoice: Record) -> Record:
    reason = f", {wizard.reason}" if wizard.reason else ""
    vals = {
        "move_type": OPPOSITE[invoice.move_type],
        "ref": f"Reversal of: {invoice.name}{reason}",
        "reversed_entry_id": invoice.id,
        "date": wizard.date,
        "invoice_date": wizard.date,
    }
    if wizard.journal_id:
        vals["journal_id"] = wizard.get("journal_id")
    return _copy(invoice, vals)


def _copy(invoice: Record, vals: dict[str, Any]) -> Record:
    lines = [
        {name: line.get(name) for name in LINE}
        | {"tax_ids": [[6, 0, line.get("tax_ids")]], "sale_line_ids": _sold(line)}
        for line in invoice.invoice_line_ids
    ]
    head = {name: invoice.get(name) for name in ("journal_id", "partner_id", "invoice_origin", "company_id")}
    note = invoice.env.create("account.move", head | vals | {"invoice_line_ids": [[0, 0, one] for one in lines]})
    for item in note.invoice_line_ids:
        for line in item.sale_line_ids:
            line.set(invoice_lines=[*line.get("invoice_lines"), item.id])
    return note


def _sold(line: Record) -> list[Any]:
    return [[6, 0, line.get("sale_line_ids")]]


def _action(move: Record) -> dict[str, Any]:
    return {
        "name": "Reverse Moves",
        "type": "ir.actions.act_window",
        "res_model": "account.move",
        "view_mode": "form",
        "res_id": move.id,
        "context": {"default_move_type": move.move_type},
    }


WIZARD.prepare = _prepare
MODELS = [WIZARD]
