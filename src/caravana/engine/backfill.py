"""Backfill: records of before the go-live line, by a person's word only, and only after he has seen how many and what they do.

Each record comes with the key under which the route itself would take it, so what was taken is not taken again; the names of the
records that were fed stay in the ledger when their exchanges are gone, so doing it twice does nothing the second time.
"""

import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from caravana.engine.imagining import Imagined, imagine
from caravana.engine.modes import SHADOW, accepted_under
from caravana.engine.receiver import RouteReceiver
from caravana.engine.shadow import partner_of
from caravana.journal import listing
from caravana.journal.model import Entry
from caravana.kit.component import RecordConsumer
from caravana.kit.errors import CaravanaError
from caravana.kit.exchange import IN_ONLY
from caravana.kit.nearest import nearest
from caravana.kit.ports import Arrival, Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

ASKED = 500
"""Keys in one question to the journal."""
FED = 100
"""Messages stored in one transaction."""
AFTER_SHADOW = "|live"
"""Ends the key of what was taken in shadow and is to be done now."""
WITHIN = ("state",)
"""Schemes whose effects stay in the hub."""


class NoBackfill(CaravanaError):
    """What was asked for is no backfill; the message says why, and what to do."""


class Fate(StrEnum):
    """What a backfill makes of a record."""

    NEW = "new"
    TAKEN = "taken"
    SHADOWED = "shadowed"


@dataclass(frozen=True)
class Span:
    """The records asked for: of `route`, from `since` on and before `until`; `shadowed`: those too that only shadow took."""

    route: str
    since: datetime
    until: datetime | None = None
    shadowed: bool = False


class Older(NamedTuple):
    """One record: what it is stored as, what names it for ever, and its fate."""

    entry: Entry
    name: str
    fate: Fate


@dataclass
class Count:
    """How many records have each fate, and some of those to be fed, chosen without preference."""

    fates: Counter[Fate] = field(default_factory=Counter)
    sample: list[Entry] = field(default_factory=list)
    to_feed: int = 0


Progress = Callable[[str, int, int | None], None]
"""Told what is going on, how much of it is done, and of how much, if that is known."""


class Backfill:
    """One backfill of a running hub."""

    def __init__(self, hub: "Hub", span: Span, progress: Progress = lambda what, done, total: None) -> None:
        """Raises `NoBackfill` when there is no such route, or it consumes no records."""
        self._hub = hub
        self._span = span
        self._progress = progress
        route = hub.program.route(span.route)
        if route is None:
            raise NoBackfill(
                f"there is no route `{span.route}`: {nearest(span.route, hub.program.routes) or 'see `caravana routes list`'}"
            )
        self._receiver = RouteReceiver(hub, route)
        consumer = hub.components.endpoint(route.uri).consumer(self._receiver)
        if not isinstance(consumer, RecordConsumer):
            raise NoBackfill(
                f"the route `{span.route}` begins at `{route.uri.scheme}:` and consumes no records: it has no past"
            )
        self._consumer = consumer
        self._scope = f"backfill {span.route}" if self.mode != SHADOW else f"shadow backfill {span.route}"

    @property
    def mode(self) -> str:
        """The mode under which what is fed now is accepted."""
        return accepted_under(self._hub.configuration.modes, self._span.route)

    async def survey(self, sample: int) -> dict[str, Any]:
        """Return how many records there are, and what `sample` of them (0: all) would do. Raises `NoBackfill`, `EffectError`."""
        until = await self._until()
        count = await self._count(until, sample)
        imagined = [
            await self._imagined(number, entry, len(count.sample)) for number, entry in enumerate(count.sample, 1)
        ]
        return {
            "route": self._span.route,
            "dated_by": self._consumer.dated_by,
            "since": self._span.since.isoformat(),
            "until": until.isoformat(),
            "mode": self.mode,
            "records": sum(count.fates.values()),
            **{fate.value: count.fates[fate] for fate in Fate},
            "count": count.to_feed,
            "rehearsed": len(imagined),
            "effects": _effects(imagined, count.to_feed),
            "errors": _errors(count.sample, imagined),
        }

    async def feed(self, count: int, name: str) -> dict[str, Any]:
        """Take `count` records as bulk work. Raises `NoBackfill` when it is not `count` of them, `EffectError`, `Unavailable`.

        `name`: business key by which the exchanges are found.
        """
        until = await self._until()
        there = (await self._count(until, 1)).to_feed
        if there != count:
            if there == 1:
                raise NoBackfill(f"there is 1 record to take, not {count}: look again with --dry-run")
            raise NoBackfill(f"there are {there} records to take, not {count}: look again with --dry-run")
        fed = 0
        async for page in self._pages(until):
            wanted = [(_named(one.entry, name), one.name) for one in page if self._feeds(one.fate)]
            for start in range(0, len(wanted), FED):
                fed += len(await self._fed(wanted[start : start + FED]))
                self._progress("taken", fed, count)
        return {"route": self._span.route, "fed": fed, "key": f"backfill:{name}"}

    async def _fed(self, entries: list[tuple[Entry, str]]) -> list[str]:
        """Store entries, waiting while the journal is full."""
        while True:
            try:
                return await self._receiver.feed(entries, self._scope)
            except Unavailable as error:
                await self._hub.clock.sleep(error.retry_after)

    async def _until(self) -> datetime:
        """Return the end of the span. Raises `NoBackfill` when the span is none, or reaches beyond the line."""
        span, line = self._span, await self._consumer.line() or self._hub.clock.now()
        until = span.until or line
        if span.shadowed and self.mode == SHADOW:
            raise NoBackfill(f"the route `{span.route}` is in shadow: set it live before what it shadowed is done")
        if span.since >= line:
            raise NoBackfill(
                f"since {_day(span.since)} is not before the go-live line ({_day(line)}): the route takes what is younger"
                " by itself"
            )
        if until > line:
            raise NoBackfill(
                f"until {_day(until)} is after the go-live line ({_day(line)}): leave it out, or write an earlier day"
            )
        if until <= span.since:
            raise NoBackfill(
                f"until {_day(until)} is not after since {_day(span.since)}: there is nothing between them"
            )
        return until

    async def _count(self, until: datetime, sample: int) -> Count:
        """Count, and keep a fair choice of `sample` (0: all) of what would be fed: each record is as likely as any other."""
        count, chance = Count(), random.Random(0)  # noqa: S311 -- the same choice each time, guards nothing
        read = 0
        async for page in self._pages(until):
            for one in page:
                read += 1
                count.fates[one.fate] += 1
                if not self._feeds(one.fate):
                    continue
                count.to_feed += 1
                if not sample or len(count.sample) < sample:
                    count.sample.append(one.entry)
                elif (place := chance.randrange(count.to_feed)) < sample:
                    count.sample[place] = one.entry
            self._progress("read", read, None)
        return count

    def _feeds(self, fate: Fate) -> bool:
        return fate is Fate.NEW or (fate is Fate.SHADOWED and self._span.shadowed)

    async def _pages(self, until: datetime) -> AsyncIterator[list[Older]]:
        async for arrivals in self._consumer.older(self._span.since, until):
            for start in range(0, len(arrivals), ASKED):
                yield await self._judged(arrivals[start : start + ASKED])

    async def _judged(self, arrivals: Sequence[Arrival]) -> list[Older]:
        """Return what each arrival is stored as, and its fate by what the journal knows."""
        entries = [self._receiver.entry(one, IN_ONLY)._replace(bulk=True) for one in arrivals]
        keys, names = [_key(entry) for entry in entries], [self._consumer.name_of(one) for one in arrivals]
        rows = await self._hub.journal.query(*listing.known(self._receiver.source, keys))
        modes = {row["key"]: row["mode"] for row in rows}
        ledger = [*names, *(name + AFTER_SHADOW for name in names)]
        fed = {row["key"] for row in await self._hub.journal.query(*listing.fed(self._scope, ledger))}
        judged = []
        for arrival, entry, key, name in zip(arrivals, entries, keys, names, strict=True):
            if modes.get(key) == SHADOW and name + AFTER_SHADOW not in fed:
                again = entry._replace(key=key + AFTER_SHADOW)
                judged.append(Older(again, name + AFTER_SHADOW, Fate.SHADOWED))
                continue
            taken = key in modes or not fed.isdisjoint((name, name + AFTER_SHADOW)) or self._consumer.took(arrival)
            judged.append(Older(entry, name, Fate.TAKEN if taken else Fate.NEW))
        return judged

    async def _imagined(self, number: int, entry: Entry, total: int) -> Imagined:
        found = await imagine(self._hub, entry)
        self._progress("rehearsed", number, total)
        return found


def _key(entry: Entry) -> str:
    if entry.key is None:
        raise NoBackfill(f"the route `{entry.route}` gives its records no key: nobody could tell what was taken before")
    return entry.key


def _named(entry: Entry, name: str) -> Entry:
    return entry._replace(keys=(*entry.keys, ("backfill", name)))


def _effects(imagined: Sequence[Imagined], total: int) -> list[dict[str, Any]]:
    """Count effects that would leave the hub, by partner, endpoint and kind; `estimate`: of all records, by these."""
    counts: Counter[tuple[str, str, str]] = Counter()
    records: Counter[tuple[str, str, str]] = Counter()
    for one in imagined:
        found = [(partner_of(each.endpoint), each.endpoint, each.kind) for each in one.effects]
        leaving = [each for each in found if each[0] not in WITHIN]
        counts.update(leaving)
        records.update(set(leaving))
    return [
        {
            "partner": partner,
            "endpoint": endpoint,
            "kind": kind,
            "effects": count,
            "records": records[partner, endpoint, kind],
            "estimate": round(count * total / len(imagined)),
        }
        for (partner, endpoint, kind), count in sorted(counts.items())
    ]


def _errors(sample: Sequence[Entry], imagined: Sequence[Imagined]) -> list[dict[str, Any]]:
    """Gather why records would not end well, each reason with one of them."""
    reasons: dict[str, dict[str, Any]] = {}
    for entry, one in zip(sample, imagined, strict=True):
        if one.error is not None:
            reason = reasons.setdefault(one.error, {"error": one.error, "records": 0, "example": entry.key})
            reason["records"] += 1
    return list(reasons.values())


def _day(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="minutes")
