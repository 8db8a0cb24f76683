"""What Dátil or the SRI would refuse, or Dátil cannot be told, found before anything is sent."""

from collections.abc import Iterator
from decimal import Decimal

from caravana.component.datil.mapping import CURRENCIES, MEANS
from caravana.kit.edocument.document import AnyDocument, ComprobanteRetencion, GuiaRemision
from caravana.kit.edocument.problem import Problem
from caravana.kit.einvoicing import no_export, stopping


def problems(document: AnyDocument, ambiente: str) -> list[Problem]:
    """Return everything wrong with `document` for a connection in environment `ambiente`."""
    found = [*_head(document, ambiente), *_payments(document), *_by_type(document), *no_export(document, "Dátil")]
    told = {one.where for one in found}
    return [*found, *(one for one in stopping(document) if one.where not in told)]


def _head(document: AnyDocument, ambiente: str) -> Iterator[Problem]:
    if document.secuencial is None or int(document.secuencial) == 0:
        yield Problem(
            "datil.number",
            "secuencial",
            "Con Dátil numera Odoo: el documento debe llevar su número antes de enviarlo",
            "with Dátil the caller numbers: the document must have its number before it is sent",
            field="Factura › Número de documento",
        )
    if document.ambiente != ambiente:
        yield Problem(
            "datil.environment",
            "ambiente",
            f"El documento es del ambiente {document.ambiente} y la conexión del ambiente {ambiente}",
            f"the document is of environment {document.ambiente}, the connection of environment {ambiente}",
        )
    if document.emisor.obligado_contabilidad is None:
        yield Problem(
            "datil.accounting",
            "emisor.obligadoContabilidad",
            "Falta decir si la empresa está obligada a llevar contabilidad: Dátil lo exige",
            "it is not said whether the company must keep accounts: Dátil wants to know",
        )
    if document.moneda not in CURRENCIES and not isinstance(document, GuiaRemision | ComprobanteRetencion):
        yield Problem(
            "datil.currency",
            "moneda",
            f"Dátil no acepta la moneda {document.moneda}: solo dólares y euros",
            f"Dátil does not take the currency {document.moneda}: dollars and euros only",
        )


def _payments(document: AnyDocument) -> Iterator[Problem]:
    if document.cod_doc != "01":
        return
    if not document.pagos:
        yield Problem("datil.payment", "pagos", "Falta la forma de pago", "the form of payment is missing")
    for place, one in enumerate(document.pagos):
        if one.forma_pago not in MEANS:
            yield Problem(
                "datil.payment",
                f"pagos[{place}].formaPago",
                f"Dátil no tiene palabra para la forma de pago {one.forma_pago} del SRI",
                f"Dátil has no word for the SRI's form of payment {one.forma_pago}",
                field="Factura › Forma de pago (SRI)",
            )
        if one.plazo is not None and one.plazo < Decimal(0):
            yield Problem(
                "datil.term", f"pagos[{place}].plazo", "El plazo es negativo", "the term of payment is negative"
            )


def _by_type(document: AnyDocument) -> Iterator[Problem]:
    match document:
        case GuiaRemision():
            yield from _guide(document)
        case ComprobanteRetencion() if document.parte_rel:
            yield Problem(
                "datil.related",
                "parteRel",
                "Dátil no tiene campo para una parte relacionada: emita esta retención por otro proveedor",
                "Dátil has no field for a related party: issue this withholding through another company",
            )


def _guide(document: GuiaRemision) -> Iterator[Problem]:
    for place, one in enumerate(document.destinatarios):
        if not one.receptor.direccion:
            yield Problem(
                "datil.address",
                f"destinatarios[{place}].receptor.direccion",
                "Falta la dirección del destinatario",
                "the recipient's address is missing",
                field="Contacto › Dirección",
            )


__all__ = ["problems"]
