"""Callers who wait: their requests' runs, and the outcome that each is told."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.dispatch import OVER, Work
from caravana.engine.receiver import outcome_of, work_of
from caravana.engine.times import from_micros
from caravana.journal import operations as ops
from caravana.journal.model import Ending, Entry, Fence, State, Stored
from caravana.kit.exchange import IN_OUT
from caravana.kit.ports import Outcome, Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

GOING_ON = (State.READY, State.RUNNING)
"""While it is parked or in doubt, nobody waits for an exchange."""
WATCH_FIRST, WATCH_LAST = 0.1, 5.0
"""Seconds between two looks for an answer that another process may give, when it does not say so."""


class Requests:
    """The request-replies of this process."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: who runs them."""
        self._hub = hub
        self._answers: dict[str, asyncio.Future[Outcome]] = {}
        self._watched: dict[str, asyncio.Event] = {}
        """Exchanges whose answer another process may give; the event says that it may be there."""
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, entry: Entry, seq: int, before: Fence | None) -> None:
        """Run a request-reply: in a task of its own, or in its lane's turn; `before`: our right to it before it was stored."""
        hub = self._hub
        self._answers[entry.id] = asyncio.get_running_loop().create_future()
        if hub.ownership.shared:
            self._follow(entry.id, at_once=False)
        work = work_of(entry, seq)
        if entry.lane is not None:
            hub.admit(entry, seq, before)
        elif hub.owns(entry.shard) and hub.dispatcher.reserve(work):
            hub.prime(entry, seq, before)
            self._begin(self._run(work))

    def awaited(self, stored: Stored) -> bool:
        """Whether a caller waits for the exchange, in its lane's turn too: it is told at once what fails.

        A caller of another process is taken to wait while the exchange has not run yet and `replyTimeout` is not over.
        """
        if stored.id in self._answers:
            return True
        if not (self._hub.ownership.shared and stored.pattern == IN_OUT and stored.state == State.READY):
            return False
        route = self._hub.program.routes.get(stored.route)
        age = self._hub.clock.now() - from_micros(stored.accepted_at)
        return route is not None and age < route.intake.reply_timeout

    async def answer(self, exchange_id: str, seconds: float) -> Outcome:
        """Return the outcome of a request-reply, waiting up to `seconds` for it, whichever process runs it."""
        future = self._answers.get(exchange_id)
        if future is None:
            found = await self._recorded(exchange_id)
            if found.state not in GOING_ON:
                return found
            future = self._answers.setdefault(exchange_id, asyncio.get_running_loop().create_future())
            self._follow(exchange_id)
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError:
            return Outcome(exchange_id, State.RUNNING)

    async def _recorded(self, exchange_id: str) -> Outcome:
        """Return how the exchange stands on disk."""
        found = await self._hub.read(ops.read_reply(exchange_id))
        if found is None:
            return Outcome(exchange_id, State.FAILED, error="no such exchange", status=404)
        _, known, state, reply, error_class, error = found
        return outcome_of(known, state, reply, error_class, error)

    def ended(self, stored: Stored, ending: Ending) -> None:
        """A run was stored: tell who waits for it, here or in another process."""
        future = self._answers.pop(stored.id, None)
        if future is not None and not future.done():
            future.set_result(outcome_of(stored.id, ending.state.value, ending.reply, ending.error_class, ending.error))
        elif future is None and stored.pattern == IN_OUT and self._hub.ownership.shared:
            self._hub.ownership.tell("ended", stored.id)

    def heard(self, exchange_id: str) -> None:
        """Another process has ended an exchange."""
        if exchange_id in self._watched:
            self._watched[exchange_id].set()

    async def show_status(self, request: Request) -> Response:
        """Answer the status address that a request-reply got when it took too long: the state, never the content."""
        found = await self._hub.read(ops.read_reply(request.path_params["id"]))
        if found is None:
            return JSONResponse({"error": "no such exchange"}, 404)
        return JSONResponse({"exchange": found[1], "state": found[2]})

    async def stop(self) -> None:
        """Cut off what still runs; it resumes from its records, and who waits for it is told that it goes on."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for exchange_id, future in self._answers.items():
            if not future.done():
                future.set_result(Outcome(exchange_id, State.RUNNING))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, work: Work) -> None:
        hub = self._hub
        try:
            verdict = await hub.executor(work, caller=True)
        finally:
            hub.dispatcher.give_back(work)
        if verdict != OVER:
            hub.dispatcher.add(work, ordered=not hub.ownership.shared)

    def _follow(self, exchange_id: str, *, at_once: bool = True) -> None:
        """Watch for the answer; `at_once`: it may be there already, and not only be on its way in this process."""
        if exchange_id not in self._watched:
            told = self._watched[exchange_id] = asyncio.Event()
            if at_once:
                told.set()
            self._begin(self._watch(exchange_id))

    async def _watch(self, exchange_id: str) -> None:
        """Look for an answer that another process gives: when it says so, and now and then anyway."""
        future, told = self._answers[exchange_id], self._watched[exchange_id]
        pause = WATCH_FIRST
        while not future.done():
            hint: asyncio.Task[Any] = asyncio.create_task(told.wait())
            await asyncio.wait({future, hint}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            hint.cancel()
            if future.done():
                break
            pause = min(2 * pause, WATCH_LAST)
            told.clear()
            with contextlib.suppress(Unavailable):
                found = await self._recorded(exchange_id)
                if found.state not in GOING_ON and not future.done():
                    future.set_result(found)
        self._answers.pop(exchange_id, None)
        self._watched.pop(exchange_id, None)
