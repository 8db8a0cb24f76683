"""The SRI's codes in a document: taxes and their rates on that day, withholdings, ways of paying, types of document."""

from collections.abc import Iterable, Iterator
from datetime import date

from caravana.kit.edocument.codes import (
    DOCUMENTS,
    IVA,
    IVA_BY_CODE,
    IVA_WITHHOLDING,
    PAYMENT_FORMS,
    RET_IVA,
    TAXES,
    WITHHOLDINGS,
)
from caravana.kit.edocument.document import (
    AnyDocument,
    ComprobanteRetencion,
    ConLineas,
    GuiaRemision,
    Impuesto,
    LiquidacionCompra,
    NotaCredito,
    NotaDebito,
    Pago,
    Retencion,
)
from caravana.kit.edocument.problem import Problem

MUST_PAY = frozenset({"01", "03", "05"})
"""Types that say how they are paid."""


def check_codes(document: AnyDocument) -> Iterator[Problem]:
    """Yield what is wrong with the document's codes."""
    yield from _number(document)
    if isinstance(document, ConLineas):
        day = (
            document.documento_modificado.fecha_emision if isinstance(document, NotaCredito) else document.fecha_emision
        )
        for number, line in enumerate(document.detalles, 1):
            yield from _taxes(line.impuestos, day, f"detalles[{number}].impuestos", line.descripcion)
        if isinstance(document, LiquidacionCompra):
            yield from _only_iva(document)
    elif isinstance(document, NotaDebito):
        yield from _taxes(document.impuestos, document.documento_modificado.fecha_emision, "impuestos", "")
    elif isinstance(document, ComprobanteRetencion):
        for number, one in enumerate(document.docs_sustento, 1):
            where = f"docsSustento[{number}]"
            yield from _withheld(one.retenciones, f"{where}.retenciones")
            yield from _payments(one.pagos, f"{where}.pagos", needed=True)
    if not isinstance(document, GuiaRemision | ComprobanteRetencion):
        yield from _payments(getattr(document, "pagos", ()), "pagos", needed=document.cod_doc in MUST_PAY)
    if isinstance(document, NotaCredito | NotaDebito) and document.documento_modificado.cod_doc not in DOCUMENTS:
        code = document.documento_modificado.cod_doc
        es, en = f"«{code}» no es un tipo de documento del SRI", f"`{code}` is no type of document of the SRI"
        yield Problem("document.code", "documentoModificado.codDoc", es, en)


def _number(document: AnyDocument) -> Iterator[Problem]:
    for name, value in (("estab", document.estab), ("ptoEmi", document.pto_emi), ("secuencial", document.secuencial)):
        if value is not None and not value.strip("0"):
            yield Problem("number.zero", name, f"{name} no puede ser {value}", f"{name} cannot be {value}")


def _taxes(taxes: Iterable[Impuesto], day: date, where: str, line: str) -> Iterator[Problem]:
    taxes = tuple(taxes)
    of_es, of_en = (f" de la línea «{line}»", f" of line `{line}`") if line else ("", "")
    rates = [one for one in taxes if one.codigo == IVA]
    if not taxes or (line and not rates):
        es = f"falta el IVA{of_es}: elija un impuesto, también para 0 %, exento o no objeto"
        en = f"IVA is missing{of_en}: choose a tax, for 0 %, exempt or not subject, too"
        yield Problem("tax.missing", where, es, en)
    if line and len(rates) > 1:
        es, en = (
            f"hay {len(rates)} tarifas de IVA{of_es}: deje una",
            f"there are {len(rates)} rates of IVA{of_en}: leave one",
        )
        yield Problem("tax.several", where, es, en)
    for number, tax in enumerate(taxes, 1):
        yield from _tax(tax, day, f"{where}[{number}]", of_es, of_en)


def _tax(tax: Impuesto, day: date, where: str, of_es: str, of_en: str) -> Iterator[Problem]:
    if tax.codigo not in TAXES:
        es = f"«{tax.codigo}» no es un impuesto del SRI (2 IVA, 3 ICE, 5 IRBPNR){of_es}"
        yield Problem("tax.code", f"{where}.codigo", es, f"`{tax.codigo}` is no tax of the SRI (2, 3, 5){of_en}")
    if tax.codigo != IVA:
        return
    known = IVA_BY_CODE.get(tax.codigo_porcentaje)
    place = f"{where}.codigoPorcentaje"
    if known is None:
        es = f"«{tax.codigo_porcentaje}» no es un código de tarifa de IVA{of_es}"
        yield Problem("tax.percentage", place, es, f"`{tax.codigo_porcentaje}` is no code of a rate of IVA{of_en}")
    elif known.rate is not None and tax.tarifa != known.rate:
        es = f"el código {known.code} es IVA {known.word.es}, pero la tarifa es {tax.tarifa}{of_es}"
        yield Problem(
            "tax.rate", place, es, f"code {known.code} is IVA {known.word.en}, but its rate is {tax.tarifa}{of_en}"
        )
    elif not known.holds(day):
        es = f"el IVA {known.word.es} no estaba vigente el {day:%d/%m/%Y}{of_es}"
        yield Problem("tax.day", place, es, f"IVA {known.word.en} was not in force on {day:%d/%m/%Y}{of_en}")


def _only_iva(document: LiquidacionCompra) -> Iterator[Problem]:
    for number, line in enumerate(document.detalles, 1):
        if any(one.codigo != IVA for one in line.impuestos):
            es = f"una liquidación de compra solo lleva IVA; revise la línea «{line.descripcion}»"
            en = f"a purchase settlement has IVA only; look at line `{line.descripcion}`"
            yield Problem("tax.settlement", f"detalles[{number}].impuestos", es, en)


def _withheld(withheld: Iterable[Retencion], where: str) -> Iterator[Problem]:
    withheld = tuple(withheld)
    if not withheld:
        yield Problem("withholding.missing", where, "no hay nada retenido", "nothing is withheld")
    for number, one in enumerate(withheld, 1):
        here = f"{where}[{number}]"
        if one.codigo not in WITHHOLDINGS:
            es, en = f"«{one.codigo}» no es renta (1), IVA (2) ni ISD (6)", f"`{one.codigo}` is none of 1, 2 and 6"
            yield Problem("withholding.code", f"{here}.codigo", es, en)
        elif one.codigo == RET_IVA:
            yield from _iva_withheld(one, here)


def _iva_withheld(one: Retencion, where: str) -> Iterator[Problem]:
    rate = IVA_WITHHOLDING.get(one.codigo_retencion)
    if rate is None:
        es = f"«{one.codigo_retencion}» no es un código de retención de IVA"
        en = f"`{one.codigo_retencion}` is no code of a withholding of IVA"
        yield Problem("withholding.percentage", f"{where}.codigoRetencion", es, en)
    elif rate != one.porcentaje_retener:
        es = f"el código {one.codigo_retencion} retiene {rate} % del IVA, no {one.porcentaje_retener} %"
        en = f"code {one.codigo_retencion} withholds {rate} % of IVA, not {one.porcentaje_retener} %"
        yield Problem("withholding.rate", f"{where}.porcentajeRetener", es, en)


def _payments(payments: Iterable[Pago], where: str, *, needed: bool) -> Iterator[Problem]:
    payments = tuple(payments)
    if needed and not payments:
        yield Problem("payment.missing", where, "falta la forma de pago del SRI", "the SRI's way of paying is missing")
    for number, one in enumerate(payments, 1):
        here = f"{where}[{number}]"
        if one.forma_pago not in PAYMENT_FORMS:
            es = f"«{one.forma_pago}» no es una forma de pago del SRI ({', '.join(PAYMENT_FORMS)})"
            en = f"`{one.forma_pago}` is no way of paying of the SRI ({', '.join(PAYMENT_FORMS)})"
            yield Problem("payment.code", f"{here}.formaPago", es, en)
        if one.plazo is not None and not one.unidad_tiempo:
            es, en = "el plazo no tiene unidad (dias)", "the term has no unit (dias)"
            yield Problem("payment.term", f"{here}.plazo", es, en)


__all__ = ["MUST_PAY", "check_codes"]
