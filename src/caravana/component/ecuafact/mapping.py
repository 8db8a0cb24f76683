"""The canonical document → the body that Ecuafact is sent: one shape for all types, fields of `info` named as in the SRI's XML.

Pure. Names and order are those of Ecuafact's client 1.0.0b6 (recorded 2026-11-23). Amounts stay exact: `2.50` keeps both
places. What the platform keeps in the taxpayer's profile (names, addresses, regime, accounting) is not sent.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from caravana.component.ecuafact.contract import Contract
from caravana.kit.edocument.document import (
    AnyDocument,
    ComprobanteRetencion,
    Destinatario,
    Detalle,
    DocSustento,
    DocumentoModificado,
    Factura,
    GuiaRemision,
    Impuesto,
    LiquidacionCompra,
    NotaCredito,
    NotaDebito,
    Pago,
    Persona,
)

LONGEST_REFERENCE = 128
_SIGNS = re.compile(r"[A-Za-z0-9\-_.:/]+")
"""What Ecuafact takes in a reference (1.0.0b6)."""


def request(
    document: AnyDocument, contract: Contract, *, origin: str, numbered: bool, mails: bool = False
) -> dict[str, Any]:
    """Return the body to emit `document`; `numbered`: its secuencial is sent; `mails`: the receiver's address is, too."""
    issuer = {
        "ruc": document.emisor.ruc,
        contract.type_field: document.cod_doc,
        "estab": document.estab,
        "ptoEmi": document.pto_emi,
        "secuencial": document.secuencial if numbered else None,
    }
    extra = [{"nombre": one.nombre, "valor": one.valor} for one in document.info_adicional]
    extra += _supports(document)
    content = _content(document)
    receiver = getattr(document, "receptor", None)
    if mails and isinstance(receiver, Persona):
        content["info"] |= _filled({"telefono": receiver.telefono, "correo": receiver.email})
    return _filled(
        {
            "origenReferencia": origin,
            "referenciaExterna": reference(document.referencia),
            "infoTributaria": _filled(issuer),
            **content,
            "infoAdicional": extra or None,
        }
    )


def reference(name: str) -> str:
    """Return our name of a document with the signs that Ecuafact takes; no two names become one."""
    written = name.replace(",", ":")
    if _SIGNS.fullmatch(written) and ":" not in name:
        return written
    kept = "".join(sign if _SIGNS.fullmatch(sign) else "_" for sign in written)
    return f"{kept}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _supports(document: AnyDocument) -> list[dict[str, str]]:
    """The documents that the goods of a guía belong to: its recipients have no fields for them here (1.0.0b6)."""
    if not isinstance(document, GuiaRemision):
        return []
    found = []
    for one in document.destinatarios:
        if one.num_doc_sustento is not None:
            told = [
                one.cod_doc_sustento,
                one.num_doc_sustento,
                day(one.fecha_emision_doc_sustento),
                one.num_aut_doc_sustento,
            ]
            found.append({"nombre": "Documento de sustento", "valor": " ".join(part for part in told if part)})
    return found


def day(value: date | None) -> str | None:
    """Return a day as `dd/mm/aaaa`."""
    return None if value is None else f"{value:%d/%m/%Y}"


def _content(document: AnyDocument) -> dict[str, Any]:
    match document:
        case Factura():
            return {"info": _factura(document), "detalles": [_line(one) for one in document.detalles]}
        case LiquidacionCompra():
            return {"info": _liquidacion(document), "detalles": [_line(one) for one in document.detalles]}
        case NotaCredito():
            return {"info": _credito(document), "detalles": [_line(one, inner=True) for one in document.detalles]}
        case NotaDebito():
            reasons = [{"razon": one.razon, "valor": one.valor} for one in document.motivos]
            return {"info": _debito(document), "motivos": reasons}
        case GuiaRemision():
            return {"info": _guia(document), "destinatarios": [_destinatario(one) for one in document.destinatarios]}
        case ComprobanteRetencion():
            return {"info": _retencion(document), "docsSustento": [_support(one) for one in document.docs_sustento]}


def _factura(document: Factura) -> dict[str, Any]:
    buyer = document.receptor
    return _filled(
        {
            "fechaEmision": day(document.fecha_emision),
            "guiaRemision": document.guia_remision,
            "tipoIdentificacionComprador": buyer.tipo_identificacion,
            "razonSocialComprador": buyer.razon_social,
            "identificacionComprador": buyer.identificacion,
            "direccionComprador": buyer.direccion,
            "totalSinImpuestos": document.total_sin_impuestos,
            "moneda": document.moneda,
            "totalDescuento": document.total_descuento,
            "totalConImpuestos": [_tax(one) for one in document.impuestos],
            "importeTotal": document.importe_total,
            "propina": document.propina,
            "pagos": _payments(document.pagos),
        }
    )


def _liquidacion(document: LiquidacionCompra) -> dict[str, Any]:
    seller = document.receptor
    return _filled(
        {
            "fechaEmision": day(document.fecha_emision),
            "tipoIdentificacionProveedor": seller.tipo_identificacion,
            "razonSocialProveedor": seller.razon_social,
            "identificacionProveedor": seller.identificacion,
            "direccionProveedor": seller.direccion,
            "totalSinImpuestos": document.total_sin_impuestos,
            "moneda": document.moneda,
            "totalDescuento": document.total_descuento,
            "totalConImpuestos": [_tax(one) for one in document.impuestos],
            "importeTotal": document.importe_total,
            "pagos": _payments(document.pagos),
        }
    )


def _credito(document: NotaCredito) -> dict[str, Any]:
    buyer = document.receptor
    return _filled(
        {
            "fechaEmision": day(document.fecha_emision),
            "tipoIdentificacionComprador": buyer.tipo_identificacion,
            "razonSocialComprador": buyer.razon_social,
            "identificacionComprador": buyer.identificacion,
            "totalSinImpuestos": document.total_sin_impuestos,
            "moneda": document.moneda,
            "totalConImpuestos": [_tax(one) for one in document.impuestos],
            **_modified(document.documento_modificado),
            "motivo": document.motivo,
            "valorModificacion": document.importe_total,
        }
    )


def _debito(document: NotaDebito) -> dict[str, Any]:
    buyer = document.receptor
    return _filled(
        {
            "fechaEmision": day(document.fecha_emision),
            "tipoIdentificacionComprador": buyer.tipo_identificacion,
            "razonSocialComprador": buyer.razon_social,
            "identificacionComprador": buyer.identificacion,
            "totalSinImpuestos": document.total_sin_impuestos,
            "pagos": _payments(document.pagos),
            **_modified(document.documento_modificado),
            "impuestos": [_tax(one) for one in document.impuestos],
            "valorTotal": document.importe_total,
        }
    )


def _guia(document: GuiaRemision) -> dict[str, Any]:
    """A guía tells the days of transport; its own day is the first of them."""
    carrier = document.transportista
    return {
        "dirPartida": document.dir_partida,
        "razonSocialTransportista": carrier.razon_social,
        "tipoIdentificacionTransportista": carrier.tipo_identificacion,
        "rucTransportista": carrier.identificacion,
        "fechaIniTransporte": day(document.fecha_ini_transporte),
        "fechaFinTransporte": day(document.fecha_fin_transporte),
        "placa": document.placa,
    }


def _destinatario(one: Destinatario) -> dict[str, Any]:
    return _filled(
        {
            "identificacionDestinatario": one.receptor.identificacion,
            "razonSocialDestinatario": one.receptor.razon_social,
            "dirDestinatario": one.receptor.direccion,
            "motivoTraslado": one.motivo_traslado,
            "docAduaneroUnico": one.doc_aduanero_unico,
            "codEstabDestino": one.cod_estab_destino,
            "ruta": one.ruta,
            "detalles": [
                _filled(
                    {
                        "codigoInterno": line.codigo_principal,
                        "codigoAdicional": line.codigo_auxiliar,
                        "descripcion": line.descripcion,
                        "cantidad": line.cantidad,
                        "detallesAdicionales": _details(line.detalles_adicionales),
                    }
                )
                for line in one.detalles
            ],
        }
    )


def _retencion(document: ComprobanteRetencion) -> dict[str, Any]:
    withheld = document.receptor
    return _filled(
        {
            "fechaEmision": day(document.fecha_emision),
            "tipoIdentificacionSujetoRetenido": withheld.tipo_identificacion,
            "tipoSujetoRetenido": document.tipo_sujeto_retenido,
            "razonSocialSujetoRetenido": withheld.razon_social,
            "identificacionSujetoRetenido": withheld.identificacion,
            "periodoFiscal": document.periodo_fiscal,
            "parteRel": "SI" if document.parte_rel else "NO",
        }
    )


def _support(one: DocSustento) -> dict[str, Any]:
    return _filled(
        {
            "codSustento": one.cod_sustento,
            "codDocSustento": one.cod_doc_sustento,
            "numDocSustento": one.num_doc_sustento.replace("-", ""),
            "fechaEmisionDocSustento": day(one.fecha_emision_doc_sustento),
            "fechaRegistroContable": day(one.fecha_registro_contable),
            "numAutDocSustento": one.num_aut_doc_sustento,
            "pagoLocExt": one.pago_loc_ext,
            "totalSinImpuestos": one.total_sin_impuestos,
            "importeTotal": one.importe_total,
            "impuestosDocSustento": [
                {
                    "codImpuestoDocSustento": tax.codigo,
                    "codigoPorcentaje": tax.codigo_porcentaje,
                    "baseImponible": tax.base_imponible,
                    "tarifa": tax.tarifa,
                    "valorImpuesto": tax.valor,
                }
                for tax in one.impuestos
            ],
            "retenciones": [
                {
                    "codigo": held.codigo,
                    "codigoRetencion": held.codigo_retencion,
                    "baseImponible": held.base_imponible,
                    "porcentajeRetener": held.porcentaje_retener,
                    "valorRetenido": held.valor_retenido,
                }
                for held in one.retenciones
            ],
            "pagos": _payments(one.pagos),
        }
    )


def _modified(one: DocumentoModificado) -> dict[str, Any]:
    return {
        "codDocModificado": one.cod_doc,
        "numDocModificado": one.numero,
        "fechaEmisionDocSustento": day(one.fecha_emision),
    }


def _line(one: Detalle, *, inner: bool = False) -> dict[str, Any]:
    """`inner`: a nota de crédito calls the codes codigoInterno and codigoAdicional."""
    first, second = ("codigoInterno", "codigoAdicional") if inner else ("codigoPrincipal", "codigoAuxiliar")
    return _filled(
        {
            first: one.codigo_principal,
            second: one.codigo_auxiliar,
            "descripcion": one.descripcion,
            "unidadMedida": None if inner else one.unidad_medida,
            "cantidad": one.cantidad,
            "precioUnitario": one.precio_unitario,
            "descuento": one.descuento,
            "precioTotalSinImpuesto": one.precio_total_sin_impuesto,
            "detallesAdicionales": _details(one.detalles_adicionales),
            "impuestos": [_tax(tax) for tax in one.impuestos],
        }
    )


def _details(values: dict[str, str]) -> list[dict[str, str]] | None:
    return [{"nombre": name, "valor": value} for name, value in values.items()] or None


def _tax(one: Impuesto) -> dict[str, Any]:
    return {
        "codigo": one.codigo,
        "codigoPorcentaje": one.codigo_porcentaje,
        "tarifa": one.tarifa,
        "baseImponible": one.base_imponible,
        "valor": one.valor,
    }


def _payments(payments: Iterable[Pago]) -> list[dict[str, Any]] | None:
    return [
        _filled(
            {
                "formaPago": one.forma_pago,
                "total": one.total,
                "plazo": None if one.plazo is None else int(one.plazo),
                "unidadTiempo": one.unidad_tiempo,
            }
        )
        for one in payments
    ] or None


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """What there is: an empty field is left out."""
    return {name: value for name, value in values.items() if value not in (None, "")}
