"""A component of Meta's beside the imitation: a hub in memory, producers called as the engine does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from caravana.kit.component import Component
from caravana.kit.effect import Effect, Reply
from caravana.testing.harness import Hub, make_exchange, producer_of, run_producer
from tests.component.whatsapp.meta import Meta, meta_world


@dataclass
class Bench:
    """The component under test, the hub it lives in, and Meta."""

    component: Component
    hub: Hub
    meta: Meta

    async def run(self, operation: str, body: Any = None, *, effect: Effect | None = None) -> Reply:
        """Make a call of `<scheme>:operation` and return its reply."""
        exchange = make_exchange(body)
        return await run_producer(self.producer(operation), exchange, effect=effect or self.effect())

    def producer(self, operation: str) -> Any:
        """Return the output side of an address."""
        return producer_of(self.component, f"{self.component.scheme}:{operation}")

    def effect(self, key: str = "key-1", attempt: int = 1) -> Effect:
        """Return an effect that begins now, by the imitation's clock."""
        return Effect(key, "x1", "r1/to1", attempt, self.hub.clock.now())

    def last(self) -> dict[str, Any]:
        """Return the last call that Meta was asked for."""
        return self.meta.sandbox.door.asked[-1]


@asynccontextmanager
async def bench(kind: type[Component], settings: dict[str, Any] | None = None, **account: Any) -> AsyncIterator[Bench]:
    """Serve Meta and open the component on it; both have one clock."""
    async with meta_world(need_proof=True, **account) as meta:
        scheme = kind.scheme
        given = {"url": meta.base, **meta.sandbox.connections()[scheme], **(settings or {})}
        given.pop("component")
        hub = Hub(clock=meta.clock, connections={scheme: given})
        component = kind(hub)
        try:
            yield Bench(component, hub, meta)
        finally:
            await component.close()
