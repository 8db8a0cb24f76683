"""Cédula and RUC: what a number must be, and what only looks odd.

A check digit never stops a document: the SRI gives companies numbers that pass neither of the two published rules (S.A.S.;
python-stdnum's issues 290, 457 and 497 name active ones), and cédulas of foreigners have a six as third digit. It is a warning.
"""

from stdnum.ec import ci, ruc
from stdnum.exceptions import ValidationError

from caravana.kit.counting import counted
from caravana.kit.edocument.codes import CEDULA, CONSUMIDOR_FINAL, FINAL_CONSUMER_ID, IDENTIFICATION, RUC
from caravana.kit.edocument.problem import Problem

_PROVINCES = {f"{number:02}" for number in range(1, 25)} | {"30"}
_MOST = 20


def check_identification(kind: str, number: str, where: str, field: str | None = None) -> list[Problem]:
    """Return what is wrong with identification `number` of `kind` (04 to 08); `where` is its place in the document."""
    if kind not in IDENTIFICATION:
        return [
            Problem(
                "identification.kind",
                where,
                f"«{kind}» no es un tipo de identificación del SRI (04 RUC, 05 cédula, 06 pasaporte, 07 final, 08 exterior)",
                f"`{kind}` is no identification type of the SRI (04 RUC, 05 cédula, 06 passport, 07 final, 08 foreign)",
                field,
            )
        ]
    match kind:
        case "04":
            return _ruc(number, where, field)
        case "05":
            return _cedula(number, where, field)
        case "07" if number != FINAL_CONSUMER_ID:
            es = f"consumidor final se identifica con {FINAL_CONSUMER_ID}"
            return [Problem("identification.final", where, es, f"a final consumer is {FINAL_CONSUMER_ID}", field)]
        case "06" | "08" if not 1 <= len(number) <= _MOST:
            es = f"la identificación tiene {counted(len(number), 'carácter', 'caracteres')}; se admiten de 1 a {_MOST}"
            en = f"the identification has {counted(len(number), 'character', 'characters')}; 1 to {_MOST} are allowed"
            return [Problem("identification.length", where, es, en, field)]
        case _:
            return []


def kind_of(number: str) -> str | None:
    """Return the type that a number has by its form alone: thirteen nines, 13 digits, 10 digits; None for any other."""
    if number == FINAL_CONSUMER_ID:
        return CONSUMIDOR_FINAL
    return {13: RUC, 10: CEDULA}.get(len(number)) if _digits(number) else None


def _ruc(number: str, where: str, field: str | None) -> list[Problem]:
    if not (_digits(number) and len(number) == 13):
        return [_form("RUC", 13, number, where, field)]
    if number.endswith("000") or number[:2] not in _PROVINCES:
        es = f"el RUC {number} no existe así: revise las dos primeras cifras (provincia) y el final (001)"
        en = f"there is no RUC {number}: look at the first two digits (province) and the end (001)"
        return [Problem("identification.ruc", where, es, en, field)]
    try:
        ruc.validate(number)
    except ValidationError:
        return [_digit("RUC", number, where, field)]
    return []


def _cedula(number: str, where: str, field: str | None) -> list[Problem]:
    if not (_digits(number) and len(number) == 10):
        return [_form("cédula", 10, number, where, field)]
    try:
        ci.validate(number)
    except ValidationError:
        return [_digit("cédula", number, where, field)]
    return []


def _form(name: str, length: int, number: str, where: str, field: str | None) -> Problem:
    return Problem(
        "identification.length",
        where,
        f"«{number}» no es una identificación de tipo {name}: debe tener {length} dígitos",
        f"`{number}` is no {name}: it must have {length} digits",
        field,
    )


def _digit(name: str, number: str, where: str, field: str | None) -> Problem:
    return Problem(
        "identification.digit",
        where,
        f"el dígito verificador de {name} {number} no coincide; hay números válidos así, pero revíselo",
        f"the check digit of {name} {number} does not match; there are valid ones like that, but look at it",
        field,
        "warning",
    )


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


__all__ = ["check_identification", "kind_of"]
