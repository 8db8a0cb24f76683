"""Invoices, credit notes and other journal entries, with Ecuador's document numbers."""

import re
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import UserError, constraint
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import electronic, move_line, residual, sale
from caravana.component.odoo.sandbox.models.ledger import reach_number, take_number
from caravana.component.odoo.sandbox.models.mail import portal, thread
from caravana.component.odoo.sandbox.models.reconcile import assign, remove_partials
from caravana.component.odoo.sandbox.records import Env, Record, Records

TYPES = (
    ("entry", "Journal Entry"),
    ("out_invoice", "Customer Invoice"),
    ("out_refund", "Customer Credit Note"),
    ("in_invoice", "Vendor Bill"),
    ("in_refund", "Vendor Credit Note"),
)
INVOICES = frozenset({"out_invoice", "out_refund", "in_invoice", "in_refund"})
PAYMENT_STATES = (
    ("not_paid", "Not Paid"),
    ("in_payment", "In Payment"),
    ("paid", "Paid"),
    ("partial", "Partially Paid"),
    ("reversed", "Reversed"),
    ("blocked", "Blocked"),
)
FROZEN = ("invoice_line_ids", "line_ids", "partner_id", "journal_id", "move_type", "currency_id")
NUMBER = re.compile(r"\d{3}-\d{3}-\d{9}")
DOCUMENTS = {
    "out_invoice": "l10n_ec.ec_dt_01",
    "out_refund": "l10n_ec.ec_dt_04",
    "in_invoice": "l10n_ec.ec_dt_01",
    "in_refund": "l10n_ec.ec_dt_04",
}
MOVE = Model(
    "account.move",
    "Journal Entry",
    portal(
        thread(
            {
                "name": f.char("Number", index=True, copy=False),
                "state": f.selection(
                    "Status",
                    ("draft", "Draft"),
                    ("posted", "Posted"),
                    ("cancel", "Cancelled"),
                    default="draft",
                    copy=False,
                ),
                "move_type": f.selection("Type", *TYPES, default="entry", required=True),
                "journal_id": f.many2one("account.journal", "Journal", required=True),
                "partner_id": f.many2one("res.partner", "Partner"),
                "commercial_partner_id": f.many2one("res.partner", related="partner_id.commercial_partner_id"),
                "partner_shipping_id": f.many2one("res.partner", "Delivery Address"),
                "date": f.date("Date", default=lambda env: env.today, copy=False),
                "invoice_date": f.date("Invoice/Bill Date", copy=False),
                "invoice_date_due": f.date("Due Date", copy=False),
                "ref": f.char("Reference", index=True, copy=False),
                "invoice_origin": f.char("Origin", index=True),
                "narration": f.html("Terms and Conditions"),
                "payment_reference": f.char("Payment Reference", copy=False),
                "currency_id": f.many2one(
                    "res.currency", "Currency", default=lambda env: env.company.get("currency_id")
                ),
                "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
                "line_ids": f.one2many("account.move.line", "move_id", "Journal Items", copy=False),
                "invoice_line_ids": f.one2many(
                    "account.move.line",
                    "move_id",
                    "Invoice lines",
                    keep=lambda one: one.display_type in move_line.VISIBLE,
                ),
                "amount_untaxed": f.monetary("Untaxed Amount", readonly=True, copy=False),
                "amount_tax": f.monetary("Tax", readonly=True, copy=False),
                "amount_total": f.monetary("Total", readonly=True, copy=False),
                "amount_residual": f.monetary("Amount Due", readonly=True, copy=False),
                "payment_state": f.selection("Payment Status", *PAYMENT_STATES, readonly=True, copy=False),
                "status_in_payment": f.char("Status In Payment", compute=lambda one: residual.status_in_payment(one)),
                "reversed_entry_id": f.many2one("account.move", "Reversal of", copy=False),
                "reversal_move_ids": f.one2many("account.move", "reversed_entry_id", "Reversals"),
                "debit_origin_id": f.many2one("account.move", "Original Invoice Debited", copy=False),
                "debit_note_ids": f.one2many("account.move", "debit_origin_id", "Debit Notes"),
                "origin_payment_id": f.many2one("account.payment", "Payment", copy=False),
                "statement_line_id": f.many2one("account.bank.statement.line", "Statement Line", copy=False),
                "matched_payment_ids": f.Field(
                    "many2many", "Matched Payments", "account.payment", compute=lambda one: residual.payments(one)[::-1]
                ),
                "reconciled_payment_ids": f.Field(
                    "many2many", "Reconciled Payments", "account.payment", compute=lambda one: residual.payments(one)
                ),
                "invoice_payments_widget": f.json_("Payments", compute=lambda one: residual.widget(one)),
                "l10n_latam_use_documents": f.boolean("Use Documents", related="journal_id.l10n_latam_use_documents"),
                "l10n_latam_document_type_id": f.many2one("l10n_latam.document.type", "Document Type"),
                "l10n_latam_document_number": f.char("Document Number", index=True, copy=False),
                "l10n_ec_sri_payment_id": f.many2one("l10n_ec.sri.payment", "Payment Method (SRI)"),
                "invoice_user_id": f.many2one("res.users", "Salesperson", default=lambda env: env.uid),
                "invoice_payment_term_id": f.many2one("account.payment.term", "Payment Terms"),
            }
        ),
        "/my/invoices",
    ),
    order="date desc, name desc, id desc",
)


def is_invoice(move: Record) -> bool:
    """Return whether the entry is an invoice or credit note."""
    return move.move_type in INVOICES


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    kind = vals.get("move_type", "entry")
    if "journal_id" not in vals:
        wanted = "sale" if kind.startswith("out") else "purchase" if kind.startswith("in") else "general"
        company = env.with_context(allowed_company_ids=[vals.get("company_id") or env.company.id])
        vals["journal_id"] = company.of_company("account.journal", type=wanted).id
    journal = env.one("account.journal", vals["journal_id"])
    vals["company_id"] = journal.get("company_id")
    if journal.l10n_latam_use_documents and kind in DOCUMENTS:
        document = "l10n_ec.ec_dt_05" if vals.get("debit_origin_id") else DOCUMENTS[kind]
        vals.setdefault("l10n_latam_document_type_id", env.ref(document).id)
    if kind in INVOICES:
        vals.setdefault("l10n_ec_sri_payment_id", env.ref("l10n_ec.P1").id)
        vals.setdefault("invoice_date_due", vals.get("invoice_date") or env.today)
    if "invoice_line_ids" in vals and "line_ids" in vals:
        vals.pop("line_ids")
    return vals


def _created(move: Record) -> None:
    if move.l10n_latam_document_number:
        _check_number(move)
    balance(move)
    move.set(payment_state="not_paid")


def balance(move: Record) -> None:
    """Bring tax lines, receivable line and amounts of a draft invoice up to date."""
    if is_invoice(move) and move.state == "draft":
        move_line.complete(move)
    residual.refresh(move)


def _before_write(moves: Records, vals: dict[str, Any]) -> None:
    frozen = [name for name in FROZEN if name in vals]
    if frozen and any(one.state == "posted" for one in moves):
        text = "You cannot modify the following readonly fields on a posted move: %s"
        raise UserError(moves.env.say(text, ", ".join(frozen)))


def _written(move: Record, names: set[str]) -> None:
    if "l10n_latam_document_number" in names and move.l10n_latam_document_number:
        _check_number(move)
    if names & {"invoice_line_ids", "line_ids", "partner_id", "journal_id"}:
        balance(move)


def _check_number(move: Record) -> None:
    if move.l10n_latam_use_documents and not NUMBER.fullmatch(move.l10n_latam_document_number):
        kind = move.l10n_latam_document_type_id.display_name
        raise UserError(move.env.say("Ecuadorian Document %s must be like 001-001-123456789", kind))


def _before_unlink(moves: Records) -> None:
    if any(one.state == "posted" for one in moves):
        raise UserError(
            "You can't delete a posted journal item. Don’t play games with your accounting records; "
            "reset the journal entry to draft before deleting it."
        )
    for move in moves:
        move.set(state="cancel")
        for order in _orders(move):
            order.set(invoice_ids=[one for one in order.get("invoice_ids") if one != move.id])
            sale.total(order)


def _display(move: Record) -> str:
    name = move.name or f"Draft {dict(TYPES)[move.move_type]} (* {move.id})"
    return f"{name} ({move.ref})" if move.ref else str(name)


@MOVE.method
def action_post(moves: Records) -> bool:
    """Post drafts: they get number, date and payment reference. Returns False, which is success (recorded, d18)."""
    for move in moves:
        if move.state != "draft":
            raise UserError(move.env.say("The entry %s (id %s) must be in draft.", move.display_name, move.id))
        post(move)
    return False


def post(move: Record) -> None:
    """Post one draft. Raises UserError without lines or partner, ValidationError for a number already taken."""
    if is_invoice(move):
        if not move.get("invoice_line_ids"):
            raise UserError(move.env.say("You need to add a line before posting."))
        if not move.partner_id:
            raise UserError(
                move.env.say("The field 'Customer' is required, please complete it to validate the invoice.")
            )
        if _number_is_typed(move) and not move.l10n_latam_document_number:
            text = "Please set the document number on the following invoices %s."
            raise constraint(move.env.say(text, move.display_name))
    date = move.invoice_date or (move.env.today if is_invoice(move) else False)
    values: dict[str, Any] = {"state": "posted", "name": move.name or _name(move)}
    if is_invoice(move):
        values |= {"invoice_date": date, "date": date, "invoice_date_due": max(date, move.invoice_date_due or date)}
        values["payment_reference"] = move.payment_reference or values["name"]
    _check_unique(move, values["name"])
    move.set(**values)
    residual.refresh(move)
    if move.reversed_entry_id:
        _offset(move)
    electronic.queue(move)


def _number_is_typed(move: Record) -> bool:
    """Whether the number is the supplier's; a purchase settlement's is the company's own."""
    kind = move.l10n_latam_document_type_id
    own = kind is not None and kind.internal_type == "purchase_liquidation"
    return bool(move.l10n_latam_use_documents and move.move_type.startswith("in_") and not own)


def _name(move: Record) -> str:
    journal = move.journal_id
    if not (is_invoice(move) and move.l10n_latam_use_documents):
        year = (move.date or move.env.today)[:4]
        return f"{journal.code}/{year}/{take_number(journal, year):05}"
    kind = move.l10n_latam_document_type_id
    number = move.l10n_latam_document_number
    if number:
        reach_number(journal, kind.code, int(number[-9:]))
    else:
        number = f"{journal.l10n_ec_entity}-{journal.l10n_ec_emission}-{take_number(journal, kind.code):09}"
        move.set(l10n_latam_document_number=number)
    return f"{kind.doc_code_prefix} {number}"


def _check_unique(move: Record, name: str) -> None:
    for other in move.env.by("account.move", "name", name):
        if other.id != move.id and other.get("journal_id") == move.get("journal_id") and other.state == "posted":
            raise constraint("Another entry with the same name already exists.")


def _offset(move: Record) -> None:
    """Reconcile a posted credit note with the invoice that it reverses, as far as that is open."""
    lines = [one for entry in (move.reversed_entry_id, move) for one in residual.open_lines(entry)]
    if len({one.move_id.id for one in lines}) == 2:
        assign(lines)


@MOVE.method
def button_draft(moves: Records) -> None:
    """Make entries drafts again: they keep their number and lose their reconciliations."""
    for move in moves:
        if move.state not in ("posted", "cancel"):
            raise UserError(move.env.say("Only posted/cancelled journal entries can be reset to draft."))
        remove_partials(move.line_ids)
        move.set(state="draft")
        residual.refresh(move)


@MOVE.method
def button_cancel(moves: Records) -> None:
    """Cancel drafts; the number stays."""
    for move in moves:
        if move.state != "draft":
            raise UserError(move.env.say("Only draft journal entries can be cancelled."))
        move.set(state="cancel")
        for order in _orders(move):
            sale.total(order)


def _orders(move: Record) -> set[Record]:
    return {line.order_id for item in move.invoice_line_ids for line in item.sale_line_ids}


@MOVE.method
def js_assign_outstanding_line(moves: Records, line_id: int) -> None:
    """Use an open credit for the invoice; returns nothing."""
    move = moves.one()
    line = move.env.one("account.move.line", line_id)
    assign([line, *(one for one in residual.open_lines(move) if one.get("account_id") == line.get("account_id"))])


MOVE.display = _display
MOVE.prepare = _prepare
MOVE.created = _created
MOVE.before_write = _before_write
MOVE.written = _written
MOVE.before_unlink = _before_unlink
MODELS = [MOVE]
