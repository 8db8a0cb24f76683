"""Tests of routes: a hub on a journal of its own, messages sent to its routes, what its mocks received."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from caravana.component.mock import MockComponent
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.component import Component
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival, Outcome
from caravana.kit.serving import serve
from caravana.route import RouteDocument, read_file, read_text
from caravana.testing.counted import CountedComponent
from caravana.testing.replacing import closed, replaced

Routes = str | Path | RouteDocument
"""A route file's path, its text (it begins with `- ` or holds a line break), or a document of the builder."""


def read_routes(routes: Iterable[Routes]) -> list[RouteDocument]:
    """Return the documents. Raises `RouteFileError`."""
    return [_read(one) for one in routes]


def _read(one: Routes) -> RouteDocument:
    if isinstance(one, RouteDocument):
        return one
    if isinstance(one, Path) or ("\n" not in one and not one.startswith("-")):
        return read_file(one)
    return read_text(one)


class Mock:
    """What `mock:name` received."""

    def __init__(self, name: str, received: Sequence[Exchange]) -> None:
        """`received`: oldest first."""
        self.name = name
        self.received = list(received)

    @property
    def bodies(self) -> list[Any]:
        """The bodies, oldest first."""
        return [one.body for one in self.received]

    def expect(
        self,
        *bodies: Any,
        count: int | None = None,
        any_order: bool = False,
        headers: Mapping[str, Any] | None = None,
    ) -> None:
        """Assert what came: these bodies, so many messages, these headers in every message.

        Raises `AssertionError` that says what was received instead.
        """
        if count is not None:
            assert len(self.received) == count, f"mock:{self.name} received {len(self.received)} messages, not {count}"
        if bodies:
            found, wanted = self.bodies, list(bodies)
            fits = sorted(map(repr, found)) == sorted(map(repr, wanted)) if any_order else found == wanted
            assert fits, f"mock:{self.name} received {found}, not {wanted}"
        for name, value in (headers or {}).items():
            for one in self.received:
                given = one.headers.get(name)
                assert given == value, f"mock:{self.name} received header {name}={given!r}, not {value!r}"


class RunningRoutes:
    """Routes that run; `hub` is the hub itself."""

    def __init__(self, hub: Hub) -> None:
        """`hub`: started."""
        self.hub = hub

    async def send(
        self, route: str, *bodies: Any, headers: Mapping[str, Any] | None = None, key: str | None = None
    ) -> list[str]:
        """Let a message with each body in at `route` and wait until nothing is left to do; returns the exchanges' ids.

        What waits for a time is not waited for.
        """
        arrivals = [Arrival(body, dict(headers or {}), key=key) for body in bodies]
        accepted = await self.hub.receivers[route].accept(arrivals)
        await self.quiet()
        return [one.id for one in accepted]

    async def request(self, route: str, body: Any = None, headers: Mapping[str, Any] | None = None) -> Outcome:
        """Let a message in whose sender waits for the answer, and return it."""
        return await self.hub.receivers[route].request(Arrival(body, dict(headers or {})))

    async def quiet(self) -> None:
        """Wait until nothing runs and nothing is ready to run."""
        await self.hub.dispatcher.quiet()

    def mock(self, name: str) -> Mock:
        """Return what `mock:name` received so far."""
        component = cast("MockComponent", self.hub.components.get("mock"))
        return Mock(name, component.received(name))

    async def states(self) -> dict[str, str]:
        """Return the state of every exchange by its id, in the order of acceptance."""
        rows = await self.hub.journal.query("select id, state from exchange order by seq", {})
        return {row["id"]: row["state"] for row in rows}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Serve the public port on loopback; yields its address."""
        async with serve(self.hub.listener) as address:
            self.hub.listener.public_url = address
            yield address


class RouteTest:
    """Starts hubs on one journal in `folder`; what one left unfinished the next resumes."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where the journal is."""
        self.folder = folder

    @asynccontextmanager
    async def __call__(
        self,
        *routes: Routes,
        replace: Mapping[str, str] | None = None,
        callables: Mapping[str, Any] | None = None,
        components: Iterable[type[Component]] = (),
        clock: Clock | None = None,
        consumers: bool = False,
        **settings: Any,
    ) -> AsyncIterator[RunningRoutes]:
        """Run `routes` until the block ends.

        `replace`: pattern of addresses or step ids → address that is called instead, e.g. `{"https:*": "mock:shop"}`;
        `consumers`: also let in what comes by itself (timers, files, the public port); `settings`: of the
        configuration, e.g. `placeholders`, `connections`, `modes`. Raises `ConfigurationError` for routes that the hub
        would refuse.
        """
        documents = replaced(read_routes(routes), replace or {})
        known = Callables()
        for name, target in (callables or {}).items():
            known.register(name, target)
        hub = Hub(
            Configuration(journal=f"sqlite:///{self.folder}/journal.db", **settings),
            documents if consumers else closed(documents),
            clock=clock,
            callables=known,
            components=[CountedComponent, *components],
        )
        await hub.start()
        try:
            yield RunningRoutes(hub)
        finally:
            await hub.stop(1)
