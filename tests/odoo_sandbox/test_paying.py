"""Payments, reconciliation, credit notes and bank lines."""

import pytest

from caravana.component.odoo.sandbox.errors import AccessError, UserError
from tests.odoo_sandbox.conftest import Shop


def test_partial_then_rest(shop: Shop) -> None:
    """Two registered payments make an invoice partial, then paid; a third is refused."""
    invoice = shop.invoice(100.0)
    first = shop.register(invoice, amount=30.0, communication="CAJA-1")
    assert shop.read("account.move", invoice, "payment_state") == "partial"
    assert shop.read("account.payment", first, "state") == "in_process"
    shop.register(invoice)
    told = shop.read("account.move", invoice, "payment_state", "amount_residual", "reconciled_payment_ids")
    assert (told["payment_state"], told["amount_residual"], len(told["reconciled_payment_ids"])) == ("paid", 0.0, 2)
    assert shop.read("account.payment", first, "state") == "paid"
    with pytest.raises(UserError, match="nothing left to pay"):
        shop.register(invoice)


def test_registering_twice_at_once_is_not_prevented(shop: Shop) -> None:
    """Three wizards opened before any is used make three payments: two thirds stay open as credit."""
    invoice = shop.invoice(100.0)
    context = {"active_model": "account.move", "active_ids": [invoice]}
    wizards = [shop.env["account.payment.register"].create({}, context=context) for _ in range(3)]
    for wizard in wizards:
        shop.env["account.payment.register"].action_create_payments([wizard], context=context)
    domain = [["account_type", "=", "asset_receivable"], ["reconciled", "=", False], ["parent_state", "=", "posted"]]
    lines = shop.env["account.move.line"].search_read(domain, ["amount_residual"])
    assert [one["amount_residual"] for one in lines] == [-100.0, -100.0]
    assert shop.read("account.move", invoice, "payment_state") == "paid"


def test_create_once_sequence(shop: Shop) -> None:
    """load, post and reconcile three times over make one payment, as on the real server."""
    invoice = shop.invoice(100.0)
    made = {shop.load_payment(100.0 + again)["ids"][0] for again in range(3)}
    (payment,) = made
    for _ in range(2):
        assert shop.env["account.payment"].action_post([payment]) is None
    lines = [shop.due(invoice), shop.due(shop.read("account.payment", payment, "move_id")[0])]
    assert shop.env["account.move.line"].reconcile(lines) is None
    with pytest.raises(UserError, match="already reconciled"):
        shop.env["account.move.line"].reconcile(lines)
    assert shop.load_payment(5.0)["ids"] == [payment]
    told = shop.read("account.payment", payment, "state", "amount", "reconciled_invoice_ids")
    assert (told["state"], told["amount"], told["reconciled_invoice_ids"]) == ("paid", 100.0, [invoice])
    assert shop.read("account.move", invoice, "payment_state") == "paid"


def test_plain_load_loses_the_outstanding_account(shop: Shop) -> None:
    """A plain load of a known payment changes it and spoils it: it is then posted without an entry."""
    payment = shop.load_payment(10.0)["ids"][0]
    assert shop.load_payment(12.0, plain=True)["ids"] == [payment]
    shop.env["account.payment"].action_post([payment])
    assert shop.read("account.payment", payment, "amount", "move_id") == {
        "id": payment,
        "amount": 12.0,
        "move_id": False,
    }


def test_overpayment_stays_open_and_is_used_later(shop: Shop) -> None:
    """What is paid too much stays on the payment's line and pays the next invoice when it is assigned."""
    payment = shop.register(shop.invoice(100.0), amount=150.0)
    credit = shop.due(shop.read("account.payment", payment, "move_id")[0])
    assert shop.read("account.move.line", credit, "amount_residual") == -50.0
    invoice = shop.invoice(20.0)
    assert shop.env["account.move"].js_assign_outstanding_line([invoice], credit) is None
    assert shop.read("account.move", invoice, "payment_state") == "paid"
    assert shop.read("account.move.line", credit, "amount_residual") == -30.0


def test_write_off_closes_the_difference(shop: Shop) -> None:
    """A smaller payment with a write-off closes the invoice whole; the entry stays balanced."""
    invoice = shop.invoice(100.0)
    fees = shop.env.ref("l10n_ec.ec_fees")
    payment = shop.register(invoice, amount=97.0, payment_difference_handling="reconcile", writeoff_account_id=fees)
    assert shop.read("account.move", invoice, "payment_state") == "paid"
    move = shop.read("account.payment", payment, "move_id")[0]
    lines = shop.env["account.move.line"].search_read([["move_id", "=", move]], ["balance"])
    assert sorted(one["balance"] for one in lines) == [-100.0, 3.0, 97.0]


def test_credit_note_reverses(shop: Shop) -> None:
    """A credit note made by the wizard and posted reverses its invoice, which is not the same as paid."""
    invoice = shop.invoice(33.0)
    context = {"active_model": "account.move", "active_ids": [invoice]}
    vals = {"reason": "Devolución", "journal_id": shop.env.ref("account.1_inv")}
    wizard = shop.env["account.move.reversal"].create(vals, context=context)
    note = shop.env["account.move.reversal"].refund_moves([wizard], context=context)["res_id"]
    assert shop.read("account.move", note, "state") == "draft"
    shop.env["account.move"].action_post([note])
    assert shop.read("account.move", invoice, "payment_state") == "reversed"
    assert shop.read("account.move", note, "payment_state", "name")["name"] == "NotCr 001-001-000000001"


def test_draft_again_undoes_the_payment(shop: Shop) -> None:
    """An invoice reset to draft keeps its number and gives the payment back as open credit."""
    invoice = shop.invoice(40.0)
    payment = shop.register(invoice)
    shop.env["account.move"].button_draft([invoice])
    assert shop.read("account.move", invoice, "state", "name")["name"] == "Fact 001-001-000000001"
    credit = shop.due(shop.read("account.payment", payment, "move_id")[0])
    assert shop.read("account.move.line", credit, "amount_residual", "reconciled")["amount_residual"] == -40.0


def test_every_entry_is_balanced(shop: Shop) -> None:
    """Whatever was posted, debits and credits of each entry are equal."""
    shop.register(shop.bill(shop.order(3)), amount=20.0)
    shop.register(shop.invoice(10.0), amount=99.0)
    for move in shop.env["account.move"].search([["state", "=", "posted"]]):
        lines = shop.env["account.move.line"].search_read([["move_id", "=", move]], ["balance"])
        assert round(sum(one["balance"] for one in lines), 2) == 0


def test_bank_line_needs_its_group_and_reconciles_after_a_rewrite(shop: Shop) -> None:
    """A statement line is refused without the group; rewritten to the receivable account it pays the invoice."""
    invoice, journal = shop.invoice(60.0), shop.env.ref("account.1_bnk1")
    vals = {"journal_id": journal, "payment_ref": "TRANSF 1", "amount": 60.0, "partner_id": shop.customer}
    with pytest.raises(AccessError, match="Basic"):
        shop.env["account.bank.statement.line"].create(vals)
    group = shop.env.ref("account.group_account_basic")
    shop.env["res.users"].write([shop.sandbox.admin_uid], {"group_ids": [[4, group]]})
    line = shop.env["account.bank.statement.line"].create(vals)
    suspense = shop.read("account.bank.statement.line", line, "line_ids")[1]
    with pytest.raises(UserError, match="same account"):
        shop.env["account.move.line"].reconcile([suspense, shop.due(invoice)])
    receivable = shop.env.ref("l10n_ec.ec_receivable")
    shop.env["account.move.line"].write([suspense], {"account_id": receivable, "partner_id": shop.customer})
    shop.env["account.move.line"].reconcile([suspense, shop.due(invoice)])
    assert shop.read("account.bank.statement.line", line, "is_reconciled") is True
    assert shop.read("account.move", invoice, "payment_state") == "paid"


def test_new_journal_of_money_takes_payments(shop: Shop) -> None:
    """A bank journal that a person makes has its account and its ways to pay at once: a payment in it is posted."""
    journal = shop.env["account.journal"].create({"name": "Tarjetas Sur", "type": "bank", "code": "TSU"})
    vals = {"payment_type": "inbound", "partner_id": shop.customer, "amount": 46.0, "journal_id": journal}
    payment = shop.env["account.payment"].create({**vals, "partner_type": "customer"})
    shop.env["account.payment"].action_post([payment])
    assert shop.read("account.payment", payment, "name", "state")["state"] == "in_process"
    assert len(shop.read("account.journal", journal, "outbound_payment_method_line_ids")) == 1
