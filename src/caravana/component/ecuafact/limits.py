"""What Ecuafact takes of each type that the SRI would take otherwise: the rules of its own client's builders (1.0.0b6)."""

from collections.abc import Iterator, Sequence

from caravana.kit.edocument.document import (
    AnyDocument,
    ComprobanteRetencion,
    ConLineas,
    Detalle,
    DocSustento,
    GuiaRemision,
    NotaDebito,
    Pago,
)
from caravana.kit.edocument.problem import Problem

IVA, ICE = "2", "3"
CURRENCIES = frozenset({"DOLAR", "USD"})


def limits(document: AnyDocument) -> Iterator[Problem]:
    """Yield what Ecuafact would refuse of the document's type."""
    match document:
        case ConLineas():
            yield from _currency(document.moneda)
            for place, line in enumerate(document.detalles):
                yield from _line(line, f"detalles[{place}]")
            if document.cod_doc != "04":
                yield from _payments(getattr(document, "pagos", ()), "pagos")
        case NotaDebito():
            yield from _currency(document.moneda)
            if [one.codigo for one in document.impuestos] != [IVA]:
                yield _wrong("impuestos", "Ecuafact acepta un solo IVA", "Ecuafact takes exactly one IVA")
            yield from _payments(document.pagos, "pagos")
        case GuiaRemision():
            yield from _guide(document)
        case ComprobanteRetencion():
            yield from _withholding(document)


def _currency(moneda: str) -> Iterator[Problem]:
    if moneda not in CURRENCIES:
        yield _wrong(
            "moneda", f"Ecuafact solo acepta dólares, no {moneda}", f"Ecuafact takes dollars only, not {moneda}"
        )


def _line(line: Detalle, where: str) -> Iterator[Problem]:
    codes = [one.codigo for one in line.impuestos]
    if codes.count(IVA) != 1 or codes.count(ICE) > 1 or set(codes) - {IVA, ICE}:
        spanish = "Ecuafact acepta en cada línea un IVA y a lo sumo un ICE"
        yield _wrong(f"{where}.impuestos", spanish, "Ecuafact takes one IVA and at most one ICE in each line")


def _payments(payments: Sequence[Pago], where: str) -> Iterator[Problem]:
    if not payments:
        yield _wrong(where, "Falta la forma de pago", "the form of payment is missing")
    for place, one in enumerate(payments):
        if one.plazo is not None and (one.plazo < 0 or one.plazo != one.plazo.to_integral_value()):
            spanish = "Ecuafact cuenta el plazo en unidades enteras"
            yield _wrong(f"{where}[{place}].plazo", spanish, "Ecuafact counts the term in whole units")
        if one.plazo and not one.unidad_tiempo:
            spanish = "Falta la unidad del plazo (dias)"
            yield _wrong(f"{where}[{place}].unidadTiempo", spanish, "the unit of the term is missing")


def _guide(document: GuiaRemision) -> Iterator[Problem]:
    if len(document.destinatarios) != 1:
        spanish = "Ecuafact acepta un solo destinatario por guía: emita una guía para cada uno"
        yield _wrong("destinatarios", spanish, "Ecuafact takes one recipient in a waybill: issue one for each")
    for place, one in enumerate(document.destinatarios):
        where = f"destinatarios[{place}]"
        number = one.receptor.identificacion
        if not (number.isascii() and number.isdigit() and len(number) in {10, 13}):
            spanish = "Ecuafact solo acepta destinatarios con cédula o RUC"
            english = "Ecuafact takes recipients with cédula or RUC only"
            yield _wrong(f"{where}.receptor.identificacion", spanish, english, "Contacto › Identificación")
        if not one.receptor.direccion:
            spanish = "Falta la dirección del destinatario"
            yield _wrong(
                f"{where}.receptor.direccion", spanish, "the recipient's address is missing", "Contacto › Dirección"
            )


def _withholding(document: ComprobanteRetencion) -> Iterator[Problem]:
    if len(document.docs_sustento) != 1:
        spanish = "Ecuafact acepta un solo documento de sustento por retención: emita una retención para cada uno"
        english = "Ecuafact takes one support document in a withholding: issue one for each"
        yield _wrong("docsSustento", spanish, english)
    for place, one in enumerate(document.docs_sustento):
        yield from _support(one, f"docsSustento[{place}]")


def _support(one: DocSustento, where: str) -> Iterator[Problem]:
    if one.fecha_registro_contable is None:
        spanish, english = "Falta la fecha de registro contable", "the date of entry in the books is missing"
        yield _wrong(f"{where}.fechaRegistroContable", spanish, english)
    number = one.num_aut_doc_sustento
    if number is not None and not (number.isascii() and number.isdigit() and len(number) == 49):
        spanish = "Ecuafact solo acepta documentos de sustento electrónicos, con autorización de 49 dígitos"
        english = "Ecuafact takes electronic support documents only, with an authorisation of 49 digits"
        yield _wrong(f"{where}.numAutDocSustento", spanish, english, "Factura de proveedor › Número de autorización")
    if one.pago_loc_ext != "01":
        spanish, english = "Ecuafact solo acepta pagos locales (01)", "Ecuafact takes local payments (01) only"
        yield _wrong(f"{where}.pagoLocExt", spanish, english)
    if not 1 <= len(one.impuestos) <= 2:
        spanish, english = (
            "Ecuafact acepta uno o dos impuestos de sustento",
            "Ecuafact takes one or two taxes of support",
        )
        yield _wrong(f"{where}.impuestos", spanish, english)
    yield from _payments(one.pagos, f"{where}.pagos")


def _wrong(where: str, spanish: str, english: str, field: str | None = None) -> Problem:
    return Problem("ecuafact.limit", where, spanish, english, field)


__all__ = ["limits"]
