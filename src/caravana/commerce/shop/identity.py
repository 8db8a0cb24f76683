"""By what a customer is known: tax id, phone, e-mail; each read from what people type, and compared in one form.

Ecuador's rules (Odoo 19.0 with l10n_ec): a cédula has 10 digits, a RUC 13. Odoo only remarks on a wrong check digit; here a
cédula, and a RUC that begins with one, must have the right one. Companies exist whose RUC breaks the rule: they are taken, with a
remark.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from stdnum.ec import ci, ruc

TYPES = {
    "cedula": "l10n_ec.ec_dni",
    "ruc": "l10n_ec.ec_ruc",
    "passport": "l10n_latam_base.it_pass",
    "foreign": "l10n_latam_base.it_fid",
}
"""Our name of an identification type: Odoo's external id."""
FINAL_CONSUMER = "9999999999999"
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


@dataclass(frozen=True)
class TaxId:
    """`number` without separators; `kind`: a key of `TYPES`; `remark`: what is odd about it, or nothing."""

    number: str
    kind: str
    remark: str = ""

    @property
    def person(self) -> str | None:
        """The cédula in it, which is also the beginning of the person's own RUC; None of companies and foreigners."""
        return self.number[:10] if self.kind == "cedula" or (self.kind == "ruc" and self.number[2] < "6") else None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The number, then the other one that the same person may be kept under."""
        if self.person is None:
            return (self.number,)
        return (self.number, f"{self.number}001" if self.kind == "cedula" else self.person)


def read_tax_id(text: str, kind: str | None = None) -> TaxId:
    """Return the tax id written in `text`; without `kind`, 10 digits are a cédula and 13 a RUC. Raises `ValueError`."""
    number = re.sub(r"[\s.\-/]", "", text).upper()
    kind = kind or {10: "cedula", 13: "ruc"}.get(len(number) if number.isascii() and number.isdigit() else 0)
    if kind is None:
        raise ValueError(
            f"`{text}` has neither 10 digits (cédula) nor 13 (RUC); of another kind say so: passport or foreign"
        )
    if kind in ("passport", "foreign"):
        if not re.fullmatch(r"[0-9A-Z]{3,20}", number):
            raise ValueError(f"`{text}` is no {kind} number: 3 to 20 letters and digits")
        return TaxId(number, kind)
    return _ecuadorian(text, number, kind)


def _ecuadorian(text: str, number: str, kind: str) -> TaxId:
    digits = 10 if kind == "cedula" else 13
    if not (number.isascii() and number.isdigit() and len(number) == digits):
        raise ValueError(f"`{text}`: a {kind} has {digits} digits")
    if number == FINAL_CONSUMER:
        return TaxId(number, kind)
    if kind == "cedula" or number[2] < "6":
        if not ci.is_valid(number[:10]):
            raise ValueError(f"`{text}`: the check digit is wrong; look for a mistyped digit")
        if kind == "ruc" and number.endswith("000"):
            raise ValueError(f"`{text}`: a RUC does not end with 000")
        return TaxId(number, kind)
    return TaxId(number, kind, "" if ruc.is_valid(number) else f"tax id {number}: the check digit is not the usual one")


def read_phone(text: str, country: str) -> str:
    """Return the phone in E.164 form, as Odoo keeps it in `phone_sanitized`; `country`: of numbers without a prefix.

    Raises `ValueError`.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise ValueError(f"`{text}` is no phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError(f"`{text}` has too few or too many digits for a phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_email(text: str) -> str:
    """Return the address in small letters, as Odoo keeps it in `email_normalized`. Raises `ValueError`."""
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise ValueError(f"`{text}` is no e-mail address")
    return address


def alike(one: str, other: str) -> bool:
    """Whether two names may be one's: the words of one stand in the other, in any order, or two are common."""
    words, others = _words(one), _words(other)
    common = words & others
    return bool(common) and (common in (words, others) or len(common) > 1)


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return set(re.findall(r"[a-z0-9]+", plain.replace(".", "")))


def external_id(kind: str, *parts: str) -> str:
    """Return the external id of what is made once for `parts`; they cannot be read from it."""
    return f"{kind}_{hashlib.blake2b(chr(10).join(parts).encode(), digest_size=16).hexdigest()}"
