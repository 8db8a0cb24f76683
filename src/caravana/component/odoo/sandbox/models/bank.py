"""Bank statement lines: each posts a bank and a suspense item; rewriting the suspense account lets it be reconciled."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models.ledger import take_number
from caravana.component.odoo.sandbox.models.reconcile import remove_partials
from caravana.component.odoo.sandbox.records import Env, Record, Records

BASIC = dict.fromkeys(("read", "create", "write", "unlink"), "account.group_account_basic")
STATEMENT = Model(
    "account.bank.statement",
    "Bank Statement",
    {"name": f.char("Reference"), "date": f.date(), "balance_end_real": f.monetary()},
)
STATEMENT_LINE = Model(
    "account.bank.statement.line",
    "Bank Statement Line",
    {
        "journal_id": f.many2one("account.journal", "Journal", required=True),
        "date": f.date("Date", required=True, default=lambda env: env.today),
        "payment_ref": f.char("Label", index=True),
        "amount": f.monetary("Amount"),
        "partner_id": f.many2one("res.partner", "Partner"),
        "move_id": f.many2one("account.move", "Journal Entry", copy=False),
        "is_reconciled": f.boolean("Is Reconciled", readonly=True, copy=False),
        "amount_residual": f.float_("Residual Amount", compute=lambda one: _residual(one)),
        "state": f.char("Status", related="move_id.state"),
        "line_ids": f.Field("one2many", "Items", "account.move.line", compute=lambda one: one.move_id.get("line_ids")),
        "statement_id": f.many2one("account.bank.statement", "Statement"),
        "transaction_details": f.json_("Transaction Details"),
        "internal_index": f.char("Internal Reference", compute=lambda one: _index(one)),
        "account_number": f.char("Bank Account Number"),
        "partner_name": f.char("Partner Name"),
        "ref": f.char("Reference", index=True),
    },
    order="date desc, id desc",
    rec_name="payment_ref",
    rights=BASIC,
)


def _residual(line: Record) -> float:
    """Return what still lies on the suspense account; 0 once it is all reconciled."""
    if line.is_reconciled:
        return 0.0
    suspense = line.env.company.get("suspense_account_id")
    return float(sum(one.balance for one in line.move_id.line_ids if one.get("account_id") == suspense))


def _index(line: Record) -> str:
    return f"{line.date.replace('-', '')}2147483646{line.id:010}"


def _created(line: Record) -> None:
    env, journal = line.env, line.journal_id
    if journal.type not in ("bank", "cash"):
        raise UserError(env.say("A statement line needs a bank or cash journal."))
    year = line.date[:4]
    move = env.create(
        "account.move",
        {
            "move_type": "entry",
            "journal_id": journal.id,
            "date": line.date,
            "partner_id": line.get("partner_id"),
            "name": f"{journal.code}/{year}/{take_number(journal, year):05}",
            "statement_line_id": line.id,
        },
    )
    suspense = env.company.get("suspense_account_id")
    for account, amount in ((journal.get("default_account_id"), line.amount), (suspense, -line.amount)):
        env.create("account.move.line", _item(line, move, account, amount))
    move.set(state="posted")
    line.set(move_id=move.id)


def _item(line: Record, move: Record, account: int, amount: float) -> dict[str, Any]:
    return {
        "move_id": move.id,
        "name": line.payment_ref,
        "account_id": account,
        "balance": amount,
        "partner_id": line.get("partner_id"),
        "statement_line_id": line.id,
    }


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    vals.setdefault("payment_ref", "/")
    return vals


@STATEMENT_LINE.method
def action_undo_reconciliation(lines: Records) -> None:
    """Put the items back on the suspense account and undo their matches."""
    for line in lines:
        remove_partials(line.line_ids)
        for item in line.line_ids:
            if item.get("account_id") != line.journal_id.get("default_account_id"):
                item.set(account_id=line.env.company.get("suspense_account_id"), amount_residual=0.0, reconciled=False)
        line.set(is_reconciled=False)


STATEMENT_LINE.prepare = _prepare
STATEMENT_LINE.created = _created
MODELS = [STATEMENT, STATEMENT_LINE]
