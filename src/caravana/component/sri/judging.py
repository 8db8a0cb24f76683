"""What is wrong with a document before it is signed: what the SRI would return it for, and what this connection is not for.

How old a document may be, and what consumidor final may buy, is the company's rule and judged where the document is made.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from caravana.component.sri.spec import SriSettings
from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.check import Rules, check
from caravana.kit.edocument.document import AnyDocument
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.problem import Problem

ANY_AGE = timedelta(days=36_500)
NO_LIMIT = Decimal("Infinity")


def judge(
    document: AnyDocument, settings: SriSettings, now: datetime, schemas: OfficialSchemas | None
) -> list[Problem]:
    """Return all that is wrong with the document. Raises `ConfigurationError` for schemas that lack its type."""
    today = now.astimezone(ECUADOR).date()
    rules = Rules(today, final_consumer_limit=NO_LIMIT, oldest=ANY_AGE, allow_zero=True, schemas=schemas)
    return [*_of_connection(document, settings), *check(document, rules)]


def _of_connection(document: AnyDocument, settings: SriSettings) -> Iterator[Problem]:
    if document.secuencial is None:
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


__all__ = ["judge"]
