"""What the SRI's services answer, read tolerantly: by local names, whatever the prefixes, and with lists that may be missing.

The document comes back as escaped text or as CDATA; `identificador` is a text or a number. What cannot be told from an answer
stays None and is never taken for success.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from caravana.kit.ecuador import ECUADOR
from caravana.kit.einvoicing import Message

ENVIRONMENTS = {"PRUEBAS": "1", "PRODUCCION": "2", "PRODUCCIÓN": "2", "1": "1", "2": "2"}
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_KINDS = {"ERROR", "ADVERTENCIA", "INFORMATIVO"}


class Malformed(Exception):
    """The bytes are not an answer of the service."""


class SoapFault(Exception):
    """The service answered a fault; `code` without its prefix (`Client`, `Server`)."""

    def __init__(self, code: str, text: str) -> None:
        """`text` is the service's."""
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Reception:
    """The answer to a document that was handed in: `estado` as it is written."""

    estado: str
    messages: tuple[Message, ...] = ()

    @property
    def codes(self) -> set[str]:
        """The codes of its messages."""
        return {one.code for one in self.messages}


@dataclass(frozen=True)
class Authorisation:
    """One `autorizacion`. `fecha`: ISO 8601 with offset; `ambiente`: `1` or `2`, where it is told; `wrapper`: all of it."""

    estado: str
    numero: str | None = None
    fecha: str | None = None
    ambiente: str | None = None
    comprobante: str = ""
    messages: tuple[Message, ...] = ()
    wrapper: str = ""


@dataclass(frozen=True)
class Consultation:
    """The answer about a clave: nothing in `entries` means that the SRI does not know it, or not yet."""

    clave: str | None
    entries: tuple[Authorisation, ...]


def read_reception(raw: bytes) -> Reception:
    """Return the answer of reception. Raises `Malformed`, `SoapFault`."""
    found = _find(_body(raw), "RespuestaRecepcionComprobante")
    if found is None:
        raise Malformed("there is no RespuestaRecepcionComprobante in the answer")
    return Reception(_text(found, "estado").upper(), tuple(_messages(found)))


def read_consultation(raw: bytes) -> Consultation:
    """Return the answer about a clave. Raises `Malformed`, `SoapFault`."""
    found = _find(_body(raw), "RespuestaAutorizacionComprobante")
    if found is None:
        raise Malformed("there is no RespuestaAutorizacionComprobante in the answer")
    entries = tuple(_authorisation(one) for one in _all(found, "autorizacion"))
    return Consultation(_text(found, "claveAccesoConsultada") or None, entries)


def _authorisation(place: etree._Element) -> Authorisation:
    inside = _child(place, "comprobante")
    return Authorisation(
        _text(place, "estado").upper().replace("_", " "),
        _text(place, "numeroAutorizacion") or None,
        _moment(_text(place, "fechaAutorizacion")),
        ENVIRONMENTS.get(_text(place, "ambiente").upper()),
        "" if inside is None else _content(inside),
        tuple(_messages(place)),
        _written(place),
    )


def _body(raw: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=False)
    try:
        root = etree.fromstring(raw.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Malformed(f"the answer is no XML: {error}"[:200]) from None
    body = _child(root, "Body")
    if _name(root) != "Envelope" or body is None:
        raise Malformed(f"the answer is no SOAP envelope but <{_name(root)}>"[:200])
    fault = _child(body, "Fault")
    if fault is not None:
        raise SoapFault(_text(fault, "faultcode").rpartition(":")[2], _text(fault, "faultstring"))
    return body


def _messages(place: etree._Element) -> Iterator[Message]:
    """A message has parts; the element of the same name in it is its text."""
    for one in _all(place, "mensaje"):
        if len(one) == 0:
            continue
        kind = _text(one, "tipo").upper()
        code = _text(one, "identificador")
        yield Message(
            (code.lstrip("0") or "0") if code.isascii() and code.isdigit() else code,
            _text(one, "mensaje"),
            _text(one, "informacionAdicional"),
            kind if kind in _KINDS else "ERROR",
        )


def _moment(text: str) -> str | None:
    """A time with its offset; one without is Ecuador's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ECUADOR)).isoformat(timespec="seconds")


def _content(place: etree._Element) -> str:
    """The document as text; one that stands there as elements is written out."""
    return _written(place[0]) if len(place) else place.text or ""


def _written(place: etree._Element) -> str:
    """An element as it came, without what stood around it."""
    alone = deepcopy(place)
    etree.cleanup_namespaces(alone)
    return str(etree.tostring(alone, encoding="unicode", with_tail=False))


def _name(place: etree._Element) -> str:
    return etree.QName(place).localname if isinstance(place.tag, str) else ""


def _child(place: etree._Element, name: str) -> etree._Element | None:
    return next((one for one in place if _name(one) == name), None)


def _find(place: etree._Element, name: str) -> etree._Element | None:
    return next((one for one in place.iter() if _name(one) == name), None)


def _all(place: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in place.iter() if one is not place and _name(one) == name)


def _text(place: etree._Element, name: str) -> str:
    found = _child(place, name)
    return "" if found is None else (found.text or "").strip()


__all__ = ["Authorisation", "Consultation", "Malformed", "Message", "Reception", "SoapFault", "read_consultation"]
__all__ += ["read_reception"]
