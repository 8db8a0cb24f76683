"""The component: which address gives which producer or consumer, and one client for each connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from caravana.component.ecuafact import diagnosis
from caravana.component.ecuafact.client import EcuafactClient
from caravana.component.ecuafact.consumer import Account, NotificationConsumer
from caravana.component.ecuafact.files import Email, Fetch
from caravana.component.ecuafact.producer import EcuafactProducer, Find, Prepare, Query, Reissue, Submit, Validate
from caravana.component.ecuafact.spec import CAPABILITIES, PROVIDER, EcuafactOptions, EcuafactSettings
from caravana.kit.clock import Clock
from caravana.kit.component import Consumer, Endpoint, Finding, Maturity, Producer, Severity
from caravana.kit.einvoice import Capabilities, EInvoiceComponent, Operation
from caravana.kit.einvoicing import ByConnection
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

CALLS: Mapping[Operation, Callable[[str, EcuafactClient, Clock], EcuafactProducer]] = {
    Operation.PREPARE: Prepare,
    Operation.SUBMIT: Submit,
    Operation.REISSUE: Reissue,
    Operation.QUERY: Query,
    Operation.FIND: Find,
    Operation.VALIDATE: Validate,
    Operation.EMAIL: Email,
    Operation.XML: partial(Fetch, operation=Operation.XML),
    Operation.PDF: partial(Fetch, operation=Operation.PDF),
}


class EcuafactComponent(EInvoiceComponent):
    """E-invoices through Ecuafact."""

    scheme = PROVIDER
    title = "Ecuafact"
    syntax = "ecuafact:operation"
    doc = (
        "Issues Ecuador's electronic documents through Ecuafact, asks how they stand, fetches and mails them, and takes its "
        "signed notifications. Operations: prepare, validate, submit, reissue, query, find, xml, pdf, email (to); "
        "notification (from)."
    )
    maturity = Maturity.BETA
    options = EcuafactOptions
    connection = EcuafactSettings
    capabilities = CAPABILITIES
    company = "Ecuafact"

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, EcuafactClient] = {}

    def create(self, uri: Uri, options: Any) -> "EcuafactEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        operations = {one.value: one for one in CAPABILITIES.operations}
        if uri.path not in operations:
            known = ", ".join(sorted(operations))
            text = f"`ecuafact:{uri.path}` is no operation"
            raise ConfigurationError(text, place=str(uri), suggestion=f"one of {known}")
        return EcuafactEndpoint(uri, options, self.context, self, operations[uri.path])

    def settings(self, name: str) -> EcuafactSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: EcuafactSettings = self.connection_settings(name)
        return found

    def client(self, name: str) -> EcuafactClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = EcuafactClient(self.settings(name))
        return self._clients[name]

    def call(self, name: str, operation: Operation) -> EcuafactProducer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""
        return CALLS[operation](name, self.client(name), self.context.clock)

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`. Raises `ConfigurationError`."""
        return self.settings(name).ambiente

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what connection `name` can do. Raises `ConfigurationError`."""
        return self.settings(name).capabilities

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Ecuafact whether address and key are right, who may issue, and what is left of the quota."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await diagnosis.diagnose(client, self.context.listener.public_url + notification_path(name))

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class EcuafactEndpoint(Endpoint):
    """One `ecuafact:` address."""

    component: EcuafactComponent
    operation: Operation

    @property
    def connection(self) -> str | None:
        """`ecuafact:<connection>`, where the address names one."""
        return None if self.options.connection is None else f"{PROVIDER}:{self.options.connection}"

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        if self.operation is Operation.NOTIFICATION:
            raise ConfigurationError("`ecuafact:notification` cannot be sent to", place=str(self.uri))
        if self.options.connection is None:
            return ByConnection(PROVIDER, lambda name: self.component.call(name, self.operation))
        return self.component.call(self.options.connection, self.operation)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`ecuafact:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="ecuafact:notification",
            )
        name = self.options.connection
        if name is None:
            raise ConfigurationError("say whose notifications are taken: `connection`", place=str(self.uri))
        settings = self.component.settings(name)
        if not settings.secrets:
            raise ConfigurationError(
                "without `webhookSecrets` no notification can be proved", place=f"connections.{name}"
            )
        account = Account(name, notification_path(name), settings)
        return NotificationConsumer([account], self.options, self.context, receiver)


def notification_path(connection: str) -> str:
    """Return where Ecuafact's notifications for `connection` come in."""
    return f"/{PROVIDER}/{connection}"


__all__ = ["EcuafactComponent"]
