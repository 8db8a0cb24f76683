"""The subtotals of a printed form: by rate of IVA, then discounts, taxes and the total."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from caravana.kit.edocument.codes import ICE, IRBPNR, IVA, IVA_BY_CODE
from caravana.kit.edocument.ride.form import Pair

if TYPE_CHECKING:
    from lxml import etree

ZERO = "0.00"
_ALWAYS = ("0", "6", "7")
"""Percentage codes of IVA that have a line of their own on every form: 0 %, not subject, exempt."""
_BESIDE = {
    "propina": "PROPINA",
    "fleteInternacional": "FLETE INTERNACIONAL",
    "seguroInternacional": "SEGURO INTERNACIONAL",
    "gastosAduaneros": "GASTOS ADUANEROS",
    "gastosTransporteOtros": "GASTOS DE TRANSPORTE Y OTROS",
}
"""What is billed beside the lines."""


def totals_of(root: "etree._Element", info: "etree._Element", total: str) -> tuple[Pair, ...]:
    """Return the lines of the block of totals; `total` is the element of the grand total."""
    return tuple(_totals(root, info, total))


def _totals(root: "etree._Element", info: "etree._Element", total: str) -> Iterator[Pair]:
    taxes = [*info.iterfind("totalConImpuestos/totalImpuesto"), *info.iterfind("impuestos/impuesto")]
    ours = [one for one in taxes if one.findtext("codigo") == IVA]
    rates = {one.findtext("codigoPorcentaje") or "": _rate(root, one) for one in ours}
    for code in sorted({*rates, *_ALWAYS}, key=lambda one: (one in _ALWAYS, one.zfill(4))):
        name = _name(code, rates.get(code))
        yield f"SUBTOTAL {name}", _sum(ours, "baseImponible", code)
    yield "SUBTOTAL SIN IMPUESTOS", _text(info, "totalSinImpuestos")
    if info.find("totalDescuento") is not None:
        yield "TOTAL DESCUENTO", _text(info, "totalDescuento")
    yield "ICE", sum_of(one.findtext("valor") for one in taxes if one.findtext("codigo") == ICE)
    for code in sorted(set(rates) - set(_ALWAYS), key=lambda one: one.zfill(4)):
        yield f"IVA {_name(code, rates[code])}", _sum(ours, "valor", code)
    yield "IRBPNR", sum_of(one.findtext("valor") for one in taxes if one.findtext("codigo") == IRBPNR)
    for name, title in _BESIDE.items():
        if info.find(name) is not None:
            yield title, _text(info, name)
    yield "VALOR TOTAL", _text(info, total)


def sum_of(amounts: Iterable[str | None]) -> str:
    """Return the sum of amounts as they stand in a document; what is no number counts nothing."""
    return format(sum((_number(one) for one in amounts), Decimal(ZERO)), "f")


def _sum(taxes: "list[etree._Element]", name: str, code: str) -> str:
    return sum_of(one.findtext(name) for one in taxes if one.findtext("codigoPorcentaje") == code)


def _number(text: str | None) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)


def _rate(root: "etree._Element", tax: "etree._Element") -> str:
    """The rate in per cent as the document says it, in its head or in a line of the same code."""
    own = tax.findtext("tarifa")
    if own:
        return str(own)
    code = tax.findtext("codigoPorcentaje")
    for one in root.iterfind("detalles/detalle/impuestos/impuesto"):
        if one.findtext("codigo") == IVA and one.findtext("codigoPorcentaje") == code:
            return str(one.findtext("tarifa") or "")
    return ""


def _name(code: str, told: str | None) -> str:
    """`15 %`, or the words of a code that is no rate."""
    known = IVA_BY_CODE.get(code)
    if code in ("6", "7") and known is not None:
        return known.word.es.upper()
    rate = _number(told) if told else (known.rate if known is not None else None)
    if rate is None:
        return f"CÓDIGO {code}"
    return f"{format(rate.normalize(), 'f')} %"


def _text(place: "etree._Element", name: str) -> str:
    return (place.findtext(name) or ZERO).strip()


__all__ = ["sum_of", "totals_of"]
