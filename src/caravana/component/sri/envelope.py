"""The two SOAP requests, as texts: SOAP 1.1, document/literal, inner elements without a namespace (the SRI's WSDL)."""

from base64 import b64encode
from dataclasses import dataclass

PATH = "/comprobantes-electronicos-ws"
HEADERS = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}


@dataclass(frozen=True)
class Service:
    """One of the services: its path and the namespace of its operation."""

    path: str
    namespace: str


RECEPTION = Service(f"{PATH}/RecepcionComprobantesOffline", "http://ec.gob.sri.ws.recepcion")
AUTHORISATION = Service(f"{PATH}/AutorizacionComprobantesOffline", "http://ec.gob.sri.ws.autorizacion")


def reception(content: bytes) -> bytes:
    """Return the request that hands in the signed bytes `content`."""
    return _envelope(RECEPTION, "validarComprobante", "xml", b64encode(content).decode())


def authorisation(clave: str) -> bytes:
    """Return the request that asks how the document of a clave (digits) stands."""
    return _envelope(AUTHORISATION, "autorizacionComprobante", "claveAccesoComprobante", clave)


def _envelope(service: Service, operation: str, name: str, text: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<ec:{operation} xmlns:ec="{service.namespace}"><{name}>{text}</{name}></ec:{operation}>'
        "</soap:Body></soap:Envelope>"
    ).encode()


__all__ = ["AUTHORISATION", "HEADERS", "RECEPTION", "Service", "authorisation", "reception"]
