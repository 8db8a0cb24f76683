"""Error handling of a route: redelivery at the failing step, onException clauses, dead letter channel (Camel's semantics)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from caravana.engine.message import encode_message
from caravana.engine.scope import RunScope
from caravana.journal.model import Letter, Record, Step
from caravana.kit.errors import NotStorable
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from caravana.pattern import Compiler, Ended, Processor, predicate
from caravana.pattern.attempt import check_names
from caravana.pattern.failure import write as write_failure
from caravana.pattern.java import distance
from caravana.pattern.send import sender
from caravana.route import model as m

log = structlog.get_logger("caravana.errors")
_EXHAUSTED = "caravana_exhausted"


@dataclass(frozen=True)
class Policy:
    """A redelivery policy, ready to be applied; delays in milliseconds."""

    maximum: int
    delay: float
    longest: float
    multiplier: float
    exponential: bool
    collision: float
    pattern: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, model: m.RedeliveryPolicy) -> "Policy":
        """Return the policy of a model whose every option is set (`effective`)."""
        if model.value("disable_redelivery"):
            return cls(0, 0, 0, 1, exponential=False, collision=0)
        return cls(
            maximum=int(model.value("maximum_redeliveries") or 0),
            delay=float(model.value("redelivery_delay") or 0),
            longest=float(model.value("maximum_redelivery_delay") or 0),
            multiplier=float(model.value("back_off_multiplier") or 1),
            exponential=bool(model.value("use_exponential_back_off")),
            collision=float(model.value("collision_avoidance_factor") or 0)
            if model.value("use_collision_avoidance")
            else 0.0,
            pattern=_pattern(str(model.value("delay_pattern") or "")),
        )

    def allows(self, redeliveries: int) -> bool:
        """Whether another redelivery is due after `redeliveries` of them."""
        return self.maximum < 0 or redeliveries < self.maximum

    def wait(self, number: int) -> timedelta:
        """Return the wait before redelivery `number` (from 1)."""
        if self.pattern:
            fitting = [delay for limit, delay in self.pattern if number >= limit]
            return timedelta(milliseconds=fitting[-1] if fitting else self.delay)
        delay = self.delay
        if self.exponential and self.multiplier > 1:
            delay = round(self.delay * self.multiplier ** min(number - 1, 60))
        if self.collision:
            delay += delay * self.collision * random.uniform(-1, 1)  # noqa: S311 -- spreads, guards nothing
        if self.longest > 0:
            delay = min(delay, self.longest)
        return timedelta(milliseconds=max(0.0, delay))


def _pattern(text: str) -> tuple[tuple[int, float], ...]:
    pairs = [part.split(":") for part in text.split(";") if part.strip()]
    return tuple(sorted((int(limit), float(delay)) for limit, delay in pairs))


class Clause:
    """One onException clause of a route."""

    def __init__(self, model: m.OnException, name: str, handler: m.ErrorHandler, compiler: Compiler) -> None:
        """`name`: its part of the call path."""
        check_names(model.exception)
        bare = compiler.unguarded()
        self.model = model
        self.name = name
        self.policy = Policy.of(m.effective(model, handler))
        self.when = predicate(compiler.condition(model.on_when), f"{name}/onWhen") if model.on_when else None
        self.retry_while = (
            predicate(compiler.condition(model.retry_while), f"{name}/retryWhile") if model.retry_while else None
        )
        self.handled = predicate(compiler.condition(model.handled), f"{name}/handled") if model.handled else None
        self.continued = (
            predicate(compiler.condition(model.continued), f"{name}/continued") if model.continued else None
        )
        self.block = bare.block(model.steps, f"{name}/") if model.steps else None

    def nearness(self, error: Exception) -> tuple[int, int] | None:
        """Return how near the clause's nearest class is to `error`, None when it does not fit."""
        found = [near for near in (distance(error, name) for name in self.model.exception) if near is not None]
        return min(found) if found else None


class Handling:
    """The error handling of one route: its handler and its clauses, the route's own scope first."""

    def __init__(self, handler: m.ErrorHandler, scopes: Sequence[Sequence[m.OnException]], compiler: Compiler) -> None:
        """`scopes`: clauses of the route, then of its configurations and the file."""
        self.handler = handler
        self.policy = Policy.of(m.effective(None, handler))
        self.scopes = [
            [
                Clause(one, f"onException{level}.{n}", handler, compiler)
                for n, one in enumerate(scope, 1)
                if not one.disabled
            ]
            for level, scope in enumerate(scopes)
        ]
        self.dead_letter: Processor | None = None
        if isinstance(handler, m.DeadLetterChannel):
            self.dead_letter = sender(Uri.parse(handler.dead_letter_uri), "deadLetter", compiler.unguarded())
        every = [self.policy, *(clause.policy for scope in self.scopes for clause in scope)]
        self.redelivers = any(one.maximum != 0 for one in every) or any(c.retry_while for s in self.scopes for c in s)
        self.keeps_original = bool(
            getattr(handler, "use_original_message", False)
            or getattr(handler, "use_original_body", False)
            or any(c.model.use_original_message or c.model.use_original_body for s in self.scopes for c in s)
        )

    def guard(self, step: m.Node, path: str, processor: Processor) -> Processor:
        """Wrap one step in this error handling."""

        async def run(exchange: Exchange, scope: RunScope) -> None:
            before = exchange.copy() if self.redelivers else None
            try:
                await processor(exchange, scope)
            except Exception as error:
                if getattr(error, _EXHAUSTED, False):
                    raise
                await _Failure(self, path, processor, exchange, scope, before).deal_with(error)

        return run  # type: ignore[return-value]

    async def choose(self, error: Exception, exchange: Exchange, scope: RunScope) -> Clause | None:
        """Return the clause for `error`: the nearest class of the innermost scope whose `onWhen` holds."""
        for clauses in self.scopes:
            near = [(clause.nearness(error), index, clause) for index, clause in enumerate(clauses)]
            fitting = sorted((n, index, clause) for n, index, clause in near if n is not None) if near else []
            for _, _, clause in fitting:
                if clause.when is None or await clause.when(exchange, scope):
                    return clause
        return None


class _Failure:
    """The failure of one step of one run."""

    def __init__(
        self,
        handling: Handling,
        path: str,
        processor: Processor,
        exchange: Exchange,
        scope: RunScope,
        before: Exchange | None,
    ) -> None:
        self.handling = handling
        self.path = scope.prefix + path
        self.processor = processor
        self.exchange = exchange
        self.scope = scope
        self.before = before

    async def deal_with(self, error: Exception) -> None:
        """Redeliver as the policy says; then clause, dead letter channel, or the caller."""
        while True:
            self.exchange.exception = error
            clause = await self.handling.choose(error, self.exchange, self.scope.nested(f"{self.path}!"))
            if not await self._redelivers(clause, error):
                break
            await self._prepare_redelivery(clause.policy if clause else self.handling.policy, error)
            try:
                await self.processor(self.exchange, self.scope)
            except Exception as again:
                error = again
                if getattr(error, _EXHAUSTED, False):
                    raise
            else:
                self.exchange.exception = None
                return
        await self._give_up(clause, error)

    def _count(self) -> int:
        record = self.scope.run.records.get(self.path)
        return record.redeliveries if record is not None else 0

    async def _redelivers(self, clause: Clause | None, error: Exception) -> bool:
        if isinstance(error, NotStorable) or self.before is None:
            return False
        if clause is not None and clause.retry_while is not None:
            holds: bool = await clause.retry_while(self.exchange, self.scope.nested(f"{self.path}!{self._count()}/"))
            return holds
        return (clause.policy if clause is not None else self.handling.policy).allows(self._count())

    async def _prepare_redelivery(self, policy: Policy, error: Exception) -> None:
        """Record the attempt, wait, and put the message back to what it was before the step."""
        run = self.scope.run
        number = self._count() + 1
        next_at = run.now + int(policy.wait(number).total_seconds() * 1_000_000)
        await run.write_attempt(self._cleared(number, next_at), error)
        await run.wait_until(next_at, f"redelivery {number}")
        assert self.before is not None
        self.exchange.restore(self.before)
        self.exchange.exception = None
        self.exchange.headers["CamelRedelivered"] = True
        self.exchange.headers["CamelRedeliveryCounter"] = number
        self.exchange.headers["CamelRedeliveryMaxCounter"] = policy.maximum

    def _cleared(self, number: int, next_at: int) -> list[Record]:
        """Return the step's own record with the count, and every failed record below it, cleared for another try."""
        run = self.scope.run
        own = run.records.get(self.path)
        if own is None:
            own = Record(self.path, "step", "", "", Step.RETRY, "", run.now)
        below = [
            record.with_(state=Step.RETRY, next_at=None)
            for path, record in run.records.items()
            if record.state == Step.FAILED
            and path != self.path
            and path.startswith((f"{self.path}/", f"{self.path}[", f"{self.path}>"))
        ]
        state = own.state if own.state == Step.DONE else Step.RETRY
        return [own.with_(state=state, redeliveries=number, next_at=next_at, recorded_at=run.now), *below]

    async def _give_up(self, clause: Clause | None, error: Exception) -> None:
        await self._record_outcome(error)
        self.exchange.properties["CamelExceptionCaught"] = str(error)
        self.exchange.properties["CamelFailureEndpoint"] = self.path
        scope = self.scope.nested(f"{self.path}!")
        if clause is not None and clause.continued is not None and await clause.continued(self.exchange, scope):
            await self._run_clause(clause, scope)
            self.exchange.exception = None
            return
        handled = await self._handle(clause, error, scope)
        if handled:
            self.exchange.exception = None
            raise Ended
        setattr(error, _EXHAUSTED, True)
        raise error

    async def _record_outcome(self, error: Exception) -> None:
        """A failure handed to a handler is an outcome: on disk before the handler's first step."""
        run = self.scope.run
        if run.records.get(self.path) is None or run.late:
            now = run.now
            if self.path in run.records:
                await run.write()
            else:
                text = write_failure(error)
                await run.write(Record(self.path, "step", "", "", "step_failed", "", now, error=text, recorded_at=now))

    async def _handle(self, clause: Clause | None, error: Exception, scope: RunScope) -> bool:
        """Run the clause, or the dead letter channel; True when the exchange ends well."""
        if clause is not None and (clause.block is not None or self.handling.dead_letter is None):
            handled = clause.handled is not None and await clause.handled(self.exchange, scope)
            await self._run_clause(clause, scope)
            return bool(handled)
        if self.handling.dead_letter is None:
            return False
        await self._to_dead_letter(self.handling.dead_letter, error, scope)
        return clause is None or clause.handled is None or bool(await clause.handled(self.exchange, scope))

    async def _run_clause(self, clause: Clause, scope: RunScope) -> None:
        self._use_original(clause.model)
        if clause.block is not None:
            try:
                await clause.block(self.exchange, scope)
            except Exception as error:
                setattr(error, _EXHAUSTED, True)
                raise

    def _use_original(self, model: m.Node) -> None:
        original = self.scope.original
        if original is None:
            return
        if getattr(model, "use_original_message", False):
            self.exchange.body, self.exchange.headers = original.body, original.headers.copy()
        elif getattr(model, "use_original_body", False):
            self.exchange.body = original.body

    async def _to_dead_letter(self, channel: Processor, error: Exception, scope: RunScope) -> None:
        handler = self.handling.handler
        assert isinstance(handler, m.DeadLetterChannel)
        self._use_original(handler)
        message = encode_message(self.exchange.body, self.exchange.headers, {})
        whole = "[" not in self.path
        self.scope.run.letters.append(Letter(self.path, handler.dead_letter_uri, message, write_failure(error), whole))
        try:
            await channel(self.exchange, scope)
        except Exception as new_error:
            log.warning("dead_letter.failed", exchange=self.exchange.id, error=str(new_error))
            if not handler.dead_letter_handle_new_exception:
                setattr(new_error, _EXHAUSTED, True)
                raise
