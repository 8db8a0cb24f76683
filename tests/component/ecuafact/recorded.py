"""What Ecuafact's own client was recorded to send, and the documents that it sent."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caravana.kit.edocument.document import AnyDocument, read_document
from tests.support.edocuments import iva, line

FOLDER = Path(__file__).parents[2] / "data" / "einvoice-contract" / "ecuafact"
RUC = "0123456789001"
CLAVE = "0710202601012345678900110020010000001231234567811"
KEY = "sandbox-key-123"
BUYER = {
    "tipoIdentificacion": "05",
    "identificacion": "0123456789",
    "razonSocial": "CONTRIBUYENTE DE PRUEBAS",
    "direccion": "DIRECCION DE PRUEBAS",
}
CHANGED = {"codDoc": "01", "numero": "002-001-000000123", "fechaEmision": "2026-10-01"}


@dataclass(frozen=True)
class Call:
    """One request and the answer that was given to it; `answer` None: the connection was cut."""

    method: str
    path: str
    headers: dict[str, str]
    raw: str
    answer: dict[str, Any] | None


def calls(name: str) -> list[Call]:
    """Return the exchanges of a recording."""
    content = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return [
        Call(
            one["method"],
            one["path"],
            {key.lower(): value for key, value in one["headers"].items()},
            one.get("body_raw", ""),
            one["response"] if "status" in one["response"] else None,
        )
        for one in content["exchanges"]
    ]


def vectors() -> dict[str, Any]:
    """Return the webhook whose signatures the client made and checked."""
    found: dict[str, Any] = json.loads((FOLDER / "webhook_vectors.json").read_text("utf-8"))
    return found


def _head(cod_doc: str, reference: str) -> dict[str, Any]:
    return {
        "codDoc": cod_doc,
        "referencia": reference,
        "ambiente": "1",
        "emisor": {"ruc": RUC, "razonSocial": "CONTRIBUYENTE DE PRUEBAS", "dirMatriz": "QUITO"},
        "estab": "002",
        "ptoEmi": "001",
        "fechaEmision": "2026-10-07",
    }


def _factura() -> dict[str, Any]:
    return _head("01", "FACTURA-2026-0001") | {
        "receptor": BUYER,
        "detalles": [
            line("SERV-001", "CONSULTORIA", "3", "12.50", "35.00", iva("35.00", "5.25"), "2.50"),
            line("REP-002", "REPUESTO", "3", "1.0112", "3.03", iva("3.03", "0.46"), "0"),
            line("LIB-003", "LIBRO", "2", "4.35", "8.70", iva("8.70", "0.00", "0", "0"), "0"),
        ],
        "totalSinImpuestos": "46.73",
        "totalDescuento": "2.50",
        "impuestos": [iva("38.03", "5.71"), iva("8.70", "0.00", "0", "0")],
        "importeTotal": "52.44",
        "pagos": [{"formaPago": "01", "total": "20.00"}, {"formaPago": "19", "total": "32.44"}],
    }


def _liquidacion() -> dict[str, Any]:
    return _head("03", "LC-1") | {
        "receptor": BUYER | {"razonSocial": "PROVEEDOR", "direccion": "DIRECCION"},
        "detalles": [line("X", "SERVICIO", "1", "100", "100.00", iva("100.00", "15.00"), "0")],
        "totalSinImpuestos": "100.00",
        "totalDescuento": "0.00",
        "impuestos": [iva("100.00", "15.00")],
        "importeTotal": "115.00",
        "pagos": [{"formaPago": "01", "total": "115.00"}],
    }


def _nota_credito() -> dict[str, Any]:
    return _head("04", "NC-1") | {
        "receptor": BUYER,
        "documentoModificado": CHANGED,
        "motivo": "DEVOLUCION",
        "detalles": [line("SERV-001", "CONSULTORIA", "1", "12.50", "12.50", iva("12.50", "1.88"), "0")],
        "totalSinImpuestos": "12.50",
        "impuestos": [iva("12.50", "1.88")],
        "importeTotal": "14.38",
    }


def _nota_debito() -> dict[str, Any]:
    return _head("05", "ND-1") | {
        "receptor": BUYER,
        "documentoModificado": CHANGED,
        "motivos": [{"razon": "INTERES POR MORA", "valor": "10.00"}],
        "totalSinImpuestos": "10.00",
        "impuestos": [iva("10.00", "1.50")],
        "importeTotal": "11.50",
        "pagos": [{"formaPago": "01", "total": "11.50"}],
    }


def _guia() -> dict[str, Any]:
    to = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "DESTINO SA", "direccion": "GUAYAQUIL"}
    goods = {"codigoPrincipal": "X", "descripcion": "PRODUCTO", "cantidad": "5"}
    return _head("06", "GR-1") | {
        "dirPartida": "QUITO",
        "transportista": BUYER | {"razonSocial": "TRANSPORTISTA"},
        "placa": "PBA1234",
        "fechaIniTransporte": "2026-10-07",
        "fechaFinTransporte": "2026-10-08",
        "destinatarios": [{"receptor": to, "motivoTraslado": "VENTA", "detalles": [goods]}],
    }


def _retencion() -> dict[str, Any]:
    def held(code: str, name: str, base: str, rate: str, value: str) -> dict[str, str]:
        amounts = {"baseImponible": base, "porcentajeRetener": rate, "valorRetenido": value}
        return {"codigo": code, "codigoRetencion": name, **amounts}

    support = {
        "codSustento": "01",
        "codDocSustento": "01",
        "numDocSustento": "001-001-000000045",
        "fechaEmisionDocSustento": "2026-10-01",
        "fechaRegistroContable": "2026-10-01",
        "numAutDocSustento": "0110202601012345678900110010010000000451234567818",
        "totalSinImpuestos": "100.00",
        "importeTotal": "115.00",
        "impuestos": [iva("100.00", "15.00")],
        "retenciones": [held("1", "312", "100.00", "1.75", "1.75"), held("2", "1", "15.00", "30", "4.50")],
        "pagos": [{"formaPago": "20", "total": "115.00"}],
    }
    supplier = {"tipoIdentificacion": "04", "identificacion": RUC, "razonSocial": "PROVEEDOR SA"}
    return _head("07", "RET-1") | {"receptor": supplier, "periodoFiscal": "10/2026", "docsSustento": [support]}


SENT = {
    "emitir_factura": _factura,
    "emitir_liquidacion": _liquidacion,
    "emitir_nota_credito": _nota_credito,
    "emitir_nota_debito": _nota_debito,
    "emitir_guia": _guia,
    "emitir_retencion": _retencion,
}
"""Recording → the document that it sends."""


def document(name: str = "emitir_factura", **changes: Any) -> AnyDocument:
    """Return the document of a recording."""
    return read_document(SENT[name]() | changes)
