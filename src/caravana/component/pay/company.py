"""The companies behind the merchant accounts: which component serves a connection, and its endpoint for one operation."""

from caravana.kit.component import Endpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.payment import Operation, PaymentComponent
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


class Companies:
    """The companies, asked for one operation."""

    def __init__(self, context: Context, operation: Operation) -> None:
        """`context`: knows the components; `operation`: what is asked of them."""
        self._context = context
        self.operation = operation

    def of(self, connection: str) -> PaymentComponent:
        """Return the component that serves a merchant account. Raises `ConfigurationError` when it is none of a company's."""
        found = self._context.component_of(connection)
        if not isinstance(found, PaymentComponent):
            raise ConfigurationError(
                f"it is a connection of `{found.scheme}:`, and no merchant account", place=f"connections.{connection}"
            )
        return found

    def offers(self, connection: str) -> bool:
        """Whether the company has the operation. Raises `ConfigurationError`."""
        return self.operation in self.of(connection).capabilities.operations

    def is_off(self, connection: str) -> bool:
        """Whether a person has switched the account off. Raises `ConfigurationError`, `Unsupported`."""
        return self._context.is_off(self.endpoint(connection).connection)

    def endpoint(self, connection: str) -> Endpoint:
        """Return the company's own address for the operation. Raises `ConfigurationError`, `Unsupported`."""
        component = self.of(connection)
        component.capabilities.need(self.operation, component.title)
        return component.endpoint(Uri(component.scheme, self.operation.value, {"connection": connection}))
