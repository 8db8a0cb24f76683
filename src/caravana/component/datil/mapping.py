"""The canonical document → the body that Dátil is sent (its documentation of 2026-04, sections of each document type).

Pure. Amounts stay the exact numbers that they are. Unknown fields are refused there: nothing goes that its documents do not name.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import (
    AnyDocument,
    CampoAdicional,
    Comprobante,
    ComprobanteRetencion,
    Destinatario,
    Detalle,
    DocSustento,
    DocumentoModificado,
    Emisor,
    Factura,
    GuiaRemision,
    Impuesto,
    LiquidacionCompra,
    NotaCredito,
    NotaDebito,
    Pago,
    Persona,
)

RESOURCES: Mapping[str, str] = {
    "01": "invoices",
    "03": "purchase-settlements",
    "04": "credit-notes",
    "05": "debit-notes",
    "06": "waybills",
    "07": "ats-retentions",
}
"""codDoc → where documents of the type are issued and read."""
REISSUED_AT: Mapping[str, str] = {**RESOURCES, "07": "retentions"}
"""codDoc → where they are issued again: the withholding in ATS form goes back to the old one's address."""
LISTED_AT: Mapping[str, str] = {"01": "invoices", "04": "credit-notes"}
"""codDoc → list of the newer API; for the other types none is documented (2026-11)."""

MEANS: Mapping[str, str] = {
    "01": "efectivo",
    "16": "tarjeta_debito",
    "17": "dinero_electronico_ec",
    "18": "tarjeta_prepago",
    "19": "tarjeta_credito",
    "20": "otros",
    "21": "endoso_titulos",
}
"""The SRI's form of payment → Dátil's word. For 15 (compensación de deudas) it has none."""
CURRENCIES: Mapping[str, str] = {"DOLAR": "USD", "USD": "USD", "EURO": "EUR", "EUR": "EUR"}


def request(document: AnyDocument, authorization_field: str, rimpe: str | None = None) -> dict[str, Any]:
    """Return the body to issue `document`, which `problems` found nothing wrong with."""
    match document:
        case Factura():
            return _factura(document)
        case LiquidacionCompra():
            return _liquidacion(document)
        case NotaCredito():
            return _credito(document)
        case NotaDebito():
            return _debito(document)
        case GuiaRemision():
            return _guia(document)
        case ComprobanteRetencion():
            return _retencion(document, authorization_field, rimpe)


def day(value: date) -> str:
    """Return a calendar day as a moment: at noon in Ecuador, so that no change of zone makes it another day."""
    return f"{value:%Y-%m-%d}T12:00:00-05:00"


def _head(document: Comprobante, *, sequential: str = "secuencial") -> dict[str, Any]:
    return {
        "ambiente": int(document.ambiente),
        "tipo_emision": 1,
        sequential: int(document.secuencial or 0),
        "fecha_emision": day(document.fecha_emision),
        "clave_acceso": str(clave_of(document)),
        "emisor": _emisor(document.emisor, document),
    }


def _emisor(emisor: Emisor, document: Comprobante) -> dict[str, Any]:
    return {
        "ruc": emisor.ruc,
        "razon_social": emisor.razon_social,
        "nombre_comercial": emisor.nombre_comercial or emisor.razon_social,
        "direccion": emisor.dir_matriz,
        "contribuyente_especial": emisor.contribuyente_especial or "",
        "obligado_contabilidad": bool(emisor.obligado_contabilidad),
        "establecimiento": {
            "codigo": document.estab,
            "punto_emision": document.pto_emi,
            "direccion": emisor.dir_establecimiento or emisor.dir_matriz,
        },
    }


def _factura(document: Factura) -> dict[str, Any]:
    return _filled(
        {
            **_head(document),
            "moneda": CURRENCIES[document.moneda],
            "totales": {
                "total_sin_impuestos": document.total_sin_impuestos,
                "descuento": document.total_descuento,
                "propina": document.propina,
                "importe_total": document.importe_total,
                "impuestos": [_total_tax(one) for one in document.impuestos],
            },
            "comprador": _persona(document.receptor),
            "items": [_item(one) for one in document.detalles],
            "pagos": [_pago(one) for one in document.pagos],
            "guia_remision": document.guia_remision,
            "info_adicional": _info(document.info_adicional),
        }
    )


def _liquidacion(document: LiquidacionCompra) -> dict[str, Any]:
    return _filled(
        {
            **_head(document),
            "moneda": CURRENCIES[document.moneda],
            "totales": {
                "total_sin_impuestos": document.total_sin_impuestos,
                "descuento": document.total_descuento,
                "importe_total": document.importe_total,
                "impuestos": [_total_tax(one) for one in document.impuestos],
            },
            "proveedor": _persona(document.receptor),
            "items": [_item(one) for one in document.detalles],
            "pagos": [
                _filled(
                    {
                        "forma_pago": one.forma_pago,
                        "total": one.total,
                        "plazo": None if one.plazo is None else f"{one.plazo:f}",
                        "unidad_tiempo": one.unidad_tiempo,
                    }
                )
                for one in document.pagos
            ],
            "info_adicional": _info(document.info_adicional),
        }
    )


def _credito(document: NotaCredito) -> dict[str, Any]:
    return _filled(
        {
            **_head(document),
            "moneda": CURRENCIES[document.moneda],
            **_modified(document.documento_modificado),
            "motivo": document.motivo,
            "totales": {
                "total_sin_impuestos": document.total_sin_impuestos,
                "importe_total": document.importe_total,
                "impuestos": [_total_tax(one) for one in document.impuestos],
            },
            "comprador": _persona(document.receptor),
            "items": [_item(one) for one in document.detalles],
            "info_adicional": _info(document.info_adicional),
        }
    )


def _debito(document: NotaDebito) -> dict[str, Any]:
    """No currency and no payments: Dátil's table of a debit note has neither, and a field that it does not name is refused."""
    return _filled(
        {
            **_head(document),
            **_modified(document.documento_modificado),
            "totales": {
                "total_sin_impuestos": document.total_sin_impuestos,
                "importe_total": document.importe_total,
                "impuestos": [{**_total_tax(one), "tarifa": one.tarifa} for one in document.impuestos],
            },
            "comprador": _persona(document.receptor),
            "items": [{"motivo": one.razon, "valor": one.valor} for one in document.motivos],
            "info_adicional": _info(document.info_adicional),
        }
    )


def _guia(document: GuiaRemision) -> dict[str, Any]:
    """No day of issue (the clave holds it), and the additional fields as an object: Dátil's table of a waybill has no others."""
    head = {name: value for name, value in _head(document).items() if name != "fecha_emision"}
    return _filled(
        {
            **head,
            "fecha_inicio_transporte": day(document.fecha_ini_transporte),
            "fecha_fin_transporte": day(document.fecha_fin_transporte),
            "direccion_partida": document.dir_partida,
            "transportista": {**_persona(document.transportista), "placa": document.placa},
            "destinatarios": [_destinatario(one) for one in document.destinatarios],
            "informacion_adicional": {one.nombre: one.valor for one in document.info_adicional} or None,
        }
    )


def _destinatario(one: Destinatario) -> dict[str, Any]:
    support = one.fecha_emision_doc_sustento
    return _filled(
        {
            **_persona(one.receptor),
            "motivo_traslado": one.motivo_traslado,
            "ruta": one.ruta,
            "documento_aduanero_unico": one.doc_aduanero_unico,
            "codigo_establecimiento_destino": one.cod_estab_destino,
            "tipo_documento_sustento": one.cod_doc_sustento,
            "numero_documento_sustento": one.num_doc_sustento,
            "numero_autorizacion_documento_sustento": one.num_aut_doc_sustento,
            "fecha_emision_documento_sustento": None if support is None else day(support),
            "items": [
                _filled(
                    {
                        "descripcion": line.descripcion,
                        "codigo_principal": line.codigo_principal,
                        "codigo_auxiliar": line.codigo_auxiliar,
                        "cantidad": line.cantidad,
                        "detalles_adicionales": line.detalles_adicionales or None,
                    }
                )
                for line in one.detalles
            ],
        }
    )


def _retencion(document: ComprobanteRetencion, authorization_field: str, rimpe: str | None) -> dict[str, Any]:
    head = _head(document, sequential="secuencia")
    return _filled(
        {
            **head,
            "emisor": head["emisor"] | ({"regimen_rimpe": rimpe} if rimpe else {}),
            "periodo_fiscal": document.periodo_fiscal,
            "sujeto": _persona(document.receptor),
            "tipo_sujeto_retenido": document.tipo_sujeto_retenido,
            "documentos_soporte": [_support(one, authorization_field) for one in document.docs_sustento],
            "info_adicional": [{one.nombre: one.valor} for one in document.info_adicional] or None,
        }
    )


def _support(one: DocSustento, authorization_field: str) -> dict[str, Any]:
    booked = one.fecha_registro_contable
    return _filled(
        {
            "codigo_sustento": one.cod_sustento,
            "tipo_documento": one.cod_doc_sustento,
            "numero": one.num_doc_sustento,
            "fecha_emision": day(one.fecha_emision_doc_sustento),
            "fecha_registro_contable": None if booked is None else day(booked),
            authorization_field: one.num_aut_doc_sustento,
            "tipo_pago": one.pago_loc_ext,
            "total_sin_impuestos": one.total_sin_impuestos,
            "total": one.importe_total,
            "impuestos": [_item_tax(tax) for tax in one.impuestos],
            "retenciones": [
                {
                    "codigo": held.codigo,
                    "codigo_porcentaje": held.codigo_retencion,
                    "base_imponible": held.base_imponible,
                    "tarifa": held.porcentaje_retener,
                    "valor_retenido": held.valor_retenido,
                }
                for held in one.retenciones
            ],
            "pagos": [{"tipo_pago": paid.forma_pago, "total": paid.total} for paid in one.pagos],
        }
    )


def _modified(one: DocumentoModificado) -> dict[str, Any]:
    return {
        "fecha_emision_documento_modificado": day(one.fecha_emision),
        "numero_documento_modificado": one.numero,
        "tipo_documento_modificado": one.cod_doc,
    }


def _persona(one: Persona) -> dict[str, Any]:
    return _filled(
        {
            "razon_social": one.razon_social,
            "identificacion": one.identificacion,
            "tipo_identificacion": one.tipo_identificacion,
            "email": one.email,
            "telefono": one.telefono,
            "direccion": one.direccion,
        }
    )


def _item(one: Detalle) -> dict[str, Any]:
    return _filled(
        {
            "descripcion": one.descripcion,
            "codigo_principal": one.codigo_principal,
            "codigo_auxiliar": one.codigo_auxiliar,
            "cantidad": one.cantidad,
            "precio_unitario": one.precio_unitario,
            "descuento": one.descuento,
            "precio_total_sin_impuestos": one.precio_total_sin_impuesto,
            "unidad_medida": one.unidad_medida,
            "impuestos": [_item_tax(tax) for tax in one.impuestos],
            "detalles_adicionales": one.detalles_adicionales or None,
        }
    )


def _item_tax(one: Impuesto) -> dict[str, Any]:
    return {**_total_tax(one), "tarifa": one.tarifa}


def _total_tax(one: Impuesto) -> dict[str, Any]:
    return {
        "codigo": one.codigo,
        "codigo_porcentaje": one.codigo_porcentaje,
        "base_imponible": one.base_imponible,
        "valor": one.valor,
    }


def _pago(one: Pago) -> dict[str, Any]:
    terms = {"plazo": one.plazo, "unidad_tiempo": one.unidad_tiempo}
    properties = {name: value for name, value in terms.items() if value is not None}
    return _filled({"medio": MEANS[one.forma_pago], "total": one.total, "propiedades": properties or None})


def _info(fields: Iterable[CampoAdicional]) -> list[dict[str, str]] | None:
    return [{"nombre": one.nombre, "valor": one.valor} for one in fields] or None


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """What there is: an empty field is left out."""
    return {name: value for name, value in values.items() if value not in (None, "")}
