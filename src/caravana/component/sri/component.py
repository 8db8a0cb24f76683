"""The component: which address gives which producer, and one client for each connection."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from caravana.component.sri import diagnosis
from caravana.component.sri.client import SriClient
from caravana.component.sri.files import Fetch
from caravana.component.sri.producer import Prepare, Query, SriProducer, Submit
from caravana.component.sri.spec import CAPABILITIES, PROVIDER, SriOptions, SriSettings
from caravana.kit.component import Finding, Maturity
from caravana.kit.einvoice import Operation
from caravana.kit.einvoice_company import CompanyComponent, CompanyEndpoint
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


class SriComponent(CompanyComponent[SriClient]):
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

    @property
    def operations(self) -> Collection[Operation]:
        """What the SRI takes, and what is made here."""
        return CALLS

    def endpoint_of(self, uri: Uri, options: Any, operation: Operation) -> "SriEndpoint":
        """Return the endpoint of an operation."""
        return SriEndpoint(uri, options, self.context, self, operation)

    def settings(self, name: str) -> SriSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: SriSettings = self.connection_settings(name)
        return found

    def open(self, name: str) -> SriClient:
        """Return a client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        return SriClient(self.settings(name), self.context.clock)

    def call(self, name: str, operation: Operation) -> SriProducer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""
        return CALLS[operation](name, self.client(name))

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`. Raises `ConfigurationError`."""
        return self.settings(name).ambiente

    async def examine(self, name: str, client: SriClient) -> list[Finding]:
        """Look at certificate, schemas and logo, and ask whether both services answer."""
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


@dataclass(frozen=True)
class SriEndpoint(CompanyEndpoint):
    """One `sri:` address."""

    component: SriComponent


__all__ = ["SriComponent", "SriEndpoint"]
