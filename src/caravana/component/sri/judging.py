"""What is wrong with a document before it is signed: what the SRI would return it for, as far as that can be known here."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from caravana.component.sri.schema import Schemas
from caravana.component.sri.spec import SriSettings
from caravana.kit.edocument.amounts import check_amounts
from caravana.kit.edocument.document import AnyDocument, Factura, GuiaRemision, LiquidacionCompra, Persona
from caravana.kit.edocument.identity import check_identification
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure import check_text
from caravana.kit.edocument.xml import Xml

ECUADOR = ZoneInfo("America/Guayaquil")


def judge_document(document: AnyDocument, settings: SriSettings, now: datetime) -> list[Problem]:
    """Return what is wrong with the document for a connection, before it is written as XML."""
    return [
        *_place(document, settings),
        *_date(document, now.astimezone(ECUADOR).date()),
        *_people(document),
        *_payment(document),
        *check_amounts(document),
    ]


def judge_xml(xml: Xml, cod_doc: str, schemas: Schemas | None) -> list[Problem]:
    """Return what is wrong with its XML: what was cut, structure, and what the SRI's schemas say where they are there."""
    found = [*xml.problems, *check_text(xml.content, cod_doc)]
    return found if schemas is None else [*found, *schemas.check(xml.content)]


def _place(document: AnyDocument, settings: SriSettings) -> Iterator[Problem]:
    if document.secuencial is None or int(document.secuencial) == 0:
        yield Problem(
            "sri.number",
            "secuencial",
            "Falta el número: con el SRI numera quien emite, antes de enviar",
            "the number is missing: with the SRI the issuer numbers, before sending",
            field="Factura › Número de documento",
        )
    if document.ambiente != settings.ambiente:
        yield Problem(
            "sri.environment",
            "ambiente",
            f"El documento es del ambiente {document.ambiente} y la conexión del ambiente {settings.ambiente}",
            f"the document is of environment {document.ambiente}, the connection of environment {settings.ambiente}",
        )
    if settings.ruc is not None and document.emisor.ruc != settings.ruc:
        yield Problem(
            "sri.ruc",
            "emisor.ruc",
            f"El documento es del RUC {document.emisor.ruc} y la conexión del RUC {settings.ruc}",
            f"the document is of RUC {document.emisor.ruc}, the connection of RUC {settings.ruc}",
            field="Compañía › RUC",
        )


def _date(document: AnyDocument, today: date) -> Iterator[Problem]:
    if document.fecha_emision > today:
        yield Problem(
            "sri.date",
            "fechaEmision",
            f"La fecha de emisión {document.fecha_emision:%d/%m/%Y} es posterior a hoy: el SRI la devuelve (código 67)",
            f"the issue date {document.fecha_emision} is in the future: the SRI returns it (code 67)",
            field="Factura › Fecha",
        )
    if isinstance(document, GuiaRemision) and document.fecha_ini_transporte > document.fecha_fin_transporte:
        yield Problem(
            "sri.transport",
            "fechaIniTransporte",
            "El transporte empieza después de terminar: revise las dos fechas (código 82)",
            "the transport begins after its end: look at both dates (code 82)",
        )


def _people(document: AnyDocument) -> Iterator[Problem]:
    for where, person in _named(document):
        yield from check_identification(
            person.tipo_identificacion, person.identificacion, f"{where}.identificacion", "Contacto › Identificación"
        )


def _named(document: AnyDocument) -> Iterator[tuple[str, Persona]]:
    if isinstance(document, GuiaRemision):
        yield "transportista", document.transportista
        for place, one in enumerate(document.destinatarios):
            yield f"destinatarios[{place}].receptor", one.receptor
    else:
        yield "receptor", document.receptor


def _payment(document: AnyDocument) -> Iterator[Problem]:
    if isinstance(document, Factura | LiquidacionCompra) and not document.pagos:
        yield Problem(
            "sri.payment",
            "pagos",
            "Falta la forma de pago",
            "the form of payment is missing",
            field="Factura › Forma de pago (SRI)",
        )


__all__ = ["judge_document", "judge_xml"]
