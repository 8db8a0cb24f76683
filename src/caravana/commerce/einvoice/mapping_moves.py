"""Invoices of Odoo as electronic documents: factura, nota de crédito, nota de débito, liquidación de compra."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from caravana.commerce.einvoice import odoo_fields
from caravana.commerce.einvoice.export import apart
from caravana.commerce.einvoice.mapping import Draft, additional, own_field, point_of, text_of
from caravana.commerce.einvoice.odoo_coupons import without_negatives
from caravana.commerce.einvoice.odoo_lines import Line, expected_of, lines_of
from caravana.commerce.einvoice.odoo_people import address, persona
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.commerce.einvoice.source import Mapped, Record, Wanted
from caravana.commerce.einvoice.variants import is_variant
from caravana.commerce.einvoice.withholding import withholding
from caravana.kit.edocument.amounts import ZERO

SALE_INVOICE = "18"
"""Odoo's document type of a sale that the SRI knows as a factura."""
OWN_TYPES = {"01": "01", SALE_INVOICE: "01", "03": "03", "04": "04", "05": "05"}
"""Code of Odoo's document type → codDoc."""
WITHHOLDING = "07"
DOLLAR = "USD"


class MoveSource:
    """The mapping of account.move."""

    def __init__(self, settings: EInvoiceSettings) -> None:
        """`settings`: the company's, for the fields of its own."""
        self._optional = odoo_fields.move_optional(settings.fields)

    def optional(self) -> Mapping[str, Sequence[str]]:
        """Return the fields, by model, that Odoo may have or not."""
        return odoo_fields.asked(self._optional)

    def fields(self, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return what is read of an invoice; `known`: optional fields there are, by model."""
        return odoo_fields.read(odoo_fields.MOVE_FIELDS, self._optional, known)

    def mapped(self, record: Record, wanted: Wanted) -> Mapped:
        """Return the document of an invoice, or that of what is withheld from it."""
        draft = Draft(wanted)
        _check_record(draft, record)
        if wanted.cod_doc != WITHHOLDING and is_variant(draft, record):
            return Mapped(None, draft.problems)
        cod_doc = wanted.cod_doc or _type_of(record)
        if cod_doc == WITHHOLDING:
            return withholding(draft, record)
        make = _MAKERS.get(cod_doc or "")
        if make is None:
            name = (record.get("l10n_latam_document_type_id") or {}).get("code") or "—"
            es = f"de un documento de tipo {name} no se emite comprobante: elija otro tipo de documento"
            en = f"no electronic document is made of a record of type {name}: choose another document type"
            draft.tell("document.type", "codDoc", es, en, "Factura › Tipo de documento")
            return Mapped(None, draft.problems)
        return make(draft, record)


def _type_of(record: Record) -> str | None:
    """Return codDoc of an invoice: what its document type says, where that fits a sale or a purchase."""
    code = OWN_TYPES.get((record.get("l10n_latam_document_type_id") or {}).get("code") or "")
    kind = record["move_type"]
    fitting = {"out_invoice": ("01", "05"), "out_refund": ("04",), "in_invoice": ("03",)}.get(kind, ())
    return code if code in fitting else None


def _check_record(draft: Draft, record: Record) -> None:
    if record["state"] != "posted":
        es, en = "el documento no está publicado en Odoo", "the record is not posted in Odoo"
        draft.tell("record.state", "referencia", es, en, "Factura › Estado")
    currency = text_of(record.get("currency_id"))
    if currency not in (None, DOLLAR):
        es = f"la moneda es {currency}: los comprobantes se emiten en dólares (USD)"
        draft.tell(
            "currency", "moneda", es, f"the currency is {currency}: documents are issued in USD", "Factura › Moneda"
        )


def _head(draft: Draft, record: Record, cod_doc: str) -> dict[str, Any]:
    point = draft.settings.settlement if cod_doc == "03" else point_of(record, draft.settings)
    journal = record.get("journal_id") or {}
    branch = address(journal.get("l10n_ec_emission_address_id")) if isinstance(journal, Mapping) else ""
    found = draft.head(cod_doc, point, record.get("l10n_latam_document_number"), branch or None)
    told = "falta la fecha del documento", "the document's date is missing"
    issued = draft.need("fechaEmision", record.get("invoice_date"), draft.today.isoformat(), *told)
    receiver = persona(record.get("commercial_partner_id"), record.get("partner_id"))
    return found | {
        "fechaEmision": issued,
        "receptor": receiver,
        "infoAdicional": additional(record, draft.settings, receiver),
    }


def _lines(draft: Draft, record: Record) -> list[Line]:
    return without_negatives(draft, lines_of(draft, record))


def _sums(lines: Sequence[Line]) -> dict[str, Any]:
    """Return lines and totals: the taxes of the head are the sums of those of the lines."""
    return {
        "detalles": [one.to_json() for one in lines],
        "totalSinImpuestos": str(_net(lines)),
        "totalDescuento": str(sum((one.discount for one in lines), ZERO)),
        "impuestos": _tax_totals(lines),
        "importeTotal": str(_total(lines)),
    }


def _net(lines: Sequence[Line]) -> Decimal:
    return sum((one.net for one in lines), ZERO)


def _total(lines: Sequence[Line]) -> Decimal:
    return _net(lines) + sum((tax.value for one in lines for tax in one.taxes), ZERO)


def _tax_totals(lines: Sequence[Line]) -> list[dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for tax in (tax for line in lines for tax in line.taxes):
        before = found.get(tax.key)
        told = tax.to_json()
        if before is not None:
            for name in ("baseImponible", "valor"):
                told[name] = str(Decimal(before[name]) + Decimal(told[name]))
        found[tax.key] = told
    return list(found.values())


def payments(draft: Draft, record: Record, total: Decimal, where: str = "pagos") -> list[dict[str, str]]:
    """Return how a document is paid: Odoo's way of paying, and the days until it is due."""
    code = (record.get("l10n_ec_sri_payment_id") or {}).get("code")
    es, en = "falta la forma de pago del SRI", "the SRI's way of paying is missing"
    field = "Factura › Forma de pago (SRI)"
    found = {"formaPago": draft.need(f"{where}[1].formaPago", code, "01", es, en, field), "total": str(total)}
    issued, due = record.get("invoice_date"), record.get("invoice_date_due")
    days = (date.fromisoformat(due) - date.fromisoformat(issued)).days if issued and due else 0
    return [found | ({"plazo": str(days), "unidadTiempo": "dias"} if days > 0 else {})]


def _factura(draft: Draft, record: Record) -> Mapped:
    lines = _lines(draft, record)
    goods, costs = apart(draft, lines)
    values = _head(draft, record, "01") | _sums(goods) | {"pagos": payments(draft, record, _total(lines))}
    if guide := text_of(own_field(record, draft.settings, "guia_remision")):
        values["guiaRemision"] = guide
    expected = expected_of(record, lines)
    if costs:
        values |= {"exportacion": {name: str(one) for name, one in costs.items()}, "importeTotal": str(_total(lines))}
        expected = replace(expected, untaxed=expected.untaxed - sum(costs.values(), ZERO))
    return draft.finish(values, expected)


def _settlement(draft: Draft, record: Record) -> Mapped:
    lines = _lines(draft, record)
    values = _head(draft, record, "03") | _sums(lines) | {"pagos": payments(draft, record, _total(lines))}
    return draft.finish(values, expected_of(record, lines))


def _credit(draft: Draft, record: Record) -> Mapped:
    lines = _lines(draft, record)
    values = _head(draft, record, "04") | _sums(lines)
    values["documentoModificado"] = _changed(draft, record, record.get("reversed_entry_id"), values["fechaEmision"])
    told = "falta el motivo de la nota de crédito", "the credit note's reason is missing"
    values["motivo"] = draft.need("motivo", _reason(draft, record), "—", *told)
    return draft.finish(values, expected_of(record, lines))


def _debit(draft: Draft, record: Record) -> Mapped:
    lines = _lines(draft, record)
    values = _head(draft, record, "05") | {"pagos": payments(draft, record, _total(lines))}
    values["documentoModificado"] = _changed(draft, record, record.get("debit_origin_id"), values["fechaEmision"])
    values["motivos"] = [{"razon": one.name, "valor": str(one.net)} for one in lines]
    sums = _sums(lines)
    values |= {name: sums[name] for name in ("totalSinImpuestos", "impuestos", "importeTotal")}
    return draft.finish(values, expected_of(record, lines))


def _changed(draft: Draft, record: Record, origin: Any, issued: str) -> dict[str, Any]:
    """Return the document that a note changes: Odoo's link, else what the OCA's or the company's own fields say."""
    origin = origin if isinstance(origin, Mapping) else {}
    code = (origin.get("l10n_latam_document_type_id") or {}).get("code")
    own = (own_field(record, draft.settings, f"modificado.{name}") for name in ("numero", "fecha"))
    number, day = own
    number = origin.get("l10n_latam_document_number") or number or record.get("l10n_ec_legacy_document_number")
    day = origin.get("invoice_date") or day or record.get("l10n_ec_legacy_document_date")
    field = "Factura › Documento que modifica"
    told = "falta el documento que la nota modifica", "the document that the note changes is missing"
    found = {
        "codDoc": OWN_TYPES.get(code or "01", "01"),
        "numero": draft.need("documentoModificado.numero", number, "001-001-000000001", *told, field),
    }
    told = (
        "falta la fecha del documento que la nota modifica",
        "the date of the document that the note changes is missing",
    )
    return found | {"fechaEmision": draft.need("documentoModificado.fechaEmision", day, issued, *told, field)}


def _reason(draft: Draft, record: Record) -> str | None:
    """Return why there is a credit note: what Odoo's wizard puts behind the number in its reference."""
    told = text_of(own_field(record, draft.settings, "motivo")) or text_of(record.get("l10n_ec_reason"))
    if told:
        return told
    reference = text_of(record.get("ref")) or ""
    origin = str((record.get("reversed_entry_id") or {}).get("l10n_latam_document_number") or "")
    if not (origin and origin in reference):
        return reference or None
    return reference.partition(origin)[2].lstrip(" ,:;-") or None


_MAKERS: Mapping[str, Callable[[Draft, Record], Mapped]] = {
    "01": _factura,
    "03": _settlement,
    "04": _credit,
    "05": _debit,
}

__all__ = ["MoveSource"]
