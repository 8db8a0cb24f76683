"""A canonical document in the SRI's own words: names and nesting of each type, without its order (the table of structure has it).

Trees are dicts: an element's name → its text, a tree, or a list of these; `@name` is an attribute, `#` the text beside
attributes. What a document does not have is None or empty here and is left out when it is written.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from caravana.kit.edocument.clave import NORMAL
from caravana.kit.edocument.document import (
    AnyDocument,
    Comprobante,
    ComprobanteRetencion,
    ConLineas,
    Destinatario,
    Detalle,
    DocSustento,
    Exportacion,
    Factura,
    GuiaRemision,
    Impuesto,
    LiquidacionCompra,
    NotaCredito,
    NotaDebito,
    Pago,
    Persona,
)

Tree = dict[str, Any]
"""Name → text, tree, or a list of them; see the module."""


def content(document: AnyDocument, clave: str) -> Tree:
    """Return the document's tree. `clave` is its clave de acceso. Raises `ValueError` when it has no number yet."""
    return {
        "infoTributaria": _info_tributaria(document, clave),
        **_BODY[document.cod_doc](document),
        "infoAdicional": {
            "campoAdicional": [{"@nombre": one.nombre, "#": one.valor} for one in document.info_adicional if one.valor]
        },
    }


def plain(value: Decimal, places: int = 2) -> str:
    """Return a number as the SRI's documents have it: at least `places` decimals, no zeros behind the others, never rounded."""
    text = format(value, "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def rate(value: Decimal) -> str:
    """Return a rate in per cent: `15`, `1.75`."""
    return plain(value, 0)


def day(value: date | None) -> str | None:
    """Return a day as `dd/mm/aaaa`."""
    return None if value is None else f"{value:%d/%m/%Y}"


def si_no(value: bool | None) -> str | None:
    """Return SI or NO, or nothing where nothing is known."""
    return None if value is None else ("SI" if value else "NO")


def _info_tributaria(document: Comprobante, clave: str) -> Tree:
    if document.secuencial is None:
        raise ValueError(f"{document.referencia} has no number yet")
    emisor = document.emisor
    return {
        "ambiente": document.ambiente,
        "tipoEmision": NORMAL,
        "razonSocial": emisor.razon_social,
        "nombreComercial": emisor.nombre_comercial,
        "ruc": emisor.ruc,
        "claveAcceso": clave,
        "codDoc": document.cod_doc,
        "estab": document.estab,
        "ptoEmi": document.pto_emi,
        "secuencial": document.secuencial,
        "dirMatriz": emisor.dir_matriz,
        "agenteRetencion": emisor.agente_retencion,
        "contribuyenteRimpe": emisor.contribuyente_rimpe,
    }


def _issuer(document: Comprobante) -> Tree:
    """Return what the head of each type says of the issuer."""
    emisor = document.emisor
    return {
        "dirEstablecimiento": emisor.dir_establecimiento,
        "contribuyenteEspecial": emisor.contribuyente_especial,
        "obligadoContabilidad": si_no(emisor.obligado_contabilidad),
    }


def _receiver(person: Persona, role: str) -> Tree:
    """Return the three elements that name a person, ending in `role`."""
    return {
        f"tipoIdentificacion{role}": person.tipo_identificacion,
        f"razonSocial{role}": person.razon_social,
        f"identificacion{role}": person.identificacion,
    }


def _tax_total(tax: Impuesto) -> Tree:
    return {
        "codigo": tax.codigo,
        "codigoPorcentaje": tax.codigo_porcentaje,
        "baseImponible": plain(tax.base_imponible),
        "valor": plain(tax.valor),
    }


def _tax(tax: Impuesto) -> Tree:
    return {**_tax_total(tax), "tarifa": rate(tax.tarifa)}


def _payments(payments: Iterable[Pago], *, term: bool = True) -> Tree:
    return {"pago": [_payment(one, term=term) for one in payments]}


def _payment(payment: Pago, *, term: bool) -> Tree:
    found: Tree = {"formaPago": payment.forma_pago, "total": plain(payment.total)}
    if term and payment.plazo is not None:
        found |= {"plazo": plain(payment.plazo, 0), "unidadTiempo": payment.unidad_tiempo}
    return found


def _line(line: Detalle, codes: tuple[str, str]) -> Tree:
    """Return a line with amounts; `codes` are the type's names of the two codes."""
    return {
        codes[0]: line.codigo_principal,
        codes[1]: line.codigo_auxiliar,
        "descripcion": line.descripcion,
        "cantidad": plain(line.cantidad),
        "precioUnitario": plain(line.precio_unitario),
        "descuento": plain(line.descuento),
        "precioTotalSinImpuesto": plain(line.precio_total_sin_impuesto),
        "detallesAdicionales": _additional(line),
        "impuestos": {"impuesto": [_tax(one) for one in line.impuestos]},
    }


def _sold(line: Detalle) -> Tree:
    """Return a line of the two types that know units."""
    return _line(line, _PRODUCT) | {"unidadMedida": line.unidad_medida}


def _additional(line: Detalle) -> Tree:
    pairs = line.detalles_adicionales.items()
    return {"detAdicional": [{"@nombre": name, "@valor": value} for name, value in pairs if value]}


_PRODUCT = ("codigoPrincipal", "codigoAuxiliar")
_INTERNAL = ("codigoInterno", "codigoAdicional")


def _totals(document: ConLineas) -> Tree:
    return {
        "totalSinImpuestos": plain(document.total_sin_impuestos),
        "totalConImpuestos": {"totalImpuesto": [_tax_total(one) for one in document.impuestos]},
        "moneda": document.moneda,
    }


def _factura(document: Factura) -> Tree:
    head = {
        "fechaEmision": day(document.fecha_emision),
        **_issuer(document),
        **_receiver(document.receptor, "Comprador"),
        "guiaRemision": document.guia_remision,
        "direccionComprador": document.receptor.direccion,
        **_totals(document),
        "totalDescuento": plain(document.total_descuento),
        "propina": plain(document.propina),
        "importeTotal": plain(document.importe_total),
        "pagos": _payments(document.pagos),
        **({} if document.exportacion is None else _export(document.exportacion)),
    }
    lines = [_sold(one) for one in document.detalles]
    return {"infoFactura": head, "detalles": {"detalle": lines}}


def _export(export: Exportacion) -> Tree:
    return {
        "comercioExterior": "EXPORTADOR",
        "incoTermFactura": export.inco_term_factura,
        "lugarIncoTerm": export.lugar_inco_term,
        "paisOrigen": export.pais_origen,
        "puertoEmbarque": export.puerto_embarque,
        "puertoDestino": export.puerto_destino,
        "paisDestino": export.pais_destino,
        "paisAdquisicion": export.pais_adquisicion,
        "incoTermTotalSinImpuestos": export.inco_term_total_sin_impuestos,
        "fleteInternacional": plain(export.flete_internacional),
        "seguroInternacional": plain(export.seguro_internacional),
        "gastosAduaneros": plain(export.gastos_aduaneros),
        "gastosTransporteOtros": plain(export.gastos_transporte_otros),
    }


def _liquidacion(document: LiquidacionCompra) -> Tree:
    head = {
        "fechaEmision": day(document.fecha_emision),
        **_issuer(document),
        **_receiver(document.receptor, "Proveedor"),
        "direccionProveedor": document.receptor.direccion,
        **_totals(document),
        "totalDescuento": plain(document.total_descuento),
        "importeTotal": plain(document.importe_total),
        "pagos": _payments(document.pagos),
    }
    lines = [_sold(one) for one in document.detalles]
    return {"infoLiquidacionCompra": head, "detalles": {"detalle": lines}}


def _changed(document: NotaCredito | NotaDebito) -> Tree:
    """Return what a note says of the document that it changes."""
    return {
        "codDocModificado": document.documento_modificado.cod_doc,
        "numDocModificado": document.documento_modificado.numero,
        "fechaEmisionDocSustento": day(document.documento_modificado.fecha_emision),
    }


def _nota_credito(document: NotaCredito) -> Tree:
    head = {
        "fechaEmision": day(document.fecha_emision),
        **_issuer(document),
        **_receiver(document.receptor, "Comprador"),
        **_changed(document),
        **_totals(document),
        "valorModificacion": plain(document.importe_total),
        "motivo": document.motivo,
    }
    return {"infoNotaCredito": head, "detalles": {"detalle": [_line(one, _INTERNAL) for one in document.detalles]}}


def _nota_debito(document: NotaDebito) -> Tree:
    head = {
        "fechaEmision": day(document.fecha_emision),
        **_issuer(document),
        **_receiver(document.receptor, "Comprador"),
        **_changed(document),
        "totalSinImpuestos": plain(document.total_sin_impuestos),
        "impuestos": {"impuesto": [_tax(one) for one in document.impuestos]},
        "valorTotal": plain(document.importe_total),
        "pagos": _payments(document.pagos),
    }
    reasons = [{"razon": one.razon, "valor": plain(one.valor)} for one in document.motivos]
    return {"infoNotaDebito": head, "motivos": {"motivo": reasons}}


def _guia(document: GuiaRemision) -> Tree:
    head = {
        **_issuer(document),
        "dirPartida": document.dir_partida,
        "razonSocialTransportista": document.transportista.razon_social,
        "tipoIdentificacionTransportista": document.transportista.tipo_identificacion,
        "rucTransportista": document.transportista.identificacion,
        "fechaIniTransporte": day(document.fecha_ini_transporte),
        "fechaFinTransporte": day(document.fecha_fin_transporte),
        "placa": document.placa,
    }
    recipients = [_recipient(one) for one in document.destinatarios]
    return {"infoGuiaRemision": head, "destinatarios": {"destinatario": recipients}}


def _recipient(recipient: Destinatario) -> Tree:
    return {
        "identificacionDestinatario": recipient.receptor.identificacion,
        "razonSocialDestinatario": recipient.receptor.razon_social,
        "dirDestinatario": recipient.receptor.direccion,
        "motivoTraslado": recipient.motivo_traslado,
        "docAduaneroUnico": recipient.doc_aduanero_unico,
        "codEstabDestino": recipient.cod_estab_destino,
        "ruta": recipient.ruta,
        "codDocSustento": recipient.cod_doc_sustento,
        "numDocSustento": recipient.num_doc_sustento,
        "numAutDocSustento": recipient.num_aut_doc_sustento,
        "fechaEmisionDocSustento": day(recipient.fecha_emision_doc_sustento),
        "detalles": {"detalle": [_carried(one) for one in recipient.detalles]},
    }


def _carried(line: Detalle) -> Tree:
    return {
        _INTERNAL[0]: line.codigo_principal,
        _INTERNAL[1]: line.codigo_auxiliar,
        "descripcion": line.descripcion,
        "cantidad": plain(line.cantidad),
        "detallesAdicionales": _additional(line),
    }


def _retencion(document: ComprobanteRetencion) -> Tree:
    head = {
        "fechaEmision": day(document.fecha_emision),
        **_issuer(document),
        **_receiver(document.receptor, "SujetoRetenido"),
        "tipoSujetoRetenido": document.tipo_sujeto_retenido,
        "parteRel": si_no(document.parte_rel),
        "periodoFiscal": document.periodo_fiscal,
    }
    return {
        "infoCompRetencion": head,
        "docsSustento": {"docSustento": [_support(one) for one in document.docs_sustento]},
    }


def _support(one: DocSustento) -> Tree:
    return {
        "codSustento": one.cod_sustento,
        "codDocSustento": one.cod_doc_sustento,
        "numDocSustento": one.num_doc_sustento.replace("-", ""),
        "fechaEmisionDocSustento": day(one.fecha_emision_doc_sustento),
        "fechaRegistroContable": day(one.fecha_registro_contable),
        "numAutDocSustento": one.num_aut_doc_sustento,
        "pagoLocExt": one.pago_loc_ext,
        "totalSinImpuestos": plain(one.total_sin_impuestos),
        "importeTotal": plain(one.importe_total),
        "impuestosDocSustento": {"impuestoDocSustento": [_support_tax(tax) for tax in one.impuestos]},
        "retenciones": {
            "retencion": [
                {
                    "codigo": held.codigo,
                    "codigoRetencion": held.codigo_retencion,
                    "baseImponible": plain(held.base_imponible),
                    "porcentajeRetener": rate(held.porcentaje_retener),
                    "valorRetenido": plain(held.valor_retenido),
                }
                for held in one.retenciones
            ]
        },
        "pagos": _payments(one.pagos, term=False),
    }


def _support_tax(tax: Impuesto) -> Tree:
    return {
        "codImpuestoDocSustento": tax.codigo,
        "codigoPorcentaje": tax.codigo_porcentaje,
        "baseImponible": plain(tax.base_imponible),
        "tarifa": rate(tax.tarifa),
        "valorImpuesto": plain(tax.valor),
    }


_BODY: dict[str, Callable[[Any], Tree]] = {
    "01": _factura,
    "03": _liquidacion,
    "04": _nota_credito,
    "05": _nota_debito,
    "06": _guia,
    "07": _retencion,
}

__all__ = ["Tree", "content", "day", "plain", "rate", "si_no"]
