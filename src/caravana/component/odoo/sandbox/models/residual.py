"""What is still open: of a journal item, of an invoice, of a payment; and the states that follow from it."""

from typing import Any

from caravana.component.odoo.sandbox.records import Record
from caravana.component.odoo.sandbox.values import money

RECONCILABLE = frozenset({"asset_receivable", "liability_payable"})


def refresh_line(line: Record) -> None:
    """Bring a journal item's open amount up to date."""
    account = line.account_id
    if not account or not account.reconcile:
        line.set(amount_residual=0.0, reconciled=False)
        return
    used = sum(one.amount for one in line.matched_credit_ids) - sum(one.amount for one in line.matched_debit_ids)
    rest = money(line.balance - used)
    line.set(amount_residual=rest, reconciled=rest == 0 and line.balance != 0)


def due_lines(move: Record) -> list[Record]:
    """Return the receivable and payable items of an entry."""
    return [one for one in move.line_ids if one.account_type in RECONCILABLE]


def open_lines(move: Record) -> list[Record]:
    """Return those that are not reconciled whole."""
    return [one for one in due_lines(move) if not one.reconciled]


def refresh(move: Record) -> None:
    """Bring an entry's amounts and payment state up to date."""
    for line in move.line_ids:
        refresh_line(line)
    if move.move_type == "entry":
        move.set(amount_total=money(sum(max(one.balance, 0.0) for one in move.line_ids)))
        return
    base = money(sum(one.price_subtotal for one in move.invoice_line_ids))
    owed = -1 if move.move_type in ("out_invoice", "in_refund") else 1
    tax = money(sum(owed * one.balance for one in move.line_ids if one.display_type == "tax"))
    rest = money(abs(sum(one.amount_residual for one in due_lines(move))))
    move.set(
        amount_untaxed=base,
        amount_tax=tax,
        amount_total=money(base + tax),
        amount_residual=rest,
        payment_state=_payment_state(move, rest, money(base + tax)),
    )


def _payment_state(move: Record, rest: float, total: float) -> str:
    if move.state != "posted":
        return "not_paid"
    found = counterparts(move)
    if rest > 0 or total == 0:
        return "partial" if found and total else "paid" if total == 0 else "not_paid"
    if found and all(one.move_id.move_type != "entry" for _, one, _ in found):
        return "reversed" if move.move_type in ("out_invoice", "in_invoice") else "paid"
    return "paid"


def status_in_payment(move: Record) -> str:
    """Return the payment state of a posted entry, else its state."""
    return str(move.payment_state if move.state == "posted" else move.state)


def counterparts(move: Record) -> list[tuple[Record, Record, float]]:
    """Return (match, other journal item, amount) for each match of the entry's receivable or payable items."""
    found = []
    for line in due_lines(move):
        found += [(one, one.credit_move_id, one.amount) for one in line.matched_credit_ids]
        found += [(one, one.debit_move_id, one.amount) for one in line.matched_debit_ids]
    return found


def payments(move: Record) -> list[int]:
    """Return the ids of the payments matched with the entry."""
    return sorted({one.move_id.get("origin_payment_id") for _, one, _ in counterparts(move)} - {False})


def widget(move: Record) -> Any:
    """Return what the invoice form shows of its payments; False when there are none (recorded: e04, e21, f07)."""
    found = counterparts(move)
    if not found:
        return False
    return {"title": "Less Payment", "outstanding": False, "content": [_entry(*one) for one in found]}


def _entry(partial: Record, line: Record, amount: float) -> dict[str, Any]:
    other = line.move_id
    payment = other.origin_payment_id
    whole = abs(payment.amount) if payment else amount
    return {
        "name": line.name,
        "journal_name": other.journal_id.name,
        "company_name": False,
        "amount": amount,
        "currency_id": other.get("currency_id"),
        "date": other.date,
        "partial_id": partial.id,
        "account_payment_id": payment.id if payment else False,
        "payment_method_name": payment.payment_method_line_id.name if payment else False,
        "move_id": other.id,
        "is_refund": other.move_type in ("out_refund", "in_refund"),
        "ref": other.display_name,
        "is_exchange": False,
        "amount_company_currency": f"$ {whole:,.2f}",
        "amount_foreign_currency": False,
    }


def refresh_payments(move: Record) -> None:
    """Bring the payments behind an entry's matches, and its statement line, up to date."""
    concerned = {move.get("origin_payment_id"), *payments(move)} - {False}
    for payment in move.env.browse("account.payment", sorted(concerned)):
        refresh_payment(payment)
    if move.statement_line_id:
        line = move.statement_line_id
        line.set(is_reconciled=not _open_suspense(line))


def _open_suspense(line: Record) -> bool:
    others = [
        one for one in line.move_id.line_ids if one.get("account_id") != line.journal_id.get("default_account_id")
    ]
    return any(not one.reconciled for one in others)


def refresh_payment(payment: Record) -> None:
    """Set a payment's flags; it is paid when all its invoices are, or when the bank has seen it."""
    entry = payment.move_id
    if not entry or payment.state not in ("in_process", "paid"):
        return
    due = due_lines(entry)
    outstanding = [one for one in entry.line_ids if one.get("account_id") == payment.get("outstanding_account_id")]
    matched = bool(outstanding) and all(one.reconciled for one in outstanding)
    invoices = {one.move_id for _, one, _ in counterparts(entry) if one.move_id.move_type != "entry"}
    paid = matched or (bool(invoices) and all(one.payment_state in ("paid", "reversed") for one in invoices))
    payment.set(
        is_reconciled=bool(due) and not any(one.amount_residual for one in due),  # documented; e05
        is_matched=matched,
        reconciled_invoice_ids=sorted(one.id for one in invoices),
        state="paid" if paid else "in_process",
    )
