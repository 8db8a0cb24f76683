"""What one route file holds, in its order."""

from dataclasses import dataclass, field
from typing import TypeVar

from caravana.route.beans import BeanDeclaration, Beans
from caravana.route.element import Node
from caravana.route.error_handling import ErrorHandler, OnException
from caravana.route.problem import Problem
from caravana.route.rest import Rest, RestConfiguration
from caravana.route.routes import Route, RouteConfiguration

N = TypeVar("N", bound=Node)


@dataclass(frozen=True)
class RouteDocument:
    """The elements of one file: routes, configurations, clauses and handlers of global scope, REST services, beans.

    `warnings` are what the reader found and survived; they are no part of comparison.
    """

    items: tuple[Node, ...] = ()
    file: str = field(default="", compare=False)
    warnings: tuple[Problem, ...] = field(default=(), compare=False, repr=False)

    def of(self, kind: type[N]) -> tuple[N, ...]:
        """Return the elements of one class, in order."""
        return tuple(item for item in self.items if isinstance(item, kind))

    @property
    def routes(self) -> tuple[Route, ...]:
        """The routes."""
        return self.of(Route)

    @property
    def configurations(self) -> tuple[RouteConfiguration, ...]:
        """The route configurations."""
        return self.of(RouteConfiguration)

    @property
    def clauses(self) -> tuple[OnException, ...]:
        """The onException clauses of global scope."""
        return self.of(OnException)

    @property
    def error_handler(self) -> ErrorHandler | None:
        """The global error handler; the last one when the file holds several."""
        found = self.of(ErrorHandler)
        return found[-1] if found else None

    @property
    def rests(self) -> tuple[Rest, ...]:
        """The REST services."""
        return self.of(Rest)

    @property
    def rest_configuration(self) -> RestConfiguration | None:
        """The settings of the REST services."""
        found = self.of(RestConfiguration)
        return found[-1] if found else None

    @property
    def beans(self) -> tuple[BeanDeclaration, ...]:
        """The beans of all `beans` entries."""
        return tuple(bean for entry in self.of(Beans) for bean in entry.beans)
