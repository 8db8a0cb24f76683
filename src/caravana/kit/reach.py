"""Why an address was not reached, told apart by the error of the network and said with what to do."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, RateLimited


def unreached(url: str, error: EffectError, setting: str) -> Finding:
    """Return the finding for a call to `url` that failed with `error`; `setting` names where the address is written.

    The subject tells the kinds apart: `host` (no such name), `address` (nobody listens, or no answer in time), `TLS`,
    `partner` (it answers that it cannot now).
    """
    host = urlsplit(url).hostname or url
    causes = list(_causes(error))
    if any(isinstance(one, ssl.SSLError | ssl.CertificateError) for one in causes):
        remedy = "check this machine's certificates (ca-certificates), and that no proxy puts its own in between"
        return Finding(
            "TLS",
            Severity.ERROR,
            f"the certificate of {host} is not accepted",
            remedy,
            f"no se acepta el certificado de la página {host}: avise a quien administra el servidor",
        )
    if any(isinstance(one, socket.gaierror) for one in causes):
        remedy = f"correct {setting}; if it is right, look at this machine's DNS"
        return Finding(
            "host",
            Severity.ERROR,
            f"there is no host {host}",
            remedy,
            f"no existe el servidor {host}: revise {setting} y el DNS",
        )
    if any(isinstance(one, ConnectionRefusedError) for one in causes):
        remedy = f"correct host and port in {setting}, or start what shall listen there"
        return Finding(
            "address", Severity.ERROR, f"nobody listens at {url}", remedy, f"nadie contesta en {url}: revise {setting}"
        )
    if isinstance(error, RateLimited):
        remedy = "wait a while; if it comes again, lower the connection's `rate`"
        return Finding(
            "partner",
            Severity.ERROR,
            f"{host} asks for fewer calls (429)",
            remedy,
            f"{host} pide menos llamadas (429): espere un momento",
        )
    if error.status is not None and error.status >= 500:
        remedy = "it is down or overloaded: wait, or ask its support; the hub keeps what it has and goes on by itself"
        return Finding(
            "partner",
            Severity.ERROR,
            f"{host} answers {error.status}",
            remedy,
            f"{host} no atiende ({error.status}): espere o avise a su soporte; lo pendiente se envía solo después",
        )
    remedy = f"check the network and {setting}; it may be down: the hub keeps what it has and goes on by itself"
    return Finding(
        "address",
        Severity.ERROR,
        f"{host} gives no answer",
        remedy,
        f"{host} no contesta: revise la red y {setting}; lo pendiente se envía solo después",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error, what it was raised from, and what an error of the operating system carries inside."""
    while error is not None:
        yield error
        inner = getattr(error, "os_error", None)
        if isinstance(inner, BaseException):
            yield inner
        error = error.__cause__ or error.__context__
