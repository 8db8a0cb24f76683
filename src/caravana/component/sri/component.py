"""The component: which address gives which producer, and one client for each connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from caravana.component.sri import diagnosis
from caravana.component.sri.client import SriClient
from caravana.component.sri.files import Fetch
from caravana.component.sri.producer import Prepare, Query, SriProducer, Submit
from caravana.component.sri.spec import CAPABILITIES, PROVIDER, SriOptions, SriSettings
from caravana.kit.component import Endpoint, Finding, Maturity, Producer, Severity
from caravana.kit.einvoice import EInvoiceComponent, Operation
from caravana.kit.einvoicing import ByConnection
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

CALLS: Mapping[Operation, Callable[[str, SriClient], SriProducer]] = {
    Operation.PREPARE: Prepare,
    Operation.SUBMIT: Submit,
    Operation.REISSUE: Submit,
    Operation.QUERY: Query,
    Operation.XML: partial(Fetch, operation=Operation.XML),
    Operation.PDF: partial(Fetch, operation=Operation.PDF),
}
"""A mended document is handed in as the first one was: the SRI knows no other way."""


class SriComponent(EInvoiceComponent):
    """E-invoices straight to the tax authority."""

    scheme = PROVIDER
    title = "SRI (Ecuador)"
    syntax = "sri:operation"
    doc = (
        "Issues Ecuador's electronic documents straight to the SRI: writes the XML, signs it (XAdES-BES), hands it in, asks for "
        "the authorisation, and prints the RIDE. Operations: prepare, submit, reissue, query, xml, pdf (to)."
    )
    maturity = Maturity.BETA
    options = SriOptions
    connection = SriSettings
    consumes = False
    capabilities = CAPABILITIES
    company = "SRI"

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, SriClient] = {}

    def create(self, uri: Uri, options: Any) -> "SriEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that the SRI does not have."""
        operations = {one.value: one for one in CALLS}
        if uri.path not in operations:
            known = ", ".join(sorted(operations))
            raise ConfigurationError(f"the SRI has no `{uri.path}`", place=str(uri), suggestion=f"one of {known}")
        return SriEndpoint(uri, options, self.context, self, operations[uri.path])

    def settings(self, name: str) -> SriSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: SriSettings = self.connection_settings(name)
        return found

    def client(self, name: str) -> SriClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = SriClient(self.settings(name), self.context.clock)
        return self._clients[name]

    def call(self, name: str, operation: Operation) -> SriProducer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""
        return CALLS[operation](name, self.client(name))

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`. Raises `ConfigurationError`."""
        return self.settings(name).ambiente

    async def diagnose(self, name: str) -> list[Finding]:
        """Look at certificate, schemas and logo, and ask whether both services answer."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await diagnosis.diagnose(client)

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out `certificate`: how long the certificate of `connection` still signs.

        Answers `connection`, `problem` (why it cannot sign now, or None) and its `code`, and of the certificate `subject`,
        `issuer`, `serial`, `begins`, `ends`, `rucs`, `validity` (`valid`, `ending`, `expired`, `future`), `days` that are left
        and `alarm` (1, 7 or 30: within so many days; None: longer); all None where the file cannot be read. Raises
        `LookupError`, `ConfigurationError`.
        """
        if operation != "certificate":
            return await super().operate(operation, arguments)
        name = str(arguments.get("connection") or "")
        return {"connection": name, **diagnosis.certificate_of(self.client(name))}

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class SriEndpoint(Endpoint):
    """One `sri:` address."""

    component: SriComponent
    operation: Operation

    @property
    def connection(self) -> str | None:
        """`sri:<connection>`, where the address names one."""
        return None if self.options.connection is None else f"{PROVIDER}:{self.options.connection}"

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for wrong settings."""
        name = self.options.connection
        if name is not None:
            return self.component.call(name, self.operation)
        return ByConnection(PROVIDER, self._named)

    def _named(self, name: str) -> Producer:
        return self.component.call(name, self.operation)


__all__ = ["SriComponent", "SriEndpoint"]
