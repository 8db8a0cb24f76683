"""Variants of documents that the SRI knows and Caravana does not issue: told by name, so that nothing wrong goes out instead.

A factura of export carries the block of foreign trade (`comercioExterior`, incoterm, ports, costs), one of reimbursement the
list of the documents that are reimbursed (`reembolsos`). Neither stands in Odoo Community.
"""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.einvoice.mapping import Draft
from caravana.commerce.einvoice.odoo_people import HOME
from caravana.commerce.einvoice.source import Record

EXPORT = "una factura de exportación", "a factura of export"
REIMBURSEMENT = "un documento de reembolso de gastos", "a document of reimbursement"
TYPES: Mapping[str, tuple[str, str]] = {
    "16": EXPORT,
    "41": REIMBURSEMENT,
    "47": REIMBURSEMENT,
    "48": REIMBURSEMENT,
}
"""Code of Odoo's document type → what it is: export form; factura, nota de crédito and nota de débito of reimbursement."""
FIELDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("exportacion", "comercioExterior", "incoTermFactura", "lugarIncoTerm", "paisOrigen"), EXPORT),
    **dict.fromkeys(("puertoEmbarque", "puertoDestino", "paisDestino", "fleteInternacional"), EXPORT),
    **dict.fromkeys(("reembolso", "reembolsos", "codDocReembolso", "totalComprobantesReembolso"), REIMBURSEMENT),
}
"""Fields that a file may want to give → what they are of."""


def is_variant(draft: Draft, record: Record) -> bool:
    """Whether the record, or what a file lays over it, is of a variant that is not issued; that is told."""
    type_ = (record.get("l10n_latam_document_type_id") or {}).get("code") or ""
    if type_ in TYPES:
        _tell(draft, TYPES[type_], "codDoc", "Factura › Tipo de documento")
    for name in draft.given:
        if name in FIELDS:
            _tell(draft, FIELDS[name], name, None)
    if _is_export(record):
        _tell(draft, EXPORT, "receptor", "Factura › Incoterm")
    return any(one.code == "variant" for one in draft.problems)


def _tell(draft: Draft, what: tuple[str, str], where: str, field: str | None) -> None:
    es = (
        f"Caravana no emite {what[0]}: hágalo en el portal del SRI o de su proveedor. Si no lo es, quite lo que lo dice"
    )
    en = f"Caravana does not issue {what[1]}: do it on the SRI's page or your company's. If it is none, remove what says so"
    draft.tell("variant", where, es, en, field)


def _is_export(record: Record) -> bool:
    """Whether a sale has an incoterm and goes to another country; one of both alone is no export."""
    sale = record["move_type"] in ("out_invoice", "out_refund")
    country: Any = (record.get("commercial_partner_id") or {}).get("country_id")
    code = country.get("code") if isinstance(country, Mapping) else None
    return bool(sale and record.get("invoice_incoterm_id") and code not in (None, HOME))


__all__ = ["is_variant"]
