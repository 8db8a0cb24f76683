"""Who a document is from, for, and carried by: identifications, and what consumidor final may be sold."""

from collections.abc import Iterator
from decimal import Decimal

from caravana.kit.edocument.codes import (
    CEDULA,
    CONSUMIDOR_FINAL,
    EXTERIOR,
    FINAL_CONSUMER_ID,
    IDENTIFICATION,
    PASAPORTE,
    RUC,
)
from caravana.kit.edocument.document import AnyDocument, Factura, GuiaRemision, LiquidacionCompra, NotaCredito, Persona
from caravana.kit.edocument.identity import check_identification, kind_of
from caravana.kit.edocument.problem import Problem

_FOREIGN = (PASAPORTE, EXTERIOR)


def check_people(document: AnyDocument, final_consumer_limit: Decimal) -> list[Problem]:
    """Return what is wrong with the people of a document. `final_consumer_limit`: most that consumidor final may be billed."""
    found = check_identification(RUC, document.emisor.ruc, "emisor.ruc")
    for person, where in _people(document):
        found += _person(person, where)
    if not isinstance(document, GuiaRemision) and document.receptor.tipo_identificacion == CONSUMIDOR_FINAL:
        found += _final_consumer(document, final_consumer_limit)
    return found


def _people(document: AnyDocument) -> Iterator[tuple[Persona, str]]:
    if not isinstance(document, GuiaRemision):
        yield document.receptor, "receptor"
        return
    yield document.transportista, "transportista"
    for number, one in enumerate(document.destinatarios, 1):
        yield one.receptor, f"destinatarios[{number}].receptor"


def _person(person: Persona, where: str) -> Iterator[Problem]:
    kind, number = person.tipo_identificacion, person.identificacion.strip()
    if not number:
        es = f"«{person.razon_social}» no tiene número de identificación"
        en = f"`{person.razon_social}` has no identification number"
        yield Problem("identification.missing", f"{where}.identificacion", es, en)
    elif kind != CONSUMIDOR_FINAL and number == FINAL_CONSUMER_ID:
        es = f"{number} es consumidor final: el tipo debe ser 07, no {kind}"
        en = f"{number} is consumidor final: its type must be 07, not {kind}"
        yield Problem("identification.final", f"{where}.tipoIdentificacion", es, en)
    else:
        place = "identificacion" if kind in IDENTIFICATION else "tipoIdentificacion"
        yield from check_identification(kind, number, f"{where}.{place}")
    looks = kind_of(number)
    if kind in _FOREIGN and looks in (RUC, CEDULA) and not check_identification(looks, number, where):
        is_es, is_en = IDENTIFICATION[kind].es, IDENTIFICATION[kind].en
        yield Problem(
            "identification.local",
            f"{where}.tipoIdentificacion",
            f"{number} parece {IDENTIFICATION[looks].es}, pero su tipo es {is_es}: revise si es un cliente del exterior",
            f"{number} looks like a {IDENTIFICATION[looks].en}, but is told to be a {is_en}: look whether he is foreign",
            severity="warning",
        )
    if not person.razon_social.strip():
        es, en = f"{number or 'el contacto'} no tiene nombre", f"{number or 'the contact'} has no name"
        yield Problem("name.missing", f"{where}.razonSocial", es, en)
    if person.email is not None and not _is_mail(person.email):
        es = f"«{person.email}» no es un correo electrónico: no se le podrá enviar el documento"
        en = f"`{person.email}` is no mail address: the document cannot be mailed"
        yield Problem("email.form", f"{where}.email", es, en, severity="warning")


def _is_mail(text: str) -> bool:
    name, at, host = text.strip().rpartition("@")
    return bool(name and at and "." in host) and not any(one.isspace() for one in text.strip())


def _final_consumer(document: AnyDocument, limit: Decimal) -> Iterator[Problem]:
    if isinstance(document, Factura) and document.importe_total > limit:
        yield Problem(
            "final_consumer.limit",
            "receptor",
            f"a consumidor final se puede facturar hasta {limit}; son {document.importe_total}: registre los datos del cliente",
            f"consumidor final may be billed {limit} at most; this is {document.importe_total}: enter the customer's data",
        )
    elif isinstance(document, NotaCredito):
        yield Problem(
            "final_consumer.credit",
            "receptor",
            "una factura a consumidor final no se anula, y el SRI puede rechazar su nota de crédito",
            "an invoice to consumidor final cannot be annulled, and the SRI may refuse its credit note",
            severity="warning",
        )
    elif isinstance(document, LiquidacionCompra) or document.cod_doc == "07":
        yield Problem(
            "final_consumer.type",
            "receptor",
            "este tipo de documento no se emite a consumidor final: registre los datos del proveedor",
            "this type of document is not issued to consumidor final: enter the supplier's data",
        )


__all__ = ["check_people"]
