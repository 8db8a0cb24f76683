"""A small hub for these tests: a public port that can be mounted, and a receiver that keeps what it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.sandbox import PlacetopaySandbox
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, ManualClock
from caravana.kit.component import Component, Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Accepted, Arrival, Handler, Outcome, Store, Unavailable
from caravana.kit.uri import Uri
from caravana.testing.harness import Doubts, Reviews

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


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
    """The hub as the component sees it, with one connection."""

    processes = 1

    settings: dict[str, Any]
    clock: Clock = field(default_factory=ManualClock)
    listener: Listener = field(default_factory=Listener)
    reviews: Reviews = field(default_factory=Reviews)
    doubts: Doubts = field(default_factory=Doubts)
    callables: Callables = field(default_factory=Callables)

    @property
    def store(self) -> Store:
        raise AssertionError("the component keeps nothing")

    def connection(self, name: str) -> Mapping[str, Any]:
        if name != "placetopay":
            raise ConfigurationError(f"there is no connection `{name}`")
        return self.settings

    def component_of(self, connection: str) -> Component:
        self.connection(connection)
        return PlacetopayComponent(self)

    def is_off(self, connection: str | None) -> bool:
        return False

    def setting(self, name: str, default: Any = None) -> Any:
        return default

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
    source: str = "placetopay:notification"
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


@dataclass
class Bench:
    """Component, its sandbox and the clock that both read."""

    component: PlacetopayComponent
    context: Context
    sandbox: PlacetopaySandbox
    clock: ManualClock

    def producer(self, address: str) -> Producer:
        """Return the producer at `placetopay:<address>`."""
        producer = self.component.endpoint(Uri.parse(f"placetopay:{address}")).producer()
        assert isinstance(producer, Producer)
        return producer

    async def call(self, address: str, body: Any) -> dict[str, Any]:
        """Send `body` to `placetopay:<address>` and return the reply's body."""
        producer = self.producer(address)
        asked = exchange(body)
        reply = await producer.send(producer.request(asked), effect())
        producer.receive(asked, reply)
        assert isinstance(asked.body, dict)
        return asked.body

    async def verify(self, address: str, body: Any) -> Reply | None:
        """Ask whether the call took place."""
        producer = self.producer(address)
        return await producer.verify(producer.request(exchange(body)), effect())

    async def create(self, **changes: Any) -> dict[str, Any]:
        """Open a session for 115.00 USD."""
        return await self.call("create", order(**changes))

    async def query(self, request_id: str) -> dict[str, Any]:
        """Ask how a session stands."""
        return await self.call("query", {"request_id": request_id})


def exchange(body: Any) -> Exchange:
    """Return an exchange with `body`."""
    return Exchange("x1", body, created=NOW)


def effect() -> Effect:
    """Return the effect of a first attempt."""
    return Effect("key", "x1", "to/1", 1, NOW)


def order(**changes: Any) -> dict[str, Any]:
    """Return the body of a session for 115.00 USD with taxes; a change of None removes a key."""
    body: dict[str, Any] = {
        "reference": "CV7K2M-1",
        "description": "Pedido S00042",
        "amount": "115.00",
        "currency": "USD",
        "taxes": [{"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}],
        "buyer": {"document": "0912345678", "document_type": "CI", "name": "Prueba", "surname": "Inventada"},
        "return_url": "https://hub.example/return/abc",
        "cancel_url": "https://hub.example/return/abc?left=1",
        "ip_address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
