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
from caravana.kit.component import Consumer, Finding, Maturity
from caravana.kit.einvoice import Capabilities, Operation
from caravana.kit.einvoice_company import CompanyComponent, CompanyEndpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
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


class EcuafactComponent(CompanyComponent[EcuafactClient]):
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

    def endpoint_of(self, uri: Uri, options: Any, operation: Operation) -> "EcuafactEndpoint":
        """Return the endpoint of an operation."""
        return EcuafactEndpoint(uri, options, self.context, self, operation)

    def settings(self, name: str) -> EcuafactSettings:
        """Return the settings of connection `name`. Raises `ConfigurationError`."""
        found: EcuafactSettings = self.connection_settings(name)
        return found

    def open(self, name: str) -> EcuafactClient:
        """Return a client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        return EcuafactClient(self.settings(name))

    def call(self, name: str, operation: Operation) -> EcuafactProducer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""
        return CALLS[operation](name, self.client(name), self.context.clock)

    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`. Raises `ConfigurationError`."""
        return self.settings(name).ambiente

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what connection `name` can do. Raises `ConfigurationError`."""
        return self.settings(name).capabilities

    async def examine(self, name: str, client: EcuafactClient) -> list[Finding]:
        """Ask Ecuafact whether address and key are right, who may issue, and what is left of the quota."""
        return await diagnosis.diagnose(client, self.context.listener.public_url + notification_path(name))


@dataclass(frozen=True)
class EcuafactEndpoint(CompanyEndpoint):
    """One `ecuafact:` address."""

    component: EcuafactComponent

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        name = self.notified()
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
