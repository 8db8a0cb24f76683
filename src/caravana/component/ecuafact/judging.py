"""What Ecuafact or the SRI would refuse, or take otherwise than it is meant, found before anything is sent."""

from collections.abc import Iterator

from caravana.component.ecuafact.limits import limits
from caravana.component.ecuafact.mapping import LONGEST_REFERENCE, reference
from caravana.component.ecuafact.spec import EcuafactSettings
from caravana.kit.edocument.document import AnyDocument
from caravana.kit.edocument.problem import Problem
from caravana.kit.einvoicing import no_export, stopping


def problems(document: AnyDocument, settings: EcuafactSettings) -> list[Problem]:
    """Return everything wrong with `document` for a connection with `settings`."""
    found = [
        *_numbering(document, settings),
        *_head(document, settings),
        *limits(document),
        *no_export(document, "Ecuafact"),
    ]
    told = {one.where for one in found}
    return [*found, *(one for one in stopping(document) if one.where not in told)]


def _numbering(document: AnyDocument, settings: EcuafactSettings) -> Iterator[Problem]:
    if settings.numbering == "odoo" and document.secuencial is None:
        yield Problem(
            "ecuafact.number",
            "secuencial",
            "En este punto de emisión numera Odoo: el documento debe llevar su número antes de enviarlo",
            "at this emission point Odoo numbers: the document must have its number before it is sent",
            field="Factura › Número de documento",
        )
    if settings.numbering == "provider" and document.secuencial is not None:
        yield Problem(
            "ecuafact.number",
            "secuencial",
            "En este punto de emisión numera Ecuafact, y el documento ya lleva un número: no coincidirían",
            "at this emission point Ecuafact numbers, and the document has a number already: they would differ",
        )


def _head(document: AnyDocument, settings: EcuafactSettings) -> Iterator[Problem]:
    if document.ambiente != settings.ambiente:
        yield Problem(
            "ecuafact.environment",
            "ambiente",
            f"El documento es del ambiente {document.ambiente} y la conexión del ambiente {settings.ambiente}",
            f"the document is of environment {document.ambiente}, the connection of environment {settings.ambiente}",
        )
    own = settings.identification
    if own is not None and document.emisor.ruc[: len(own)] != own:
        yield Problem(
            "ecuafact.taxpayer",
            "emisor.ruc",
            f"El RUC {document.emisor.ruc} no es el contribuyente {own} de esta conexión",
            f"the RUC {document.emisor.ruc} is not the taxpayer {own} of this connection",
        )
    if len(reference(document.referencia)) > LONGEST_REFERENCE:
        yield Problem(
            "ecuafact.reference",
            "referencia",
            f"La referencia tiene más de {LONGEST_REFERENCE} caracteres",
            f"the reference has more than {LONGEST_REFERENCE} characters",
        )


__all__ = ["problems"]
