"""The accounting set-up: accounts, taxes, journals, payment methods and Ecuador's document types."""

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Record
from caravana.component.odoo.sandbox.values import money

EC_TYPES = (
    ("vat05", "VAT 5%"),
    ("vat08", "VAT 8%"),
    ("vat12", "VAT 12%"),
    ("vat13", "VAT 13%"),
    ("vat14", "VAT 14%"),
    ("vat15", "VAT 15%"),
    ("zero_vat", "VAT 0%"),
    ("not_charged_vat", "VAT Not Charged"),
    ("exempt_vat", "VAT Exempt"),
    ("ice", "Special Consumptions Tax (ICE)"),
    ("irbpnr", "Plastic Bottles (IRBPNR)"),
    ("withhold_vat_purchase", "VAT Withhold on Purchases"),
    ("withhold_income_purchase", "Profit Withhold on Purchases"),
    ("other", "Others"),
)
"""Kinds of tax groups (documented; those of 5, 13 and 15 % are in newer versions)."""
ACCOUNT = Model(
    "account.account",
    "Account",
    {
        "code": f.char("Code", index=True),
        "name": f.char("Account Name", required=True),
        "account_type": f.char("Type", required=True, index=True),
        "reconcile": f.boolean("Allow Reconciliation"),
        "active": f.boolean(default=True),
    },
    order="code",
)
TAX_GROUP = Model(
    "account.tax.group",
    "Tax Group",
    {"name": f.char("Name", required=True), "l10n_ec_type": f.selection("Type Ecuadorian Tax", *EC_TYPES)},
)
TAX = Model(
    "account.tax",
    "Tax",
    {
        "name": f.char("Tax Name", required=True),
        "amount": f.float_("Amount"),
        "amount_type": f.char("Tax Computation", default="percent"),
        "type_tax_use": f.selection(
            "Tax Type", ("sale", "Sales"), ("purchase", "Purchases"), ("none", "None"), default="sale"
        ),
        "price_include": f.boolean("Included in Price"),
        "include_base_amount": f.boolean("Affect Base of Subsequent Taxes"),
        "sequence": f.integer("Sequence", default=1),
        "l10n_ec_code_base": f.char("Code base"),
        "l10n_ec_code_ats": f.char("Code ATS"),
        "tax_group_id": f.many2one("account.tax.group", "Tax Group"),
        "country_id": f.many2one("res.country", "Country"),
        "company_id": f.many2one("res.company", "Company"),
        "active": f.boolean("Active", default=True),
    },
)
JOURNAL = Model(
    "account.journal",
    "Journal",
    {
        "name": f.char("Journal Name", required=True),
        "type": f.selection(
            "Type",
            ("sale", "Sales"),
            ("purchase", "Purchase"),
            ("cash", "Cash"),
            ("bank", "Bank"),
            ("credit", "Credit Card"),
            ("general", "Miscellaneous"),
            required=True,
        ),
        "code": f.char("Short Code", required=True),
        "l10n_ec_entity": f.char("Emission Entity"),
        "l10n_ec_emission": f.char("Emission Point"),
        "l10n_ec_emission_address_id": f.many2one("res.partner", "Emission address"),
        "l10n_latam_use_documents": f.boolean("Use Documents?"),
        "l10n_ec_require_emission": f.boolean(
            "Require Emission", compute=lambda one: one.type == "sale" and one.l10n_latam_use_documents
        ),
        "default_account_id": f.many2one("account.account", "Default Account"),
        "currency_id": f.many2one("res.currency", "Currency"),
        "suspense_account_id": f.many2one(
            "account.account", "Suspense Account", compute=lambda one: one.env.company.get("suspense_account_id")
        ),
        "inbound_payment_method_line_ids": f.one2many(
            "account.payment.method.line", "journal_id", keep=lambda one: one.payment_type == "inbound"
        ),
        "outbound_payment_method_line_ids": f.one2many(
            "account.payment.method.line", "journal_id", keep=lambda one: one.payment_type == "outbound"
        ),
        "company_id": f.many2one("res.company", "Company", default=lambda env: env.company.id),
        "active": f.boolean(default=True),
        "sequence": f.integer(default=10),
        "last_numbers": f.json_("Last numbers"),
    },
    order="sequence, type, code",
)
METHOD = Model(
    "account.payment.method", "Payment Methods", {"name": f.char(), "code": f.char(), "payment_type": f.char()}
)
METHOD_LINE = Model(
    "account.payment.method.line",
    "Payment Method Line",
    {
        "name": f.char("Name", required=True),
        "code": f.char(),
        "payment_account_id": f.many2one("account.account", "Outstanding account"),
        "journal_id": f.many2one("account.journal", "Journal"),
        "payment_method_id": f.many2one("account.payment.method", "Payment Method"),
        "payment_type": f.char(),
        "sequence": f.integer(default=10),
    },
    order="sequence, id",
)
DOCUMENT_TYPE = Model(
    "l10n_latam.document.type",
    "Latam Document Type",
    {
        "name": f.char(required=True),
        "code": f.char(),
        "doc_code_prefix": f.char("Document Code Prefix"),
        "internal_type": f.char(),
        "country_id": f.many2one("res.country", "Country"),
        "active": f.boolean(default=True),
    },
)
SRI_PAYMENT = Model(
    "l10n_ec.sri.payment", "SRI Payment Method", {"name": f.char(), "code": f.char(), "active": f.boolean(default=True)}
)
TERM = Model("account.payment.term", "Payment Terms", {"name": f.char(required=True), "days": f.integer()})


def _furnish(journal: Record) -> None:
    """Give a new journal of money its account and its ways to pay."""
    if journal.type not in ("bank", "cash", "credit"):
        return
    env = journal.env
    if not journal.default_account_id:
        journal.set(default_account_id=env.ref("account.bank_account").id)
    for direction in ("inbound", "outbound"):
        vals = {"name": "Manual Payment", "code": "manual", "payment_type": direction}
        method = env.create("account.payment.method", vals)
        env.create("account.payment.method.line", vals | {"journal_id": journal.id, "payment_method_id": method.id})


def take_number(journal: Record, series: str) -> int:
    """Return the next number of a journal's series; a transaction that fails gives it back."""
    numbers = dict(journal.last_numbers or {})
    numbers[series] = numbers.get(series, 0) + 1
    journal.note(last_numbers=numbers)
    return int(numbers[series])


def reach_number(journal: Record, series: str, number: int) -> None:
    """Let the series continue after `number`."""
    numbers = dict(journal.last_numbers or {})
    numbers[series] = max(number, numbers.get(series, 0))
    journal.note(last_numbers=numbers)


def taxes_of(product: Record, company: int) -> list[int]:
    """Return the sale taxes of a product in one company."""
    return [one.id for one in product.taxes_id if one.get("company_id") in (False, company)]


def tax_amounts(base: float, taxes: list[Record]) -> dict[int, float]:
    """Return the unrounded amount of each tax on `base`, which does not include them."""
    return {one.id: base * one.amount / 100 for one in taxes if one.amount_type == "percent"}


def untaxed(amount: float, taxes: list[Record]) -> float:
    """Return the part of `amount` without the taxes that its price includes."""
    included = sum(one.amount for one in taxes if one.price_include)
    return money(amount / (1 + included / 100))


JOURNAL.created = _furnish
METHOD_LINE.display = lambda one: f"{one.name} ({one.journal_id.name})" if one.journal_id else one.name
DOCUMENT_TYPE.display = lambda one: f"({one.code}) {one.name}"
MODELS = [ACCOUNT, TAX_GROUP, TAX, JOURNAL, METHOD, METHOD_LINE, DOCUMENT_TYPE, SRI_PAYMENT, TERM]
