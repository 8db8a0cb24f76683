"""Ecuador's electronic invoicing of Odoo itself, which Community lacks: a switch that adds its fields to a database.

`enterprise`: `l10n_ec_edi`, as far as public code that uses its fields tells of them; `oca`: `l10n_ec_account_edi` (17.0, 19.0).
Both stand on `account_edi`: a journal's formats are what is issued electronically there, and a posted entry of such a journal
gets a document that waits to be sent. Sending is not imitated.
"""

from typing import Literal

from caravana.component.odoo.sandbox import field as f
from caravana.component.odoo.sandbox.field import Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Record
from caravana.component.odoo.sandbox.store import Store

Electronic = Literal["enterprise", "oca"]
FORMAT = Model("account.edi.format", "EDI format", {"name": f.char("Name"), "code": f.char("Code", required=True)})
DOCUMENT = Model(
    "account.edi.document",
    "Electronic Document for an account.move",
    {
        "move_id": f.many2one("account.move", "Journal Entry", required=True),
        "edi_format_id": f.many2one("account.edi.format", "Format", required=True),
        "state": f.selection(
            "Status",
            ("to_send", "To Send"),
            ("sent", "Sent"),
            ("to_cancel", "To Cancel"),
            ("cancelled", "Cancelled"),
            default="to_send",
        ),
        "error": f.html("Error"),
    },
    rec_name="edi_format_id",
)
FORMATS = {"enterprise": ("Ecuadorian EDI", "ecuadorian_edi"), "oca": ("SRI - Ecuador", "l10n_ec_format_sri")}
COMMON: dict[str, dict[str, Field]] = {
    "account.journal": {"edi_format_ids": f.many2many("account.edi.format", "Electronic invoicing")},
    "account.move": {
        "edi_document_ids": f.one2many("account.edi.document", "move_id", "Electronic Documents"),
        "edi_state": f.char("Electronic invoicing", compute=lambda one: _state(one)),
        "l10n_ec_authorization_date": f.datetime_("Authorization date", copy=False),
    },
}
OWN: dict[str, dict[str, dict[str, Field]]] = {
    "enterprise": {
        "account.move": {"l10n_ec_authorization_number": f.char("Authorization number", copy=False)},
        "res.company": {
            "l10n_ec_legal_name": f.char("Legal name"),
            "l10n_ec_special_taxpayer_number": f.char("Special Tax Contributor Number"),
            "l10n_ec_withhold_agent_number": f.char("Withhold Agent Number"),
            "l10n_ec_forced_accounting": f.boolean("Forced to keep accounting books"),
            "l10n_ec_production_env": f.boolean("Use production servers"),
        },
    },
    "oca": {
        "account.move": {
            "l10n_ec_xml_access_key": f.char("Access key", copy=False, index=True),
            "l10n_ec_electronic_authorization": f.char("Electronic Authorization", copy=False),
            "l10n_ec_legacy_document_number": f.char("External Document Number"),
            "l10n_ec_legacy_document_date": f.date("External Document Date"),
            "l10n_ec_reason": f.char("Refund Reason"),
            "l10n_ec_credit_days": f.integer("Days Credit"),
        },
        "account.tax": {"l10n_ec_xml_fe_code": f.char("Tax Code for Electronic Documents")},
    },
}


def install(store: Store, which: Electronic) -> None:
    """Add the models and fields of `which` to a database."""
    for model in (FORMAT, DOCUMENT):
        store.add_model(model)
    for fields in (COMMON, OWN[which]):
        for model_name, declared in fields.items():
            for name, one in declared.items():
                store.add_field(model_name, name, one)


def queue(move: Record) -> None:
    """Give a posted entry a document for each format of its journal; nothing in a database without electronic invoicing."""
    if DOCUMENT.name in move.env.store.models:
        for wanted in move.journal_id.get("edi_format_ids"):
            move.env.create(DOCUMENT.name, {"move_id": move.id, "edi_format_id": wanted})


def _state(move: Record) -> str | bool:
    """Return the state that all documents of an entry are in; of several, what is still to be done."""
    states = {one.state for one in move.edi_document_ids}
    return next((one for one in ("to_send", "to_cancel", "sent", "cancelled") if one in states), False)
