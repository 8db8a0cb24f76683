"""A transfer of goods in Odoo as a guía de remisión.

Odoo Community knows neither carrier nor plate, route or reason: they come from fields of the company's own (the setting
`einvoice.fields`, `guia.…`) or from a file. What the transfer says itself: who gets what, from which warehouse, on which day,
and for which posted invoice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.einvoice import odoo_fields
from caravana.commerce.einvoice.mapping import Draft, additional, own_field, text_of
from caravana.commerce.einvoice.odoo_fields import AUTHORISATIONS
from caravana.commerce.einvoice.odoo_people import address, persona
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.commerce.einvoice.source import Mapped, Record, Wanted
from caravana.commerce.einvoice.taxes import amount_of
from caravana.kit.edocument.amounts import fine
from caravana.kit.edocument.xml import clean

TYPE = "06"
SALE = "VENTA"
"""Reason of a transfer to a customer, unless it says another."""
NOBODY = {"tipoIdentificacion": "05", "identificacion": "0000000000", "razonSocial": "—"}


class PickingSource:
    """The mapping of stock.picking."""

    def __init__(self, settings: EInvoiceSettings) -> None:
        """`settings`: the company's, for the fields of its own."""
        self._optional = odoo_fields.picking_optional(settings.fields)

    def optional(self) -> Mapping[str, Sequence[str]]:
        """Return the fields, by model, that Odoo may have or not."""
        return odoo_fields.asked(self._optional)

    def fields(self, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return what is read of a transfer; `known`: optional fields there are, by model."""
        return odoo_fields.read(odoo_fields.PICKING_FIELDS, self._optional, known)

    def mapped(self, record: Record, wanted: Wanted) -> Mapped:
        """Return the guía of a transfer."""
        draft = Draft(wanted)
        if record["state"] != "done":
            es, en = "la entrega no está hecha (validada) en Odoo", "the transfer is not done (validated) in Odoo"
            draft.tell("record.state", "referencia", es, en, "Entrega › Estado")
        settings = draft.settings
        number = text_of(own_field(record, settings, "guia.numero"))
        values = draft.head(TYPE, settings.guide, number, field="Entrega › Número de guía")
        issued = _day(record.get("date_done"), settings.zone) or draft.today.isoformat()
        start = _day(own_field(record, settings, "guia.inicio"), settings.zone) or issued
        recipient = _recipient(draft, record)
        values |= {
            "fechaEmision": issued,
            "dirPartida": _departure(draft, record),
            "transportista": _carrier(draft, record),
            "placa": _own(draft, record, "guia.placa", "placa", "la placa del vehículo", "the number plate"),
            "fechaIniTransporte": start,
            "fechaFinTransporte": _day(own_field(record, settings, "guia.fin"), settings.zone) or start,
            "destinatarios": [recipient],
            "infoAdicional": additional({}, settings, recipient["receptor"]),
        }
        return draft.finish(values)


def _own(draft: Draft, record: Record, key: str, where: str, es: str, en: str) -> str:
    """Return what a field of the company's own says, or a file; else that is told."""
    value = text_of(own_field(record, draft.settings, key))
    told_es = f"falta {es}: escríbalo en la entrega, o emita la guía con un archivo (caravana einvoice issue)"
    told_en = f"{en} is missing: write it on the transfer, or issue the guía with a file (caravana einvoice issue)"
    return str(draft.need(where, value, "—", told_es, told_en))


def _carrier(draft: Draft, record: Record) -> dict[str, Any]:
    contact = own_field(record, draft.settings, "guia.transportista")
    found = persona(contact, {}) if isinstance(contact, Mapping) else None
    es = "falta el transportista: elíjalo en la entrega, o emita la guía con un archivo (caravana einvoice issue)"
    en = "the carrier is missing: choose him on the transfer, or issue the guía with a file (caravana einvoice issue)"
    return dict(draft.need("transportista", found, NOBODY, es, en))


def _departure(draft: Draft, record: Record) -> str:
    """Return where the goods set out: the warehouse, else the emission point's address, else the company's."""
    warehouse: Mapping[str, Any] = (record.get("picking_type_id") or {}).get("warehouse_id") or {}
    point = draft.settings.points.get(draft.settings.guide or "")
    of_point = point["address"] if point else None
    return address(warehouse.get("partner_id")) or of_point or str(draft.settings.issuer["dirMatriz"])


def _recipient(draft: Draft, record: Record) -> dict[str, Any]:
    contact = record.get("partner_id") or {}
    receiver = persona(contact.get("commercial_partner_id"), contact)
    invoice = _invoice(record)
    reason = text_of(own_field(record, draft.settings, "guia.motivo")) or (
        SALE if invoice or record.get("sale_id") else None
    )
    where = "destinatarios[1]"
    told = "falta la dirección de destino en el contacto", "the contact has no address to deliver to"
    receiver["direccion"] = draft.need(f"{where}.receptor.direccion", receiver.get("direccion"), "—", *told)
    told = "falta el motivo del traslado", "the reason of the transport is missing"
    found: dict[str, Any] = {
        "receptor": receiver,
        "motivoTraslado": draft.need(f"{where}.motivoTraslado", reason, "—", *told),
        "detalles": [_carried(one) for one in record["move_ids"] if one["state"] != "cancel" and one["quantity"] > 0],
    }
    if route := text_of(own_field(record, draft.settings, "guia.ruta")):
        found["ruta"] = route
    return found | (_supported(invoice) if invoice else {})


def _carried(row: Mapping[str, Any]) -> dict[str, Any]:
    product = row.get("product_id") or {}
    found = {"descripcion": clean(str(product.get("name") or "")), "cantidad": str(fine(amount_of(row["quantity"])))}
    code = product.get("default_code")
    return found | ({"codigoPrincipal": code} if code else {}) | {"origen": f"stock.move,{row['id']}"}


def _invoice(record: Record) -> Mapping[str, Any] | None:
    """Return the order's invoice that is posted last."""
    found = [
        one
        for one in (record.get("sale_id") or {}).get("invoice_ids") or ()
        if one["state"] == "posted" and one["move_type"] == "out_invoice" and one.get("l10n_latam_document_number")
    ]
    return max(found, key=lambda one: int(one["id"]), default=None)


def _supported(invoice: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "codDocSustento": "01",
        "numDocSustento": invoice["l10n_latam_document_number"],
        "fechaEmisionDocSustento": invoice["invoice_date"],
    }
    authorisation = next((invoice[name] for name in AUTHORISATIONS if invoice.get(name)), None)
    return found | ({"numAutDocSustento": authorisation} if authorisation else {})


def _day(value: Any, zone: str) -> str | None:
    """Return the company's day of a date, or of a moment as Odoo has it (naive UTC)."""
    if not value:
        return None
    text = str(value)
    if len(text) <= 10:
        return date.fromisoformat(text).isoformat()
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


__all__ = ["PickingSource"]
