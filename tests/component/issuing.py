"""How tests call the component of an e-invoicing company, beside its imitation."""

import asyncio
from typing import Any, Protocol

from caravana.kit.clock import ManualClock
from caravana.kit.component import Component, Producer
from caravana.kit.effect import Effect
from caravana.kit.sandbox import Fault
from caravana.testing.harness import make_effect, make_exchange, producer_of
from tests.support.edocuments import example

Body = dict[str, Any]


class Imitation(Protocol):
    """What every imitation of such a company has."""

    faults: list[Fault]

    def settle(self) -> None:
        """Do what is due."""


class Caller:
    """Calls the component as the engine does; its connection is called as the scheme."""

    component: Component

    def producer(self, operation: str) -> Producer:
        """Return the producer of an operation."""
        scheme = self.component.scheme
        return producer_of(self.component, f"{scheme}:{operation}?connection={scheme}")

    async def call(self, operation: str, body: Body, effect: Effect | None = None) -> Body:
        """Return what an operation answers."""
        producer = self.producer(operation)
        reply = await producer.send(producer.request(make_exchange(body)), effect or make_effect())
        found: Body = reply.body
        return found

    async def verify(self, operation: str, body: Body) -> Body | None:
        """Ask whether a call took place."""
        producer = self.producer(operation)
        reply = await producer.verify(producer.request(make_exchange(body)), make_effect())
        return None if reply is None else reply.body


class Issuer(Caller):
    """Issues the example of a type, and lets time pass and calls go wrong."""

    sandbox: Imitation
    clock: ManualClock

    async def prepare(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Return the package of the example of a type."""
        return await self.call("prepare", {"document": example(cod_doc, **changes).to_json()})

    async def issue(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Prepare and submit the example of a type, and return its standing."""
        return await self.call("submit", await self.prepare(cod_doc, **changes))

    async def later(self, seconds: int = 10) -> None:
        """Let time pass, second by second, and the imitation work."""
        for _ in range(seconds):
            self.clock.advance(1)
            await asyncio.sleep(0)
            self.sandbox.settle()

    def fault(self, operation: str, action: Any, **more: Any) -> None:
        """Let the next call of `operation` go wrong."""
        self.sandbox.faults.append(Fault(operation, action, **more))
