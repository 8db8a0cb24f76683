"""The `odoo:` scheme: its component and endpoint."""

from dataclasses import dataclass
from typing import Any

from caravana.component.odoo.client import Connection, OdooClient
from caravana.component.odoo.consumer import OdooConsumer
from caravana.component.odoo.doctor import examine
from caravana.component.odoo.hint import Hints
from caravana.component.odoo.identity import identify
from caravana.component.odoo.options import PLACES, OdooConnection, OdooOptions
from caravana.component.odoo.producer import OPERATIONS, MethodOperation, OdooProducer
from caravana.kit.address import is_loopback
from caravana.kit.component import Component, Consumer, Endpoint, Finding, Maturity, Producer, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.sameness import Sameness
from caravana.kit.uri import Uri


@dataclass(frozen=True)
class OdooEndpoint(Endpoint):
    """One model of one Odoo."""

    options: OdooOptions
    component: "OdooComponent"

    @property
    def connection(self) -> str:
        """Name under which limits and circuit are shared."""
        return f"odoo:{self.options.connection}"

    @property
    def model(self) -> str:
        """Odoo's name of the model, e.g. sale.order."""
        return self.uri.path

    def producer(self) -> Producer:
        """Return the output side. Raises `ConfigurationError` unless exactly one of operation and method is named."""
        name = self.options.operation
        if (name is None) == (self.options.method is None):
            raise ConfigurationError(
                f"`odoo:{self.model}` needs either `operation` or `method`",
                suggestion=f"operations: {', '.join(OPERATIONS)}",
            )
        if self.options.branch is not None and name not in ("read", "search"):
            raise ConfigurationError(f"`odoo:{self.model}`: `branch` is for the operations read and search")
        client = self.component.client(self.options.connection)
        kind = MethodOperation if name is None else OPERATIONS[name]
        operation = kind(self.model, self.options, client.settings)
        operation.clock = self.context.clock
        return OdooProducer(operation, client, self.context)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the input side. Raises `ConfigurationError` when the address names no fields."""
        client = self.component.client(self.options.connection)
        hints = self.component.hints(self.options.connection)
        return OdooConsumer(self.model, self.options, client, receiver, self.context, hints)


class OdooComponent(Component):
    """Odoo's records as messages and its methods as effects, over the external API."""

    scheme = "odoo"
    title = "Odoo"
    syntax = "odoo:model"
    doc = (
        "Reads, writes and watches records of Odoo: over JSON-2 on 19 and later, over JSON-RPC before. "
        "Tested against an imitation of 18 and 19."
    )
    maturity = Maturity.BETA
    options = OdooOptions
    connection = OdooConnection
    branch_setting = "odoo"
    places = PLACES

    def __init__(self, context: Context) -> None:
        """`context`: the hub. Nothing is opened before the first call."""
        super().__init__(context)
        self._connections: dict[str, Connection] = {}
        self._hints: dict[str, Hints] = {}

    def create(self, uri: Uri, options: Any) -> OdooEndpoint:
        """Return the endpoint of a model. Raises `ConfigurationError` when the path names none."""
        if not uri.path or "/" in uri.path or " " in uri.path:
            raise ConfigurationError(f"`{uri.scheme}:{uri.path}` names no model", suggestion="write odoo:sale.order")
        return OdooEndpoint(uri=uri, options=options, context=self.context, component=self)

    def connection_settings(self, name: str) -> OdooConnection:
        """Return the settings of connection `name`, in the company's time zone unless they name another."""
        settings: OdooConnection = super().connection_settings(name)
        zone = settings.timezone or self.context.setting("company.timezone", "")
        return settings.model_copy(update={"timezone": zone})

    def client(self, name: str) -> OdooClient:
        """Return the client of the connection `name`, without context; all of one name share session and limits."""
        if name not in self._connections:
            connection = Connection(self.connection_settings(name), lambda: self.context.processes)
            sameness = Sameness(name, self.context.store, self.context.clock, lambda: identify(connection))
            connection.guard = sameness.check
            self._connections[name] = connection
        return OdooClient(self._connections[name])

    def hints(self, name: str) -> Hints:
        """Return the hint address of the connection `name`."""
        if name not in self._hints:
            settings = self.connection_settings(name)
            self._hints[name] = Hints(name, settings.hint_token, self.context)
        return self._hints[name]

    def side(self, name: str) -> Side | None:
        """Return what `site` says; an Odoo on this machine that says nothing is a sandbox."""
        settings = self.connection_settings(name)
        if settings.site is not None:
            return Side(settings.site, f"connections.{name}.site", settings.site)
        if is_loopback(settings.url):
            return Side("test", f"connections.{name}.url", settings.url)
        return None

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Odoo whether address, version, clock, database, key, apps, rights and the records named by settings are right."""
        connection = Connection(self.connection_settings(name))
        try:
            return await examine(connection, name, self.context)
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close the sessions."""
        for connection in self._connections.values():
            await connection.close()
        self._connections.clear()
