"""The component: which address gives which producer or consumer, and one client for each connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from caravana.component.datil import diagnosis
from caravana.component.datil.client import DatilClient
from caravana.component.datil.consumer import Account, NotificationConsumer
from caravana.component.datil.elsewhere import Elsewhere
from caravana.component.datil.files import Email, Fetch
from caravana.component.datil.producer import DatilProducer, Find, Prepare, Query, Reissue, Submit
from caravana.component.datil.spec import CAPABILITIES, PROVIDER, DatilOptions, DatilSettings
from caravana.kit.component import Consumer, Finding, Maturity
from caravana.kit.einvoice import Capabilities, Operation
from caravana.kit.einvoice_company import CompanyComponent, CompanyEndpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri

CALLS: Mapping[Operation, Callable[[str, DatilClient, Elsewhere | None], DatilProducer]] = {
    Operation.PREPARE: Prepare,
    Operation.SUBMIT: Submit,
    Operation.REISSUE: Reissue,
    Operation.QUERY: Query,
    Operation.FIND: Find,
    Operation.EMAIL: Email,
    Operation.XML: partial(Fetch, operation=Operation.XML),
    Operation.PDF: partial(Fetch, operation=Operation.PDF),
}


class DatilComponent(CompanyComponent[DatilClient]):
    """E-invoices through Dátil."""

    scheme = PROVIDER
    title = "Dátil"
    syntax = "datil:operation"
    doc = (
        "Issues Ecuador's electronic documents through Dátil (link.datil.co), asks how they stand, fetches and mails them, and "
        "takes its notifications. Operations: prepare, submit, reissue, query, find, xml, pdf, email (to); notification (from)."
    )
    maturity = Maturity.BETA
    options = DatilOptions
    connection = DatilSettings
    capabilities = CAPABILITIES
    company = "Dátil"

    def endpoint_of(self, uri: Uri, options: Any, operation: Operation) -> "DatilEndpoint":
        """Return the endpoint of an operation."""
        return DatilEndpoint(uri, options, self.context, self, operation)

    def settings(self, name: str) -> DatilSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: DatilSettings = self.connection_settings(name)
        return found

    def open(self, name: str) -> DatilClient:
        """Return a client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        return DatilClient(self.settings(name))

    def call(self, name: str, operation: Operation) -> DatilProducer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""
        asked = self.client(name).settings.verify_with
        return CALLS[operation](name, self.client(name), None if asked is None else Elsewhere(self.context, asked))

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`. Raises `ConfigurationError`."""
        return self.settings(name).ambiente

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what connection `name` can do. Raises `ConfigurationError`."""
        return self.settings(name).capabilities

    async def examine(self, name: str, client: DatilClient) -> list[Finding]:
        """Ask Dátil whether address and key are right, and judge what a lost answer would mean."""
        asked = client.settings.verify_with
        elsewhere = None if asked is None else Elsewhere(self.context, asked)
        address = f"{self.context.listener.public_url}/{PROVIDER}/{name}/…"
        return await diagnosis.diagnose(client, elsewhere, address)


@dataclass(frozen=True)
class DatilEndpoint(CompanyEndpoint):
    """One `datil:` address."""

    component: DatilComponent

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        name = self.notified()
        settings = self.component.settings(name)
        if not settings.webhook_secrets:
            raise ConfigurationError("without `webhookSecret` nobody may notify", place=f"connections.{name}")
        account = Account(name, f"/{PROVIDER}/{name}/{{secret}}", settings)
        return NotificationConsumer([account], self.options, self.context, receiver)


__all__ = ["DatilComponent"]
