"""A small hub in memory: the ports that components see, with a real listener on loopback for those that speak HTTP."""

import asyncio
import inspect
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.types import Receive, Scope, Send

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, ManualClock
from caravana.kit.component import Component, Endpoint, Local, Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.ports import Accepted, Arrival, Handler, Outcome, Resolved, Spawned, Turn
from caravana.kit.serving import serve
from caravana.kit.uri import Uri

START = datetime(2026, 11, 23, 15, tzinfo=UTC)
GENERIC_OPTIONS = frozenset(
    {"lane", "strict", "key", "keys", "branch", "bulk", "reply", "replyTimeout", "mode", "exchangePattern"}
)
"""Consumer options that the engine takes off before a component sees the address."""


class SteppedClock(ManualClock):
    """A manual clock that tells when somebody has gone to sleep on it."""

    def __init__(self, start: datetime = START) -> None:
        super().__init__(start)
        self._asleep = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait as `ManualClock` does, and tell that somebody waits."""
        if seconds > 0:
            self._asleep.set()
        await super().sleep(seconds)

    async def step(self, seconds: float = 0.0) -> None:
        """Move on by `seconds`; when that wakes the one consumer under test, return when it sleeps again."""
        sleepers = len(self._sleepers)
        self._asleep.clear()
        self.advance(seconds)
        if len(self._sleepers) < sleepers:
            await self._asleep.wait()

    async def asleep(self) -> None:
        """Return as soon as somebody sleeps."""
        await self._asleep.wait()


class Listener:
    """The public port: an ASGI application whose addresses come and go."""

    def __init__(self) -> None:
        self.public_url = ""
        self._mounts: list[tuple[str, frozenset[str], bool, Handler]] = []

    def mount(self, path: str, methods: Sequence[str], handler: Handler, *, prefix: bool = False) -> None:
        """Answer `path` with `handler`. Raises `ConfigurationError` when it is taken."""
        wanted = frozenset(methods)
        if any(one == path and wanted & taken for one, taken, _, _ in self._mounts):
            raise ConfigurationError(f"`{path}` is taken")
        self._mounts.append((path, wanted, prefix, handler))

    def unmount(self, path: str, methods: Sequence[str]) -> None:
        """Stop answering `path`."""
        self._mounts = [one for one in self._mounts if not (one[0] == path and one[1] == frozenset(methods))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        response = await self._answer(scope, receive)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        fits = False
        for path, methods, prefix, handler in self._mounts:
            found = _match(path, scope["path"], prefix=prefix)
            if found is None:
                continue
            fits = True
            if scope["method"] in methods:
                scope["path_params"] = found
                return await handler(Request(scope, receive))
        return PlainTextResponse("", 405 if fits else 404)


def _match(pattern: str, path: str, *, prefix: bool) -> dict[str, Any] | None:
    regex, _, converters = compile_path(pattern)
    if prefix:
        regex = re.compile(regex.pattern.removesuffix("$") + "(?:/.*)?$")
    found = regex.match(path)
    if found is None:
        return None
    return {name: converters[name].convert(text) for name, text in found.groupdict().items()}


class Store:
    """Records by scope and key."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Any] = {}
        self.turns: Counter[tuple[str, str]] = Counter()

    async def get(self, scope: str, key: str) -> Any:
        """Return the record, or None."""
        return self.records.get((scope, key))

    async def put(self, scope: str, key: str, value: Any) -> None:
        """Keep the record; None removes it."""
        if value is None:
            self.records.pop((scope, key), None)
        else:
            self.records[scope, key] = value

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
        """Return keys and records by prefix, in order."""
        found = [(key, value) for (one, key), value in self.records.items() if one == scope and key.startswith(prefix)]
        return sorted((one for one in found if one[0] >= since), key=lambda one: one[0])[:limit]


class Reviews:
    """What waits for a person, as a test says."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self.settled: list[tuple[str, str, str]] = []

    async def items(self, limit: int) -> list[dict[str, Any]]:
        """Return what waits."""
        return self.waiting[:limit]

    async def done(self, id: str, actor: str, reason: str) -> bool:  # noqa: A002 -- the port's name
        """Take an item off the list."""
        there = [one for one in self.waiting if one["id"] == id]
        self.waiting = [one for one in self.waiting if one["id"] != id]
        self.settled += [(id, actor, reason)] if there else []
        return bool(there)


class Doubts:
    """Effects, as a test says: by exchange and key those in doubt (`open`) and `under_way`; `resolved` are settled."""

    def __init__(self) -> None:
        self.open: set[tuple[str, str]] = set()
        self.under_way: set[tuple[str, str]] = set()
        self.resolved: list[tuple[str, str, Reply]] = []

    async def resolve(self, exchange_id: str, key: str, reply: Reply) -> Resolved:
        """Settle one, if it is open."""
        if (exchange_id, key) in self.under_way:
            return Resolved.UNDER_WAY
        if (exchange_id, key) not in self.open:
            return Resolved.NOTHING
        self.open.remove((exchange_id, key))
        self.resolved.append((exchange_id, key, reply))
        return Resolved.SETTLED


@dataclass
class Hub:
    """The hub as components see it."""

    processes = 1

    clock: Clock = field(default_factory=SteppedClock)
    listener: Listener = field(default_factory=Listener)
    store: Store = field(default_factory=Store)
    reviews: Reviews = field(default_factory=Reviews)
    doubts: Doubts = field(default_factory=Doubts)
    callables: Callables = field(default_factory=Callables)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    topics: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    """By connection."""

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return a connection's settings. Raises `ConfigurationError` without it."""
        if name not in self.connections:
            raise ConfigurationError(f"there is no connection `{name}`")
        return self.connections[name]

    def component_of(self, connection: str) -> Component:
        """Return the component that serves a connection. Raises `ConfigurationError` without one."""
        self.connection(connection)
        if connection not in self.components:
            raise ConfigurationError(f"nothing tells which component `connections.{connection}` belongs to")
        return self.components[connection]

    def is_off(self, connection: str | None) -> bool:
        """Tell that nothing is switched off."""
        return False

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting."""
        return self.settings.get(name, default)

    def secret(self, name: str) -> str:
        """Return a secret. Raises `ConfigurationError` without it."""
        if name not in self.secrets:
            raise ConfigurationError(f"the secret `{name}` is not set")
        return self.secrets[name]

    def wake(self, topic: str) -> None:
        """Do what was asked for at news of `topic`."""
        for action in self.topics.get(topic, []):
            action()

    def listen(self, topic: str, action: Callable[[], None]) -> None:
        """Do `action` at news of `topic`."""
        self.topics.setdefault(topic, []).append(action)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve the listener on loopback; yields its address."""
        async with serve(self.listener) as address:
            self.listener.public_url = address
            yield address


class Inbox:
    """A receiver that keeps what is accepted; `failure` refuses everything, `outcome` answers requests."""

    def __init__(self, source: str = "test:inbox") -> None:
        self.route_id = "r1"
        self.source = source
        self.go_live: datetime | None = None
        self.shadow = ""
        self.reply_accepted = False
        self.store = Store()
        self.accepted: list[Arrival] = []
        self.stored_cursor: Any = None
        self.failure: Exception | None = None
        self.unfinished = False
        self.outcome: Callable[[Arrival], Outcome] = lambda arrival: Outcome("x1", "done", arrival.body)
        self._keys: dict[str, str] = {}
        self._queue: asyncio.Queue[Arrival] = asyncio.Queue()

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        """Keep the arrivals and the cursor. Raises `failure`."""
        if self.failure is not None:
            raise self.failure
        if cursor is not None:
            self.stored_cursor = cursor
        return [self._take(one) for one in arrivals]

    def _take(self, arrival: Arrival) -> Accepted:
        if arrival.key is not None and arrival.key in self._keys:
            return Accepted(self._keys[arrival.key], duplicate=True)
        self.accepted.append(arrival)
        self._queue.put_nowait(arrival)
        identity = f"x{len(self.accepted)}"
        if arrival.key is not None:
            self._keys[arrival.key] = identity
        return Accepted(identity)

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        """Keep the arrival and return its `outcome`."""
        await self.accept([arrival])
        return self.outcome(arrival)

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        """Return the `outcome` of the arrival that brought the ticket."""
        return next((self.outcome(one) for one in self.accepted if one.ticket == ticket), None)

    async def cursor(self) -> Any:
        """Return the cursor last stored."""
        return self.stored_cursor

    async def busy(self) -> bool:
        """Tell whether work is `unfinished`."""
        return self.unfinished

    async def next(self) -> Arrival:
        """Return the next arrival, waiting for it."""
        return await self._queue.get()


class Recorder:
    """A flow that notes which routes are called and which children are started."""

    def __init__(self, *, replaying: bool = False) -> None:
        self.replaying = replaying
        self.called: list[tuple[str, Exchange]] = []
        self.spawned: list[tuple[str, Arrival]] = []

    async def call(self, name: str, exchange: Exchange) -> None:
        """Note the call."""
        self.called.append((name, exchange))

    async def spawn(self, address: str, arrival: Arrival) -> None:
        """Note the child."""
        self.spawned.append((address, arrival))

    async def spawn_all(self, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        """Note the children whose keys are new."""
        known = {(address, arrival.key) for address, arrival in self.spawned if arrival.key is not None}
        new = [one for one in children if (one[0], one[1].key) not in known]
        self.spawned += new
        return Spawned(len(new), len(children) - len(new))


def make_exchange(body: Any = None, headers: Mapping[str, Any] | None = None) -> Exchange:
    """Return an exchange accepted at `START`."""
    return Exchange("x1", body, Headers(headers or {}), created=START, route_id="r1")


def make_effect(key: str = "key-1", attempt: int = 1) -> Effect:
    """Return the effect that an engine would hand to `send`."""
    return Effect(key, "x1", "r1/to1", attempt, START)


def producer_of(component: Component, address: str) -> Producer:
    """Return the output side of `address`, which makes an effect."""
    made = component.endpoint(Uri.parse(address)).producer()
    assert isinstance(made, Producer)
    return made


def local_of(component: Component, address: str) -> Local:
    """Return the output side of `address`, which makes no effect."""
    made = component.endpoint(Uri.parse(address)).producer()
    assert isinstance(made, Local)
    return made


async def run_producer(producer: Producer, exchange: Exchange, *, effect: Effect | None = None) -> Reply:
    """Do what the engine does around one call: request, send, receive."""
    reply = await producer.send(producer.request(exchange), effect or make_effect())
    producer.receive(exchange, reply)
    return reply


def readme_endpoints(component: Component) -> list[Endpoint]:
    """Return every endpoint of the component's scheme in the YAML examples of its README, made by the component."""
    page = Path(inspect.getfile(type(component))).with_name("README.md").read_text("utf-8")
    schemes = {component.scheme, *component.schemes}
    addresses = [
        address
        for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
        for address in _addresses(YAML(typ="safe").load(block))
    ]
    return [component.endpoint(one) for one in addresses if one.scheme in schemes]


def _addresses(node: Any) -> list[Uri]:
    if isinstance(node, list):
        return [one for part in node for one in _addresses(part)]
    if not isinstance(node, dict):
        return []
    found = [_address(node["uri"], node.get("parameters"))] if isinstance(node.get("uri"), str) else []
    for name, value in node.items():
        if name in ("to", "toD", "wireTap") and isinstance(value, str):
            found.append(_address(value, None))
        elif name != "parameters":
            found.extend(_addresses(value))
    return found


def _address(text: str, parameters: Mapping[str, object] | None) -> Uri:
    given = Uri.parse(text, parameters)
    return Uri(given.scheme, given.path, {n: v for n, v in given.options.items() if n not in GENERIC_OPTIONS})
