"""Component and imitation over loopback with one clock; or a server that plays recorded answers."""

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
from caravana.kit.serving import abort_connection, serve
from caravana.testing.harness import START, Hub
from tests.component.ecuafact.recorded import KEY, Call
from tests.component.issuing import Body, Caller, Issuer

CONNECTION = "ecuafact"
OCTOBER = datetime(2026, 10, 7, 15, tzinfo=UTC)
"""The day of the recordings."""
FILES = {"application/pdf": b"%PDF-1.4 a rid", "application/xml": b"<factura id='comprobante'></factura>"}
"""Of binary answers only the length was recorded."""


@dataclass
class Bench(Issuer):
    """A hub with one connection to the imitation."""

    component: EcuafactComponent
    hub: Hub
    sandbox: EcuafactSandbox
    clock: ManualClock

    async def prepare(self, cod_doc: str = "01", **changes: Any) -> Body:
        """Return the package of the example of a type; where Ecuafact numbers, without its number."""
        numbered = self.component.settings(CONNECTION).numbering == "odoo"
        return await super().prepare(cod_doc, **(changes if numbered else {"secuencial": None, **changes}))

    async def query(self, standing: Body, **more: Any) -> Body:
        """Ask how it stands."""
        return await self.call("query", {**standing, **more})


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
