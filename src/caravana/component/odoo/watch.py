"""Watching the records of a model: looks for changes with an overlap, and now and then a full comparison.

`write_date` is the start of the writing transaction and shows only at its commit, so a change may appear behind the
newest one seen: within the overlap the looks find it, later the comparison does. Deletions show in the comparison only.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.component.odoo.birth import Birth, born_by
from caravana.component.odoo.client import OdooClient, default_context
from caravana.component.odoo.names import FieldNames
from caravana.component.odoo.options import OdooOptions
from caravana.component.odoo.paging import pages_by_id, pages_by_time
from caravana.component.odoo.position import Position, ceiling, mark
from caravana.component.odoo.reading import batches
from caravana.component.odoo.snapshot import Snapshot
from caravana.component.odoo.values import FieldTypes, clean_record, from_odoo_time, to_odoo_time
from caravana.kit.branch import TELLING, branches_of, place_of
from caravana.kit.ports import Arrival, Context, Receiver

WINDOW = timedelta(days=7)
"""How far back a comparison looks for late commits: no transaction lasts longer."""
COMPARED_PAGE = 2000
ACTIVE, ARCHIVED = "active", "archived"


class Record(dict[str, Any]):
    """A record's fields, as Odoo gives them, and when it was `born`."""

    def __init__(self, fields: Mapping[str, Any], born: datetime) -> None:
        """`born`: what the go-live line is compared with."""
        super().__init__(fields)
        self.born = born


class Watch:
    """One consumer's view of one model. `look` and `compare` hand what they find to the receiver."""

    def __init__(
        self, model: str, options: OdooOptions, client: OdooClient, receiver: Receiver, context: Context
    ) -> None:
        """`client`: of the connection, without context."""
        self._model = model
        self._options = options
        self._client = client.within(default_context(client.settings)).within(options.context)
        self._receiver = receiver
        self._clock = context.clock
        self._context = context
        self._stamp = "create_date" if options.event == "created" else "write_date"
        self._birth = Birth(options.born or born_by(model, options.event), context.setting("company.timezone", "UTC"))
        self._snapshot = Snapshot(receiver.store, receiver.route_id)
        self._position: Position | None = None
        self._taken: dict[int, str] = {}
        self._types: FieldTypes = {}
        self._names = FieldNames(model, {})

    @property
    def dated_by(self) -> str:
        """Name of the date that counts."""
        return self._birth.field

    @property
    def position(self) -> Position | None:
        """How far the watch is; None before the first look."""
        return self._position

    async def look(self) -> None:
        """Take what is new since the last look; cursor and messages are stored together, chunk by chunk."""
        position = self._position or await self._begin()
        if self._options.event == "deleted":
            return
        fields, overlap = self._fields(), self._options.overlap
        start = position.start(overlap)
        async for page in pages_by_time(
            self._client, self._model, self._domain(position), fields, self._stamp, start, self._options.chunk
        ):
            young = self._young(page, position)
            fresh = [one for one in young if self._is_fresh(one, position)]
            after = position.after(young, self._stamp, overlap)
            if fresh:
                await self._receiver.accept([self._arrival(one) for one in fresh], cursor=after.as_cursor())
                self._taken.update({one["id"]: one[self._stamp] for one in fresh})
            self._position = position = after

    def comparison_due(self) -> bool:
        """Whether the time between two comparisons is over."""
        last, every = self._snapshot.taken_at, self._options.full_every
        return every > timedelta(0) and (last is None or self._clock.now() >= last + every)

    async def compare(self) -> None:
        """Compare ids and times of all records with what was taken, and take what is missing."""
        position = self._position or await self._begin()
        now = self._clock.now()
        if self._options.event == "deleted":
            await self._compare_existence(position, now)
            return
        current = await self._current(position, now)
        await self._take_missing(position, current)
        kept = self._snapshot.items() if self._options.event in ("once", "created") else {}
        await self._snapshot.replace({**kept, **self._only_once(), **current}, now)
        self._taken.clear()

    async def older(self, since: datetime, until: datetime) -> AsyncIterator[list[Arrival]]:
        """Yield page by page what the records born from `since` on and before `until` come as; nothing is stored."""
        await self._learn()
        domain = self._names.domain([*self._options.domain, *self._birth.between(since, until)])
        fields = self._fields()
        async for page in pages_by_id(self._client, self._model, domain, fields, self._options.batch):
            yield [self._arrival(one) for one in map(self._dated, page) if since <= one.born < until]

    def took(self, record: int) -> bool:
        """Whether a record that is taken only once was, after `older`."""
        return self._options.event in ("once", "created") and record in self._snapshot

    async def _begin(self) -> Position:
        """Return where to go on; the first time ever that is the go-live line, or now, whether Odoo is there or not."""
        position = await self._stored_position()
        await self._learn()
        self._position = position
        return position

    async def _learn(self) -> None:
        """Read what was taken, and what the model is like."""
        await self._snapshot.load()
        self._types = await self._client.types(self._model)
        self._names = await self._client.names(self._model)
        self._birth.learn(self._model, self._types)

    async def _stored_position(self) -> Position:
        cursor = await self._receiver.cursor()
        if cursor is not None:
            return Position.stored(cursor, self._receiver.go_live)
        position = Position.beginning(ceiling(self._receiver.go_live or self._clock.now().replace(microsecond=0)))
        await self._receiver.accept([], cursor=position.as_cursor())
        return position

    def _fields(self) -> list[str]:
        return list(dict.fromkeys([*self._wanted(), *self._birth.fields]))

    def _wanted(self) -> list[str]:
        """What a message, and what tells its branch, is made of."""
        return list(dict.fromkeys([*self._names.outgoing(self._options.fields), *self._telling, self._stamp]))

    @property
    def _telling(self) -> list[str]:
        """What tells the branch and is not asked for by the route itself, as far as the model has it."""
        if not branches_of(self._context):
            return []
        return [one for one in TELLING if one in self._types and one not in self._options.fields]

    def _domain(self, position: Position) -> list[Any]:
        """Which records, without those that are surely older than the line."""
        return self._names.domain([*self._options.domain, *self._birth.since(from_odoo_time(position.line))])

    def _young(self, records: Iterable[Mapping[str, Any]], position: Position) -> list[Record]:
        """Return the records born since the line, as messages hold them, each with its birth."""
        line = from_odoo_time(position.line)
        return [one for one in map(self._dated, records) if one.born >= line]

    def _dated(self, record: Mapping[str, Any]) -> "Record":
        return Record({name: record[name] for name in ("id", *self._wanted())}, self._birth.moment(record))

    def _is_fresh(self, record: Record, position: Position) -> bool:
        if self._options.event == "changed":
            return position.is_new(record, self._stamp)
        number = record["id"]
        return not (position.knows(record) or number in self._snapshot or number in self._taken)

    def _only_once(self) -> dict[int, str]:
        return self._taken if self._options.event in ("once", "created") else {}

    async def _current(self, position: Position, now: datetime) -> dict[int, str]:
        """Return the time of every record that the looks should have seen, up to where they have come."""
        first = max(position.line, to_odoo_time(now - WINDOW))
        domain = [
            [self._stamp, ">=", first],
            [self._stamp, "<", position.start(self._options.overlap)],
            *self._domain(position),
        ]
        current: dict[int, str] = {}
        async for page in pages_by_id(self._client, self._model, domain, [self._stamp], COMPARED_PAGE):
            current.update({one["id"]: one[self._stamp] for one in page})
        return current

    async def _take_missing(self, position: Position, current: Mapping[int, str]) -> None:
        missing = [number for number, time in current.items() if not self._was_taken(number, time)]
        for ids in batches(missing, self._options.chunk):
            arguments = {"domain": [["id", "in", ids]], "fields": self._fields(), "order": f"{self._stamp} asc, id asc"}
            records = await self._client.ask(self._model, "search_read", arguments)
            found = [one for one in self._young(records, position) if one[self._stamp] >= position.line]
            if found:
                await self._receiver.accept([self._arrival(one) for one in found])

    def _was_taken(self, number: int, time: str) -> bool:
        if self._options.event in ("once", "created"):
            return number in self._snapshot or number in self._taken
        return time in (self._snapshot.get(number), self._taken.get(number))

    async def _compare_existence(self, position: Position, now: datetime) -> None:
        """Take what is gone or archived since the last comparison; the first one only takes stock."""
        state = await self._existence(position)
        if self._snapshot.taken_at is not None:
            before = self._snapshot.items()
            left = await self._no_longer_there([one for one in before if one not in state])
            archived = [one for one, was in before.items() if was == ACTIVE and state.get(one) == ARCHIVED]
            stamp = to_odoo_time(now)
            events = [*((one, "deleted") for one in left), *((one, "archived") for one in archived)]
            for chunk in batches(events, self._options.chunk):
                await self._receiver.accept([self._departure(number, event, stamp) for number, event in chunk])
        await self._snapshot.replace(state, now)

    async def _existence(self, position: Position) -> dict[int, str]:
        client = self._client.within({"active_test": False})
        fields = ["active"] if "active" in self._types else ["id"]
        state: dict[int, str] = {}
        domain = self._domain(position)
        async for page in pages_by_id(client, self._model, domain, fields, COMPARED_PAGE):
            state.update({one["id"]: ACTIVE if one.get("active", True) else ARCHIVED for one in page})
        return state

    async def _no_longer_there(self, ids: list[int]) -> list[int]:
        """Return which of `ids` are deleted; the others only left the domain."""
        there: set[int] = set()
        for batch in batches(ids, COMPARED_PAGE):
            arguments = {"domain": [["id", "in", batch]]}
            there.update(await self._client.ask(self._model, "search", arguments, context={"active_test": False}))
        return [one for one in ids if one not in there]

    def _arrival(self, record: Record) -> Arrival:
        whole, beside = self._names.incoming(clean_record(record, self._types)), self._telling
        body = {name: value for name, value in whole.items() if name not in beside}
        state = mark(record, self._stamp).replace("|", ",") if self._options.event == "changed" else ""
        return self._message(record["id"], body, self._options.event, state, record.born, whole)

    def _departure(self, number: int, event: str, stamp: str) -> Arrival:
        return self._message(number, {"id": number}, event, f"{event},{stamp}", from_odoo_time(stamp), {"id": number})

    def _message(
        self, number: int, body: dict[str, Any], event: str, state: str, time: datetime, whole: dict[str, Any]
    ) -> Arrival:
        """`whole`: the record with the fields that tell its branch."""
        name = f"{self._model},{number}"
        place = place_of(whole, self._options.connection, self._model)
        needed = self._options.branch_needed
        return Arrival(
            body=body,
            headers={"CaravanaOdooModel": self._model, "CaravanaOdooId": number, "CaravanaOdooEvent": event},
            key=",".join(_filled(self._receiver.route_id, name, state)),
            lane=name,
            business_keys=(("odoo", name),),
            branch=None if needed or place is None else branches_of(self._context).of(place, self._options.connection),
            place=place if needed else None,
            bulk=self._options.bulk,
            time=time,
        )


def _filled(*parts: str) -> Iterable[str]:
    return (one for one in parts if one)
