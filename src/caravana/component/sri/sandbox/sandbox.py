"""The imitation's addresses: both services with their descriptions, and the steering of the authority behind them.

Every call runs under the faults of `caravana.kit.sandbox`. Operations: validarComprobante, autorizacionComprobante, wsdl.
"""

import atexit
import base64
import binascii
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.sri.sandbox import soap
from caravana.component.sri.sandbox.certificates import CertificationAuthority, to_p12
from caravana.component.sri.sandbox.service import Service
from caravana.component.sri.sandbox.wsdl import AUTHORISATION, RECEPTION, Described
from caravana.kit.authority import Authority, Register, Trust, authority_routes
from caravana.kit.sandbox import Sandbox

PASSWORD = "clave-de-prueba"  # noqa: S105 -- of the imitation
AMBIENTE = "1"


@dataclass
class SriSandbox(Sandbox):
    """The SRI's test environment. `authority` is what stands behind it; tests steer and ask it."""

    service: Service = field(default_factory=Service)

    def __post_init__(self) -> None:
        now = self.clock.now()
        folder = Path(self.service.folder) if self.service.folder else None
        if folder is None:
            self.certification = CertificationAuthority(now)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            self.certification = CertificationAuthority.kept(folder / "autoridad.p12", now)
        issuers = [self.certification.certificate] if self.service.only_own else []
        self.authority = Authority(
            self.clock,
            AMBIENTE,
            trust=Trust(issuers),
            register=Register(folder / "register.sqlite" if folder is not None else None),
            listed_after=self.service.listed_after,
            decided_after=self.service.decided_after,
            again=self.service.again,
        )
        self._folder = folder
        self._certificate: Path | None = None

    def connection(self) -> dict[str, str]:
        """Return what a connection needs, with a certificate that is made at the first call."""
        if self._certificate is None:
            self._certificate = self._make_certificate()
        return {
            "ambiente": AMBIENTE,
            "ruc": self.service.ruc,
            "certificate": str(self._certificate),
            "certificatePassword": PASSWORD,
        }

    def _make_certificate(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="caravana-sri-"))
            atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        path = self._folder / "firma.p12"
        if not path.exists():
            now = self.clock.now()
            issued = self.certification.issue(self.service.ruc, now - timedelta(days=1), now + timedelta(days=730))
            path.touch(mode=0o600)
            path.write_bytes(to_p12([issued], PASSWORD))
        return path

    async def close(self) -> None:
        """Close the register."""
        self.authority.register.close()

    # Addresses.

    def partner_routes(self) -> list[Route]:
        """Return both services."""
        return [
            Route(RECEPTION.path, self._service(RECEPTION, self._receive), methods=["GET", "POST"]),
            Route(AUTHORISATION.path, self._service(AUTHORISATION, self._consult), methods=["GET", "POST"]),
        ]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses, also those of the authority."""
        return [*super().control_routes(), *authority_routes(self.authority)]

    def _service(self, service: Described, call: Callable[[bytes], bytes]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()  # before a fault cuts the connection: the call may still be carried out

            async def act() -> Response:
                try:
                    return _xml(call(raw))
                except soap.Fault as error:
                    return _xml(soap.fault(error), 500)

            async def describe() -> Response:
                address = str(request.url.replace(query=""))
                return _xml(service.wsdl(address).encode())

            if request.method == "GET":
                return await self.perform(request, "wsdl", describe)
            return await self.perform(request, service.operation, act)

        return endpoint

    def _receive(self, raw: bytes) -> bytes:
        written = soap.read(raw, RECEPTION, "xml")
        try:
            content = base64.b64decode(written, validate=True)
        except binascii.Error:
            raise soap.Fault("Client", "xml is no base64Binary") from None
        told = self.authority.receive_xml(content)
        self.effects["reception"] += told.taken
        return soap.receipt(told, prefixed=self.service.prefixed)

    def _consult(self, raw: bytes) -> bytes:
        clave = soap.read(raw, AUTHORISATION, "claveAccesoComprobante")
        return soap.consultation(clave, self.authority.consult(clave), prefixed=self.service.prefixed)


def _xml(content: bytes, status: int = 200) -> Response:
    return Response(content, status, media_type="text/xml")


__all__ = ["AMBIENTE", "PASSWORD", "SriSandbox"]
