"""The receiver of one route: adds what the endpoint's parameters say, and puts arrivals on disk."""

import asyncio
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from caravana.dispatch import Work
from caravana.engine.message import decode_message, encode_message
from caravana.engine.modes import LIVE, accepted_under
from caravana.engine.place import PLACE
from caravana.engine.placing import placed, unknown_branch
from caravana.engine.program import CompiledRoute
from caravana.engine.store import JournalStore
from caravana.engine.times import to_micros
from caravana.journal import Broken, Fenced, Full, JournalError
from caravana.journal import operations as ops
from caravana.journal.model import Admitted, Entry, Fence, State, Stored, new_id, shard_of
from caravana.kit import codec
from caravana.kit.errors import ExpressionError, NoBranch, NotStorable
from caravana.kit.exchange import IN_ONLY, IN_OUT, Exchange, Headers
from caravana.kit.ports import KEY_CONFLICT, Accepted, Arrival, Outcome, Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub


TICKET = "CaravanaTicket"
"""Property of a message whose sender may ask for its answer later."""


class RouteReceiver:
    """Feeds one route (`caravana.kit.ports.Receiver`)."""

    def __init__(
        self, hub: "Hub", route: CompiledRoute, *, fence: Fence | None = None, revision: str | None = None
    ) -> None:
        """`route`: the route fed; `fence`: of an exclusive consumer, what each of its writes must prove.

        `revision`: the one that exchanges begin under, by default the hub's at the time.
        """
        self._hub = hub
        self.route = route
        self._revision = revision
        self.route_id = route.id
        self.source = f"{route.uri.scheme}:{route.uri.path}"
        self._accepted_count = hub.metrics.accepted.labels(route=route.id)
        self._duplicate_count = hub.metrics.duplicates.labels(route=route.id)
        self.store = JournalStore(hub, fence)
        self._fence = fence

    def turn_to(self, route: CompiledRoute) -> None:
        """Feed `route` from now on: the same consumer's, as its file says it now."""
        self.route = route

    @property
    def reply_accepted(self) -> bool:
        """Whether the sender is answered when its message is on disk."""
        return self.route.intake.reply_accepted

    @property
    def go_live(self) -> datetime | None:
        """Records older than this are not taken."""
        return self.route.intake.go_live or self._hub.configuration.go_live

    @property
    def shadow(self) -> str:
        """What is in shadow for what is accepted now; empty: nothing."""
        mode = self._mode()
        return "" if mode == LIVE else mode

    def _mode(self) -> str:
        return accepted_under(self._hub.configuration.modes, self.route_id)

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        """Put `arrivals` and the new cursor on disk in one transaction. Raises `Unavailable`."""
        line = self.go_live
        taken = [one for one in arrivals if one.time is None or line is None or one.time >= line]
        entries = [self.entry(arrival, IN_ONLY) for arrival in taken]
        position = None
        if cursor is not None:
            position = (self.route_id, codec.dumps(cursor), to_micros(self._hub.clock.now()))
        admitted = await self._store(entries, position)
        return [self._accepted(one) for one in admitted]

    async def _store(self, entries: list[Entry], cursor: tuple[str, bytes, int] | None) -> list[Admitted]:
        before = [self._hub.fence(entry.shard) for entry in entries]
        future = self._hub.journal.submit(ops.accept(entries, cursor), fence=self._fence)
        future.add_done_callback(lambda done: self._dispatch(entries, before, done))
        try:
            return await asyncio.shield(future)  # who hands in may be cut short: what is on disk is run all the same
        except Full as error:
            raise Unavailable(str(error), 2) from error
        except Broken as error:
            raise Unavailable(str(error), 10) from error
        except Fenced as error:
            raise Unavailable(str(error)) from error

    def _dispatch(
        self, entries: list[Entry], before: list[Fence | None], done: "asyncio.Future[list[Admitted]]"
    ) -> None:
        """Runs in the order of commits, so lanes keep the order of acceptance."""
        if done.cancelled() or done.exception() is not None:
            return
        for entry, admitted, right in zip(entries, done.result(), before, strict=True):
            if not admitted.duplicate:
                self._hub.admit(entry, admitted.seq, right)

    def _accepted(self, admitted: Admitted) -> Accepted:
        if admitted.conflict:
            self._hub.metrics.conflicts.labels(route=self.route_id).inc()
            self._hub.alarm("key_conflict", f"{self.source}: a known key came with another body", admitted.id)
        (self._duplicate_count if admitted.duplicate else self._accepted_count).inc()
        return Accepted(admitted.id, admitted.duplicate, admitted.conflict)

    async def feed(self, entries: Sequence[tuple[Entry, str]], scope: str) -> list[str]:
        """Put entries on disk, each once for ever by the name of its record, under `scope`; returns the ids of the new ones.

        Raises `Unavailable`.
        """
        future = self._hub.journal.submit(ops.feed(list(entries), scope, to_micros(self._hub.clock.now())))
        future.add_done_callback(lambda done: self._dispatch_fed(entries, done))
        try:
            admitted = await asyncio.shield(future)
        except JournalError as error:
            raise Unavailable(str(error)) from error
        return [one.id for one in admitted if one is not None and not one.duplicate]

    def _dispatch_fed(
        self, entries: Sequence[tuple[Entry, str]], done: "asyncio.Future[list[Admitted | None]]"
    ) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        for (entry, _), admitted in zip(entries, done.result(), strict=True):
            if admitted is not None and not admitted.duplicate:
                self._hub.admit(entry, admitted.seq)

    def entry(self, arrival: Arrival, pattern: str, *, parent: str | None = None, id_: str | None = None) -> Entry:
        """Return what is stored of `arrival`. Raises `ExpressionError`, `NotStorable`."""
        intake = self.route.intake
        identity = id_ or self._own_id(pattern)
        probe = self._probe(arrival) if (intake.lane or intake.key or intake.keys or intake.branch) else None
        lane = arrival.lane if intake.lane is None else _text(intake.lane.evaluate(probe))  # type: ignore[arg-type]
        key = arrival.key if intake.key is None else _text(intake.key.evaluate(probe))  # type: ignore[arg-type]
        said = None if intake.branch is None else intake.branch.evaluate(probe)  # type: ignore[arg-type]
        branch, place = placed(self._hub.branches, arrival, said)
        keys = [(kind, _text(one.evaluate(probe))) for kind, one in intake.keys]  # type: ignore[arg-type]
        return Entry(
            id=identity,
            route=self.route_id,
            revision=self._revision or self._hub.revision,
            source=self.source,
            message=encode_message(arrival.body, arrival.headers, _properties(arrival, place)),
            shard=shard_of(lane, identity),
            accepted_at=to_micros(self._hub.clock.now()),
            key=key,
            body_hash=codec.canonical_hash(arrival.body) if key is not None else None,
            lane=lane,
            strict=arrival.strict or intake.strict,
            bulk=arrival.bulk or intake.bulk,
            pattern=pattern,
            mode=self._mode(),
            branch=branch,
            parent=parent,
            keys=tuple({*arrival.business_keys, *((kind, value) for kind, value in keys if value)}),
        )

    def _own_id(self, pattern: str) -> str:
        """Return a new id; a request's lies in a shard of ours, so that its caller's process runs it."""
        identity = new_id()
        for _ in range(200 if pattern == IN_OUT else 0):
            try:
                self._hub.ownership.fence(shard_of(None, identity))
            except KeyError:
                identity = new_id()
            else:
                break
        return identity

    def _probe(self, arrival: Arrival) -> Exchange:
        probe = Exchange(
            "", arrival.body, Headers(arrival.headers), created=self._hub.clock.now(), branch=arrival.branch
        )
        probe.properties.update(arrival.properties)
        return probe

    async def request(self, arrival: Arrival, *, timeout: timedelta | None = None) -> Outcome:
        """Put `arrival` on disk, run it, and return its answer, or how far it is after `timeout`. Raises `Unavailable`."""
        try:
            entry = self.entry(arrival, IN_OUT)
        except (ExpressionError, NotStorable) as error:
            return Outcome("", State.FAILED, error=str(error), error_class=type(error).__name__, status=400)
        if unknown := unknown_branch(self._hub.branches, entry.branch):
            return Outcome("", State.FAILED, error=unknown, error_class=NoBranch.__name__, status=400)
        before = self._hub.fence(entry.shard)
        future = self._hub.journal.submit(ops.accept([entry]))
        future.add_done_callback(lambda done: self._begin(entry, before, done))
        try:
            [admitted] = await asyncio.shield(future)
        except JournalError as error:
            raise Unavailable(str(error)) from error
        self._accepted(admitted)
        if admitted.conflict:
            text = "this key came before with another request; a new request needs a new key"
            return Outcome(admitted.id, State.FAILED, error=text, error_class=KEY_CONFLICT, status=422)
        limit = (timeout or self.route.intake.reply_timeout).total_seconds()
        return await self._hub.requests.answer(admitted.id, limit)

    def _begin(self, entry: Entry, before: Fence | None, done: "asyncio.Future[list[Admitted]]") -> None:
        if done.cancelled() or done.exception() is not None:
            return
        [admitted] = done.result()
        if not admitted.duplicate:
            self._hub.requests.begin(entry, admitted.seq, before)

    async def later(self, exchange_id: str, ticket: str) -> Outcome | None:
        """Return the answer of an earlier request, waiting like `request`; None when the ticket is not that request's."""
        known = await self._hub.read(ops.read_reply(exchange_id))
        found = None if known is None else await self._hub.read(ops.read_run(known[0]))
        if found is None or found[0].route != self.route_id:
            return None
        given = decode_message(found[0].message)[2].get(TICKET)
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), ticket.encode()):
            return None
        return await self._hub.requests.answer(exchange_id, self.route.intake.reply_timeout.total_seconds())

    async def cursor(self) -> Any:
        """Return the position last stored, or None."""
        stored = await self._hub.read(ops.read_cursor(self.route_id))
        return None if stored is None else codec.loads(stored)

    async def busy(self) -> bool:
        """Whether an exchange accepted here is unfinished; while the journal cannot tell, it may be."""
        try:
            return await self._hub.read(ops.has_open(self.source))
        except Unavailable:
            return True


def _properties(arrival: Arrival, place: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What is stored with the message beside its own properties: the sender's ticket, and what tells a branch not known yet."""
    if arrival.ticket is None and place is None:
        return arrival.properties
    more = {TICKET: arrival.ticket, PLACE: None if place is None else dict(place)}
    return {**arrival.properties, **{name: value for name, value in more.items() if value is not None}}


def work_of(entry: Entry, seq: int) -> Work:
    """Return what the dispatcher needs of a stored entry."""
    return Work(seq, entry.id, entry.lane, entry.strict, entry.bulk, entry.shard)


def stored_of(entry: Entry, seq: int) -> Stored:
    """Return the exchange as a first run would read it."""
    return Stored(
        seq, entry.id, entry.route, entry.revision, entry.source, entry.lane, entry.strict, entry.bulk, entry.pattern,
        entry.mode, entry.branch, State.READY, None, entry.message, entry.accepted_at, entry.shard,
    )  # fmt: skip


def outcome_of(
    exchange_id: str, state: str, reply: bytes | None, error_class: str | None, error: str | None
) -> Outcome:
    """Return the outcome that a stored exchange has for its caller."""
    if reply is None:
        return Outcome(exchange_id, state, error=error, error_class=error_class)
    body, headers, _ = decode_message(reply)
    return Outcome(exchange_id, state, body, headers, error, error_class)


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
