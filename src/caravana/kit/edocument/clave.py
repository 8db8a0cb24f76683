"""The clave de acceso: 49 digits that name one electronic document at the SRI, for ever.

Layout and check digit: technical sheet of the offline scheme, table 1. The numeric code is the issuer's choice; here it is
derived from what names the document, so that a repeat of any kind gives the same clave.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from caravana.kit.edocument.document import Comprobante

_LENGTH = 49
_WEIGHTS = (2, 3, 4, 5, 6, 7)
NORMAL = "1"
"""tipoEmision: the only one in the offline scheme."""


@dataclass(frozen=True)
class Clave:
    """What a clave says. `secuencial` has nine digits, `codigo` eight."""

    fecha: date
    cod_doc: str
    ruc: str
    ambiente: str
    estab: str
    pto_emi: str
    secuencial: str
    codigo: str

    def __str__(self) -> str:
        body = (
            f"{self.fecha:%d%m%Y}{self.cod_doc}{self.ruc}{self.ambiente}{self.estab}{self.pto_emi}"
            f"{self.secuencial}{self.codigo}{NORMAL}"
        )
        return body + check_digit(body)

    @property
    def numero(self) -> str:
        """`001-001-000000123`."""
        return f"{self.estab}-{self.pto_emi}-{self.secuencial}"

    @classmethod
    def read(cls, text: str) -> "Clave":
        """Return the parts of a clave, whatever its check digit (companies print wrong ones).

        Raises `ValueError` when it has not 49 digits or names no day.
        """
        if len(text) != _LENGTH or not (text.isascii() and text.isdecimal()):
            raise ValueError("a clave de acceso has 49 digits")
        fecha = datetime.strptime(text[:8], "%d%m%Y").date()  # noqa: DTZ007 - a calendar day
        return cls(fecha, text[8:10], text[10:23], text[23], text[24:27], text[27:30], text[30:39], text[39:47])


def clave_of(document: Comprobante) -> Clave:
    """Return the clave of a document that has its number; the same document always has the same. Raises `ValueError`."""
    if document.secuencial is None:
        raise ValueError(f"{document.referencia} has no number yet")
    return Clave(
        fecha=document.fecha_emision,
        cod_doc=document.cod_doc,
        ruc=document.emisor.ruc,
        ambiente=document.ambiente,
        estab=document.estab,
        pto_emi=document.pto_emi,
        secuencial=document.secuencial,
        codigo=numeric_code(document.referencia),
    )


def check_digit(body: str) -> str:
    """Return the check digit of the first 48 digits (modulo 11; 11 becomes 0 and 10 becomes 1)."""
    total = sum(int(digit) * _WEIGHTS[place % len(_WEIGHTS)] for place, digit in enumerate(reversed(body)))
    found = 11 - total % 11
    return {11: "0", 10: "1"}.get(found, str(found))


def is_right(text: str) -> bool:
    """Whether `text` is a clave whose check digit is right."""
    return len(text) == _LENGTH and text.isascii() and text.isdecimal() and check_digit(text[:-1]) == text[-1]


def numeric_code(reference: str) -> str:
    """Return the eight digits that belong to the document `reference`, always the same."""
    return f"{int.from_bytes(hashlib.sha256(reference.encode()).digest()[:8]) % 10**8:08}"


__all__ = ["NORMAL", "Clave", "check_digit", "clave_of", "is_right", "numeric_code"]
