"""Effects: exactly once where the partner allows it, known doubt where not.

What happens at a call path, by what is recorded there and by the effect's kind:

    recorded        read, idempotent      verifiable              blind
    nothing         call                  intent, call            intent, call
    done            take the reply        take the reply          take the reply
    would (shadow)  take what the partner would most likely have answered
    failed          raise it again        raise it again          raise it again
    retry           call                  intent, call            intent, call
    intent (crash)  call                  ask; not found → call   in doubt
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from caravana.engine.circuit import TURNED_AWAY
from caravana.engine.message import decode_reply, encode_reply
from caravana.engine.modes import is_shadow
from caravana.engine.run import Halted, Lost, Run, Unanswerable
from caravana.engine.times import from_micros, to_micros
from caravana.journal.model import Record, Step
from caravana.journal.packing import pack
from caravana.kit import codec
from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, Held, NoBranch, NotStorable, Shadowed, Transient, Unknown
from caravana.kit.exchange import IN_OUT, Exchange
from caravana.kit.redaction import redact
from caravana.pattern.failure import read as read_failure
from caravana.pattern.failure import write as write_failure
from caravana.pattern.processor import Call
from caravana.pattern.signal import InDoubt, Parked

R = TypeVar("R")
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
STOPPED = "the hub stopped while the call was under way"
SWITCHED_OFF = "off"
"""Code of the error of a call to a connection that a person has switched off."""
OFF_PAUSE = 30.0
UNTRIED = (TURNED_AWAY, SWITCHED_OFF)
"""Codes of errors of calls that did not go out."""


async def carry_out(run: Run, path: str, call: Call, exchange: Exchange) -> None:
    """Make the call of `path`, or take its recorded outcome, and apply the reply to `exchange`."""
    request = call.producer.request(exchange)
    call = replace(call, producer=call.producer.handing(request))
    kind = call.producer.kind_of(request)
    if kind is Kind.PURE:
        reply = await call.producer.send(request, _effect(run, path, _new(run, path, call, kind, "")))
    else:
        reply = await _EffectRun(run, path, call, kind, request).reply()
    call.producer.receive(exchange, reply)
    if exchange.branch is not None and run.stored.branch is None:
        await run.place(exchange.branch)


def _new(run: Run, path: str, call: Call, kind: Kind, digest: str) -> Record:
    now = run.now
    return Record(path, kind.value, call.uri, digest, Step.INTENT, run.key(path), now, attempts=0, recorded_at=now)


def _effect(run: Run, path: str, record: Record) -> Effect:
    return Effect(record.key, run.stored.id, path, record.attempts, from_micros(record.intended_at), run.stored.branch)


class _EffectRun:
    """One effect of one run."""

    def __init__(self, run: Run, path: str, call: Call, kind: Kind, request: Any) -> None:
        self.run = run
        self.path = path
        self.call = call
        self.kind = kind
        self.request = request
        self.digest = codec.canonical_hash(request)
        self.connection = call.producer.connection_of(request, run.stored.branch) or call.connection
        self.gate = run.services.gates.get(self.connection) if self.connection else None

    async def reply(self) -> Reply:
        """Return the reply, recorded or fresh. Raises the recorded or fresh failure, or a signal."""
        record = self.run.find(self.path, self.call.uri, self.digest)
        if record is None:
            if self.kind is not Kind.READ and is_shadow(self.run.stored.mode, self.connection):
                return await self._would()
            return await self._go_on(_new(self.run, self.path, self.call, self.kind, self.digest), called=False)
        match record.state:
            case Step.DONE:
                return decode_reply(record.reply)
            case Step.WOULD:
                return self._imagined(decode_reply(record.reply) if record.reply is not None else None)
            case Step.FAILED:
                raise read_failure(record.error or "{}")
            case Step.DOUBT:
                raise InDoubt(self.path, self.call.uri, "an earlier run could not learn the outcome")
            case Step.INTENT:
                return await self._go_on(record, called=True)
        return await self._go_on(record, called=False)

    async def _would(self) -> Reply:
        """Shadow: keep the request without credentials, and go on as if the partner had done it. Raises `Shadowed`."""
        record = _new(self.run, self.path, self.call, self.kind, self.digest)
        imagined = self.call.producer.would(self.request, _effect(self.run, self.path, record))
        reply = None if imagined is None else encode_reply(imagined)
        request = pack(codec.dumps(redact(self.request)))
        went_to = None if self.connection == self.call.connection else self.connection  # the address does not say it
        await self.run.write(record.with_(state=Step.WOULD, request=request, reply=reply, reference=went_to))
        return self._imagined(imagined)

    def _imagined(self, reply: Reply | None) -> Reply:
        """Where nobody can tell what the partner would answer, the route cannot go on; a caller gets its words for that."""
        if reply is not None:
            return reply
        stop = Shadowed(self.call.uri)
        if self.run.stored.pattern == IN_OUT:
            raise stop
        raise Unanswerable(stop, self.path)

    async def _go_on(self, record: Record, *, called: bool) -> Reply:
        """Repeat asking and calling until there is an outcome; `called`: a call was begun and its outcome is unknown."""
        while True:
            await self.run.wait_until(record.next_at, self._awaited())
            if called:
                found, record = await self._ask(record)
                if record.state == Step.DOUBT:
                    return await self._heard(record, STOPPED)
                if found is not None:
                    return await self._keep(record, found, 0)
                if record.state == Step.INTENT:
                    continue
            unsure = called and self.kind is Kind.IDEMPOTENT  # only its key, while that lives, makes calling again safe
            self.latest = record.with_(state=Step.INTENT, attempts=record.attempts + 1, next_at=None)
            began = time.perf_counter()
            try:
                reply = await self._send()
            except Unknown as error:
                called = True
                record = await self._unknown(self.latest, error)
                if record.state == Step.DOUBT:
                    return await self._heard(record, str(error))
            except Transient as error:
                called = unsure
                tried = error.tried if isinstance(error, Held) else error.code not in UNTRIED
                state = Step.INTENT if unsure else Step.RETRY
                record = await self._later(self.latest if tried else record, error, state, tried=tried)
            except Lost:
                raise
            except Exception as error:
                await self._fail(self.latest, error)
                raise
            else:
                return await self._keep(self.latest, reply, int((time.perf_counter() - began) * 1_000_000))

    def _awaited(self) -> str:
        """What the exchange waits for, in words."""
        off = self.run.services.is_off(self.connection)
        return f"{self.connection} is off" if off else f"waiting for {self.connection or self.call.uri}"

    async def _intend(self) -> None:
        """Put the intent on disk where its loss would hide a call; reads before it go along. Raises `Lost`."""
        if not self._still_ours():
            raise Lost
        self.latest = record = self.latest.with_(recorded_at=self.run.now)
        if self._needs_intent(record):
            await self.run.write(record)
        elif self.kind is not Kind.READ:
            await self.run.write()
        await self.run.settled()
        if not self._still_ours():  # storing took longer than the lease
            await self._take_back()
            raise Lost

    async def _take_back(self) -> None:
        """Nothing was called: leave no doubt behind. Raises `Lost`."""
        if self._needs_intent(self.latest):
            await self.run.write(self.latest.with_(state=Step.RETRY))

    def _needs_intent(self, record: Record) -> bool:
        """Whether the call would be forgotten if the hub died in it without an intent on disk."""
        once = self.kind is Kind.IDEMPOTENT and self.call.producer.key_lifetime is not None and record.attempts == 1
        return once or self.kind in (Kind.VERIFIABLE, Kind.BLIND)

    def _still_ours(self) -> bool:
        """Whether the shard is surely ours for as long as the call may take, and was since this run began."""
        run, seconds = self.run, self.call.producer.timeout.total_seconds()
        return run.services.outlives(run.stored.shard, run.fence, seconds)

    async def _send(self) -> Reply:
        """Pass the gate, then put the intent on disk, then call: who still waits at the gate has called nobody."""
        producer = self.call.producer

        async def act() -> Reply:
            await self._intend()
            effect = _effect(self.run, self.path, self.latest)
            departure = Departure(self._still_ours) if self.run.fence is not None else None  # None: it is always ours
            token = departing.set(departure)
            try:
                async with asyncio.timeout(producer.timeout.total_seconds() + 1):
                    return await producer.send(self.request, effect)
            except TimeoutError as error:
                raise Unknown(f"{self.call.uri}: no answer within {producer.timeout.total_seconds():.0f} s") from error
            except Withheld:
                if departure is not None and not departure.left:
                    await self._take_back()
                raise Lost from None
            finally:
                departing.reset(token)

        return await self._through(act)

    async def _through(self, act: Callable[[], Awaitable[R]]) -> R:
        """Carry out `act` when the connection's gate allows it. Raises `Transient` while the connection is off."""
        if self.gate is None:
            return await act()
        if self.run.services.is_off(self.connection):
            raise Transient(f"the connection `{self.connection}` is off", code=SWITCHED_OFF, retry_after=OFF_PAUSE)
        stored, seconds = self.run.stored, self.call.producer.timeout.total_seconds() + 2
        return await self.gate.call(
            act, bulk=stored.bulk, seconds=seconds, aside=lambda: self.run.services.aside(stored.seq)
        )

    async def _unknown(self, record: Record, error: Unknown) -> Record:
        """Nobody knows whether the call was carried out: by kind."""
        match self._kind_now(record):
            case Kind.READ:
                return await self._later(record, Transient(str(error), code=error.code), Step.RETRY)
            case Kind.IDEMPOTENT:
                return await self._later(record, error, Step.INTENT)
            case Kind.VERIFIABLE:
                return record.with_(state=Step.INTENT)
        if self.call.producer.repeat_unknown:
            return await self._later(record, error, Step.INTENT)
        return record.with_(state=Step.DOUBT)

    async def _heard(self, record: Record, reason: str) -> Reply:
        """Nobody can be asked: take what was heard of the call by other ways. Raises `InDoubt`, on disk before we listen."""
        doubt = await self._doubt(record, reason)
        found = await self.call.producer.heard(self.request, _effect(self.run, self.path, record))
        if found is None:
            raise doubt
        return await self._keep(record, found, 0)

    def _kind_now(self, record: Record) -> Kind:
        """An idempotency key that outlived its lifetime protects nothing any more."""
        lifetime = self.call.producer.key_lifetime
        if self.kind is Kind.IDEMPOTENT and lifetime is not None:
            age = self.run.services.clock.now() - from_micros(record.intended_at)
            return self.call.producer.afterwards if age > lifetime else self.kind
        return self.kind

    async def _ask(self, record: Record) -> tuple[Reply | None, Record]:
        """The outcome of a begun call is unknown. Returns (reply, record); a record in state RETRY means: call again."""
        producer = self.call.producer
        kind = self._kind_now(record)
        if kind in (Kind.READ, Kind.IDEMPOTENT) or (kind is Kind.BLIND and producer.repeat_unknown):
            return None, record.with_(state=Step.RETRY)
        if kind is Kind.BLIND:
            return None, record.with_(state=Step.DOUBT)
        asked = self.run.services.clock.now()
        try:
            found = await self._verify(record)
        except (Transient, Unknown) as error:
            return None, await self._later(record, error, Step.INTENT, patient=True)
        except EffectError as error:
            raise await self._doubt(record, f"the partner cannot be asked: {error}") from error
        if found is not None:
            return found, record
        settled = from_micros(record.recorded_at) + producer.settle
        if asked >= settled:
            return None, record.with_(state=Step.RETRY)
        pending = Unknown(f"{self.call.uri}: not found yet; the partner may still be working on it")
        return None, await self._later(record, pending, Step.INTENT, patient=True, until=to_micros(settled))

    async def _verify(self, record: Record) -> Reply | None:
        producer = self.call.producer

        async def act() -> Reply | None:
            async with asyncio.timeout(producer.timeout.total_seconds() + 1):
                return await producer.verify(self.request, _effect(self.run, self.path, record))

        try:
            return await self._through(act)
        except TimeoutError as error:
            raise Unknown(f"{self.call.uri}: no answer to the question") from error

    async def _later(
        self,
        record: Record,
        error: EffectError,
        state: Step,
        *,
        patient: bool = False,
        until: int | None = None,
        tried: bool = True,
    ) -> Record:
        """Wait under the connection's policy, without costing a redelivery; too long, or with a caller waiting: a failure."""
        limits = self.gate.limits if self.gate is not None else None
        held = error.code == SWITCHED_OFF  # by a person: patience with the partner begins afterwards
        if held and state is Step.RETRY:
            record = record.with_(intended_at=self.run.now)
        waited = (self.run.now - record.intended_at) / 1_000_000
        impatient = self.run.caller or limits is None or self._waited_enough(waited, limits.max_wait, held=held)
        if impatient and not patient:
            await self._fail(record, error)
            raise error
        wait = error.retry_after or min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(record.attempts - 1, 10))
        wait *= random.uniform(1.0, 1.2)  # noqa: S311 -- spreads calls, guards nothing; never sooner than we were asked
        next_at = self.run.now + int(wait * 1_000_000)
        if until is not None:
            next_at = min(next_at, until)
        attempts = record.attempts + 1 if patient else record.attempts
        kept = record.with_(state=state, next_at=next_at, attempts=attempts)
        if self.run.caller and patient:
            raise await self._doubt_later(kept, error)
        await (self.run.write_attempt([kept], error) if tried else self.run.write(kept))
        return kept

    def _waited_enough(self, waited: float, most: float, *, held: bool) -> bool:
        """Whether patience is at its end; what a person holds up waits for him, unless the address says how long."""
        patience = self.call.producer.patience
        return (waited > most and not held) if patience is None else waited >= patience.total_seconds()

    async def _doubt_later(self, record: Record, error: EffectError) -> BaseException:
        """A caller waits: the exchange is parked, the caller told that it takes longer."""
        await self.run.write_attempt([record], error)
        return Parked(from_micros(record.next_at or self.run.now), str(error))

    async def _keep(self, record: Record, reply: Reply, duration: int) -> Reply:
        """Record the outcome before any other effect begins; a read's may wait for the next write."""
        try:
            encoded = encode_reply(reply)
        except NotStorable as error:
            await self._fail(record, error)
            raise
        done = record.with_(
            state=Step.DONE,
            recorded_at=self.run.now,
            next_at=None,
            duration=duration,
            reference=reply.reference,
            error=None,
            reply=encoded,
        )
        if self.kind is Kind.READ:
            self.run.buffer(done)
        else:
            await self.run.settle(done)
        return reply

    async def _fail(self, record: Record, error: Exception) -> None:
        if (
            isinstance(error, NoBranch) and self.run.stored.pattern == IN_OUT
        ):  # whoever waits is told; a person must mend it
            self.run.services.alarm(
                "no_branch", str(error), self.run.stored.id, subject=codec.canonical_hash(str(error))
            )
        failed = record.with_(state=Step.FAILED, error=write_failure(error), recorded_at=self.run.now, next_at=None)
        await self.run.write(failed)

    async def _doubt(self, record: Record, reason: str) -> InDoubt:
        await self.run.write(record.with_(state=Step.DOUBT, error=write_failure(Unknown(reason))))
        return InDoubt(self.path, self.call.uri, reason)


__all__ = ["Halted", "carry_out"]
