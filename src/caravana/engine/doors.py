"""The doors of a hub: for each route a receiver, and the consumer that lets messages in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caravana.engine.configuration import Modes
from caravana.engine.modes import OFF
from caravana.engine.program import CompiledRoute, Program
from caravana.engine.receiver import RouteReceiver
from caravana.journal.model import Fence
from caravana.kit.component import Consumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

LAST = 1_000_000
"""Place in the order of starting of a route that names none."""


@dataclass(frozen=True)
class Rule:
    """What holds at the doors: the routes, and their modes."""

    program: Program
    modes: Modes


class Doors:
    """`receivers` of all routes, `consumers` of those that let messages in now; both by route id."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: components, ownership, modes."""
        self._hub = hub
        self.receivers: dict[str, RouteReceiver] = {}
        self.consumers: dict[str, Consumer] = {}
        self._lock = asyncio.Lock()
        self._opened = False

    async def open_all(self, routes: Iterable[CompiledRoute], *, let_in: bool = True) -> None:
        """Make the receivers, then let messages in, in the routes' own order. Raises `ConfigurationError`."""
        listed = list(routes)
        for route in listed:
            self.receivers[route.id] = RouteReceiver(self._hub, route)
        for route in sorted(listed, key=_order):
            if let_in and self._opens(route, self._hub.configuration.modes):
                await self.open(route)
        self._opened = let_in

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Keep the doors from being shut, or changed by another, in the block.

        Raises `ConfigurationError` before all are open, and once they are shut.
        """
        async with self._lock:
            if not self._opened:
                raise ConfigurationError("the hub is starting or stopping")
            yield

    async def turn(self, before: Rule, after: Rule, act: Callable[[Rule], None]) -> None:
        """Go over from one rule to another, within `changing`; `act` makes new exchanges begin under the one given.

        Consumers whose address stays the same are not interrupted. When a new one cannot start, all is as it was.
        Raises what the consumer's start raised.
        """
        try:
            await self._turn(before, after, act)
        except Exception:
            await self._turn(after, before, act, anyway=True)
            raise

    async def _turn(self, old: Rule, new: Rule, act: Callable[[Rule], None], *, anyway: bool = False) -> None:
        """`anyway`: go on when a consumer does not start; a person hears of it."""
        before, after = old.program, new.program
        was = {one.id: self._way_in(one, old.modes) for one in before.routes.values()}
        now = {one.id: self._way_in(one, new.modes) for one in after.routes.values()}
        staying = {name for name, way in now.items() if was.get(name) == way}
        for route in sorted(before.routes.values(), key=self._slow, reverse=True):
            if route.id not in staying:
                await self.close(route.id)
        act(new)
        for route_id in before.routes.keys() - staying:
            self.receivers.pop(route_id, None)
        for route in after.routes.values():
            if route.id in staying:
                self.receivers[route.id].turn_to(route)
            else:
                self.receivers[route.id] = RouteReceiver(self._hub, route)
        opening = [one for one in after.routes.values() if one.id not in staying and self._opens(one, new.modes)]
        for route in sorted(opening, key=_order):
            try:
                await self.open(route)
            except Exception as error:
                if not anyway:
                    raise
                self._hub.alarm("consumer_stopped", f"the route `{route.id}` takes nothing: {error}")

    def _way_in(self, route: CompiledRoute, modes: Modes) -> tuple[Uri, bool, list[str]]:
        """What a consumer is made of: its address, whether messages come in, and from whom."""
        return route.uri, self._opens(route, modes), self._sources(route, modes)

    def _sources(self, route: CompiledRoute, modes: Modes) -> list[str]:
        """The partners from whom messages come in at the route: not those that are off."""
        return [one for one in self._hub.components.endpoint(route.uri).sources if not modes.is_off(one)]

    def _opens(self, route: CompiledRoute, modes: Modes) -> bool:
        """Whether messages come in at the route: not when it, or every partner that they come from, is off."""
        if not route.model.auto_startup or modes.of_route(route.id) == OFF:
            return False
        return bool(self._sources(route, modes)) or not self._hub.components.endpoint(route.uri).sources

    def _slow(self, route: CompiledRoute) -> bool:
        """Pollers end what they have begun, which takes time; what answers callers is stopped after them."""
        consumer = self.consumers.get(route.id)
        return consumer is not None and consumer.exclusive

    async def open(self, route: CompiledRoute) -> None:
        """Let messages in at one route. Raises `ConfigurationError`."""
        endpoint = self._hub.components.endpoint(route.uri)

        async def begin(consumer: Consumer) -> None:
            await consumer.start()
            self.consumers[route.id] = consumer

        async def began(fence: Fence | None) -> None:
            latest = self.receivers[route.id].route  # its steps may have changed since
            receiver = self.receivers[route.id] = RouteReceiver(self._hub, latest, fence=fence)
            await begin(endpoint.consumer(receiver))

        async def ended() -> None:
            await self.consumers.pop(route.id).stop()

        consumer = endpoint.consumer(self.receivers[route.id])
        if consumer.exclusive:
            await self._hub.ownership.hold(f"consumer:{route.id}", began, ended)
        else:
            await begin(consumer)

    async def close(self, route_id: str) -> None:
        """Let nothing more in at one route."""
        await self._hub.ownership.release(f"consumer:{route_id}")
        consumer = self.consumers.pop(route_id, None)
        if consumer is not None:
            await consumer.stop()

    async def close_all(self) -> None:
        """Let nothing more in, for good."""
        async with self._lock:
            self._opened = False
            for route_id in list(self.receivers):
                await self.close(route_id)


def _order(route: CompiledRoute) -> int:
    return route.model.startup_order or LAST
