"""A mapping of invoices as plain as a test can have it: all lines at 15 %."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.commerce.einvoice.source import Mapped, Record, Wanted
from caravana.kit.edocument.problem import Problem

CENT = Decimal("0.01")


class PlainMoves:
    """`account.move`."""

    def optional(self) -> Mapping[str, Sequence[str]]:
        """Return a field that Odoo may have."""
        return {"account.move": ("l10n_ec_authorization_number", "edi_state")}

    def fields(self, known: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """Return what is read."""
        partner = ("partner_id.name", "partner_id.vat", "partner_id.email")
        lines = ("invoice_line_ids.name", "invoice_line_ids.quantity", "invoice_line_ids.price_unit")
        return ("name", "move_type", "state", "invoice_date", "l10n_latam_document_number", *partner, *lines)

    def mapped(self, record: Record, wanted: Wanted) -> Mapped:
        """Return a factura, or a nota de crédito of a refund."""
        partner, number = record["partner_id"], record["l10n_latam_document_number"]
        if record["state"] != "posted":
            return Mapped(None, [Problem("draft", "move", "El documento no está publicado.", "It is not posted.")])
        if not partner["vat"]:
            text = "El cliente no tiene identificación.", "The customer has no identification."
            return Mapped(None, [Problem("identification.missing", "receptor", *text, "Contacto › Identificación")])
        lines = [_line(one) for one in record["invoice_line_ids"]]
        untaxed = sum((Decimal(one["precioTotalSinImpuesto"]) for one in lines), Decimal(0))
        tax = sum((Decimal(one["impuestos"][0]["valor"]) for one in lines), Decimal(0))
        point = wanted.settings.points[number[:7]]
        connection = wanted.settings.companies[point["connections"]["01"]]
        document: dict[str, Any] = {
            "codDoc": "01",
            "referencia": wanted.key,
            "ambiente": connection["environment"],
            "emisor": dict(wanted.settings.issuer),
            "estab": number[:3],
            "ptoEmi": number[4:7],
            "secuencial": number[8:],
            "fechaEmision": record["invoice_date"],
            "receptor": {
                "tipoIdentificacion": "05",
                "identificacion": partner["vat"],
                "razonSocial": partner["name"],
                **({"email": partner["email"]} if partner["email"] else {}),
            },
            "detalles": lines,
            "totalSinImpuestos": str(untaxed),
            "impuestos": [_tax(untaxed, tax)],
            "importeTotal": str(untaxed + tax),
            "pagos": [{"formaPago": "01", "total": str(untaxed + tax)}],
        }
        return Mapped(document)


def _line(line: Record) -> dict[str, Any]:
    total = _money(Decimal(str(line["quantity"])) * Decimal(str(line["price_unit"])))
    tax = _money(total * Decimal("0.15"))
    return {
        "descripcion": line["name"],
        "cantidad": str(line["quantity"]),
        "precioUnitario": str(line["price_unit"]),
        "precioTotalSinImpuesto": str(total),
        "impuestos": [_tax(total, tax)],
    }


def _tax(base: Decimal, amount: Decimal) -> dict[str, str]:
    told = {"codigo": "2", "codigoPorcentaje": "4", "tarifa": "15.00"}
    return {**told, "baseImponible": str(base), "valor": str(amount)}


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
