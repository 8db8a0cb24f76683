"""Odoo's taxes as the SRI's codes. A tax that maps to nothing is told, never guessed.

The kind of a tax is that of its group (`l10n_ec_type`, which does not depend on language). The setting `einvoice.taxes` comes
first: the name of a tax or of its group → the SRI's two codes, as `3/3680`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.kit.edocument.codes import ICE, IVA, IVA_BY_CODE, IVA_WITHHOLDING, RENTA, RET_IVA

KINDS: Mapping[str, tuple[str, str]] = {
    "vat05": (IVA, "5"),
    "vat08": (IVA, "8"),
    "vat12": (IVA, "2"),
    "vat13": (IVA, "10"),
    "vat14": (IVA, "3"),
    "vat15": (IVA, "4"),
    "zero_vat": (IVA, "0"),
    "not_charged_vat": (IVA, "6"),
    "exempt_vat": (IVA, "7"),
    "irbpnr": ("5", "5001"),
}
"""`l10n_ec_type` of a group → codigo and codigoPorcentaje."""
EXCISE = "ice"
"""`l10n_ec_type` of ICE, which has a code for each kind of goods: four digits in one of `CODE_FIELDS`, or `einvoice.taxes`."""
_RATES = {"0": "0", "5": "5", "8": "8", "12": "2", "13": "10", "14": "3", "15": "4"}
GROUPS: Mapping[str, tuple[str, str]] = {
    **{f"{word} {rate}%": (IVA, code) for rate, code in _RATES.items() for word in ("vat", "iva")},
    "non-subject vat": (IVA, "6"),
    "exempt vat": (IVA, "7"),
}
"""Name of a group in small letters → the same, for an Odoo that does not tell the kind of its groups (names: b15)."""
CODE_FIELDS = ("l10n_ec_xml_fe_code", "l10n_ec_code_ats")
"""Fields of a tax that may hold its code: of the OCA's module, and of the annexes."""
WITHHELD: Mapping[str, str] = {"withhold_income_purchase": RENTA, "withhold_vat_purchase": RET_IVA}
"""`l10n_ec_type` of a group → what is withheld by a tax of a vendor bill's line."""

OdooTax = Mapping[str, Any]
"""A tax as read: name, amount, amount_type, price_include, tax_group_id{name, l10n_ec_type}, and its codes if any."""


@dataclass(frozen=True)
class Rate:
    """What a tax is to the SRI; `rate` in per cent, or the amount of one unit where `fixed`."""

    codigo: str
    codigo_porcentaje: str
    rate: Decimal
    fixed: bool = False
    included: bool = False


@dataclass(frozen=True)
class Unmapped:
    """A tax that is nothing to the SRI; why, in both languages."""

    es: str
    en: str


def amount_of(value: Any) -> Decimal:
    """Return a number of Odoo's as it is written: 12.5, not its nearest binary fraction, and without zeros behind it."""
    found = Decimal(str(value or 0)).normalize()
    return found.quantize(Decimal(1)) if int(found.as_tuple().exponent) > 0 else found


def kind_of(tax: OdooTax) -> str | None:
    """Return the `l10n_ec_type` of a tax's group."""
    group = tax.get("tax_group_id")
    return group.get("l10n_ec_type") if isinstance(group, Mapping) else None


def is_withheld(tax: OdooTax) -> bool:
    """Whether it is no tax of the document, but withheld of its payment."""
    return kind_of(tax) in WITHHELD


def rate_of(tax: OdooTax, settings: Mapping[str, str]) -> Rate | Unmapped:
    """Return what a tax is to the SRI. `settings`: name of a tax or group → `codigo/codigoPorcentaje`."""
    name, group = str(tax["name"]), tax.get("tax_group_id")
    told = settings.get(name) or (settings.get(str(group["name"])) if isinstance(group, Mapping) else None)
    rate, fixed = amount_of(tax["amount"]), tax.get("amount_type") == "fixed"
    if told is not None:
        codigo, _, percentage = told.partition("/")
        return Rate(codigo, percentage, rate, fixed, bool(tax.get("price_include")))
    found = _codes(tax)
    if found is None:
        return Unmapped(
            f"el impuesto «{name}» no corresponde a ningún código del SRI: asígnele otro grupo o agréguelo a einvoice.taxes",
            f"the tax `{name}` is no code of the SRI: give it another group, or add it to einvoice.taxes",
        )
    known = IVA_BY_CODE.get(found[1]) if found[0] == IVA else None
    if known is not None and known.rate is not None and known.rate != rate:
        return Unmapped(
            f"el impuesto «{name}» es de {rate} %, pero su grupo es IVA {known.word.es}: corrija el impuesto o su grupo",
            f"the tax `{name}` is {rate} %, but its group is IVA {known.word.en}: mend the tax or its group",
        )
    return Rate(*found, rate, fixed, bool(tax.get("price_include")))


def _codes(tax: OdooTax) -> tuple[str, str] | None:
    kind, group = kind_of(tax), tax.get("tax_group_id")
    if kind == EXCISE:
        return _excise(tax)
    if kind is None and isinstance(group, Mapping):
        return GROUPS.get(str(group.get("name")).casefold())
    return KINDS.get(kind or "")


def _excise(tax: OdooTax) -> tuple[str, str] | None:
    codes = (str(tax.get(name) or "") for name in CODE_FIELDS)
    return next(((ICE, one) for one in codes if len(one) == 4 and one.isdecimal()), None)


def iva_code(percent: Decimal) -> str | None:
    """Return codigoRetencion of a withholding of IVA at `percent`; None for a rate that there is not."""
    return next((code for code, rate in IVA_WITHHOLDING.items() if rate == percent), None)


__all__ = [
    "KINDS",
    "WITHHELD",
    "OdooTax",
    "Rate",
    "Unmapped",
    "amount_of",
    "is_withheld",
    "iva_code",
    "kind_of",
    "rate_of",
]
