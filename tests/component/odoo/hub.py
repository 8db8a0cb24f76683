"""A hub small enough to see through: what the engine gives to components, kept in memory."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from caravana.component.odoo import OdooComponent
from caravana.kit.branch import Branch
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, SystemClock
from caravana.kit.codec import dumps, loads
from caravana.kit.component import Component, Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Accepted, Arrival, Handler, Outcome, Turn
from caravana.kit.uri import Uri
from caravana.testing.harness import Doubts, Reviews

KEY = "0123456789abcdef0123456789abcdef01234567"


class MemoryListener:
    """Mounted handlers, served by `app`."""

    public_url = "http://127.0.0.1"

    def __init__(self) -> None:
        self.mounted: dict[str, Route] = {}

    def mount(self, path: str, methods: Sequence[str], handler: Handler, *, prefix: bool = False) -> None:
        self.mounted[path] = Route(path, handler, methods=list(methods))

    def unmount(self, path: str, methods: Sequence[str]) -> None:
        del self.mounted[path]

    def app(self) -> Starlette:
        return Starlette(routes=list(self.mounted.values()))


class MemoryStore:
    """Values by scope and key."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], bytes] = {}
        self.turns: Counter[tuple[str, str]] = Counter()

    async def get(self, scope: str, key: str) -> Any:
        found = self.values.get((scope, key))
        return None if found is None else loads(found)

    async def put(self, scope: str, key: str, value: Any) -> None:
        if value is None:
            self.values.pop((scope, key), None)
        else:
            self.values[scope, key] = dumps(value)

    async def turn(self, scope: str, key: str) -> Turn:
        """Return where a group of records stands."""
        return Turn(scope, key, self.turns[scope, key])

    async def put_together(self, turn: Turn, rows: Sequence[tuple[str, str, Any]]) -> Turn | None:
        """Keep rows, or nothing when their group has moved on."""
        scope, key, number = turn
        if self.turns[scope, key] != number:
            return None
        self.turns[scope, key] += 1
        for row in rows:
            await self.put(*row)
        return Turn(scope, key, number + 1)

    async def find(self, scope: str, prefix: str = "", limit: int = 1000, *, since: str = "") -> list[tuple[str, Any]]:
        found = sorted(key for one, key in self.values if one == scope and key.startswith(prefix))
        return [(key, loads(self.values[scope, key])) for key in found[:limit]]


@dataclass
class MemoryHub:
    """The context of components: one connection named `odoo`."""

    settings: Mapping[str, Any]
    processes: int = 1
    clock: Clock = field(default_factory=SystemClock)
    listener: MemoryListener = field(default_factory=MemoryListener)
    store: MemoryStore = field(default_factory=MemoryStore)
    reviews: Reviews = field(default_factory=Reviews)
    doubts: Doubts = field(default_factory=Doubts)
    callables: Callables = field(default_factory=Callables)
    actions: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)

    def connection(self, name: str) -> Mapping[str, Any]:
        return self.settings

    def component_of(self, connection: str) -> Component:
        raise AssertionError(connection)

    def is_off(self, connection: str | None) -> bool:
        return False

    def setting(self, name: str, default: Any = None) -> Any:
        return {"branches": self.branches, "company.timezone": "America/Guayaquil"}.get(name, default)

    def secret(self, name: str) -> str:
        raise AssertionError(name)

    def wake(self, topic: str) -> None:
        for action in self.actions.get(topic, []):
            action()

    def listen(self, topic: str, action: Callable[[], None]) -> None:
        self.actions.setdefault(topic, []).append(action)


@dataclass
class MemoryReceiver:
    """Accepted arrivals; duplicates by key are counted, as the journal does."""

    go_live: datetime | None = None
    shadow: str = ""
    route_id: str = "orders"
    source: str = "odoo:sale.order"
    taken: list[Arrival] = field(default_factory=list)
    duplicates: int = 0
    stored: bytes | None = None
    store: MemoryStore = field(default_factory=MemoryStore)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        async with self.changed:
            known = {one.key for one in self.taken}
            fresh = [one for one in arrivals if one.key not in known]
            self.duplicates += len(arrivals) - len(fresh)
            self.taken += fresh
            if cursor is not None:
                self.stored = dumps(cursor)
            self.changed.notify_all()
        return [Accepted(str(one.key)) for one in arrivals]

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        raise AssertionError("a watch asks for no answer")

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        raise AssertionError("a watch asks for no answer")

    async def cursor(self) -> Any:
        return None if self.stored is None else loads(self.stored)

    async def busy(self) -> bool:
        return False

    async def count(self, wanted: int) -> None:
        """Return once `wanted` messages are there."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= wanted)

    def ids(self) -> list[Any]:
        return [one.headers["CaravanaOdooId"] for one in self.taken]


def settings(url: str, **more: Any) -> dict[str, Any]:
    """Return the settings of a connection to `url`, fast enough for tests."""
    return {"url": url, "database": "o19", "apiKey": KEY, "login": "hub", "rate": 1000, "timeout": "5s", **more}


def effect(key: str = "k-1", **more: Any) -> Effect:
    """Return what a producer is told about its call."""
    return Effect(key, "x-1", "route/1", 1, more.pop("intended_at", datetime.now(UTC)), **more)


def exchange(body: Any) -> Exchange:
    """Return an exchange with `body`."""
    return Exchange("x-1", body, created=datetime.now(UTC))


def producer(component: OdooComponent, address: str) -> Producer:
    """Return the producer of `address`."""
    made = component.endpoint(Uri.parse(address)).producer()
    assert isinstance(made, Producer)
    return made


async def send(component: OdooComponent, address: str, body: Any = None, key: str = "k-1") -> Reply:
    """Send `body` to `address` and return the reply; what is recorded must be storable."""
    made = producer(component, address)
    request = loads(dumps(made.request(exchange(body))))
    reply = await made.send(request, effect(key))
    loads(dumps(reply.body))
    return reply


async def verify(component: OdooComponent, address: str, body: Any, key: str = "k-1", **more: Any) -> Reply | None:
    """Ask whether the call of `body` took place."""
    made = producer(component, address)
    return await made.verify(made.request(exchange(body)), effect(key, **more))
