"""Calls to one environment of the SRI, and the certificate that signs for it."""

from caravana.component.sri.answer import Consultation, Reception, read_consultation, read_reception
from caravana.component.sri.envelope import AUTHORISATION, HEADERS, RECEPTION, Service, authorisation, reception
from caravana.component.sri.errors import check
from caravana.component.sri.keystore import Keystore
from caravana.component.sri.spec import SriSettings
from caravana.kit.clock import Clock
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.errors import Unknown
from caravana.kit.http import HttpAnswer, HttpSession


class SriClient:
    """One connection. Holds an HTTP session; give it back with `close`."""

    def __init__(self, settings: SriSettings, clock: Clock) -> None:
        """`clock`: the hub's. Raises `ConfigurationError` when the folder of schemas holds none."""
        self.settings = settings
        self.clock = clock
        self.keystore = Keystore(settings.certificate, settings.certificate_password.get_secret_value())
        self.schemas = None if settings.schemas is None else OfficialSchemas(settings.schemas)
        self._http = HttpSession()

    async def receive(self, content: bytes) -> Reception:
        """Hand in a signed document. Raises an `EffectError` by the table of `errors`."""
        return check(await self._post(RECEPTION, reception(content)), read_reception)

    async def consult(self, clave: str) -> Consultation:
        """Ask what the SRI knows under a clave. Raises an `EffectError`; `Unknown` too for an answer about another one."""
        found = check(await self._post(AUTHORISATION, authorisation(clave)), read_consultation)
        if found.clave not in (None, clave):
            raise Unknown("the SRI answered about another clave", code="other_clave")
        return found

    async def describes(self, service: Service, operation: str) -> bool:
        """Whether a service's description (`?wsdl`) names `operation`. Raises an `EffectError`."""
        address = f"{self.settings.address}{service.path}?wsdl"
        answer = await self._http.call("GET", address, timeout=self.settings.timeout.total_seconds())
        if answer.status >= 500:
            check(answer, lambda raw: raw)
        return answer.status == 200 and operation.encode() in answer.raw

    async def _post(self, service: Service, envelope: bytes) -> HttpAnswer:
        return await self._http.call(
            "POST",
            self.settings.address + service.path,
            headers=HEADERS,
            data=envelope,
            timeout=self.settings.timeout.total_seconds(),
        )

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()
