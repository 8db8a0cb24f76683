"""What Ecuafact makes of a body for the SRI, and what it finds wrong with it: texts that begin with the path of the field."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.component.ecuafact.sandbox.account import Account
from caravana.kit.authority import render
from caravana.kit.authority.rule import cents

INFO = {
    "01": "infoFactura",
    "03": "infoLiquidacionCompra",
    "04": "infoNotaCredito",
    "05": "infoNotaDebito",
    "06": "infoGuiaRemision",
    "07": "infoCompRetencion",
}
LISTS = {
    "01": ("detalles", "detalle"),
    "03": ("detalles", "detalle"),
    "04": ("detalles", "detalle"),
    "05": ("motivos", "motivo"),
    "06": ("destinatarios", "destinatario"),
    "07": ("docsSustento", "docSustento"),
}
ONE_OF = {
    "totalConImpuestos": "totalImpuesto",
    "impuestos": "impuesto",
    "pagos": "pago",
    "detalles": "detalle",
    "retenciones": "retencion",
    "impuestosDocSustento": "impuestoDocSustento",
}
"""Name of a list → name of each of its elements in the SRI's XML."""
TEXTS = frozenset({"codigo", "codigoPorcentaje", "codImpuestoDocSustento", "codigoRetencion"})
AMOUNTS = frozenset(
    {
        "totalSinImpuestos",
        "totalDescuento",
        "importeTotal",
        "propina",
        "valorModificacion",
        "valorTotal",
        "baseImponible",
        "valor",
        "tarifa",
        "cantidad",
        "precioUnitario",
        "descuento",
        "precioTotalSinImpuesto",
        "total",
        "valorImpuesto",
        "porcentajeRetener",
        "valorRetenido",
    }
)
"""These are numbers, never texts."""
ISSUER = frozenset({"ruc", "codDoc", "tipoDocumento", "estab", "ptoEmi", "secuencial"})
ROOT = frozenset({"origenReferencia", "referenciaExterna", "infoTributaria", "info", "infoAdicional"})


def errors(body: Mapping[str, Any], cod_doc: str, account: Account) -> list[str]:
    """Return everything wrong with a body."""
    found = [*_names(body, cod_doc, account), *_amounts(body)]
    if not found:
        found += _sums(body, cod_doc)
    if not found:
        try:
            document(body, cod_doc, account, "0" * 49, "000000001", "1", "01/01/2026")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            found.append(f"info: {error}")
    return found


def document(
    body: Mapping[str, Any], cod_doc: str, account: Account, clave: str, secuencial: str, ambiente: str, today: str
) -> bytes:
    """Return the document's XML, unsigned. Raises `ValueError` for a name that the SRI does not have."""
    issuer = body["infoTributaria"]
    info = {name: value for name, value in body["info"].items() if name not in {"correo", "telefono"}}
    if cod_doc != "06":
        info.setdefault("fechaEmision", today)
    if cod_doc == "04":
        info["totalConImpuestos"] = [
            {name: value for name, value in one.items() if name != "tarifa"} for one in info["totalConImpuestos"]
        ]
    outer, inner = LISTS[cod_doc]
    content = {
        "infoTributaria": {
            "ambiente": ambiente,
            "tipoEmision": 1,
            "razonSocial": account.business,
            "ruc": issuer["ruc"],
            "claveAcceso": clave,
            "codDoc": cod_doc,
            "estab": issuer["estab"],
            "ptoEmi": issuer["ptoEmi"],
            "secuencial": secuencial,
            "dirMatriz": account.address,
        },
        INFO[cod_doc]: {"obligadoContabilidad": "SI", **_tree(info)},
        outer: {inner: [_tree(one) for one in body[outer]]},
        "infoAdicional": {
            "campoAdicional": [{"@nombre": one["nombre"], "#": one["valor"]} for one in body.get("infoAdicional") or ()]
        },
    }
    return render(cod_doc, content)


def total(body: Mapping[str, Any]) -> Decimal | None:
    """Return the document's total; None for a type that has none."""
    info = body["info"]
    found = next((info[name] for name in ("importeTotal", "valorModificacion", "valorTotal") if name in info), None)
    return None if found is None else Decimal(found)


def receiver(body: Mapping[str, Any]) -> tuple[str, str]:
    """Return identification and name of whom the document is for."""
    info = body["info"]
    for suffix in ("Comprador", "Proveedor", "SujetoRetenido"):
        if f"razonSocial{suffix}" in info:
            return str(info[f"identificacion{suffix}"]), str(info[f"razonSocial{suffix}"])
    first = body["destinatarios"][0]
    return str(first["identificacionDestinatario"]), str(first["razonSocialDestinatario"])


def _names(body: Mapping[str, Any], cod_doc: str, account: Account) -> Iterator[str]:
    issuer, info = body.get("infoTributaria"), body.get("info")
    if not isinstance(issuer, dict) or not isinstance(info, dict):
        yield "infoTributaria: es requerido"
        return
    if cod_doc not in INFO:
        yield "infoTributaria.codDoc: no es un tipo de comprobante"
        return
    for name in sorted(set(body) - ROOT - {LISTS[cod_doc][0]}):
        yield f"{name}: no existe"
    yield from _references(body)
    yield from _issuer(issuer, account)
    rows = body.get(LISTS[cod_doc][0])
    if not isinstance(rows, list) or not rows or not all(isinstance(one, dict) for one in rows):
        yield f"{LISTS[cod_doc][0]}: es requerido"
    elif cod_doc in {"06", "07"} and len(rows) != 1:
        yield f"{LISTS[cod_doc][0]}: exactamente uno"
    day = info.get("fechaEmision")
    if cod_doc == "06" and day is not None:
        yield "info.fechaEmision: la guia no la lleva; su fecha es fechaIniTransporte"
    if not _is_day(info.get("fechaIniTransporte") if cod_doc == "06" else day):
        yield "info.fechaEmision: debe tener la forma dd/mm/aaaa"


def _references(body: Mapping[str, Any]) -> Iterator[str]:
    for name, most in (("origenReferencia", 64), ("referenciaExterna", 128)):
        value = body.get(name)
        if not isinstance(value, str) or not re.fullmatch(rf"[A-Za-z0-9\-_.:/]{{1,{most}}}", value):
            yield f"{name}: de 1 a {most} caracteres, solo letras, digitos y - _ . : /"


def _issuer(issuer: Mapping[str, Any], account: Account) -> Iterator[str]:
    for name in sorted(set(issuer) - ISSUER):
        yield f"infoTributaria.{name}: no existe"
    if issuer.get("ruc") != account.ruc:
        yield "infoTributaria.ruc: no es de este contribuyente"
    forms = {"estab": r"[0-9]{3}", "ptoEmi": r"[0-9]{3}", "secuencial": r"[0-9]{1,9}"}
    for name, form in forms.items():
        value = issuer.get(name, "1" if name == "secuencial" else None)
        if not isinstance(value, str) or not re.fullmatch(form, value):
            yield f"infoTributaria.{name}: no tiene los dígitos que debe"


def _is_day(value: Any) -> bool:
    try:
        return len(value) == 10 and bool(datetime.strptime(value, "%d/%m/%Y"))  # noqa: DTZ007 -- a calendar day
    except (ValueError, TypeError):
        return False


def _amounts(node: Any, path: str = "") -> Iterator[str]:
    """Amounts as texts, and codes as numbers, wherever they stand."""
    if isinstance(node, dict):
        for name, value in node.items():
            here = f"{path}.{name}" if path else name
            amount = name in AMOUNTS and not here.startswith("infoAdicional") and "detallesAdicionales" not in here
            if amount and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
                yield f"{here}: debe ser un número"
            elif name in TEXTS and not isinstance(value, str):
                yield f"{here}: debe ser un texto"
            else:
                yield from _amounts(value, here)
    elif isinstance(node, list):
        for place, one in enumerate(node):
            yield from _amounts(one, f"{path}[{place}]")


def _sums(body: Mapping[str, Any], cod_doc: str) -> Iterator[str]:
    """What the platform counts itself before it files: lines, and the total."""
    if cod_doc in {"01", "03", "04"}:
        for place, one in enumerate(body["detalles"]):
            counted = Decimal(one["cantidad"]) * Decimal(one["precioUnitario"]) - Decimal(one.get("descuento", 0))
            if cents(counted) != one["precioTotalSinImpuesto"]:
                yield f"detalles[{place}].precioTotalSinImpuesto: no coincide"
    info = body["info"]
    stated = total(body)
    taxes = info.get("totalConImpuestos", info.get("impuestos"))
    if stated is None or taxes is None:
        return
    counted = info["totalSinImpuestos"] + sum(one["valor"] for one in taxes) + info.get("propina", 0)
    if counted != stated:
        name = next(one for one in ("importeTotal", "valorModificacion", "valorTotal") if one in info)
        yield f"info.{name}: no coincide"


def _tree(node: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the SRI's nesting: a list stands in an element of its own, amounts are written plainly."""
    found: dict[str, Any] = {}
    for name, value in node.items():
        if name == "detallesAdicionales":
            found[name] = {"detAdicional": [{"@nombre": one["nombre"], "@valor": one["valor"]} for one in value]}
        elif isinstance(value, list):
            found[name] = {ONE_OF[name]: [_tree(one) for one in value]}
        else:
            found[name] = format(value, "f") if isinstance(value, Decimal) else value
    return found
