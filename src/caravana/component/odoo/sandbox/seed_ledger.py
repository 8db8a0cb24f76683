"""The company's chart of accounts, taxes, journals and document types."""

from collections.abc import Callable, Sequence
from typing import Any

from caravana.component.odoo.sandbox.records import Env, Record

Name = Callable[[Env, str, Record], Record]
ACCOUNTS = (
    (
        "l10n_ec.ec_receivable",
        "1102050101",
        "Accounts receivable from local unrelated customers",
        "asset_receivable",
        True,
    ),
    ("l10n_ec.ec_payable", "210101", "Accounts payable to local suppliers", "liability_payable", True),
    ("l10n_ec.ec_vat_payable", "2107010101", "VAT on sales", "liability_current", False),
    ("l10n_ec.ec_sale", "4101", "Sale of goods", "income", False),
    ("l10n_ec.ec_expense", "5299", "Other expenses", "expense", False),
    ("l10n_ec.ec_fees", "5222", "Bank fees", "expense", False),
    ("account.bank_account", "1101020101", "Bank", "asset_cash", False),
    ("account.suspense_account", "1101020102", "Bank Suspense Account", "asset_current", False),
    ("account.outstanding_receipts", "1101020103", "Outstanding Receipts", "asset_current", True),
    ("account.outstanding_payments", "1101020104", "Outstanding Payments", "asset_current", True),
)
TAX_GROUPS = (
    ("VAT 15%", "vat15"),
    ("VAT 0%", "zero_vat"),
    ("Non-Subject VAT", "not_charged_vat"),
    ("Exempt VAT", "exempt_vat"),
    ("VAT 5%", "vat05"),
    ("VAT 8%", "vat08"),
    ("VAT Withhold on Purchases", "withhold_vat_purchase"),
    ("Profit Withhold on Purchases", "withhold_income_purchase"),
    ("Others", "other"),
)
TAXES = (
    ("VAT 15% G", 15.0, "411", "vat15", "sale"),
    ("VAT 15% S", 15.0, "411", "vat15", "sale"),
    ("VAT 15% assets", 15.0, "412", "vat15", "sale"),
    ("VAT 0% G", 0.0, "415", "zero_vat", "sale"),
    ("VAT 0% S", 0.0, "415", "zero_vat", "sale"),
    ("VAT 0% assets", 0.0, "416", "zero_vat", "sale"),
    ("VAT 0% NTC", 0.0, "413", "zero_vat", "sale"),
    ("VAT 0% EX", 0.0, "441", "exempt_vat", "sale"),
    ("VAT 0% N S REIMB", 0.0, "444", "not_charged_vat", "sale"),
    ("VAT 5% G", 5.0, "425", "vat05", "sale"),
    ("VAT 8% S", 8.0, "435", "vat08", "sale"),
    ("Municipal fee 1%", 1.0, "", "other", "sale"),
    ("VAT 15% purchases", 15.0, "510", "vat15", "purchase"),
    ("VAT 0% purchases", 0.0, "517", "zero_vat", "purchase"),
    ("Profit Withhold 1.75%", -1.75, "312", "withhold_income_purchase", "purchase"),
)
"""Name, per cent, base code, kind of its group, use. Names as recorded (b15) where they were; the fee is nobody's code."""
WITHHELD = {"Profit Withhold 1.75%": "312"}
"""Tax → its code in the tax authority's annex."""
JOURNALS = (
    ("001-001 Facturas de cliente", "sale", "INV", "l10n_ec.ec_sale"),
    ("Purchases", "purchase", "BILL", "l10n_ec.ec_expense"),
    ("Miscellaneous Operations", "general", "MISC", ""),
    ("Exchange Difference", "general", "EXCH", ""),
    ("Cash Basis Taxes", "general", "CABA", ""),
    ("Bank", "bank", "BNK1", "account.bank_account"),
    ("Inventory Valuation", "general", "STJ", ""),
)
DOCUMENTS = (
    ("01", "Invoice", "Fact", "invoice"),
    ("04", "Credit Note", "NotCr", "credit_note"),
    ("05", "Debit Note", "NotDb", "debit_note"),
    ("03", "Purchase Liquidation", "LiqCo", "purchase_liquidation"),
    ("07", "Withholding", "Ret", "withhold"),
)
SRI_PAYMENTS = (
    ("P1", "01", "No use of the financial system"),
    ("P16", "16", "Debit card"),
    ("P19", "19", "Credit card"),
    ("P20", "20", "Others with use of the financial system"),
)


def seed_ledger(env: Env, companies: Sequence[Record], banks: Sequence[str], name_it: Name) -> None:
    """Make what accounting needs; all companies use one chart of accounts. `banks`: names of each one's bank journals."""
    for xmlid, code, name, kind, reconcile in ACCOUNTS:
        vals = {"code": code, "name": name, "account_type": kind, "reconcile": reconcile}
        name_it(env, xmlid, env.create("account.account", vals))
    _documents(env, name_it)
    for number, company in enumerate(companies, 1):
        own = env.with_context(allowed_company_ids=[company.id])
        _of_company(own, company, f"account.{number}", banks, name_it)


def _of_company(env: Env, company: Record, prefix: str, banks: Sequence[str], name_it: Name) -> None:
    _journals(env, prefix, banks, name_it)
    company.set(
        account_sale_tax_id=_taxes(env, prefix, name_it),
        suspense_account_id=env.ref("account.suspense_account").id,
        transfer_account_id=env.ref("account.outstanding_receipts").id,
    )


def _taxes(env: Env, prefix: str, name_it: Name) -> int:
    groups = {
        kind: env.create("account.tax.group", {"name": name, "l10n_ec_type": kind}).id for name, kind in TAX_GROUPS
    }
    made = []
    for number, (name, amount, code, kind, use) in enumerate(TAXES):
        vals = {"name": name, "amount": amount, "l10n_ec_code_base": code or False, "tax_group_id": groups[kind]}
        vals |= {"type_tax_use": use, "l10n_ec_code_ats": WITHHELD.get(name, False)}
        tax = env.create("account.tax", vals | {"country_id": env.ref("base.ec").id, "company_id": env.company.id})
        made.append(name_it(env, f"{prefix}_tax_vat_{use}_{number}", tax).id)
    return made[0]


def _documents(env: Env, name_it: Name) -> None:
    ecuador = env.ref("base.ec").id
    for code, name, prefix, kind in DOCUMENTS:
        vals = {"name": name, "code": code, "doc_code_prefix": prefix, "internal_type": kind, "country_id": ecuador}
        name_it(env, f"l10n_ec.ec_dt_{code}", env.create("l10n_latam.document.type", vals))
    for xmlid, code, name in SRI_PAYMENTS:
        name_it(env, f"l10n_ec.{xmlid}", env.create("l10n_ec.sri.payment", {"code": code, "name": name}))


def _journals(env: Env, prefix: str, banks: Sequence[str], name_it: Name) -> None:
    more = [(name, "bank", f"BNK{number}", "account.bank_account") for number, name in enumerate(banks[1:], 2)]
    for name, kind, code, account in (*JOURNALS, *more):
        vals: dict[str, Any] = {"name": banks[0] if code == "BNK1" else name, "type": kind, "code": code}
        vals["l10n_latam_use_documents"] = kind in ("sale", "purchase")
        vals["default_account_id"] = env.ref(account).id if account else False
        if kind == "sale":
            vals |= {"l10n_ec_entity": "001", "l10n_ec_emission": "001"}
        journal = env.create("account.journal", vals)
        name_it(env, f"{prefix}_{code.lower()}", journal)
