"""The days of a document: not in the future, not too old to be sent, and in an order that can be."""

from collections.abc import Iterator
from datetime import date, timedelta

from caravana.kit.counting import counted
from caravana.kit.edocument.document import (
    AnyDocument,
    ComprobanteRetencion,
    GuiaRemision,
    NotaCredito,
    NotaDebito,
)
from caravana.kit.edocument.problem import Problem


def check_dates(document: AnyDocument, today: date, oldest: timedelta) -> Iterator[Problem]:
    """Yield what is wrong with the document's days. `today`: the company's; `oldest`: age at which it is still sent."""
    yield from _issued(document.fecha_emision, today, oldest)
    if isinstance(document, NotaCredito | NotaDebito):
        changed = document.documento_modificado
        yield from _not_before(
            document.fecha_emision, changed.fecha_emision, "documentoModificado.fechaEmision", f"«{changed.numero}»"
        )
    elif isinstance(document, GuiaRemision):
        yield from _transport(document)
    elif isinstance(document, ComprobanteRetencion):
        yield from _withholding(document)


def _issued(issued: date, today: date, oldest: timedelta) -> Iterator[Problem]:
    if issued > today:
        yield Problem(
            "date.future",
            "fechaEmision",
            f"la fecha {_day(issued)} está en el futuro; hoy es {_day(today)} (el SRI respondería 65 o 67)",
            f"the date {_day(issued)} is in the future; today is {_day(today)} (the SRI would answer 65 or 67)",
        )
    elif today - issued > oldest:
        age = (today - issued).days
        ago = counted(age, "día", "días")
        yield Problem(
            "date.old",
            "fechaEmision",
            f"la fecha {_day(issued)} es de hace {ago}; el SRI exige transmitir al emitir (65): emítalo con fecha de hoy",
            f"the date {_day(issued)} is {counted(age, 'day', 'days')} ago; the SRI wants it sent when issued (65): "
            "issue it with today's date",
        )


def _not_before(issued: date, other: date, where: str, name: str) -> Iterator[Problem]:
    if issued < other:
        yield Problem(
            "date.order",
            where,
            f"{name} es del {_day(other)}, después de este documento ({_day(issued)})",
            f"{name} is of {_day(other)}, after this document ({_day(issued)})",
        )


def _transport(document: GuiaRemision) -> Iterator[Problem]:
    start, end = document.fecha_ini_transporte, document.fecha_fin_transporte
    if end < start:
        yield Problem(
            "date.order",
            "fechaFinTransporte",
            f"el transporte termina el {_day(end)}, antes de empezar el {_day(start)}",
            f"the transport ends on {_day(end)}, before it starts on {_day(start)}",
        )
    if start < document.fecha_emision:
        yield Problem(
            "date.transport",
            "fechaIniTransporte",
            f"el transporte empieza el {_day(start)}, antes de la guía ({_day(document.fecha_emision)}); el SRI respondería 82",
            f"the transport starts on {_day(start)}, before the guía ({_day(document.fecha_emision)}); the SRI would answer 82",
        )
    for number, one in enumerate(document.destinatarios, 1):
        if (supported := one.fecha_emision_doc_sustento) is not None:
            where = f"destinatarios[{number}].fechaEmisionDocSustento"
            yield from _not_before(document.fecha_emision, supported, where, f"«{one.num_doc_sustento}»")


def _withholding(document: ComprobanteRetencion) -> Iterator[Problem]:
    months = {f"{document.fecha_emision:%m/%Y}"}
    for number, one in enumerate(document.docs_sustento, 1):
        place, name = f"docsSustento[{number}]", f"«{one.num_doc_sustento}»"
        months |= {f"{day:%m/%Y}" for day in (one.fecha_emision_doc_sustento, one.fecha_registro_contable) if day}
        yield from _not_before(
            document.fecha_emision, one.fecha_emision_doc_sustento, f"{place}.fechaEmisionDocSustento", name
        )
    if document.periodo_fiscal not in months:
        told = ", ".join(sorted(months))
        yield Problem(
            "period",
            "periodoFiscal",
            f"el período fiscal {document.periodo_fiscal} no es el de ninguna de sus fechas ({told})",
            f"the fiscal period {document.periodo_fiscal} is of none of its dates ({told})",
            severity="warning",
        )


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"


__all__ = ["check_dates"]
