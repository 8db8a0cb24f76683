"""What the SRI's message codes ask for, whichever company passes them on.

After public code, mocks and answers (2026-11); codes marked † are from memory of the technical sheet. A code that is not in the
table counts by its type: an ERROR must be mended.
"""

from collections.abc import Iterable, Mapping

from caravana.kit.einvoice import Verdict

REGISTERED = "43"
"""The clave is registered already: a repeat of ours. The document is there, and is asked for."""
NUMBER_USED = "45"
IN_PROCESS = "70"

VERDICTS: Mapping[str, Verdict] = {
    REGISTERED: Verdict.WAIT,
    NUMBER_USED: Verdict.TAKEN,
    IN_PROCESS: Verdict.WAIT,
    "50": Verdict.AGAIN,
    "99": Verdict.AGAIN,
    "2": Verdict.TAXPAYER,  # †
    "10": Verdict.TAXPAYER,  # †
    "27": Verdict.TAXPAYER,
    "28": Verdict.TAXPAYER,
    "37": Verdict.TAXPAYER,
    "42": Verdict.TAXPAYER,  # †
    "46": Verdict.TAXPAYER,
    "56": Verdict.TAXPAYER,
    "57": Verdict.TAXPAYER,
    "63": Verdict.TAXPAYER,
}
"""Code → what it asks for. All others (26†, 34†, 35, 36, 39, 40, 47, 48, 49, 52, 58, 64†, 65, 67, 69†, 80†, 82, 92†): mend."""

NOTICES = frozenset({"60", "62", "68"})
"""Codes that say something of a document which may be authorised all the same (62† and 68† from memory)."""

MEANINGS: Mapping[str, str] = {
    "2": "El RUC del emisor no está activo",
    "10": "El establecimiento del emisor está clausurado",
    "26": "El archivo es demasiado grande",
    "27": "La clase de contribuyente no puede emitir este comprobante",
    "28": "El emisor no ha aceptado el acuerdo de medios electrónicos",
    "34": "El comprobante no fue autorizado",
    "35": "El documento no cumple la estructura exigida",
    "36": "La versión del esquema está descontinuada",
    "37": "El RUC no tiene autorización de emisión",
    "39": "La firma no es válida",
    "40": "El certificado de firma no es válido",
    "42": "El certificado de firma está revocado",
    REGISTERED: "La clave de acceso ya está registrada",
    NUMBER_USED: "El secuencial ya está registrado con otra clave",
    "46": "El RUC no existe",
    "47": "El tipo de comprobante no existe",
    "48": "El esquema no existe",
    "49": "Faltan datos en el envío",
    "50": "Error interno del SRI",
    "52": "Hay diferencias en los cálculos",
    "56": "El establecimiento está cerrado",
    "57": "La autorización del emisor está suspendida",
    "58": "La clave de acceso está mal formada",
    "60": "Documento del ambiente de pruebas",
    "62": "La identificación del receptor no existe",
    "63": "El RUC está clausurado",
    "64": "El código del documento de sustento no es válido",
    "65": "La fecha de emisión está fuera de plazo",
    "67": "La fecha no es válida",
    "68": "El documento de sustento no consta",
    "69": "La identificación del receptor no es válida",
    IN_PROCESS: "La clave de acceso está en proceso",
    "80": "La clave de acceso consultada está mal formada",
    "82": "La fecha de inicio del transporte no es válida",
    "92": "El monto de devolución del IVA no es válido",
    "99": "Error del SRI al consultar los datos",
}
"""What a code means, in our words: for companies that pass on the code alone."""

_WEIGHT = (Verdict.TAKEN, Verdict.TAXPAYER, Verdict.MEND, Verdict.AGAIN, Verdict.WAIT)
"""Of several messages the one that asks for most counts, but a clave that is known decides alone: it is our own repeat."""


def verdict_of(messages: Iterable[tuple[str, str]]) -> Verdict | None:
    """Return what the (code, type) pairs of one answer ask for; None when none of them is an error."""
    codes = [code for code, kind in messages if kind.upper() == "ERROR" and code not in NOTICES]
    if {REGISTERED, IN_PROCESS} & set(codes):
        return Verdict.WAIT
    found = {VERDICTS.get(code, Verdict.MEND) for code in codes}
    return next((one for one in _WEIGHT if one in found), None)


__all__ = ["IN_PROCESS", "MEANINGS", "NOTICES", "NUMBER_USED", "REGISTERED", "VERDICTS", "verdict_of"]
