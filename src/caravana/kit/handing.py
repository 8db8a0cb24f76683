"""What components share that hand over: one address in a route, behind it the producers and receivers of several companies."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from caravana.kit.component import Consumer, Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Accepted, Arrival, Outcome, Receiver, Store


class Handed(Producer):
    """A company's producer, with the connection beside its request and its reply."""

    def __init__(self, inner: Producer, connection: str, shared: str | None, patience: timedelta | None) -> None:
        """`connection`: its name; `shared`: the name under which its limits and circuit are known."""
        self._inner = inner
        self._connection = connection
        self._shared = shared
        self.kind = inner.kind
        self.settle = inner.settle
        self.key_lifetime = inner.key_lifetime
        self.afterwards = inner.afterwards
        self.timeout = inner.timeout
        self.repeat_unknown = inner.repeat_unknown
        self.patience = inner.patience if patience is None else patience

    def request(self, exchange: Exchange) -> Any:
        """Return what the company is asked."""
        return self._inner.request(exchange)

    def kind_of(self, request: Any) -> Kind:
        """Return the kind of the company's call."""
        return self._inner.kind_of(request["request"])

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the connection as limits and circuit know it."""
        return self._inner.connection_of(request["request"], branch) or self._shared

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Ask the company."""
        return self._named(await self._inner.send(request["request"], effect))

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Ask the company whether the call took place."""
        found = await self._inner.verify(request["request"], effect)
        return None if found is None else self._named(found)

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what the company would answer."""
        found = self._inner.would(request["request"], effect)
        return None if found is None else self._named(found)

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Apply the reply as the company's component does."""
        self._inner.receive(exchange, reply)

    def _named(self, reply: Reply) -> Reply:
        """The reply with its connection: later calls about the same thing name it."""
        if not isinstance(reply.body, dict):
            return reply
        return Reply({**reply.body, "connection": self._connection}, reply.headers, reply.reference)


class Delegating(Producer):
    """A call that another producer makes, which the request tells."""

    @abstractmethod
    def handing(self, request: Any) -> Producer:
        """Return the producer that makes it."""

    def kind_of(self, request: Any) -> Kind:
        """Return what that producer says."""
        return self.handing(request).kind_of(request)

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the connection as limits and circuit know it."""
        return self.handing(request).connection_of(request, branch)

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Have that producer ask."""
        return await self.handing(request).send(request, effect)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Have that producer look."""
        return await self.handing(request).verify(request, effect)

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what that producer imagines."""
        return self.handing(request).would(request, effect)


class Handing(Delegating):
    """One operation, done by the producer of the company that serves the request's `connection`.

    What may be done when its outcome is unknown says the company's own producer.
    """

    patience: timedelta | None

    def __init__(self, patience: timedelta | None) -> None:
        """`patience`: of every company's call, None: each its own."""
        self.patience = patience
        self._made: dict[str, Handed] = {}

    @abstractmethod
    def endpoint(self, connection: str) -> Endpoint:
        """Return the company's endpoint. Raises `ConfigurationError` for a connection that nobody serves."""

    @abstractmethod
    def gone(self, connection: str, error: ConfigurationError) -> NeedsPerson:
        """Return what a person is told when the connection of something that began is not there any more."""

    def handed(self, inner: Producer, connection: str, shared: str | None) -> Handed:
        """Return what the company's producer is behind."""
        return Handed(inner, connection, shared, self.patience)

    def handing(self, request: Any) -> Handed:
        """Return the company's producer."""
        return self.company(request["connection"])

    def company(self, connection: str) -> Handed:
        """Return the producer behind a connection. Raises `NeedsPerson` when it is gone."""
        if connection not in self._made:
            try:
                self._made[connection] = self.make(connection)
            except ConfigurationError as error:
                raise self.gone(connection, error) from None
        return self._made[connection]

    def make(self, connection: str) -> Handed:
        """Return a new one. Raises `ConfigurationError`."""
        endpoint = self.endpoint(connection)
        inner = endpoint.producer()
        if not isinstance(inner, Producer):
            raise ConfigurationError(f"`{endpoint.uri}` makes no call", place=f"connections.{connection}")
        return self.handed(inner, connection, endpoint.connection)


class NamedReceiver(Receiver):
    """A receiver to which one connection's messages come: each with its connection, unlike those of any other."""

    def __init__(self, receiver: Receiver, connection: str, branch: str | None = None) -> None:
        """`branch`: of messages that tell none."""
        self._receiver = receiver
        self._connection = connection
        self._branch = branch

    @property
    def route_id(self) -> str:
        """The route that is fed."""
        return self._receiver.route_id

    @property
    def source(self) -> str:
        """Where it comes from."""
        return self._receiver.source

    @property
    def go_live(self) -> datetime | None:
        """The go-live line."""
        return self._receiver.go_live

    @property
    def shadow(self) -> str:
        """Whether it only imagines."""
        return self._receiver.shadow

    @property
    def store(self) -> Store:
        """What it may keep."""
        return self._receiver.store

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        """Take messages. Raises `Unavailable`."""
        return await self._receiver.accept([self._named(one) for one in arrivals], cursor=cursor)

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        """Take a message, and wait for what becomes of it. Raises `Unavailable`."""
        return await self._receiver.request(self._named(arrival), timeout=timeout)

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        """Return what became of an earlier one."""
        return await self._receiver.later(exchange_id, ticket)

    async def cursor(self) -> Any:
        """Return how far it is."""
        return await self._receiver.cursor()

    async def busy(self) -> bool:
        """Whether something is under way."""
        return await self._receiver.busy()

    def _named(self, arrival: Arrival) -> Arrival:
        body = {**arrival.body, "connection": self._connection} if isinstance(arrival.body, Mapping) else arrival.body
        key = None if arrival.key is None else f"{self._connection}:{arrival.key}"
        return replace(arrival, body=body, key=key, branch=arrival.branch or self._branch)


class Together(Consumer):
    """Several consumers of one route."""

    def __init__(self, consumers: Sequence[Consumer]) -> None:
        """`consumers`: each with its own way to the route."""
        self._consumers = list(consumers)

    @property
    def refusals(self) -> Mapping[str, int]:
        """What all of them turned away."""
        return sum((Counter(one.refusals) for one in self._consumers), Counter())

    async def start(self) -> None:
        """Begin to listen at each one's address. Raises `ConfigurationError` when one is taken."""
        for one in self._consumers:
            await one.start()

    async def stop(self) -> None:
        """Stop listening."""
        for one in self._consumers:
            await one.stop()
