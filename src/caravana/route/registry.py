"""What a linter must know of the floors above: which endpoints, expressions, callables and error classes there are."""

from collections.abc import Collection
from typing import Protocol

from caravana.kit.uri import Uri
from caravana.route.expression import DataFormat, Expression


class Registry(Protocol):
    """The engine's side of `check`. Methods return when all is well and raise `ConfigurationError` when not.

    The error's message and suggestion become a problem at the place in the file.
    """

    @property
    def schemes(self) -> Collection[str]:
        """Schemes that have a component."""

    @property
    def callables(self) -> Collection[str]:
        """Registered Python callables (`name`, `name.method`), aggregation strategies and predicates among them."""

    @property
    def exceptions(self) -> Collection[str]:
        """Simple names of the error classes that clauses may name, e.g. `IOException`."""

    def address(self, uri: Uri, *, consumer: bool) -> None:
        """Judge an endpoint with its options, as a route's beginning (`consumer`) or as a call."""

    def evaluated(self, uri: Uri) -> None:
        """Judge what is fixed of a call's address that is evaluated for each message; `${}` stands for what is not."""

    def expression(self, expression: Expression) -> None:
        """Judge an expression: its language, syntax, functions."""

    def data_format(self, data_format: DataFormat) -> None:
        """Judge a data format's options."""
