"""Reconciliation: debits against credits, each as far as both are open."""

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.companies import check_same
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import residual
from caravana.component.odoo.sandbox.records import Record
from caravana.component.odoo.sandbox.values import money
from caravana.component.odoo.sandbox.writing import remove

PARTIAL = Model(
    "account.partial.reconcile",
    "Partial Reconcile",
    {
        "debit_move_id": f.many2one("account.move.line", "Debit Move", required=True),
        "credit_move_id": f.many2one("account.move.line", "Credit Move", required=True),
        "amount": f.monetary("Amount"),
    },
    rec_name="id",
)


def assign(lines: list[Record]) -> None:
    """Match the lines' open debits and credits in order, and bring everything that depends on it up to date."""
    env = lines[0].env
    check_same(lines)
    debits = [one for one in lines if one.amount_residual > 0]
    credits_ = [one for one in lines if one.amount_residual < 0]
    for debit in debits:
        for credit in credits_:
            amount = money(min(debit.amount_residual, -credit.amount_residual))
            if amount > 0:
                vals = {"debit_move_id": debit.id, "credit_move_id": credit.id, "amount": amount}
                env.create("account.partial.reconcile", vals)
                residual.refresh_line(debit)
                residual.refresh_line(credit)
    refresh_entries(lines)


def refresh_entries(lines: list[Record]) -> None:
    """Bring the entries of `lines`, and the payments and statement lines behind them, up to date."""
    moves = {one.get("move_id"): one.move_id for one in lines}
    for move in moves.values():
        residual.refresh(move)
    for move in moves.values():
        residual.refresh_payments(move)


def remove_partials(lines: list[Record]) -> None:
    """Undo every match of the lines."""
    touched = {one.id: one for one in lines}
    for line in lines:
        for partial in [*line.matched_debit_ids, *line.matched_credit_ids]:
            for end in (partial.debit_move_id, partial.credit_move_id):
                touched[end.id] = end
            remove(line.env.browse("account.partial.reconcile", [partial.id]))
    for line in touched.values():
        residual.refresh_line(line)
    refresh_entries(list(touched.values()))


MODELS = [PARTIAL]
