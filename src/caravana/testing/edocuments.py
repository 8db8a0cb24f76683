"""One invented electronic document of each of the six types, whole and right, for tests to send, break or compare."""

from typing import Any

from caravana.kit.edocument.document import AnyDocument, read_document

ISSUER = {
    "ruc": "1790016919001",
    "razonSocial": "EMPRESA XYZ CIA. LTDA.",
    "nombreComercial": "XYZ & ASOCIADOS ÑANDÚ",
    "dirMatriz": "AV. INVENTADA 1, QUITO",
    "dirEstablecimiento": "CALLE FICTICIA 2, QUITO",
    "obligadoContabilidad": True,
}
BUYER = {
    "tipoIdentificacion": "05",
    "identificacion": "1710034065",
    "razonSocial": "CLIENTE INVENTADO",
    "direccion": "QUITO",
    "email": "cliente@ejemplo.test",
}
SELLER = {
    "tipoIdentificacion": "04",
    "identificacion": "1792177758001",
    "razonSocial": "PROVEEDOR INVENTADO S.A.",
    "direccion": "CUENCA",
}
CHANGED = {"codDoc": "01", "numero": "001-001-000000123", "fechaEmision": "2026-11-20"}
CLAVE_OF_FACTURA = "2311202601179001691900110010010000001231234567819"


def iva(base: str, value: str, code: str = "4", rate: str = "15") -> dict[str, str]:
    """Return one IVA of a line or head."""
    return {"codigo": "2", "codigoPorcentaje": code, "tarifa": rate, "baseImponible": base, "valor": value}


def line(
    code: str, name: str, quantity: str, price: str, amount: str, tax: dict[str, str], discount: str = "0.00"
) -> dict[str, Any]:
    """Return one line with its tax."""
    return {
        "codigoPrincipal": code,
        "descripcion": name,
        "cantidad": quantity,
        "precioUnitario": price,
        "descuento": discount,
        "precioTotalSinImpuesto": amount,
        "impuestos": [tax],
    }


def head(cod_doc: str, number: str) -> dict[str, Any]:
    """Return what all six have."""
    return {
        "codDoc": cod_doc,
        "referencia": f"odoo/account.move,{int(number)}",
        "ambiente": "1",
        "emisor": ISSUER,
        "estab": "001",
        "ptoEmi": "001",
        "secuencial": number.zfill(9),
        "fechaEmision": "2026-11-23",
        "infoAdicional": [{"nombre": "Email", "valor": "cliente@ejemplo.test"}],
    }


def factura() -> dict[str, Any]:
    """The worked example of sums by line: IVA is 5.71, not 15 % of 38.03."""
    return head("01", "123") | {
        "receptor": BUYER,
        "detalles": [
            line("SERV-001", "CONSULTORÍA", "3", "12.50", "35.00", iva("35.00", "5.25"), "2.50"),
            line("REP-002", "REPUESTO", "3", "1.0112", "3.03", iva("3.03", "0.46")),
            line("LIB-003", "LIBRO", "2", "4.35", "8.70", iva("8.70", "0.00", "0", "0")),
        ],
        "totalSinImpuestos": "46.73",
        "totalDescuento": "2.50",
        "impuestos": [iva("38.03", "5.71"), iva("8.70", "0.00", "0", "0")],
        "importeTotal": "52.44",
        "pagos": [{"formaPago": "20", "total": "52.44", "plazo": "30", "unidadTiempo": "dias"}],
    }


def exportacion() -> dict[str, Any]:
    """A factura of export to a foreign company, CIF: freight and insurance are billed beside the goods."""
    foreign = {
        "tipoIdentificacion": "08",
        "identificacion": "98-7654321",
        "razonSocial": "INVENTED IMPORTS LLC",
        "direccion": "MIAMI",
    }
    return head("01", "129") | {
        "receptor": foreign,
        "exportacion": {
            "incoTermFactura": "CIF",
            "lugarIncoTerm": "MIAMI",
            "paisOrigen": "593",
            "puertoEmbarque": "GUAYAQUIL",
            "puertoDestino": "MIAMI",
            "paisDestino": "110",
            "paisAdquisicion": "593",
            "incoTermTotalSinImpuestos": "FOB",
            "fleteInternacional": "120.00",
            "seguroInternacional": "15.50",
        },
        "detalles": [line("CAC-001", "CACAO EN GRANO", "100", "3.75", "375.00", iva("375.00", "0.00", "0", "0"))],
        "totalSinImpuestos": "375.00",
        "impuestos": [iva("375.00", "0.00", "0", "0")],
        "importeTotal": "510.50",
        "pagos": [{"formaPago": "20", "total": "510.50", "plazo": "30", "unidadTiempo": "dias"}],
    }


def liquidacion() -> dict[str, Any]:
    """A purchase settlement of one service."""
    return head("03", "124") | {
        "receptor": SELLER | {"tipoIdentificacion": "05", "identificacion": "1710034065"},
        "detalles": [line("X", "SERVICIO", "1", "100", "100.00", iva("100.00", "15.00"))],
        "totalSinImpuestos": "100.00",
        "impuestos": [iva("100.00", "15.00")],
        "importeTotal": "115.00",
        "pagos": [{"formaPago": "20", "total": "115.00"}],
    }


def nota_credito() -> dict[str, Any]:
    """A credit note that takes back one line."""
    return head("04", "125") | {
        "receptor": BUYER,
        "documentoModificado": CHANGED,
        "motivo": "DEVOLUCIÓN",
        "detalles": [line("SERV-001", "CONSULTORÍA", "1", "12.50", "12.50", iva("12.50", "1.88"))],
        "totalSinImpuestos": "12.50",
        "impuestos": [iva("12.50", "1.88")],
        "importeTotal": "14.38",
    }


def nota_debito() -> dict[str, Any]:
    """A debit note for interest."""
    return head("05", "126") | {
        "receptor": BUYER,
        "documentoModificado": CHANGED,
        "motivos": [{"razon": "INTERÉS POR MORA", "valor": "10.00"}],
        "totalSinImpuestos": "10.00",
        "impuestos": [iva("10.00", "1.50")],
        "importeTotal": "11.50",
        "pagos": [{"formaPago": "01", "total": "11.50"}],
    }


def guia() -> dict[str, Any]:
    """Goods of the factura on their way to its buyer."""
    return head("06", "127") | {
        "dirPartida": "QUITO",
        "transportista": {
            "tipoIdentificacion": "05",
            "identificacion": "1710034065",
            "razonSocial": "TRANSPORTISTA INVENTADO",
        },
        "placa": "PBA1234",
        "fechaIniTransporte": "2026-11-23",
        "fechaFinTransporte": "2026-11-24",
        "destinatarios": [
            {
                "receptor": BUYER,
                "motivoTraslado": "VENTA",
                "ruta": "QUITO - GUAYAQUIL",
                "codDocSustento": "01",
                "numDocSustento": "001-001-000000123",
                "numAutDocSustento": CLAVE_OF_FACTURA,
                "fechaEmisionDocSustento": "2026-11-23",
                "detalles": [{"codigoPrincipal": "REP-002", "descripcion": "REPUESTO", "cantidad": "5"}],
            }
        ],
    }


def retencion() -> dict[str, Any]:
    """Income tax and IVA withheld from one supplier's invoice."""
    return head("07", "128") | {
        "receptor": SELLER,
        "periodoFiscal": "11/2026",
        "docsSustento": [
            {
                "codSustento": "01",
                "codDocSustento": "01",
                "numDocSustento": "001-001-000000045",
                "fechaEmisionDocSustento": "2026-11-20",
                "fechaRegistroContable": "2026-11-20",
                "numAutDocSustento": CLAVE_OF_FACTURA,
                "totalSinImpuestos": "100.00",
                "importeTotal": "115.00",
                "impuestos": [iva("100.00", "15.00")],
                "retenciones": [
                    {
                        "codigo": "1",
                        "codigoRetencion": "312",
                        "baseImponible": "100.00",
                        "porcentajeRetener": "1.75",
                        "valorRetenido": "1.75",
                    },
                    {
                        "codigo": "2",
                        "codigoRetencion": "1",
                        "baseImponible": "15.00",
                        "porcentajeRetener": "30",
                        "valorRetenido": "4.50",
                    },
                ],
                "pagos": [{"formaPago": "20", "total": "115.00"}],
            }
        ],
    }


EXAMPLES = {"01": factura, "03": liquidacion, "04": nota_credito, "05": nota_debito, "06": guia, "07": retencion}
"""codDoc → the dict of its document, as files and messages hold it."""


def example(cod_doc: str, **changes: Any) -> AnyDocument:
    """Return the document of a type, with some fields of its dict changed."""
    return read_document(EXAMPLES[cod_doc]() | changes)
