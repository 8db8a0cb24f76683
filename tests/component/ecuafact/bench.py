"""Component and imitation over loopback with one clock; or a server that plays recorded answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from caravana.component.ecuafact import EcuafactComponent
from caravana.component.ecuafact.sandbox import EcuafactSandbox
from caravana.kit import json
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.sandbox import Fault
from caravana.kit.serving import abort_connection, serve
from caravana.testing.harness import START, Hub, make_effect, make_exchange, producer_of
from tests.component.ecuafact.recorded import KEY, Call
from tests.support.edocuments import example

CONNECTION = "ecuafact"
OCTOBER = datetime(2026, 10, 7, 15, tzinfo=UTC)
"""The day of the recordings."""
FILES = {"application/pdf": b"%PDF-1.4 a rid", "application/xml": b"<factura id='comprobante'></factura>"}
"""Of binary answers only the length was recorded."""
Body = dict[str, Any]


class Caller:
    """Calls the component as the engine does."""

    component: EcuafactComponent

    def producer(self, operation: str) -> Producer:
        """Return the producer of an operation."""
        return producer_of(self.component, f"ecuafact:{operation}?connection={CONNECTION}")

    async def call(self, operation: str, body: Body, effect: Effect | None = None) -> Body:
        """Return what an operation answers."""
        producer = self.producer(operation)
        reply = await producer.send(producer.request(make_exchange(body)), effect or make_effect())
        found: Body = reply.body
        return found


@dataclass
class Bench(Caller):
    """A hub with one connection to the imitation."""

    component: EcuafactComponent
    hub: Hub
    sandbox: EcuafactSandbox
    clock: ManualClock

    async def prepare(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Return the package of the example of a type; where Ecuafact numbers, without its number."""
        numbered = self.component.settings(CONNECTION).numbering == "odoo"
        given = changes if numbered else {"secuencial": None, **changes}
        return await self.call("prepare", {"document": example(cod_doc, **given).to_json()})

    async def issue(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Prepare and submit the example of a type, and return its standing."""
        return await self.call("submit", await self.prepare(cod_doc, **changes))

    async def query(self, standing: Body, **more: Any) -> Body:
        """Ask how it stands."""
        return await self.call("query", {**standing, **more})

    async def later(self, seconds: int = 10) -> None:
        """Let time pass, second by second, and the imitation work."""
        for _ in range(seconds):
            self.clock.advance(1)
            await asyncio.sleep(0)
            self.sandbox.settle()

    def fault(self, operation: str, action: Any, **more: Any) -> None:
        """Let the next call of `operation` go wrong."""
        self.sandbox.faults.append(Fault(operation, action, **more))


@asynccontextmanager
async def bench(
    settings: Mapping[str, Any] | None = None, *, start: datetime = START, **account: Any
) -> AsyncIterator[Bench]:
    """Serve the imitation, with more settings of the connection and fields of its account."""
    clock = ManualClock(start)
    sandbox = EcuafactSandbox(clock=clock)
    sandbox.account.change(account)
    async with serve(sandbox.app()) as url:
        hub = Hub(clock=clock)
        hub.connections[CONNECTION] = {"url": url, **sandbox.connection(), **(settings or {})}
        component = EcuafactComponent(hub)
        hub.components[CONNECTION] = component
        try:
            yield Bench(component, hub, sandbox, clock)
        finally:
            await component.close()
            await sandbox.close()


@dataclass
class Player(Caller):
    """A server that gives recorded answers in turn, and keeps what it was asked."""

    calls: list[Call]
    asked: list[Call] = field(default_factory=list)
    component: EcuafactComponent = field(init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        raw = (await request.body()).decode()
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        self.asked.append(Call(request.method, request.url.path + query, dict(request.headers), raw, None))
        recorded = self.calls[len(self.asked) - 1].answer
        if recorded is None:
            abort_connection(scope)
            return
        kind = recorded["headers"].get("Content-Type", "").partition(";")[0]
        content = FILES.get(kind) or json.dumps(recorded["body"]).encode()
        await Response(content, recorded["status"], recorded["headers"])(scope, receive, send)


@asynccontextmanager
async def playing(recorded: list[Call], **settings: Any) -> AsyncIterator[Player]:
    """Serve recorded answers to a component, and afterwards see that all were asked for."""
    player = Player(recorded)
    async with serve(player) as url:
        values = {"url": url, "apiKey": KEY, "origin": "MiERP", "additionalInfo": "hub/0.1", **settings}
        hub = Hub(clock=ManualClock(OCTOBER), connections={CONNECTION: values})
        player.component = EcuafactComponent(hub)
        try:
            yield player
            assert len(player.asked) == len(recorded)
        finally:
            await player.component.close()
