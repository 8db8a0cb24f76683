"""The measured hub in a process of its own, and the bare handler it is compared with; both take commands over a pipe."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import uvloop

from bench.partner import Diary, InProcess, serve_partner
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.ports import Arrival
from caravana.kit.serving import serve
from caravana.route import read_text

LOOPS = {"asyncio": asyncio.run, "uvloop": uvloop.run}

EFFECTS = """
- route:
    id: effects
    from:
      uri: platform-http:/effects
      parameters: {reply: accepted}
      steps:
        - unmarshal: {json: {}}
        - to: "counted:a"
        - to: "counted:b"
        - to: "counted:c"
"""
FED = """
- route:
    id: fed
    from:
      uri: seda:fed
      steps:
        - to: "counted:a"
        - to: "counted:b"
        - to: "counted:c?wait=true"
"""
ANSWERING = """
- route:
    id: answering
    from:
      uri: platform-http:/answering
      steps:
        - setHeader: {name: channel, constant: web}
        - setHeader: {name: CamelHttpMethod, constant: POST}
        - to: "%s/orders?bridgeEndpoint=true"
"""


@dataclass(frozen=True)
class Plan:
    """How to start a hub: journal address, routes, exchanges at once, where effects are written down."""

    journal: str
    routes: str
    live: int = 64
    loop: str = "uvloop"
    diary: Path | None = None
    still: bool = False
    gate: Any = None
    backlog: int = 500
    limits: dict[str, Any] = field(default_factory=dict)
    connections: dict[str, Any] = field(default_factory=dict)


class Measured:
    """The commands that a measured hub knows."""

    def __init__(self, hub: Hub, address: str) -> None:
        self.hub = hub
        self.address = address

    async def pause(self) -> None:
        """Accept only."""
        self.hub.dispatcher.pause()

    async def resume(self) -> float:
        """Carry out everything open; return the seconds it took."""
        began = time.perf_counter()
        self.hub.dispatcher.resume()
        await self.hub.dispatcher.quiet()
        return time.perf_counter() - began

    async def go(self) -> None:
        """Carry out from now on, beside what else is asked."""
        self.hub.dispatcher.resume()

    async def feed(self, count: int) -> None:
        """Accept `count` messages in portions of 500."""
        for first in range(0, count, 500):
            bodies = [{"id": f"m{number}", "lines": [1, 2, 3]} for number in range(first, min(first + 500, count))]
            await self.hub.receivers["fed"].accept([Arrival(body=body) for body in bodies])

    async def open(self) -> int:
        """Exchanges that the dispatcher holds."""
        return len(self.hub.dispatcher)

    async def done(self) -> int:
        """Effects done so far."""
        return InProcess.diary.done

    async def waiting(self) -> int:
        """Exchanges that stand still in their last call."""
        return InProcess.waiting


def run_hub(plan: Plan, pipe: Any) -> None:
    """Entry of the hub's process."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    LOOPS[plan.loop](_hub(plan, pipe))


async def _hub(plan: Plan, pipe: Any) -> None:
    InProcess.diary, InProcess.still = Diary(plan.diary), plan.still
    many = {"live": plan.live, "bulk": plan.live}
    connections = dict.fromkeys(("counted:partner", *plan.limits), many)
    configuration = Configuration(
        journal=plan.journal,
        limits={"live": plan.live, "connections": connections},
        connections=plan.connections,
    )
    hub = Hub(configuration, [read_text(plan.routes)], components=[InProcess])
    async with serve(hub.listener) as address:
        hub.listener.public_url = address
        async with hub:
            gc.freeze()  # as `caravana run` does
            measured = Measured(hub, address)
            keeper = asyncio.create_task(_keep_gate(hub, plan))
            await _obey(pipe, address, lambda name: getattr(measured, name))
            keeper.cancel()


async def _keep_gate(hub: Hub, plan: Plan) -> None:
    """Let no more in while the backlog is long, as a partner would be told by 503."""
    while plan.gate is not None:
        plan.gate.value = int(len(hub.dispatcher) < plan.backlog)
        await asyncio.sleep(0.005)


async def _obey(pipe: Any, address: str, command: Callable[[str], Callable[..., Awaitable[Any]]]) -> None:
    pipe.send(address)
    while True:
        asked = await asyncio.to_thread(pipe.recv)
        if asked is None:
            return
        name, *arguments = asked
        pipe.send(await command(name)(*arguments))


def run_bare(partner: str, loop: str, pipe: Any) -> None:
    """Entry of the process with the bare handler."""
    LOOPS[loop](_bare(partner, pipe))


async def _bare(partner: str, pipe: Any) -> None:
    import aiohttp
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def relay(request: Request) -> Response:
            headers = {"channel": "web", "Content-Type": "application/json"}
            async with session.post(f"{partner}/orders", data=await request.body(), headers=headers) as answer:
                return Response(await answer.read(), media_type="application/json")

        async def nothing(request: Request) -> Response:
            await request.body()
            return Response(b"{}", media_type="application/json")

        routes = [Route("/answering", relay, methods=["POST"]), Route("/effects", nothing, methods=["POST"])]
        async with serve(Starlette(routes=routes)) as address:
            await _obey(pipe, address, lambda name: getattr(None, name))


def run_partner(pipe: Any) -> None:
    """Entry of the process with the HTTP partner."""
    uvloop.run(_partner(pipe))


async def _partner(pipe: Any) -> None:
    server, address = await serve_partner()
    await _obey(pipe, address, lambda name: getattr(None, name))
    server.close()
