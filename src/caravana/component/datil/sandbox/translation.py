"""What Dátil makes of a body for the SRI: the tree of its XML, which the table of structure puts in order."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.component.datil.sandbox.form import MEANS
from caravana.kit.authority import render
from caravana.kit.ecuador import ECUADOR

Tree = dict[str, Any]


def document(cod_doc: str, body: Mapping[str, Any], clave: str) -> bytes:
    """Return the document's XML, unsigned."""
    return render(
        cod_doc, {"infoTributaria": _tributaria(cod_doc, body, clave), **MAKERS[cod_doc](body), **_info(body)}
    )


def sequential(body: Mapping[str, Any]) -> str:
    """Return the nine digits of the document's number."""
    return f"{body.get('secuencial', body.get('secuencia')):09}"


def number(body: Mapping[str, Any]) -> str:
    """Return `001-001-000000123`."""
    place = body["emisor"]["establecimiento"]
    return f"{place['codigo']}-{place['punto_emision']}-{sequential(body)}"


def day(value: str) -> str:
    """Return the calendar day in Ecuador of a moment, `dd/mm/aaaa`."""
    return f"{datetime.fromisoformat(value).astimezone(ECUADOR):%d/%m/%Y}"


def _tributaria(cod_doc: str, body: Mapping[str, Any], clave: str) -> Tree:
    issuer = body["emisor"]
    place = issuer["establecimiento"]
    return {
        "ambiente": body["ambiente"],
        "tipoEmision": 1,
        "razonSocial": issuer["razon_social"],
        "nombreComercial": issuer.get("nombre_comercial"),
        "ruc": issuer["ruc"],
        "claveAcceso": clave,
        "codDoc": cod_doc,
        "estab": place["codigo"],
        "ptoEmi": place["punto_emision"],
        "secuencial": sequential(body),
        "dirMatriz": issuer["direccion"],
    }


def _place(body: Mapping[str, Any]) -> Tree:
    issuer = body["emisor"]
    return {
        "dirEstablecimiento": issuer["establecimiento"].get("direccion"),
        "contribuyenteEspecial": issuer.get("contribuyente_especial"),
        "obligadoContabilidad": "SI" if issuer["obligado_contabilidad"] else "NO",
    }


def _person(one: Mapping[str, Any], suffix: str, *, address: bool = True) -> Tree:
    named = {
        f"tipoIdentificacion{suffix}": one["tipo_identificacion"],
        f"razonSocial{suffix}": one["razon_social"],
        f"identificacion{suffix}": one["identificacion"],
    }
    return named | ({f"direccion{suffix}": one.get("direccion")} if address else {})


def _factura(body: Mapping[str, Any]) -> Tree:
    totals = body["totales"]
    return {
        "infoFactura": {
            "fechaEmision": day(body["fecha_emision"]),
            **_place(body),
            "guiaRemision": body.get("guia_remision"),
            **_person(body["comprador"], "Comprador"),
            "totalSinImpuestos": money(totals["total_sin_impuestos"]),
            "totalDescuento": money(totals["descuento"]),
            "totalConImpuestos": {"totalImpuesto": [_head_tax(one) for one in totals["impuestos"]]},
            "propina": money(totals["propina"]),
            "importeTotal": money(totals["importe_total"]),
            "moneda": _currency(body),
            "pagos": {"pago": [_payment(one) for one in body["pagos"]]},
        },
        "detalles": {"detalle": [_line(one) for one in body["items"]]},
    }


def _liquidacion(body: Mapping[str, Any]) -> Tree:
    totals = body["totales"]
    return {
        "infoLiquidacionCompra": {
            "fechaEmision": day(body["fecha_emision"]),
            **_place(body),
            **_person(body["proveedor"], "Proveedor"),
            "totalSinImpuestos": money(totals["total_sin_impuestos"]),
            "totalDescuento": money(totals["descuento"]),
            "totalConImpuestos": {"totalImpuesto": [_head_tax(one) for one in totals["impuestos"]]},
            "importeTotal": money(totals["importe_total"]),
            "moneda": _currency(body),
            "pagos": {
                "pago": [
                    {
                        "formaPago": one["forma_pago"],
                        "total": money(one["total"]),
                        "plazo": one.get("plazo"),
                        "unidadTiempo": one.get("unidad_tiempo"),
                    }
                    for one in body["pagos"]
                ]
            },
        },
        "detalles": {"detalle": [_line(one) for one in body["items"]]},
    }


def _credito(body: Mapping[str, Any]) -> Tree:
    totals = body["totales"]
    return {
        "infoNotaCredito": {
            "fechaEmision": day(body["fecha_emision"]),
            **_place(body),
            **_person(body["comprador"], "Comprador", address=False),
            **_changed(body),
            "totalSinImpuestos": money(totals["total_sin_impuestos"]),
            "valorModificacion": money(totals["importe_total"]),
            "moneda": _currency(body),
            "totalConImpuestos": {"totalImpuesto": [_head_tax(one) for one in totals["impuestos"]]},
            "motivo": body["motivo"],
        },
        "detalles": {"detalle": [_line(one, ("codigoInterno", "codigoAdicional")) for one in body["items"]]},
    }


def _debito(body: Mapping[str, Any]) -> Tree:
    totals = body["totales"]
    return {
        "infoNotaDebito": {
            "fechaEmision": day(body["fecha_emision"]),
            **_place(body),
            **_person(body["comprador"], "Comprador", address=False),
            **_changed(body),
            "totalSinImpuestos": money(totals["total_sin_impuestos"]),
            "impuestos": {"impuesto": [_rated_tax(one) for one in totals["impuestos"]]},
            "valorTotal": money(totals["importe_total"]),
        },
        "motivos": {"motivo": [{"razon": one["motivo"], "valor": money(one["valor"])} for one in body["items"]]},
    }


def _guia(body: Mapping[str, Any]) -> Tree:
    carrier = body["transportista"]
    return {
        "infoGuiaRemision": {
            **_place(body),
            "dirPartida": body["direccion_partida"],
            "razonSocialTransportista": carrier["razon_social"],
            "tipoIdentificacionTransportista": carrier["tipo_identificacion"],
            "rucTransportista": carrier["identificacion"],
            "fechaIniTransporte": day(body["fecha_inicio_transporte"]),
            "fechaFinTransporte": day(body["fecha_fin_transporte"]),
            "placa": carrier["placa"],
        },
        "destinatarios": {"destinatario": [_recipient(one) for one in body["destinatarios"]]},
    }


def _recipient(one: Mapping[str, Any]) -> Tree:
    support = one.get("fecha_emision_documento_sustento")
    return {
        "identificacionDestinatario": one["identificacion"],
        "razonSocialDestinatario": one["razon_social"],
        "dirDestinatario": one["direccion"],
        "motivoTraslado": one["motivo_traslado"],
        "docAduaneroUnico": one.get("documento_aduanero_unico"),
        "codEstabDestino": one.get("codigo_establecimiento_destino"),
        "ruta": one.get("ruta"),
        "codDocSustento": one.get("tipo_documento_sustento"),
        "numDocSustento": one.get("numero_documento_sustento"),
        "numAutDocSustento": one.get("numero_autorizacion_documento_sustento"),
        "fechaEmisionDocSustento": day(support) if support else None,
        "detalles": {
            "detalle": [
                {
                    "codigoInterno": line["codigo_principal"],
                    "codigoAdicional": line.get("codigo_auxiliar"),
                    "descripcion": line["descripcion"],
                    "cantidad": line["cantidad"],
                    "detallesAdicionales": _details(line),
                }
                for line in one["items"]
            ]
        },
    }


def _retencion(body: Mapping[str, Any]) -> Tree:
    person = _person(body["sujeto"], "SujetoRetenido", address=False)
    return {
        "infoCompRetencion": {
            "fechaEmision": day(body["fecha_emision"]),
            **_place(body),
            **person,
            "tipoSujetoRetenido": body.get("tipo_sujeto_retenido"),
            "parteRel": "NO",
            "periodoFiscal": body["periodo_fiscal"],
        },
        "docsSustento": {"docSustento": [_support(one) for one in body["documentos_soporte"]]},
    }


def _support(one: Mapping[str, Any]) -> Tree:
    booked = one.get("fecha_registro_contable")
    return {
        "codSustento": one["codigo_sustento"],
        "codDocSustento": one["tipo_documento"],
        "numDocSustento": one["numero"].replace("-", ""),
        "fechaEmisionDocSustento": day(one["fecha_emision"]),
        "fechaRegistroContable": day(booked) if booked else None,
        "numAutDocSustento": one.get("numero_autorización") or one.get("numero_autorizacion"),
        "pagoLocExt": one["tipo_pago"],
        "totalSinImpuestos": money(one["total_sin_impuestos"]),
        "importeTotal": money(one["total"]),
        "impuestosDocSustento": {
            "impuestoDocSustento": [
                {
                    "codImpuestoDocSustento": tax["codigo"],
                    "codigoPorcentaje": tax["codigo_porcentaje"],
                    "baseImponible": money(tax["base_imponible"]),
                    "tarifa": tax["tarifa"],
                    "valorImpuesto": money(tax["valor"]),
                }
                for tax in one["impuestos"]
            ]
        },
        "retenciones": {
            "retencion": [
                {
                    "codigo": held["codigo"],
                    "codigoRetencion": held["codigo_porcentaje"],
                    "baseImponible": money(held["base_imponible"]),
                    "porcentajeRetener": held["tarifa"],
                    "valorRetenido": money(held["valor_retenido"]),
                }
                for held in one["retenciones"]
            ]
        },
        "pagos": {"pago": [{"formaPago": paid["tipo_pago"], "total": money(paid["total"])} for paid in one["pagos"]]},
    }


def _changed(body: Mapping[str, Any]) -> Tree:
    changed = body.get("fecha_emision_documento_modificado")
    return {
        "codDocModificado": body["tipo_documento_modificado"],
        "numDocModificado": body["numero_documento_modificado"],
        "fechaEmisionDocSustento": day(changed) if changed else None,
    }


def _line(one: Mapping[str, Any], codes: tuple[str, str] = ("codigoPrincipal", "codigoAuxiliar")) -> Tree:
    amount = one.get("precio_total_sin_impuestos")
    counted = Decimal(one["cantidad"]) * Decimal(one["precio_unitario"]) - Decimal(one["descuento"])
    line = {
        codes[0]: one.get("codigo_principal"),
        codes[1]: one.get("codigo_auxiliar"),
        "descripcion": one["descripcion"],
        "cantidad": one["cantidad"],
        "precioUnitario": one["precio_unitario"],
        "descuento": money(one["descuento"]),
        "precioTotalSinImpuesto": money(counted if amount is None else amount),
        "detallesAdicionales": _details(one),
        "impuestos": {"impuesto": [_rated_tax(tax) for tax in one["impuestos"]]},
    }
    return line if codes[0] == "codigoInterno" else line | {"unidadMedida": one.get("unidad_medida")}


def _details(one: Mapping[str, Any]) -> Tree:
    given = one.get("detalles_adicionales") or {}
    return {"detAdicional": [{"@nombre": name, "@valor": str(value)} for name, value in given.items()]}


def _head_tax(one: Mapping[str, Any]) -> Tree:
    return {
        "codigo": one["codigo"],
        "codigoPorcentaje": one["codigo_porcentaje"],
        "baseImponible": money(one["base_imponible"]),
        "valor": money(one["valor"]),
    }


def _rated_tax(one: Mapping[str, Any]) -> Tree:
    return {**_head_tax(one), "tarifa": one["tarifa"]}


def _payment(one: Mapping[str, Any]) -> Tree:
    terms = one.get("propiedades") or {}
    return {
        "formaPago": MEANS[one["medio"]],
        "total": money(one["total"]),
        "plazo": terms.get("plazo"),
        "unidadTiempo": terms.get("unidad_tiempo"),
    }


def _currency(body: Mapping[str, Any]) -> str:
    return {"USD": "DOLAR", "EUR": "EURO"}[body["moneda"]]


def _info(body: Mapping[str, Any]) -> Tree:
    """Additional fields in the forms that there are: a list of name and value, a list of single pairs, the obsolete object."""
    fields = []
    for one in body.get("info_adicional") or ():
        pairs = [(one["nombre"], one["valor"])] if set(one) == {"nombre", "valor"} else list(one.items())
        fields += [{"@nombre": name, "#": value} for name, value in pairs]
    fields += [{"@nombre": name, "#": value} for name, value in (body.get("informacion_adicional") or {}).items()]
    return {"infoAdicional": {"campoAdicional": fields}}


def money(value: Any) -> str:
    """Return an amount with two places."""
    return f"{Decimal(value):.2f}"


MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Tree]] = {
    "01": _factura,
    "03": _liquidacion,
    "04": _credito,
    "05": _debito,
    "06": _guia,
    "07": _retencion,
}
