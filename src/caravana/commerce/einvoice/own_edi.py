"""Odoo's own electronic invoicing (`l10n_ec_edi`, OCA's `l10n_ec_account_edi`): where it is on, the hub sends nothing.

Both stand on `account_edi`: a posted entry of a journal whose electronic invoicing is on has a document of their format. That is
decided for each journal, so the hub serves a journal where it is off, beside others where Odoo sends.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from caravana.kit.edocument.problem import Problem

MODEL, DOCUMENTS = "account.move", "edi_document_ids"
CODE = "edi_document_ids.edi_format_id.code"
FORMATS = frozenset({"ecuadorian_edi", "l10n_ec_format_sri"})
"""Codes of the formats that send to the SRI: of Enterprise's module, and of OCA's."""


def fields(model: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is read of a record to find out; nothing where Odoo has no `account_edi`."""
    return [CODE] if model == MODEL and DOCUMENTS in known.get(MODEL, ()) else []


def problems(record: Mapping[str, Any]) -> list[Problem]:
    """Return the problem of a record that Odoo sends itself."""
    documents = record.get(DOCUMENTS) or []
    codes = {(one.get("edi_format_id") or {}).get("code") for one in documents if isinstance(one, Mapping)}
    if not codes & FORMATS:
        return []
    es = (
        "La facturación electrónica propia de Odoo está activa en este diario: el documento saldría dos veces. Desactívela en "
        "Contabilidad › Configuración › Diarios › (este diario) › Configuración avanzada › Facturación electrónica, y para este "
        "documento pulse «Cancelar EDI» si Odoo aún no lo envió."
    )
    en = (
        "Odoo's own electronic invoicing is on in this journal: the document would be issued twice. Turn it off in Accounting › "
        "Configuration › Journals › (this journal) › Advanced Settings › Electronic Invoicing."
    )
    return [Problem("odoo.sends", "journal", es, en, "Diario › Facturación electrónica")]


__all__ = ["fields", "problems"]
