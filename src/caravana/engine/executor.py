"""Carrying out one exchange: load, run its route, store how it ended."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from caravana.dispatch import HOLD, OVER, Verdict, Work
from caravana.engine.message import encode_answer, exchange_of
from caravana.engine.placing import settle
from caravana.engine.program import Program, run_route
from caravana.engine.revision import ENGINE_SEMANTICS
from caravana.engine.run import Halted, Lost, Run, Unanswerable
from caravana.engine.scope import RunScope
from caravana.engine.store import running
from caravana.engine.times import from_micros, to_micros
from caravana.journal import Broken
from caravana.journal import operations as ops
from caravana.journal.model import Ending, Fence, State, Stored
from caravana.kit.errors import CaravanaError, ConfigurationError, NotStorable
from caravana.kit.exchange import IN_OUT, Exchange
from caravana.pattern import Ended, InDoubt, Parked
from caravana.pattern.failure import read as read_failure

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

log = structlog.get_logger("caravana.exchange")
CACHED = 2_000
OFF_PAUSE = timedelta(seconds=30)
"""How often an exchange looks whether its route, which is off, is on again."""


class Executor:
    """Runs exchanges for the dispatcher, and request-replies for their callers."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: journal, clock, programs."""
        self._hub = hub
        self._fresh: dict[int, tuple[Stored, Fence | None]] = {}

    def prime(self, stored: Stored, fence: Fence | None) -> None:
        """Keep a newly accepted exchange in memory, so that its first run need not read it.

        `fence`: our right to its shard since before it was stored. A run under another one reads what others may have done.
        """
        if len(self._fresh) < CACHED and len(stored.message) < 16_384:
            self._fresh[stored.seq] = stored, fence

    def forget(self, *changed: int) -> None:
        """Exchanges were changed by hand, none named: perhaps all. Their next run reads what they are now."""
        for seq in changed or list(self._fresh):
            self._fresh.pop(seq, None)

    def forget_shard(self, shard: int) -> None:
        """The shard belongs to another process."""
        self._fresh = {seq: kept for seq, kept in self._fresh.items() if kept[0].shard != shard}

    async def __call__(self, work: Work, *, caller: bool = False) -> Verdict:
        """Carry out `work`; never raises for the exchange's own sake."""
        try:
            fence = self._hub.ownership.fence(work.shard)
        except KeyError:
            return OVER
        loaded = await self._load(work, fence)
        if loaded is None:
            return OVER
        stored, records = loaded
        if stored.state == State.IN_DOUBT:
            return HOLD if stored.strict else OVER
        if stored.state not in (State.READY, State.RUNNING, State.WAITING):
            return OVER
        if stored.not_before is not None and from_micros(stored.not_before) > self._hub.clock.now():
            return Verdict(until=from_micros(stored.not_before))
        if self._hub.has_off(stored.route):
            return Verdict(until=self._hub.clock.now() + OFF_PAUSE)
        running.set(fence)
        run = Run(stored, records, self._hub, fence=fence, caller=caller or self._hub.requests.awaited(stored))
        return await self._carry_out(run)

    async def _load(self, work: Work, fence: Fence | None) -> tuple[Stored, dict] | None:  # type: ignore[type-arg]
        fresh, kept_under = self._fresh.pop(work.seq, (None, None))
        if fresh is not None and kept_under == fence:
            return fresh, {}
        while True:
            try:
                return await self._hub.journal.read(ops.read_run(work.seq))
            except Broken as error:
                log.warning("exchange.unreadable", exchange=work.id, reason=str(error))
                await self._hub.clock.sleep(1)

    async def _carry_out(self, run: Run) -> Verdict:
        stored = run.stored
        exchange = exchange_of(stored)
        try:
            program = await self._hub.programs.of(stored.revision)
            run.program = program
            _refuse_other_paths(run, program)
            await settle(run, exchange, self._hub.branches, self._hub.known_branches)
            await self._process(run, program, exchange)
        except Ended:
            return await self._done(run, exchange)
        except Parked as parked:
            not_before = to_micros(parked.until)
            await self._end(run, State.WAITING, not_before=not_before, error=parked.reason)
            return Verdict(until=parked.until)
        except InDoubt as doubt:
            log.warning("exchange.in_doubt", exchange=stored.id, path=doubt.path, reason=doubt.reason)
            self._hub.metrics.doubts.inc()
            await self._end(run, State.IN_DOUBT, error=doubt.reason, error_class="InDoubt", error_path=doubt.path)
            return HOLD if stored.strict else OVER
        except Halted as halted:
            return await self._dead(run, halted.error, halted.path)
        except Unanswerable as stop:
            await self._end(run, State.DONE, error=str(stop.error), error_class="Shadowed", error_path=stop.path)
            return OVER
        except Lost:
            log.warning("exchange.lost", exchange=stored.id)
            return OVER
        except Exception as error:
            return await self._failed(run, exchange, error)
        return await self._done(run, exchange)

    async def _process(self, run: Run, program: Program, exchange: Exchange) -> None:
        route = program.route(run.stored.route)
        scope = RunScope(run)
        if route is not None:
            await run_route(route, exchange, scope)
        elif run.stored.route.startswith("=") and program.ad_hoc is not None:
            await program.ad_hoc(run.stored.route[1:])(exchange, scope)
        else:
            raise CaravanaError(f"the route `{run.stored.route}` is not in this revision")

    async def _done(self, run: Run, exchange: Exchange) -> Verdict:
        whole = next((letter for letter in run.letters if letter.whole), None)
        reply = None
        if run.stored.pattern == IN_OUT:
            try:
                reply = encode_answer(exchange)
            except NotStorable as error:
                return await self._failed(run, exchange, error)
        if whole is None:
            await self._end(run, State.DONE, reply=reply)
        else:
            cause = str(read_failure(whole.error))
            await self._end(run, State.DEAD, reply=reply, error=cause, error_class="DeadLetter", error_path=whole.path)
        return OVER

    async def _failed(self, run: Run, exchange: Exchange, error: Exception) -> Verdict:
        path = str(exchange.properties.get("CamelFailureEndpoint", ""))
        if run.stored.pattern == IN_OUT:
            log.warning("exchange.failed", exchange=run.stored.id, route=run.stored.route, error=str(error))
            await self._end(run, State.FAILED, error=str(error), error_class=type(error).__name__, error_path=path)
            return OVER
        return await self._dead(run, error, path)

    async def _dead(self, run: Run, error: Exception, path: str) -> Verdict:
        log.error(
            "exchange.dead",
            exchange=run.stored.id,
            route=run.stored.route,
            path=path,
            kind=type(error).__name__,
            error=str(error),
        )
        await self._end(run, State.DEAD, error=str(error), error_class=type(error).__name__, error_path=path)
        return OVER

    async def _end(
        self,
        run: Run,
        state: State,
        *,
        reply: bytes | None = None,
        not_before: int | None = None,
        error: str | None = None,
        error_class: str | None = None,
        error_path: str | None = None,
    ) -> None:
        ending = Ending(
            run.stored.seq,
            run.stored.id,
            state,
            run.now,
            reply=reply,
            not_before=not_before,
            error=error[:4000] if error else None,
            error_class=error_class,
            error_path=error_path,
            records=run.take_late(),
            letters=run.letters,
            claims=run.claims,
        )
        try:
            await run.commit(ops.end_run(ending))
        except Lost:
            log.warning("exchange.lost", exchange=run.stored.id)
            return
        self._hub.ended(run.stored, ending)


def _refuse_other_paths(run: Run, program: Program) -> None:
    """What other call paths recorded would not be found again, and be done twice. Raises `Halted`."""
    theirs = program.revision.semantics
    if run.records and theirs != ENGINE_SEMANTICS:
        text = f"recorded by an engine of semantics {theirs}, this one has {ENGINE_SEMANTICS}"
        raise Halted(ConfigurationError(text, suggestion="retry under the current revision"), "")
