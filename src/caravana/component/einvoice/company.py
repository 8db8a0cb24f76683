"""The companies behind the connections: which component serves one, and its endpoint for one operation."""

from collections.abc import Mapping
from typing import Any

from caravana.kit.clock import Clock
from caravana.kit.component import Endpoint, Producer
from caravana.kit.einvoice import EInvoiceComponent, Operation
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

POINTS = "einvoice.points"
"""Setting with the emission points and the connections that serve them."""


class Companies:
    """The companies, asked for one operation."""

    def __init__(self, context: Context, operation: Operation) -> None:
        """`context`: knows the components; `operation`: what is asked of them."""
        self._context = context
        self.operation = operation

    @property
    def clock(self) -> Clock:
        """The hub's clock."""
        return self._context.clock

    def of(self, connection: str) -> EInvoiceComponent:
        """Return the component that serves a connection. Raises `ConfigurationError` when it is none of a company's."""
        found = self._context.component_of(connection)
        if not isinstance(found, EInvoiceComponent):
            raise ConfigurationError(
                f"it is a connection of `{found.scheme}:`, and no e-invoicing company",
                place=f"connections.{connection}",
            )
        return found

    def offers(self, connection: str) -> bool:
        """Whether the company has the operation. Raises `ConfigurationError`."""
        return self.operation in self.of(connection).capabilities_of(connection).operations

    def asking(self, connection: str) -> Producer | None:
        """Return the company's producer that asks how a document stands, where it finds one by its clave."""
        component = self.of(connection)
        if not component.capabilities_of(connection).lookup:
            return None
        made = Companies(self._context, Operation.QUERY).endpoint(connection).producer()
        return made if isinstance(made, Producer) else None

    def is_off(self, connection: str) -> bool:
        """Whether a person has switched the connection off. Raises `ConfigurationError`, `Unsupported`."""
        return self._context.is_off(self.endpoint(connection).connection)

    def endpoint(self, connection: str) -> Endpoint:
        """Return the company's own address for the operation. Raises `ConfigurationError`, `Unsupported`."""
        component = self.of(connection)
        company = component.company or component.title
        component.capabilities_of(connection).need(self.operation, company)
        return component.endpoint(Uri(component.scheme, self.operation.value, {"connection": connection}))


def connections_of(context: Context) -> tuple[str, ...]:
    """Return the connections that the emission points name, each once; none where the setting is missing or wrong."""
    points = context.setting(POINTS)
    found: list[str] = []
    for one in points.values() if isinstance(points, Mapping) else ():
        found += _named(one) if isinstance(one, Mapping) else []
    return tuple(dict.fromkeys(found))


def _named(point: Mapping[str, Any]) -> list[str]:
    """The connections of one point: its own, those of single types, and the stand-by ones."""
    told: list[Any] = []
    for one in (point.get("connection"), point.get("connections"), point.get("standby")):
        told += one.values() if isinstance(one, Mapping) else [one]
    return [one for one in told if isinstance(one, str)]
