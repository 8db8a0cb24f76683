"""Amounts by the SRI's rules: each line rounded half up to the cent, totals are sums of lines (offline scheme's technical sheet).

The tax of the head is the sum of the lines' taxes, which may differ by a cent from rate times base. Nothing is mended here: what
differs is told, with the line.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from caravana.kit.edocument.codes import ICE, IVA, Word
from caravana.kit.edocument.document import (
    AnyDocument,
    ConLineas,
    Detalle,
    DocSustento,
    Factura,
    Impuesto,
    NotaDebito,
    Pago,
    Retencion,
)
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.facet import shown

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_FINE = Decimal("0.000001")
_NET = Word("el total sin impuestos", "the total without taxes")


def cents(value: Decimal) -> Decimal:
    """Return `value` rounded half up to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def fine(value: Decimal) -> Decimal:
    """Return `value` rounded half up to the six decimals of quantities and prices, without zeros behind the second."""
    rounded = value.quantize(_FINE, ROUND_HALF_UP)
    short = rounded.normalize()
    return short if -int(short.as_tuple().exponent) >= 2 else rounded.quantize(CENT)


def line_amount(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Return a line's precioTotalSinImpuesto."""
    return cents(quantity * price - discount)


def tax_amount(base: Decimal, rate: Decimal) -> Decimal:
    """Return the tax of `base` at `rate` per cent."""
    return cents(base * rate / 100)


def tax_totals(lines: Iterable[Detalle]) -> tuple[Impuesto, ...]:
    """Return the head's taxes: base and value summed per code and percentage code, in the order in which they first stand."""
    found: dict[tuple[str, str], Impuesto] = {}
    for tax in (tax for line in lines for tax in line.impuestos):
        key = (tax.codigo, tax.codigo_porcentaje)
        before = found.get(key)
        if before is None:
            found[key] = tax
        else:
            found[key] = before.model_copy(
                update={
                    "base_imponible": before.base_imponible + tax.base_imponible,
                    "valor": before.valor + tax.valor,
                }
            )
    return tuple(found.values())


def grand_total(lines: Iterable[Detalle], others: Decimal = ZERO) -> Decimal:
    """Return the importeTotal of lines with their taxes, and what is billed beside them: the tip, the costs of an export."""
    lines = tuple(lines)
    net = sum((line.precio_total_sin_impuesto for line in lines), ZERO)
    return net + sum((tax.valor for line in lines for tax in line.impuestos), ZERO) + others


def check_amounts(document: AnyDocument) -> list[Problem]:
    """Return where the document's amounts are not what its own lines give, to the cent."""
    if isinstance(document, ConLineas):
        return list(_lines_and_totals(document))
    if isinstance(document, NotaDebito):
        return list(_debit(document))
    if document.cod_doc == "07":
        supports = enumerate(document.docs_sustento, 1)
        return [problem for number, one in supports for problem in _support(one, f"docsSustento[{number}]")]
    return []


def compare(here: Decimal, there: Decimal, where: str, name: Word) -> Iterator[Problem]:
    """Yield the problem that amount `here` is not `there`, what the lines give; `name` is what it is called."""
    if here != there:
        yield Problem(
            "amount.differs",
            where,
            f"{name.es} es {here}, pero las líneas dan {there} (diferencia {here - there})",
            f"{name.en} is {here}, but the lines give {there} (difference {here - there})",
        )


def _lines_and_totals(document: ConLineas) -> Iterator[Problem]:
    for number, line in enumerate(document.detalles, 1):
        yield from _line(line, f"detalles[{number}]")
    net = sum((line.precio_total_sin_impuesto for line in document.detalles), ZERO)
    yield from compare(document.total_sin_impuestos, net, "totalSinImpuestos", _NET)
    discounts = sum((line.descuento for line in document.detalles), ZERO)
    yield from compare(
        document.total_descuento, discounts, "totalDescuento", Word("el total de descuentos", "the total of discounts")
    )
    yield from _taxes(document.impuestos, tax_totals(document.detalles))
    yield from compare(
        document.importe_total,
        grand_total(document.detalles, _others(document)),
        "importeTotal",
        Word("el importe total", "the grand total"),
    )
    yield from _payments(getattr(document, "pagos", ()), document.importe_total, "pagos")


def _others(document: ConLineas) -> Decimal:
    if not isinstance(document, Factura):
        return ZERO
    return document.propina + (ZERO if document.exportacion is None else document.exportacion.costos)


def _line(line: Detalle, where: str) -> Iterator[Problem]:
    amount = line_amount(line.cantidad, line.precio_unitario, line.descuento)
    of_line = Word(f"de la línea «{shown(line.descripcion)}»", f"of line `{shown(line.descripcion)}`")
    name = Word(f"el total {of_line.es}", f"the total {of_line.en}")
    yield from compare(line.precio_total_sin_impuesto, amount, f"{where}.precioTotalSinImpuesto", name)
    with_ice = any(one.codigo == ICE for one in line.impuestos)
    for place, tax in enumerate(line.impuestos, 1):
        here = f"{where}.impuestos[{place}].valor"
        base = f"{where}.impuestos[{place}].baseImponible"
        if tax.codigo == IVA:
            yield from _tax(tax, here, Word(f"el IVA {of_line.es}", f"the IVA {of_line.en}"))
        if tax.codigo == IVA and not with_ice:
            told = Word(f"la base del IVA {of_line.es}", f"the base of IVA {of_line.en}")
            yield from compare(tax.base_imponible, line.precio_total_sin_impuesto, base, told)


def _tax(tax: Impuesto, where: str, name: Word) -> Iterator[Problem]:
    """A tax may differ by a cent from its rate, as where it was taken before rounding the line; more is wrong."""
    due = tax_amount(tax.base_imponible, tax.tarifa)
    if abs(tax.valor - due) > CENT:
        yield from compare(tax.valor, due, where, name)


def _taxes(told: Iterable[Impuesto], due: Iterable[Impuesto]) -> Iterator[Problem]:
    here = {(one.codigo, one.codigo_porcentaje): one for one in told}
    there = {(one.codigo, one.codigo_porcentaje): one for one in due}
    for key in here.keys() | there.keys():
        name = _tax_name(*key)
        mine, theirs = here.get(key), there.get(key)
        where = f"impuestos[{key[0]}/{key[1]}]"
        yield from compare(
            mine.base_imponible if mine else ZERO,
            theirs.base_imponible if theirs else ZERO,
            f"{where}.baseImponible",
            Word(f"la base {key[0]}/{key[1]}", f"the base {key[0]}/{key[1]}"),
        )
        yield from compare(mine.valor if mine else ZERO, theirs.valor if theirs else ZERO, f"{where}.valor", name)


def _tax_name(code: str, percentage: str) -> Word:
    return Word(f"el impuesto {code}/{percentage}", f"the tax {code}/{percentage}")


def _debit(document: NotaDebito) -> Iterator[Problem]:
    net = sum((one.valor for one in document.motivos), ZERO)
    yield from compare(document.total_sin_impuestos, net, "totalSinImpuestos", _NET)
    for place, tax in enumerate(document.impuestos, 1):
        yield from _tax(tax, f"impuestos[{place}].valor", _tax_name(tax.codigo, tax.codigo_porcentaje))
    total = net + sum((tax.valor for tax in document.impuestos), ZERO)
    yield from compare(document.importe_total, total, "importeTotal", Word("el valor total", "the grand total"))
    yield from _payments(document.pagos, document.importe_total, "pagos")


def _support(one: DocSustento, where: str) -> Iterator[Problem]:
    for place, held in enumerate(one.retenciones, 1):
        yield from _held(held, f"{where}.retenciones[{place}].valorRetenido")
    total = one.total_sin_impuestos + sum((tax.valor for tax in one.impuestos), ZERO)
    yield from compare(
        one.importe_total,
        total,
        f"{where}.importeTotal",
        Word("el importe del documento de sustento", "the amount of the support document"),
    )
    yield from _payments(one.pagos, one.importe_total, f"{where}.pagos")


def _held(held: Retencion, where: str) -> Iterator[Problem]:
    due = tax_amount(held.base_imponible, held.porcentaje_retener)
    if abs(held.valor_retenido - due) > CENT:
        code = f"{held.codigo}/{held.codigo_retencion}"
        yield from compare(
            held.valor_retenido, due, where, Word(f"el valor retenido {code}", f"the amount withheld {code}")
        )


def _payments(payments: Iterable[Pago], total: Decimal, where: str) -> Iterator[Problem]:
    payments = tuple(payments)
    paid = sum((one.total for one in payments), ZERO)
    if payments and paid != total:
        yield Problem(
            "amount.payments",
            where,
            f"los pagos suman {paid}, pero el total es {total}",
            f"the payments come to {paid}, but the total is {total}",
        )


__all__ = [
    "CENT",
    "ZERO",
    "cents",
    "check_amounts",
    "compare",
    "fine",
    "grand_total",
    "line_amount",
    "tax_amount",
    "tax_totals",
]
