"""`bank:open` and `bank:decisions`: entries that wait to be matched, and what persons said of matches, as messages."""

import asyncio
import hashlib
from abc import abstractmethod
from collections import defaultdict
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from caravana.component.bank.desk import DECIDED, ENTRIES, Desk
from caravana.component.bank.matches import DECISION
from caravana.component.bank.spec import BankOptions
from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Context, Receiver, Unavailable

PAUSE = 60.0
"""Seconds to the next look after one that failed."""
Whose = tuple[str, int | None, bool]
"""Connection to Odoo, company there, and whether that is known."""
log = structlog.get_logger("caravana.bank")


class _Looking(Consumer):
    """Looks again and again, at once when there is news."""

    exclusive = True
    topic: str
    """What tells of news."""

    def __init__(self, desk: Desk, options: BankOptions, receiver: Receiver, context: Context) -> None:
        """`desk`: the bank's part of the hub."""
        self._desk = desk
        self._options = options
        self._receiver = receiver
        self._context = context
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._context.listen(self.topic, self._news.set)
        self._task = asyncio.create_task(self._run(), name=f"looking for {self._receiver.route_id}")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            pause = await self._attempt()
            rest = asyncio.ensure_future(self._context.clock.sleep(pause))
            news = asyncio.ensure_future(self._news.wait())
            try:
                await asyncio.wait((rest, news), return_when=asyncio.FIRST_COMPLETED)
            finally:
                rest.cancel()
                news.cancel()
                await asyncio.gather(rest, news, return_exceptions=True)
            self._news.clear()

    async def _attempt(self) -> float:
        try:
            await self._look()
        except Unavailable as error:
            return error.retry_after
        except Exception:
            log.exception("bank.look_failed", route=self._receiver.route_id)
            return PAUSE
        return self._options.delay.total_seconds()

    @abstractmethod
    async def _look(self) -> None:
        """Tell what waits."""


class OpenConsumer(_Looking):
    """Tells of open entries: new ones at once, those that still wait after `again`; a message for each company.

    The cursor holds what was told and when, so that nothing is told twice in between and nothing forgotten.
    """

    topic = ENTRIES

    async def _look(self) -> None:
        told: dict[str, str] = dict(await self._receiver.cursor() or {})
        line, now = self._line(), self._context.clock.now()
        keys = await self._desk.due(line)
        fresh = [one for one in keys if self._is_due(told.get(one), now)][: self._options.most]
        after = {key: told[key] for key in keys if key in told} | dict.fromkeys(fresh, now.isoformat())
        groups: dict[Whose, list[dict[str, Any]]] = defaultdict(list)
        for one in await self._desk.waiting(fresh, line):
            groups[one["connection"], one["company"], one["known"]].append(one)
        arrivals = [_arrival(whose, entries, now) for whose, entries in groups.items()]
        if arrivals or after != told:
            await self._receiver.accept(arrivals, cursor=after)

    def _line(self) -> date | None:
        """The company's day of the go-live line: what the bank booked before it is never posted."""
        line = self._receiver.go_live
        zone = self._context.setting("company.timezone")
        return None if line is None else line.astimezone(ZoneInfo(str(zone))).date() if zone else line.date()

    def _is_due(self, at: str | None, now: datetime) -> bool:
        return at is None or now - datetime.fromisoformat(at) >= self._options.again


def _arrival(whose: Whose, entries: list[dict[str, Any]], now: datetime) -> Arrival:
    """The open entries of one company: all its branches at once, since all may pay the same invoice."""
    connection, company, known = whose
    body = {"entries": entries, "connection": connection, "company": company, "known": known, "now": now.isoformat()}
    digest = hashlib.blake2b("\n".join(one["key"] for one in entries).encode(), digest_size=12).hexdigest()
    branches = {one["branch"] for one in entries}
    name = f"{connection}/{company or ''}" if known else "nowhere"
    return Arrival(
        body,
        key=f"{name}/{now.isoformat()}/{digest}",
        lane=f"match:{name}",
        branch=branches.pop() if len(branches) == 1 else None,
    )


class DecisionsConsumer(_Looking):
    """Tells what persons decided, each once."""

    topic = DECIDED

    async def _look(self) -> None:
        for key, decision in await self._context.store.find(DECISION):
            match = await self._desk.matches.get(decision["key"])
            if match is not None:
                body = {**decision, "match": match}
                await self._receiver.accept(
                    [Arrival(body, key=key, lane=f"match:{decision['key']}", branch=match.get("branch"))]
                )
            await self._receiver.store.put(DECISION, key, None)
