"""Journal items: the visible lines of an invoice, and the tax and receivable lines worked out from them."""

from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import residual
from caravana.component.odoo.sandbox.models.ledger import tax_amounts, taxes_of, untaxed
from caravana.component.odoo.sandbox.models.reconcile import assign, remove_partials
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.values import money
from caravana.component.odoo.sandbox.writing import remove

VISIBLE = frozenset({"product", "line_section", "line_note"})
LINE = Model(
    "account.move.line",
    "Journal Item",
    {
        "move_id": f.many2one("account.move", "Journal Entry", required=True),
        "name": f.char("Label"),
        "display_type": f.selection(
            "Display Type",
            ("product", "Product"),
            ("tax", "Tax"),
            ("payment_term", "Payment Term"),
            ("line_section", "Section"),
            ("line_note", "Note"),
            default="product",
        ),
        "sequence": f.integer(default=10),
        "product_id": f.many2one("product.product", "Product"),
        "product_uom_id": f.many2one("uom.uom", "Unit"),
        "quantity": f.float_("Quantity", default=1.0),
        "price_unit": f.float_("Unit Price"),
        "discount": f.float_("Discount (%)"),
        "tax_ids": f.many2many("account.tax", "Taxes"),
        "tax_line_id": f.many2one("account.tax", "Originator Tax"),
        "price_subtotal": f.monetary("Subtotal", readonly=True),
        "price_total": f.monetary("Total", readonly=True),
        "account_id": f.many2one("account.account", "Account"),
        "account_type": f.char("Internal Type", related="account_id.account_type"),
        "partner_id": f.many2one("res.partner", "Partner"),
        "journal_id": f.many2one("account.journal", "Journal", related="move_id.journal_id"),
        "debit": f.monetary("Debit", compute=lambda one: max(one.balance, 0.0)),
        "credit": f.monetary("Credit", compute=lambda one: max(-one.balance, 0.0)),
        "balance": f.monetary("Balance"),
        "amount_currency": f.monetary("Amount in Currency", compute=lambda one: one.balance),
        "amount_residual": f.monetary("Residual Amount", readonly=True, copy=False),
        "amount_residual_currency": f.monetary("Residual in Currency", compute=lambda one: one.amount_residual),
        "reconciled": f.boolean("Reconciled", readonly=True, copy=False),
        "matched_debit_ids": f.one2many("account.partial.reconcile", "credit_move_id", "Matched Debits"),
        "matched_credit_ids": f.one2many("account.partial.reconcile", "debit_move_id", "Matched Credits"),
        "payment_id": f.many2one("account.payment", "Originator Payment"),
        "statement_line_id": f.many2one("account.bank.statement.line", "Statement Line"),
        "sale_line_ids": f.many2many("sale.order.line", "Sales Order Lines", copy=False),
        "parent_state": f.char("Status", related="move_id.state"),
        "move_type": f.char("Type", related="move_id.move_type"),
        "move_name": f.char("Number", related="move_id.name"),
        "date": f.date("Date", related="move_id.date"),
        "date_maturity": f.date("Due Date"),
        "currency_id": f.many2one("res.currency", "Currency", related="move_id.currency_id"),
        "company_currency_id": f.many2one("res.currency", "Company Currency", related="move_id.company_id.currency_id"),
        "company_id": f.many2one("res.company", "Company", related="move_id.company_id"),
        "ref": f.char("Reference", related="move_id.ref"),
    },
    order="id desc",
)


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    """Fill an invoice line from its product. A line without a product gets no tax: recorded, and easily forgotten."""
    move = env.one("account.move", vals["move_id"])
    if move.move_type == "entry":
        debit, credit = float(vals.pop("debit", 0) or 0), float(vals.pop("credit", 0) or 0)
        vals.setdefault("balance", debit - credit)
        return vals
    if move.state == "posted":
        raise UserError(env.say("You cannot modify the following readonly fields on a posted move: %s", "line_ids"))
    if vals.get("product_id"):
        product = env.one("product.product", vals["product_id"])
        vals.setdefault("name", product.display_name)
        vals.setdefault("price_unit", product.lst_price)
        vals.setdefault("product_uom_id", product.get("uom_id"))
        company = env.one("account.move", vals["move_id"]).get("company_id")
        vals.setdefault("tax_ids", [[6, 0, taxes_of(product, company)]])
    vals.setdefault("account_id", move.journal_id.get("default_account_id"))
    vals.setdefault("partner_id", move.get("partner_id"))
    return vals


def _created(line: Record) -> None:
    _price(line)
    residual.refresh_line(line)


def _price(line: Record) -> None:
    if line.display_type == "product" and line.move_id.move_type != "entry":
        amount = line.quantity * line.price_unit * (100 - line.discount) / 100
        base = untaxed(amount, line.tax_ids)
        total = money(base + sum(tax_amounts(base, line.tax_ids).values()))
        line.set(price_subtotal=base, price_total=total, balance=-_sign(line.move_id) * base)


def _sign(move: Record) -> int:
    return 1 if move.move_type in ("out_invoice", "in_refund") else -1


def complete(move: Record) -> None:
    """Work out the tax lines and the receivable line of a draft invoice again."""
    sums: dict[int, float] = {}
    per_line = move.company_id.tax_calculation_rounding_method == "round_per_line"
    for line in move.invoice_line_ids:
        for tax, amount in tax_amounts(line.price_subtotal, line.tax_ids).items():
            sums[tax] = sums.get(tax, 0.0) + (money(amount) if per_line else amount)
    wanted = {tax: money(amount) for tax, amount in sums.items() if money(amount)}
    _tax_lines(move, wanted)
    total = money(sum(one.price_subtotal for one in move.invoice_line_ids) + sum(wanted.values()))
    _receivable(move, total)


def _tax_lines(move: Record, wanted: dict[int, float]) -> None:
    have = {one.get("tax_line_id"): one for one in move.line_ids if one.display_type == "tax"}
    gone = [one.id for tax, one in have.items() if tax not in wanted]
    if gone:
        remove(move.env.browse("account.move.line", gone))
    for tax, amount in wanted.items():
        values = {"balance": -_sign(move) * amount, "partner_id": move.get("partner_id")}
        if tax in have:
            have[tax].set(**values)
        else:
            account = move.env.ref("l10n_ec.ec_vat_payable").id
            name = move.env.one("account.tax", tax).name
            _add(move, values | {"display_type": "tax", "tax_line_id": tax, "account_id": account, "name": name})


def _receivable(move: Record, total: float) -> None:
    have = next((one for one in move.line_ids if one.display_type == "payment_term"), None)
    values = {"balance": _sign(move) * total, "partner_id": move.get("partner_id")}
    if have:
        have.set(**values)
        return
    own = move.partner_id and move.partner_id.get("property_account_receivable_id")
    out = move.move_type.startswith("out")
    account = (own if out else False) or move.env.ref("l10n_ec.ec_receivable" if out else "l10n_ec.ec_payable").id
    _add(move, values | {"display_type": "payment_term", "account_id": account})


def _add(move: Record, values: dict[str, Any]) -> Record:
    return move.env.create("account.move.line", {"move_id": move.id, "tax_ids": [], **values})


def _written(line: Record, names: set[str]) -> None:
    if names & {"quantity", "price_unit", "discount", "tax_ids"}:
        _price(line)
        if line.move_id.state == "draft":
            complete(line.move_id)
    residual.refresh_line(line)
    residual.refresh(line.move_id)


@LINE.method
def reconcile(lines: Records) -> None:
    """Match debits and credits of one account against each other; returns nothing.

    UserError when one is reconciled already, or when they are not all of one account (recorded: k15, f03).
    """
    env = lines.env
    if any(one.reconciled for one in lines):
        raise UserError(env.say("You are trying to reconcile some entries that are already reconciled."))
    accounts = list(dict.fromkeys(one.account_id.name for one in lines))
    if len(accounts) > 1:
        raise UserError(env.say("Entries are not from the same account: %s", ", ".join(accounts)))
    if any(one.parent_state != "posted" for one in lines):
        raise UserError(env.say("You can only reconcile posted entries."))
    assign(list(lines))


@LINE.method
def remove_move_reconcile(lines: Records) -> None:
    """Undo the lines' reconciliations."""
    remove_partials(list(lines))


LINE.prepare = _prepare
LINE.created = _created
LINE.written = _written
LINE.display = lambda one: f"{one.move_id.display_name} {one.name or ''}".strip()
MODELS = [LINE]
