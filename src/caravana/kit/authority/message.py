"""What the imitated authority says: one message for each of its codes, in its own words.

Codes and meanings: technical sheet of the offline scheme, table of errors. The words are those of public answers where such were
seen; codes marked `from memory` were not found in any (2026-11).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

ERROR, WARNING, NOTICE = "ERROR", "ADVERTENCIA", "INFORMATIVO"


@dataclass(frozen=True)
class Mensaje:
    """One message: the authority's `identificador`, `mensaje`, `informacionAdicional` and `tipo`."""

    code: str
    text: str
    detail: str = ""
    type: str = ERROR

    def to_json(self) -> dict[str, Any]:
        """Return it as the register keeps it."""
        return asdict(self)


TEXTS: Mapping[str, str] = {
    "2": "RUC DEL EMISOR SE ENCUENTRA NO ACTIVO",  # from memory
    "10": "ESTABLECIMIENTO DEL EMISOR SE ENCUENTRA CLAUSURADO",  # from memory
    "26": "TAMAÑO MÁXIMO SUPERADO",  # from memory
    "27": "CLASE NO PERMITIDA",
    "28": "ACUERDO DE MEDIOS ELECTRÓNICOS NO ACEPTADO",
    "34": "COMPROBANTE NO AUTORIZADO",  # from memory
    "35": "ARCHIVO NO CUMPLE ESTRUCTURA XML",
    "36": "VERSIÓN ESQUEMA DESCONTINUADA",
    "37": "RUC SIN AUTORIZACIÓN DE EMISIÓN",
    "39": "FIRMA INVALIDA",
    "40": "ERROR EN EL CERTIFICADO",
    "42": "CERTIFICADO REVOCADO",  # from memory
    "43": "CLAVE ACCESO REGISTRADA",
    "45": "ERROR SECUENCIAL REGISTRADO",
    "46": "RUC NO EXISTE",
    "47": "TIPO DE COMPROBANTE NO EXISTE",
    "48": "ESQUEMA XSD NO EXISTE",
    "49": "ARGUMENTOS QUE ENVÍAN AL WS NULOS",
    "50": "ERROR INTERNO GENERAL",
    "52": "ERROR EN DIFERENCIAS",
    "56": "ERROR ESTABLECIMIENTO CERRADO",
    "57": "AUTORIZACIÓN SUSPENDIDA",
    "58": "ERROR EN LA ESTRUCTURA DE CLAVE DE ACCESO",
    "60": "ESTE PROCESO FUE REALIZADO EN EL AMBIENTE DE PRUEBAS",
    "62": "IDENTIFICACIÓN DEL RECEPTOR NO EXISTE",  # from memory
    "63": "RUC CLAUSURADO",
    "64": "CÓDIGO DOCUMENTO SUSTENTO",  # from memory
    "65": "FECHA DE EMISIÓN EXTEMPORÁNEA",
    "67": "FECHA INVÁLIDA",
    "68": "DOCUMENTO SUSTENTO",  # from memory
    "69": "IDENTIFICACIÓN DEL RECEPTOR",  # from memory
    "70": "CLAVE DE ACCESO EN PROCESAMIENTO",
    "80": "ERROR EN LA ESTRUCTURA DE CLAVE DE ACCESO",  # from memory
    "82": "ERROR EN LA FECHA DE INICIO DE TRANSPORTE",
    "92": "ERROR AL VALIDAR MONTO DE DEVOLUCIÓN DEL IVA",  # from memory
    "99": "ERROR AL CONSULTAR DATOS DEL SERVICIO WEB",
}
WARNINGS = frozenset({"60", "62", "68"})


def say(code: str, detail: str = "") -> Mensaje:
    """Return the authority's message with `code`; a code that it does not have is said all the same, as an error."""
    return Mensaje(code, TEXTS.get(code, "MENSAJE NO CATALOGADO"), detail, WARNING if code in WARNINGS else ERROR)


__all__ = ["ERROR", "NOTICE", "TEXTS", "WARNING", "WARNINGS", "Mensaje", "say"]
