"""A small hub for these tests: a public port that can be mounted, and a receiver that keeps what it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from caravana.component.stripe import StripeComponent
from caravana.component.stripe.sandbox import StripeSandbox
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
KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"


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
    """The hub as the component sees it, with the connection `stripe` and perhaps others."""

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
        if name == "stripe":
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
    source: str = "stripe:notification"
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

    component: StripeComponent
    context: Context
    sandbox: StripeSandbox
    clock: ManualClock
    calls: int = 0

    def producer(self, address: str) -> Producer:
        """Return the producer at `stripe:<address>`."""
        producer = self.component.endpoint(Uri.parse(f"stripe:{address}")).producer()
        assert isinstance(producer, Producer)
        return producer

    async def call(self, address: str, body: Any, key: str | None = None) -> dict[str, Any]:
        """Send `body` to `stripe:<address>` and return the reply's body; each call has its own key, if none is given."""
        self.calls += 1
        producer = self.producer(address)
        asked = exchange(body)
        reply = await producer.send(producer.request(asked), self.effect(key or f"key-{self.calls}"))
        producer.receive(asked, reply)
        assert isinstance(asked.body, dict)
        return asked.body

    async def verify(self, address: str, body: Any) -> Reply | None:
        """Ask whether the call took place."""
        producer = self.producer(address)
        return await producer.verify(producer.request(exchange(body)), self.effect("key"))

    def effect(self, key: str) -> Effect:
        """Return the effect of an attempt begun now."""
        return Effect(key, "x1", "to/1", 1, self.clock.now())

    async def create(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """Open a page for 115.00 USD."""
        return await self.call("create", order(**changes), key)

    async def query(self, request_id: str) -> dict[str, Any]:
        """Ask how a checkout stands."""
        return await self.call("query", {"request_id": request_id})

    async def paid(self, **changes: Any) -> dict[str, Any]:
        """Open a page, have it paid, and return how it stands."""
        reply = await self.create(**changes)
        self.sandbox.pay(reply["request_id"])
        return await self.query(reply["request_id"])


def exchange(body: Any) -> Exchange:
    """Return an exchange with `body`."""
    return Exchange("x1", body, created=NOW)


def payment_of(reply: dict[str, Any]) -> str:
    """Return the name of the one payment of a checkout."""
    [payment] = reply["payments"]
    return str(payment["internal_reference"])


def usd(text: str) -> dict[str, Any]:
    """Return an amount as replies hold it."""
    return {"currency": "USD", "total": Decimal(text)}


def order(**changes: Any) -> dict[str, Any]:
    """Return the body of a checkout for 115.00 USD; a change of None removes a key."""
    body: dict[str, Any] = {
        "reference": "CV7K2M-1",
        "description": "Pedido S00042",
        "amount": "115.00",
        "currency": "USD",
        "taxes": [{"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}],
        "buyer": {"document": "0912345678", "document_type": "CI", "name": "Prueba", "email": "prueba@example.com"},
        "return_url": "https://hub.example/return/abc",
        "cancel_url": "https://hub.example/return/abc?left=1",
        "ip_address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "locale": "es_EC",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
