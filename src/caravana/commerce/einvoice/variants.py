"""Variants of documents that the SRI knows: told by name, so that nothing wrong goes out in their place.

A factura of export carries the block of foreign trade (incoterm, ports, countries, costs), which Odoo Community does not have:
it is issued with a file that gives it (`exportacion`). One of reimbursement carries the list of the documents that are
reimbursed (`reembolsos`), and is not issued.
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
DEBIT = "05"
FIELDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("comercioExterior", "incoTermFactura", "lugarIncoTerm", "paisOrigen"), EXPORT),
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
    if type_ != DEBIT and _is_export(record) and not is_exported(draft):
        _tell(draft, EXPORT, "receptor", "Factura › Incoterm")
    return any(one.code == "variant" for one in draft.problems)


def _tell(draft: Draft, what: tuple[str, str], where: str, field: str | None) -> None:
    es = f"Caravana no emite {what[0]}: hágalo en el portal del SRI o de su proveedor"
    en = f"Caravana does not issue {what[1]}: do it on the SRI's page or your company's"
    if what is EXPORT:
        es = "es una factura de exportación: elija el tipo Factura y emítala con un archivo que traiga `exportacion`"
        en = "this is a factura of export: choose the type Factura, and issue it with a file that gives `exportacion`"
    es, en = f"{es}. Si no lo es, quite lo que lo dice", f"{en}. If it is none, remove what says so"
    draft.tell("variant", where, es, en, field)


def is_exported(draft: Draft) -> bool:
    """Whether a file gives what a factura of export has besides."""
    return isinstance(draft.given.get("exportacion"), Mapping)


def _is_export(record: Record) -> bool:
    """Whether a sale has an incoterm and goes to another country; one of both alone is no export.

    Notes that change such a factura have nothing of it (schemas of notaCredito 1.1.0 and notaDebito 1.0.0).
    """
    sale = record["move_type"] == "out_invoice"
    country: Any = (record.get("commercial_partner_id") or {}).get("country_id")
    code = country.get("code") if isinstance(country, Mapping) else None
    return bool(sale and record.get("invoice_incoterm_id") and code not in (None, HOME))


__all__ = ["is_exported", "is_variant"]
