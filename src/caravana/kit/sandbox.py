"""What every partner's imitation shares: faults to switch on, a clock, counters, and the addresses that steer them."""

import asyncio
import fnmatch
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from caravana.kit.clock import Clock, clock_from_environment
from caravana.kit.serving import abort_connection

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

P = TypeVar("P", bound="DataclassInstance")
Action = Literal["status", "cut_before", "cut_after", "late_commit", "slow", "slow_answer", "drip", "not_json"]


@dataclass
class Fault:
    """One misbehaviour, taken by the next `times` calls whose operation fits `operation`.

    - `status`: answer `status` without doing anything (`retry_after` seconds go into the header)
    - `cut_before`: cut the connection, nothing done
    - `cut_after`: do it, then cut the connection instead of answering
    - `late_commit`: cut the connection at once, do it `delay` seconds later
    - `slow`: wait `delay` seconds, then do it and answer
    - `slow_answer`: do it, then wait `delay` seconds before answering
    - `drip`: do it, then answer one byte every `delay` seconds, without end
    - `not_json`: answer 200 with an HTML page, nothing done
    """

    operation: str = "*"
    action: Action = "status"
    status: int = 503
    delay: float = 0.0
    retry_after: float | None = None
    times: int = 1


def read_plan(kind: type[P], values: Any) -> P:
    """Return the plan of this `kind`, a dataclass, in a JSON object. Raises `ValueError` for what does not fit."""
    known = [one.name for one in fields(kind)]
    if not isinstance(values, dict) or set(values) - set(known):
        raise ValueError(f"a plan is an object with {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError("a value of the plan has the wrong type") from error


@dataclass
class Background:
    """What an imitation does beside its answers: a webhook that is told, say."""

    _tasks: set[asyncio.Task[None]] = field(default_factory=set, init=False, repr=False)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside the answer."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def delivered(self) -> None:
        """Wait until everything under way has been answered or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Interlude:
    """What happens once, exactly when a call of `operation` has come in, or with `after` when it is done and unanswered."""

    operation: str
    act: Callable[[], Awaitable[None]]
    after: bool = False


@dataclass
class Sandbox:
    """Base of a partner's imitation; a subclass adds its routes and wraps each operation in `perform`.

    `calls` counts operations asked for, `effects` those that changed the partner's state. `interludes` are for tests that
    need something to happen at one place of a flow: a clerk acts, a process dies.
    """

    clock: Clock = field(default_factory=clock_from_environment)
    faults: list[Fault] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    interludes: list[Interlude] = field(default_factory=list)
    name: str = "sandbox"

    def connection(self) -> dict[str, str]:
        """Return what a hub's connection to it needs beside its address; the credentials are the imitation's own."""
        return {}

    def connections(self) -> dict[str, dict[str, str]]:
        """Return what is needed by name, where one partner is several connections of a hub; else nothing."""
        return {}

    def take_fault(self, operation: str) -> Fault | None:
        """Return the first switched-on fault for `operation`, used up by one."""
        for fault in self.faults:
            if fnmatch.fnmatch(operation, fault.operation):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def perform(self, request: Request, operation: str, act: Callable[[], Awaitable[Response]]) -> Response:
        """Run `act` for `operation` under whatever fault is switched on, and return what the client shall see."""
        self.calls[operation] += 1
        await self._interlude(operation, after=False)
        fault = self.take_fault(operation)
        answer = await act() if fault is None else await self._misbehave(fault, request, act)
        await self._interlude(operation, after=True)
        return answer

    async def _interlude(self, operation: str, *, after: bool) -> None:
        for one in self.interludes:
            if one.after is after and fnmatch.fnmatch(operation, one.operation):
                self.interludes.remove(one)
                await one.act()
                return

    async def _misbehave(self, fault: Fault, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
        match fault.action:
            case "status":
                headers = {} if fault.retry_after is None else {"Retry-After": str(int(fault.retry_after))}
                return Response(status_code=fault.status, headers=headers)
            case "not_json":
                return Response("<html><body>Bad gateway</body></html>", media_type="text/html")
            case "slow":
                await self.clock.sleep(fault.delay)
                return await act()
            case "slow_answer":
                answer = await act()
                await self.clock.sleep(fault.delay)
                return answer
            case "drip":
                await act()
                return StreamingResponse(self._dripping(fault.delay), media_type="application/octet-stream")
            case "cut_before":
                abort_connection(request.scope)
            case "cut_after":
                await act()
                abort_connection(request.scope)
            case "late_commit":
                abort_connection(request.scope)
                await self.clock.sleep(fault.delay)
                await act()
        return Response(status_code=502)

    async def _dripping(self, delay: float) -> AsyncIterator[bytes]:
        """An answer without end; it is over when the client has had enough."""
        while True:
            yield b" "
            await self.clock.sleep(delay)

    def control_routes(self) -> list[Route]:
        """Return the steering addresses under `/_sandbox/`: they belong to the imitation, not to the partner."""
        return [
            Route("/_sandbox/faults", self._set_faults, methods=["POST"]),
            Route("/_sandbox/counters", self._show_counters, methods=["GET"]),
        ]

    async def _set_faults(self, request: Request) -> Response:
        """POST a list of faults (fields of `Fault`); it replaces those switched on."""
        known = {one.name for one in fields(Fault)}
        body: Any = await request.json()
        if not isinstance(body, list) or any(not isinstance(one, dict) or set(one) - known for one in body):
            return JSONResponse({"error": f"send a list of objects with {sorted(known)}"}, 400)
        self.faults[:] = [Fault(**one) for one in body]
        return JSONResponse([asdict(one) for one in self.faults])

    async def _show_counters(self, request: Request) -> Response:
        return JSONResponse({"calls": dict(self.calls), "effects": dict(self.effects)})

    def app(self) -> Starlette:
        """Return the ASGI application: the partner's addresses and the steering ones."""
        return Starlette(routes=[*self.partner_routes(), *self.control_routes()])

    def partner_routes(self) -> list[Route]:
        """Return the partner's own addresses; each imitation gives its own."""
        return []
