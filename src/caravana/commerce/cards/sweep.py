"""The sweep: notifications get lost, so every attempt that is not over is asked about, by its company's clock."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce.attempt import Attempt
from caravana.commerce.cards.mapping import CardMapping, Variables, named, records
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Sweep as Clock

EARLY = timedelta(seconds=15)
"""So much before its time a question counts as due: two ticks of the sweep are never exactly a minute apart."""
UNKNOWN = Clock(every=timedelta(minutes=5), until=timedelta(days=7))
"""The clock of an account that the settings do not know any more."""
SHARE = 2 / 3
"""Part of a company's questions a minute that the sweep takes: the rest is for customers who come back."""


class Sweep(CardMapping):
    """What is asked now, and what was asked when."""

    @pure
    def due(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return for each merchant account the attempts to ask about now, and whether its list of events is to be read.

        `open`: the attempts that are not over; `asked`: when each was asked about, as of the last sweep.
        """
        now, asked = exchange.created, variables["asked"] or {}
        groups: dict[str | None, list[Attempt]] = {}
        for one in records(variables["open"]):
            groups.setdefault(one.get("connection"), []).append(one)
        by_events = [name for name, store in self._settings.stores.items() if store["by_events"]]
        found = [self._group(name, groups.get(name, []), now, asked) for name in dict.fromkeys([*groups, *by_events])]
        return [one for one in found if one["attempts"] or one["events"]]

    def _group(
        self, connection: str | None, waiting: list[Attempt], now: datetime, asked: Mapping[str, str]
    ) -> dict[str, Any]:
        clock = self._clock(connection)
        due = sorted((one for one in waiting if _is_due(one, clock, now, asked)), key=lambda one: _last(one, asked))
        most = None if clock.per_minute is None else max(1, int(clock.per_minute * SHARE))
        last = asked.get(_events(connection))
        events = clock.by_events and (last is None or now - datetime.fromisoformat(last) >= clock.every - EARLY)
        return {"connection": connection, "attempts": due[:most], "events": events}

    def _clock(self, connection: str | None) -> Clock:
        store = self._settings.stores.get(connection or "")
        if store is None:
            return UNKNOWN
        every, until = (timedelta(seconds=store[name]) for name in ("every", "until"))
        return Clock(every, until, store["per_minute"], store["by_events"])

    @pure
    def asked(self, variables: Variables, exchange: Exchange) -> dict[str, str]:
        """Return when each attempt that is not over, and each list of events, was asked about."""
        now, before = exchange.created.isoformat(timespec="seconds"), variables["asked"] or {}
        keys = [one["key"] for one in records(variables["open"])]
        events = [_events(name) for name, store in self._settings.stores.items() if store["by_events"]]
        kept = {key: before[key] for key in (*keys, *events) if key in before}
        return {**kept, **dict.fromkeys(_named(variables["due"]), now)}

    @pure
    def is_over(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether nothing more is to be asked about the attempt: it was never opened, or its time is long over."""
        one = variables["attempt"]
        return one["request_id"] is None or exchange.created > _end(one, self._clock(one.get("connection")))

    @pure
    def sweeping(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked about the attempt."""
        return attempts.question(variables["attempt"])

    @pure
    def unanswered(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is to be settled for an attempt about which nothing more is asked."""
        return named(body) | {"answer": None}

    @pure
    def news_question(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what the company's list of events is asked for: what came after the last that was seen."""
        seen = variables["seen"] or {"since": (exchange.created - timedelta(days=1)).isoformat(timespec="seconds")}
        return {**seen, "connection": variables["store"]["connection"]}

    @pure
    def seen(self, variables: Variables) -> dict[str, Any]:
        """Return how far the list of events is read."""
        before, news = variables["asked_for"], variables["news"]["events"]
        kept = {name: before[name] for name in ("since", "after") if before.get(name)}
        return {**kept, "after": news[-1]["event"]} if news else kept


def _is_due(one: Attempt, clock: Clock, now: datetime, asked: Mapping[str, str]) -> bool:
    """Whether it is time to ask; where events tell, the object itself is asked only from its expiry on."""
    if clock.by_events and one["request_id"] is not None and now < datetime.fromisoformat(one["expires"]):
        return False
    return now - _last(one, asked) >= clock.every - EARLY


def _last(one: Attempt, asked: Mapping[str, str]) -> datetime:
    """When it was asked about last; the customer left for the company's page when it was made."""
    return datetime.fromisoformat(asked.get(one["key"]) or one["created"])


def _end(one: Attempt, clock: Clock) -> datetime:
    return datetime.fromisoformat(one["expires"]) + clock.until


def _named(due: list[dict[str, Any]]) -> Iterator[str]:
    for group in due:
        yield from (one["key"] for one in group["attempts"])
        if group["events"]:
            yield _events(group["connection"])


def _events(connection: str | None) -> str:
    """The key under which the reading of a list of events is remembered."""
    return f"events/{connection}"
