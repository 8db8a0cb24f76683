"""The doors of a hub: for each route a receiver, and the consumer that lets messages in."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from caravana.engine.program import CompiledRoute
from caravana.engine.receiver import RouteReceiver
from caravana.journal.model import Fence
from caravana.kit.component import Consumer

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

LAST = 1_000_000
"""Place in the order of starting of a route that names none."""


class Doors:
    """`receivers` of all routes, `consumers` of those that let messages in now; both by route id."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: components, ownership, modes."""
        self._hub = hub
        self.receivers: dict[str, RouteReceiver] = {}
        self.consumers: dict[str, Consumer] = {}

    async def open_all(self, routes: Iterable[CompiledRoute]) -> None:
        """Make the receivers, then let messages in, in the routes' own order. Raises `ConfigurationError`."""
        listed = list(routes)
        for route in listed:
            self.receivers[route.id] = RouteReceiver(self._hub, route)
        for route in sorted(listed, key=lambda one: one.model.startup_order or LAST):
            if route.model.auto_startup and self._hub.route_mode(route.id) != "off":
                await self.open(route)

    async def open(self, route: CompiledRoute) -> None:
        """Let messages in at one route. Raises `ConfigurationError`."""
        endpoint = self._hub.components.endpoint(route.uri)

        async def begin(consumer: Consumer) -> None:
            await consumer.start()
            self.consumers[route.id] = consumer

        async def began(fence: Fence | None) -> None:
            receiver = self.receivers[route.id] = RouteReceiver(self._hub, route, fence)
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
        """Let nothing more in."""
        for route_id in list(self.receivers):
            await self.close(route_id)
