"""Contacts and their identification."""

import re
from typing import Any

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.errors import constraint
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.models import identification
from caravana.component.odoo.sandbox.models.mail import thread
from caravana.component.odoo.sandbox.records import Env, Record
from caravana.component.odoo.sandbox.values import money

IDENTIFICATION = Model(
    "l10n_latam.identification.type",
    "Identification Types",
    {
        "name": f.char("Name", required=True),
        "country_id": f.many2one("res.country", "Country"),
        "is_vat": f.boolean(),
        "active": f.boolean("Active", default=True),
        "sequence": f.integer(default=10),
    },
    order="sequence, id",
)
CATEGORY = Model(
    "res.partner.category", "Partner Tags", {"name": f.char(required=True), "active": f.boolean(default=True)}
)
BANK_ACCOUNT = Model(
    "res.partner.bank",
    "Bank Accounts",
    {"acc_number": f.char("Account Number", required=True), "partner_id": f.many2one("res.partner", "Account Holder")},
    rec_name="acc_number",
)
PARTNER = Model(
    "res.partner",
    "Contact",
    thread(
        {
            "name": f.char("Name"),
            "active": f.boolean("Active", default=True),
            "ref": f.char("Reference", index=True),
            "vat": f.char("Identification Number", index=True),
            "l10n_latam_identification_type_id": f.many2one(
                "l10n_latam.identification.type",
                "Identification Type",
                default=lambda env: env.ref("l10n_latam_base.it_vat").id,
            ),
            "l10n_ec_vat_validation": f.char("VAT Error message validation", compute=identification.remark),
            "phone": f.char("Phone", index=True),
            "phone_sanitized": f.char("Sanitized Number", readonly=True, index=True),
            "phone_mobile_search": f.char("Phone Number", compute=lambda one: re.sub(r"[^\d+]", "", one.phone or "")),
            "email": f.char("Email", index=True),
            "email_normalized": f.char(
                "Normalized Email", compute=lambda one: (one.email or "").strip().lower() or False, findable=True
            ),
            "partner_share": f.boolean("Share Partner", compute=lambda one: not one.user_ids, findable=True),
            "website": f.char("Website Link"),
            "function": f.char("Job Position"),
            "street": f.char("Street"),
            "street2": f.char("Street2"),
            "city": f.char("City"),
            "zip": f.char("Zip"),
            "state_id": f.many2one("res.country.state", "State"),
            "country_id": f.many2one("res.country", "Country"),
            "is_company": f.boolean("Is a Company"),
            "company_type": f.selection(
                "Company Type",
                ("person", "Person"),
                ("company", "Company"),
                compute=lambda one: "company" if one.is_company else "person",
            ),
            "parent_id": f.many2one("res.partner", "Related Company"),
            "child_ids": f.one2many("res.partner", "parent_id", "Contact"),
            "type": f.selection(
                "Address Type",
                ("contact", "Contact"),
                ("invoice", "Invoice Address"),
                ("delivery", "Delivery Address"),
                ("other", "Other Address"),
                default="contact",
            ),
            "commercial_partner_id": f.many2one(
                "res.partner", "Commercial Entity", compute=lambda one: _commercial(one).id
            ),
            "company_id": f.many2one("res.company", "Company"),
            "category_id": f.many2many("res.partner.category", "Tags"),
            "comment": f.html("Notes"),
            "color": f.integer("Color Index"),
            "barcode": f.char("Barcode"),
            "lang": f.char("Language", default="en_US"),
            "user_ids": f.one2many("res.users", "partner_id", "Users"),
            "bank_ids": f.one2many("res.partner.bank", "partner_id", "Banks"),
            "property_product_pricelist": f.many2one("product.pricelist", "Pricelist"),
            "property_account_receivable_id": f.many2one(
                "account.account", "Account Receivable", default=lambda env: env.ref("l10n_ec.ec_receivable").id
            ),
            "customer_rank": f.integer("Customer Rank"),
            "supplier_rank": f.integer("Supplier Rank"),
            "credit": f.monetary("Total Receivable", compute=lambda one: _credit(one)),
        }
    ),
    order="name, id",
)


def _commercial(partner: Record) -> Record:
    while partner.parent_id and not partner.is_company:
        partner = partner.parent_id
    return partner


def _credit(partner: Record) -> float:
    lines = partner.env.by("account.move.line", "partner_id", partner.id)
    open_lines = (one for one in lines if one.account_type == "asset_receivable" and one.parent_state == "posted")
    return money(sum(one.amount_residual for one in open_lines))


def _display(partner: Record) -> str:
    if partner.parent_id and not partner.is_company:
        return f"{partner.parent_id.name}, {partner.name or partner.type}"
    return str(partner.name or "")


def _prepare(env: Env, vals: dict[str, Any]) -> dict[str, Any]:
    if "company_type" in vals:
        vals["is_company"] = vals.pop("company_type") == "company"
    return vals


def _written(partner: Record, names: set[str]) -> None:
    if names & {"phone", "country_id"}:
        partner.set(phone_sanitized=sanitize(partner))


def _created(partner: Record) -> None:
    if partner.phone:
        partner.set(phone_sanitized=sanitize(partner))


def sanitize(partner: Record) -> str | bool:
    """Return the phone in E.164 form, by the partner's country or else the company's; False when that cannot be."""
    typed = re.split(r"(?i)ext|x|#", partner.phone or "")[0]
    digits = re.sub(r"\D", "", typed)
    if not digits:
        return False
    if typed.strip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    country = partner.country_id or partner.env.company.country_id
    national = digits.lstrip("0")
    if not country or not 7 <= len(national) <= 10:
        return False
    return f"+{country.phone_code}{national}"


def _check(partner: Record) -> None:
    if not partner.name and partner.type == "contact":
        raise constraint("Contacts require a name")
    identification.check(partner)


PARTNER.display = _display
PARTNER.prepare = _prepare
PARTNER.created = _created
PARTNER.written = _written
PARTNER.check = _check
MODELS = [IDENTIFICATION, CATEGORY, BANK_ACCOUNT, PARTNER]
