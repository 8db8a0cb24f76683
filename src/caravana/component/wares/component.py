"""The component: the looks at Odoo, what is kept, the pictures, and the operator's operations."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caravana.component.wares.books import Books
from caravana.component.wares.consumer import ChangesConsumer, Secret
from caravana.component.wares.desk import Desk
from caravana.component.wares.keeping import KeepProducer, KeptProducer, scope_of
from caravana.component.wares.pictures import Pictures
from caravana.component.wares.shown import ShownProducer
from caravana.component.wares.spec import Operation, WaresOptions
from caravana.kit.component import Component, Consumer, Endpoint, Maturity, Producer
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

_NAME = re.compile(r"[A-Za-z0-9_-]+")


class WaresEndpoint(Endpoint):
    """One `wares:` address."""

    @property
    def operation(self) -> Operation:
        """What stands last."""
        return Operation(self.uri.path.rpartition("/")[2])

    @property
    def catalogue(self) -> str:
        """The catalogue's name, empty where it has none."""
        return self.uri.path.rpartition("/")[0]

    def producer(self) -> Producer:
        """Return the reading or storing of what is kept. Raises `ConfigurationError` for what begins a route."""
        match self.operation:
            case Operation.KEPT:
                return KeptProducer(self.context.store, self.catalogue)
            case Operation.KEEP:
                return KeepProducer(self.context.store, self.catalogue)
            case Operation.SHOWN:
                return ShownProducer(self.context, self.catalogue, self.options.meta)
        raise ConfigurationError(f"`{self.uri}` begins a route: nothing is sent there", place=str(self.uri))

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the looks, or what answers for pictures. Raises `ConfigurationError` for another operation."""
        options: WaresOptions = self.options
        books = Books(self.context, options.connection, options.batch, options.of_branch or None)
        if self.operation is Operation.CHANGES:
            scope = scope_of(self.catalogue)
            return ChangesConsumer(options, receiver, self.context, books, Secret(self.context), scope)
        if self.operation is Operation.PICTURES:
            return Pictures(self.context, books, Path(options.folder), options.catalogues)
        return super().consumer(receiver)


class WaresComponent(Component):
    """The company's products, for catalogues elsewhere."""

    scheme = "wares"
    title = "Wares"
    syntax = "wares:operation"
    doc = (
        "Hands in the products of Odoo of which something changed that matters for a catalogue, many in one message; keeps "
        "what is known of each, and shows their pictures at public addresses. Operations: changes, kept, keep, shown, "
        "pictures; before each may stand the name of a catalogue of several, as in `norte/changes`."
    )
    maturity = Maturity.BETA
    options = WaresOptions

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._desk = Desk(context)

    def create(self, uri: Uri, options: Any) -> WaresEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        known = [one.value for one in Operation]
        name, named, operation = uri.path.rpartition("/")
        if operation not in known or (named and not _NAME.fullmatch(name)):
            raise ConfigurationError(
                f"`wares:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
            )
        return WaresEndpoint(uri, options, self.context)

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out `status`, `list`, `tagged`, `publish` or `diff`. Raises `LookupError` for another."""
        return await self._desk.operate(operation, arguments)
