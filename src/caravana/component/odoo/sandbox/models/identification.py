"""Ecuador's identification numbers: what Odoo refuses, and what it only remarks on."""

import re

from caravana.component.odoo.sandbox.errors import ValidationError
from caravana.component.odoo.sandbox.records import Record

PROVINCES = frozenset(range(1, 25)) | {30}
COMPANY_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2)
PUBLIC_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
NIT_WEIGHTS = (41, 37, 29, 23, 19, 17, 13, 7, 3)


def check(partner: Record) -> None:
    """ValidationError when the number's shape does not fit its type and country."""
    number, country = partner.vat, partner.country_id
    if not number or not country:
        return
    kind = xmlid(partner)
    if country.code == "CO" and not _is_nit(number):
        raise _refusal(partner, "213123432-1")
    if country.code != "EC":
        return
    if kind == "l10n_ec.ec_dni" and not re.fullmatch(r"\d{10}", number):
        name = partner.l10n_latam_identification_type_id.name
        raise ValidationError(partner.env.say("If your identification type is %s, it must be 10 digits", name))
    if kind in ("l10n_ec.ec_ruc", "l10n_latam_base.it_vat") and not re.fullmatch(r"\d{10}|\d{13}", number):
        raise _refusal(partner, "1792060346001 or 1792060346")


def _refusal(partner: Record, example: str) -> ValidationError:
    return ValidationError(
        f"\nThe VAT number [{partner.vat}] for partner [{partner.name}] does not seem to be valid.  \n"
        f"Note: the expected format is {example}"
    )


def xmlid(partner: Record) -> str:
    """Return the external id of the partner's identification type, or an empty text."""
    kind = partner.get("l10n_latam_identification_type_id")
    data = partner.env.by("ir.model.data", "reference", f"l10n_latam.identification.type,{kind}")
    return data[0].complete_name if data else ""


def remark(partner: Record) -> str | bool:
    """Return what is odd about an accepted number, or False; nothing is refused for it."""
    number, kind = partner.vat or "", xmlid(partner)
    ruc = kind == "l10n_ec.ec_ruc"
    if not number.isdecimal() or not (ruc or kind == "l10n_ec.ec_dni") or number == "9999999999999":
        return False
    if int(number[:2]) not in PROVINCES:
        return partner.env.say("The first two digits of %s are not a province.", number)
    if ruc and number.endswith("000"):
        return partner.env.say("The establishment of %s cannot be 000.", number)
    return False if _has_check_digit(number, ruc) else partner.env.say("The check digit of %s is wrong.", number)


def _has_check_digit(number: str, ruc: bool) -> bool:
    if ruc and number[2] == "9":
        return _modulo_11(number, COMPANY_WEIGHTS)
    if ruc and number[2] == "6" and _modulo_11(number, PUBLIC_WEIGHTS):
        return True
    return _modulo_10(number)


def _modulo_10(number: str) -> bool:
    doubled = (int(one) * (2 - place % 2) for place, one in enumerate(number[:9]))
    total = sum(one - 9 if one > 9 else one for one in doubled)
    return (10 - total % 10) % 10 == int(number[9])


def _modulo_11(number: str, weights: tuple[int, ...]) -> bool:
    total = sum(int(one) * weight for one, weight in zip(number, weights, strict=False))
    return (11 - total % 11) % 11 == int(number[len(weights)])


def _is_nit(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    if len(digits) != 10:
        return False
    rest = sum(int(one) * weight for one, weight in zip(digits, NIT_WEIGHTS, strict=False)) % 11
    return (rest if rest < 2 else 11 - rest) == int(digits[-1])
