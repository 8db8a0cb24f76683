"""Envelopes as the imitation reads and writes them."""

from collections.abc import Iterable

from lxml import etree

from caravana.component.sri.sandbox.wsdl import AUTHORISATION, RECEPTION, Described
from caravana.kit.authority import Entry, Mensaje, Receipt

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


class Fault(Exception):
    """The envelope was not understood; `code` is `Client` or `Server`."""

    def __init__(self, code: str, text: str) -> None:
        """`text` says why."""
        super().__init__(text)
        self.code = code


def read(raw: bytes, service: Described, name: str) -> str:
    """Return the text of the one argument `name` of a request; empty where it is missing. Raises `Fault`."""
    try:
        root = etree.fromstring(raw, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        raise Fault("Client", "Error reading XMLStreamReader") from None
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise Fault("VersionMismatch", f"{root.tag} is no SOAP 1.1 envelope")
    body = root.find(f"{{{ENVELOPE}}}Body")
    inside = list(body.iterchildren(tag=etree.Element)) if body is not None else []
    if len(inside) != 1 or inside[0].tag != f"{{{service.namespace}}}{service.operation}":
        raise Fault("Client", f"the body must hold one {service.operation} of {service.namespace}")
    return "".join((inside[0].findtext(name) or "").split())


def fault(error: Fault) -> bytes:
    """Return the answer that tells a fault."""
    root, body = _envelope()
    element = etree.SubElement(body, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(element, "faultcode").text = f"soap:{error.code}"
    etree.SubElement(element, "faultstring").text = str(error)
    return _bytes(root)


def receipt(told: Receipt, *, prefixed: bool) -> bytes:
    """Return the answer of reception."""
    writer = _Answer(RECEPTION, "RespuestaRecepcionComprobante", prefixed=prefixed)
    writer.text(writer.top, "estado", told.estado)
    listed = writer.element(writer.top, "comprobantes")
    if told.messages:
        one = writer.element(listed, "comprobante")
        writer.text(one, "claveAcceso", told.clave)
        writer.messages(one, told.messages)
    return writer.bytes()


def consultation(clave: str, entries: Iterable[Entry], *, prefixed: bool) -> bytes:
    """Return the answer about a clave."""
    entries = list(entries)
    writer = _Answer(AUTHORISATION, "RespuestaAutorizacionComprobante", prefixed=prefixed)
    writer.text(writer.top, "claveAccesoConsultada", clave)
    writer.text(writer.top, "numeroComprobantes", str(len(entries)))
    listed = writer.element(writer.top, "autorizaciones")
    for entry in entries:
        one = writer.element(listed, "autorizacion")
        writer.text(one, "estado", entry.estado)
        if entry.numero is not None:
            writer.text(one, "numeroAutorizacion", entry.numero)
        writer.text(one, "fechaAutorizacion", entry.fecha.isoformat(timespec="seconds"))
        writer.text(one, "ambiente", entry.ambiente)
        content = writer.element(one, "comprobante")
        content.text = etree.CDATA(entry.comprobante) if entry.showing.escape == "cdata" else entry.comprobante
        if entry.messages is not None:
            writer.messages(one, entry.messages)
    return writer.bytes()


class _Answer:
    """An answer in the making; `top` is the element that holds all."""

    def __init__(self, service: Described, name: str, *, prefixed: bool) -> None:
        self._space = f"{{{service.namespace}}}" if prefixed else ""
        self._root, body = _envelope()
        wrapper = etree.SubElement(
            body, f"{{{service.namespace}}}{service.operation}Response", nsmap={"ns2": service.namespace}
        )
        self.top = self.element(wrapper, name)

    def element(self, place: etree._Element, name: str) -> etree._Element:
        return etree.SubElement(place, self._space + name)

    def text(self, place: etree._Element, name: str, text: str) -> None:
        self.element(place, name).text = text

    def messages(self, place: etree._Element, told: Iterable[Mensaje]) -> None:
        listed = self.element(place, "mensajes")
        for one in told:
            said = self.element(listed, "mensaje")
            self.text(said, "identificador", one.code)
            self.text(said, "mensaje", one.text)
            if one.detail:
                self.text(said, "informacionAdicional", one.detail)
            self.text(said, "tipo", one.type)

    def bytes(self) -> bytes:
        return _bytes(self._root)


def _envelope() -> tuple[etree._Element, etree._Element]:
    root = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    return root, etree.SubElement(root, f"{{{ENVELOPE}}}Body")


def _bytes(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


__all__ = ["Fault", "consultation", "fault", "read", "receipt"]
