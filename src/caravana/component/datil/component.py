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
from caravana.kit.component import Consumer, Endpoint, Finding, Maturity, Producer, Severity
from caravana.kit.einvoice import Capabilities, EInvoiceComponent, Operation
from caravana.kit.einvoicing import ByConnection
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
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


class DatilComponent(EInvoiceComponent):
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

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, DatilClient] = {}

    def create(self, uri: Uri, options: Any) -> "DatilEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        operations = {one.value: one for one in CAPABILITIES.operations}
        if uri.path not in operations:
            known = ", ".join(sorted(operations))
            raise ConfigurationError(
                f"`datil:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {known}"
            )
        return DatilEndpoint(uri, options, self.context, self, operations[uri.path])

    def settings(self, name: str) -> DatilSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: DatilSettings = self.connection_settings(name)
        return found

    def client(self, name: str) -> DatilClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = DatilClient(self.settings(name))
        return self._clients[name]

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

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Dátil whether address and key are right, and judge what a lost answer would mean."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        asked = client.settings.verify_with
        elsewhere = None if asked is None else Elsewhere(self.context, asked)
        address = f"{self.context.listener.public_url}/{PROVIDER}/{name}/…"
        return await diagnosis.diagnose(client, elsewhere, address)

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class DatilEndpoint(Endpoint):
    """One `datil:` address."""

    component: DatilComponent
    operation: Operation

    @property
    def connection(self) -> str | None:
        """`datil:<connection>`, where the address names one."""
        return None if self.options.connection is None else f"{PROVIDER}:{self.options.connection}"

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        if self.operation is Operation.NOTIFICATION:
            raise ConfigurationError("`datil:notification` cannot be sent to", place=str(self.uri))
        if self.options.connection is None:
            return ByConnection(PROVIDER, lambda name: self.component.call(name, self.operation))
        return self.component.call(self.options.connection, self.operation)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`datil:{self.uri.path}` cannot be consumed from", place=str(self.uri), suggestion="datil:notification"
            )
        name = self.options.connection
        if name is None:
            raise ConfigurationError("say whose notifications are taken: `connection`", place=str(self.uri))
        settings = self.component.settings(name)
        if not settings.webhook_secrets:
            raise ConfigurationError("without `webhookSecret` nobody may notify", place=f"connections.{name}")
        account = Account(name, f"/{PROVIDER}/{name}/{{secret}}", settings)
        return NotificationConsumer([account], self.options, self.context, receiver)


__all__ = ["DatilComponent"]
