"""One run of one exchange: the records of earlier runs, what this one adds, and what it may ask of the hub."""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import structlog

from caravana.engine.gate import Gates
from caravana.engine.message import encode_message
from caravana.engine.modes import SHADOW
from caravana.engine.times import from_micros, to_micros
from caravana.journal import Fenced, Journal
from caravana.journal import operations as ops
from caravana.journal.admin import Audit, note
from caravana.journal.model import Entry, Fence, Letter, Record, Step, Stored, child_id
from caravana.kit import codec
from caravana.kit.clock import Clock
from caravana.kit.errors import Diverged
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival, Spawned
from caravana.pattern.failure import write as write_failure
from caravana.pattern.signal import Parked, Signal

log = structlog.get_logger("caravana.exchange")
CHILDREN = "children"
"""Endpoint of the record of a step that started several children at once."""
SMALL = 16_384
"""An outcome with a reply of up to this many bytes may go to disk together with what the run writes next."""
IN_PLACE = timedelta(seconds=5)
"""Waits up to this long stay in place; longer ones are parked and hold no worker."""


class Lost(Signal):
    """The shard belongs to another process: this run must leave everything as it is."""


class Halted(Signal):
    """The exchange is dead at once, beneath every handler; `error` says why."""

    def __init__(self, error: Exception, path: str) -> None:
        """`path`: where it happened."""
        self.error = error
        self.path = path


class Unanswerable(Signal):
    """Shadow: the exchange ends here, well, for what follows needs an answer that nobody can imagine; `error` says whose."""

    def __init__(self, error: Exception, path: str) -> None:
        """`path`: where."""
        self.error = error
        self.path = path


class Services(Protocol):
    """What a run needs of the hub."""

    clock: Clock
    journal: Journal
    gates: Gates

    def child_entry(self, address: str, arrival: Arrival, parent: "Run", child: str) -> Entry:
        """Return the entry of a child exchange. Raises `NoConsumer`."""
        ...

    def admit(self, entry: Entry, seq: int) -> None:
        """A new exchange is on disk: dispatch it."""
        ...

    def aside(self, seq: int) -> AbstractContextManager[None]:
        """Let other work run in the place of `seq` while the block waits for a partner's gate."""
        ...

    def outlives(self, shard: int, fence: Fence | None, seconds: float) -> bool:
        """Whether the shard is surely ours for so long, by the same right: not lost and won again since `fence`."""
        ...

    def alarm(self, kind: str, text: str, exchange_id: str | None = None, *, subject: str | None = None) -> None:
        """Tell a person."""
        ...

    def is_off(self, connection: str | None) -> bool:
        """Whether nothing may be asked of a connection now."""
        ...

    async def call_route(self, name: str, exchange: Exchange, scope: Any) -> None:
        """Run the route that begins at `direct:name`."""
        ...


@dataclass
class Run:
    """`records` by call path; `late`: reads and outcomes not yet on disk; `caller`: somebody waits for the answer."""

    stored: Stored
    records: dict[str, Record]
    services: Services
    fence: Fence | None = None
    caller: bool = False
    late: list[Record] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    claims: bool = False
    began: bool = False
    program: Any = None
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._to_come = {
            path for path, record in self.records.items() if record.state in (Step.DONE, Step.FAILED, Step.WOULD)
        }
        self._soon: asyncio.Handle | None = None
        self._settling: set[asyncio.Future[Any]] = set()
        self._broken: BaseException | None = None

    @property
    def replaying(self) -> bool:
        """Whether recorded outcomes are still to come."""
        return bool(self._to_come)

    @property
    def now(self) -> int:
        """The present moment, in microseconds."""
        return to_micros(self.services.clock.now())

    def key(self, path: str) -> str:
        """Return the idempotency key of the effect at `path`: the same on every run."""
        return hashlib.blake2b(f"{self.stored.id}\n{path}".encode(), digest_size=16).hexdigest()

    def find(self, path: str, endpoint: str, digest: str) -> Record | None:
        """Return what is recorded at `path`. Raises `Halted` when it was recorded for something else."""
        record = self.records.get(path)
        if record is None:
            return None
        self._to_come.discard(path)
        if record.endpoint != endpoint or record.input_hash != digest:
            asked = {"endpoint": endpoint, "input": digest}
            recorded = {"endpoint": record.endpoint, "input": record.input_hash}
            raise Halted(Diverged(path, recorded, asked), path)
        return record

    async def place(self, branch: str) -> None:
        """Put the branch that was found for this exchange on disk: later runs and children have it. Raises `Lost`."""
        self.stored = self.stored._replace(branch=branch)
        await self.commit(ops.set_branch(self.stored.seq, branch))

    def buffer(self, record: Record) -> None:
        """Keep the record of a read until the next write takes it along."""
        self.records[record.path] = record
        self.late.append(record)

    async def write(self, *records: Record) -> None:
        """Put `records`, and the reads before them, on disk. Returns when they are. Raises `Lost`."""
        carries = self._soon is not None
        batch = [*self.take_late(), *records]
        if not batch:
            return
        for record in records:
            self.records[record.path] = record
        first, self.began = not self.began, True
        await self.commit(ops.write_records(self.stored.seq, batch, first=first), carries=carries)

    async def settle(self, record: Record) -> None:
        """Put an outcome on disk: with what the run writes next, when that comes before anything is waited for; else now.

        So an outcome and the next intent, or the end, are one commit; no other effect begins before it is on disk. A large
        one is written at once, since what follows may compute on it for long.
        """
        if len(record.reply or b"") > SMALL:
            await self.write(record)
            return
        self.buffer(record)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """The run waits for something else: write without it."""
        batch = self.take_late()
        first, self.began = not self.began, True
        operation = ops.write_records(self.stored.seq, batch, first=first)
        self._follow(self.services.journal.submit(operation, essential=True, fence=self.fence))

    def _follow(self, future: "asyncio.Future[Any]") -> None:
        self._settling.add(future)
        future.add_done_callback(self._written)

    def _written(self, future: "asyncio.Future[Any]") -> None:
        self._settling.discard(future)
        self._broken = self._broken or (None if future.cancelled() else future.exception())

    async def settled(self) -> None:
        """Return when the outcomes so far are on disk. Raises `Lost`."""
        if self._soon is not None:
            await self.write()
        if self._settling:
            await asyncio.wait(self._settling)
        if isinstance(self._broken, Fenced):
            raise Lost
        if self._broken is not None:
            raise self._broken

    async def commit(self, operation: Any, *, carries: bool = False) -> Any:
        """Carry out an essential operation under this run's fence, after the outcomes before it. Raises `Lost`.

        `carries`: it holds outcomes, perhaps of other branches, whose next effects wait for it, too.
        """
        if self._settling or self._broken is not None:
            await self.settled()
        future = self.services.journal.submit(operation, essential=True, fence=self.fence)
        if carries:
            self._follow(future)
        try:
            return await (asyncio.shield(future) if carries else future)
        except Fenced:
            raise Lost from None

    def take_late(self) -> list[Record]:
        """Return the reads and outcomes not yet on disk; whoever asks writes them."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        late, self.late = self.late, []
        return late

    async def write_attempt(self, records: list[Record], error: Exception) -> None:
        """Store that an attempt at the first record's path failed and will be made again. Raises `Lost`."""
        await self.settled()  # an outcome at the same path would be written behind what takes its place
        for record in records:
            self.records[record.path] = record
        number = records[0].attempts + records[0].redeliveries
        batch = [*records, *self.take_late()]
        await self.commit(ops.write_attempt(self.stored.seq, batch, number, self.now, write_failure(error)))

    async def tell_changed(self, names: Sequence[str]) -> None:
        """Tell on the timeline, once, that callables run which are others than in the exchange's revision. Raises `Lost`."""
        text = f"other code than in its revision: {', '.join(names)}"
        if text in self.told:
            return
        self.told.add(text)
        log.warning("exchange.changed_callables", exchange=self.stored.id, callables=list(names))
        await self.commit(note(Audit(self.now, "", "runs changed callables", self.stored.id, text)))

    async def wait_until(self, micros: int | None, reason: str) -> None:
        """Wait for a moment: in place when it is near and somebody may wait, else parked. Raises `Parked`."""
        if micros is None:
            return
        left = from_micros(micros) - self.services.clock.now()
        if left <= timedelta(0):
            return
        if left > IN_PLACE:
            raise Parked(from_micros(micros), reason)
        await self.services.clock.sleep(left.total_seconds())

    async def spawn(self, path: str, address: str, arrival: Arrival) -> None:
        """Start a child exchange once. Raises `NoConsumer`, `NotStorable`."""
        message = encode_message(arrival.body, arrival.headers, arrival.properties)
        digest = codec.canonical_hash(message)
        record = self.find(path, address, digest)
        if record is not None and record.state == Step.DONE:
            return
        entry = self.services.child_entry(address, arrival, self, child_id(self.stored.id, path))
        done = Record(
            path, "child", address, digest, Step.DONE, entry.id, self.now, recorded_at=self.now, reference=entry.id
        )
        await self.settled()
        self.records[path] = done
        self.began = True
        admitted = await self.commit(ops.spawn(self.stored.seq, [*self.take_late(), done], entry))
        if not admitted.duplicate:
            self.services.admit(entry, admitted.seq)

    async def spawn_all(self, path: str, children: Sequence[tuple[str, Arrival]]) -> Spawned:
        """Start child exchanges once, in one transaction with their record. Raises `NoConsumer`, `NotStorable`."""
        record = self.find(path, CHILDREN, "")
        if record is not None and record.state == Step.DONE:
            return Spawned(*codec.loads(record.reply or b"j[0,0]"))
        entries = [
            self.services.child_entry(address, arrival, self, child_id(self.stored.id, f"{path}#{number}"))
            for number, (address, arrival) in enumerate(children)
        ]
        done = Record(path, "child", CHILDREN, "", Step.DONE, "", self.now, recorded_at=self.now)
        await self.settled()
        self.records[path] = done
        self.began = True
        admitted = await self.commit(ops.spawn_all(self.stored.seq, [*self.take_late(), done], entries))
        for entry, one in zip(entries, admitted, strict=True):
            if not one.duplicate:
                self.services.admit(entry, one.seq)
        duplicates = sum(one.duplicate for one in admitted)
        return Spawned(len(admitted) - duplicates, duplicates)

    async def claim(self, path: str, scope: str, key: str, *, confirmed: bool, remove_on_failure: bool) -> bool:
        """Take a ledger key; the answer is remembered."""
        self.claims = True
        record = self.find(path, f"claim:{scope}", codec.canonical_hash(key))
        if record is not None:
            return codec.loads(record.reply or b"jnull") is True
        mine = not await self.held_elsewhere(scope, key) if self.in_shadow else True
        if mine:
            mine = await self.commit(
                ops.claim(
                    self.ledger(scope),
                    key,
                    self.stored.id,
                    path,
                    now=self.now,
                    confirmed=confirmed,
                    remove_on_failure=remove_on_failure,
                )
            )
        self.remember_value(path, "read", f"claim:{scope}", key, value=mine)
        return mine

    @property
    def in_shadow(self) -> bool:
        """Whether nothing of this exchange is done."""
        return self.stored.mode == SHADOW

    def ledger(self, scope: str) -> str:
        """Return the ledger's scope: what shadow only would have done must not make a duplicate of what is done."""
        return f"shadow {scope}" if self.in_shadow else scope

    async def held_elsewhere(self, scope: str, key: str) -> bool:
        """Whether another exchange holds a ledger key."""
        owner = await self.services.journal.read(ops.peek_claim(scope, key))
        return owner is not None and owner != self.stored.id

    def remember_value(self, path: str, kind: str, endpoint: str, text: Any, *, value: Any) -> None:
        """Record a value that a re-run must find again. Raises `NotStorable`."""
        digest = codec.canonical_hash(text)
        now = self.now
        self.buffer(Record(path, kind, endpoint, digest, Step.DONE, "", now, reply=codec.dumps(value), recorded_at=now))
