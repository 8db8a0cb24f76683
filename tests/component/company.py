"""A small hub for a payment company's component: a public port that can be mounted, and a receiver that keeps what it gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, ManualClock
from caravana.kit.component import Component
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Accepted, Arrival, Handler, Outcome, Store, Unavailable
from caravana.testing.harness import Doubts, Reviews


class Listener:
    """A public port whose addresses come and go."""

    def __init__(self) -> None:
        self.public_url = "http://127.0.0.1"
        self.handlers: dict[str, Handler] = {}
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    def mount(self, path: str, methods: Sequence[str], handler: Handler, *, prefix: bool = False) -> None:
        if path in self.handlers:
            raise ConfigurationError(f"{path} is taken")
        self.handlers[path] = handler

    def unmount(self, path: str, methods: Sequence[str]) -> None:
        del self.handlers[path]

    async def _answer(self, request: Request) -> Response:
        handler = self.handlers.get(request.url.path)
        return Response("nothing here", 404) if handler is None else await handler(request)


@dataclass
class Context:
    """The hub as a company's component sees it, with the connection `name` and perhaps others."""

    name = ""
    processes = 1

    settings: dict[str, Any]
    clock: Clock = field(default_factory=ManualClock)
    listener: Listener = field(default_factory=Listener)
    reviews: Reviews = field(default_factory=Reviews)
    doubts: Doubts = field(default_factory=Doubts)
    callables: Callables = field(default_factory=Callables)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    component: Component | None = None

    @property
    def store(self) -> Store:
        raise AssertionError("the component keeps nothing")

    def connection(self, name: str) -> Mapping[str, Any]:
        if name == self.name:
            return self.settings
        if name not in self.others:
            raise ConfigurationError(f"there is no connection `{name}`")
        return self.others[name]

    def component_of(self, connection: str) -> Component:
        self.connection(connection)
        assert self.component is not None
        return self.component

    def is_off(self, connection: str | None) -> bool:
        return False

    def setting(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    def secret(self, name: str) -> str:
        raise AssertionError("secrets come with the connection")

    def wake(self, topic: str) -> None:
        """Nobody listens."""

    def listen(self, topic: str, action: Callable[[], None]) -> None:
        """Nobody wakes."""


@dataclass
class Receiver:
    """Keeps arrivals by key; `full` makes it unavailable."""

    arrivals: list[Arrival] = field(default_factory=list)
    full: bool = False
    route_id: str = "notified"
    source: str = "company:notification"
    go_live: datetime | None = None
    shadow: str = ""

    @property
    def store(self) -> Store:
        raise AssertionError("notifications keep no records")

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        if self.full:
            raise Unavailable("disk full", retry_after=7)
        known = {one.key for one in self.arrivals}
        self.arrivals.extend(one for one in arrivals if one.key not in known)
        return [Accepted(str(one.key), duplicate=one.key in known) for one in arrivals]

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        raise AssertionError("notifications wait for no answer")

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        raise AssertionError("nobody asks")

    async def cursor(self) -> Any:
        return None

    async def busy(self) -> bool:
        return False
