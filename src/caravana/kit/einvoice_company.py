"""What components of e-invoicing companies share: one client for each connection, and addresses that may name none."""

from abc import abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from caravana.kit.component import Endpoint, Finding, Producer, Severity
from caravana.kit.einvoice import EInvoiceComponent, Operation
from caravana.kit.einvoicing import ByConnection
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


class Client(Protocol):
    """What speaks with a company."""

    async def close(self) -> None:
        """Close its connections."""
        ...


C = TypeVar("C", bound=Client)


class CompanyComponent(EInvoiceComponent, Generic[C]):
    """A company's component."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, C] = {}

    @property
    def operations(self) -> Collection[Operation]:
        """What stands after the colon of its addresses."""
        return self.capabilities.operations

    @abstractmethod
    def endpoint_of(self, uri: Uri, options: Any, operation: Operation) -> Endpoint:
        """Return the endpoint of an operation that there is."""

    @abstractmethod
    def open(self, name: str) -> C:
        """Return a new client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""

    @abstractmethod
    def call(self, name: str, operation: Operation) -> Producer:
        """Return the call of `operation` at connection `name`. Raises `ConfigurationError`."""

    @abstractmethod
    async def examine(self, name: str, client: C) -> list[Finding]:
        """Return what is right and wrong with connection `name`, whose settings fit."""

    def create(self, uri: Uri, options: Any) -> Endpoint:
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        operations = {one.value: one for one in self.operations}
        if uri.path not in operations:
            text, known = f"`{uri.scheme}:{uri.path}` is no operation", ", ".join(sorted(operations))
            raise ConfigurationError(text, place=str(uri), suggestion=f"one of {known}")
        return self.endpoint_of(uri, options, operations[uri.path])

    def client(self, name: str) -> C:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = self.open(name)
        return self._clients[name]

    async def diagnose(self, name: str) -> list[Finding]:
        """Examine connection `name`, or say what is wrong with its settings."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await self.examine(name, client)

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class CompanyEndpoint(Endpoint):
    """One address of a company."""

    component: CompanyComponent[Any]
    operation: Operation

    @property
    def connection(self) -> str | None:
        """`scheme:<connection>`, where the address names one."""
        name = self.options.connection
        return None if name is None else f"{self.component.scheme}:{name}"

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        if self.operation is Operation.NOTIFICATION:
            raise ConfigurationError(f"`{self.component.scheme}:notification` cannot be sent to", place=str(self.uri))
        if self.options.connection is None:
            return ByConnection(self.component.scheme, lambda name: self.component.call(name, self.operation))
        return self.component.call(self.options.connection, self.operation)

    def notified(self) -> str:
        """Return the connection whose notifications come in here. Raises `ConfigurationError` where none do."""
        scheme, name = self.component.scheme, self.options.connection
        if self.operation is not Operation.NOTIFICATION:
            text = f"`{scheme}:{self.uri.path}` cannot be consumed from"
            raise ConfigurationError(text, place=str(self.uri), suggestion=f"{scheme}:notification")
        if name is None:
            raise ConfigurationError("say whose notifications are taken: `connection`", place=str(self.uri))
        return str(name)
