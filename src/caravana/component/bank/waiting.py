"""`bank:open`, `bank:awaited`, `bank:decisions`: entries that wait to be matched, and what persons said of matches, as messages.

`bank:codes`: who asks for a payment code.
"""

import hashlib
from collections import defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.bank.desk import DECIDED, ENTRIES, Desk
from caravana.component.bank.matches import DECISION
from caravana.component.bank.spec import BankOptions
from caravana.kit.component import Consumer
from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Context, Receiver

Whose = tuple[str, int | None, bool]
"""Connection to Odoo, company there, and whether that is known."""


class _Looking(PollingConsumer):
    """Looks at once when there is news of its topic."""

    topic: str
    """What tells of news."""

    def __init__(self, desk: Desk, options: BankOptions, receiver: Receiver, context: Context) -> None:
        """`desk`: the bank's part of the hub."""
        super().__init__(receiver.route_id, context.clock, options.delay)
        self._desk = desk
        self._options = options
        self._receiver = receiver
        self._context = context

    async def start(self) -> None:
        """Begin to look."""
        self._context.listen(self.topic, self.tell)
        await super().start()


class OpenConsumer(_Looking):
    """Tells of open entries: new ones at once, those that still wait after `again`; a message for each company.

    The cursor holds what was told and when, so that nothing is told twice in between and nothing forgotten.
    """

    topic = ENTRIES

    async def look(self) -> None:
        """Tell of what is due."""
        told: dict[str, str] = dict(await self._receiver.cursor() or {})
        line, now = self._line(), self._context.clock.now()
        keys = await self._keys(line)
        fresh = [one for one in keys if self._is_due(told.get(one), now)][: self._options.most]
        after = {key: told[key] for key in keys if key in told} | dict.fromkeys(fresh, now.isoformat())
        groups: dict[Whose, list[dict[str, Any]]] = defaultdict(list)
        for one in await self._desk.waiting(fresh, line):
            groups[one["connection"], one["company"], one["known"]].append(one)
        arrivals = [_arrival(whose, entries, now) for whose, entries in groups.items()]
        if arrivals or after != told:
            await self._receiver.accept(arrivals, cursor=after)

    async def _keys(self, line: date | None) -> list[str]:
        """The entries that may be told."""
        return await self._desk.due(line)

    def _line(self) -> date | None:
        """The company's day of the go-live line: what the bank booked before it is never posted."""
        line = self._receiver.go_live
        zone = self._context.setting("company.timezone")
        return None if line is None else line.astimezone(ZoneInfo(str(zone))).date() if zone else line.date()

    def _is_due(self, at: str | None, now: datetime) -> bool:
        return at is None or now - datetime.fromisoformat(at) >= self._options.again


class AwaitedConsumer(OpenConsumer):
    """Tells again, after `again`, of the entries whose order is not invoiced yet."""

    async def _keys(self, line: date | None) -> list[str]:
        return await self._desk.awaited()


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

    async def look(self) -> None:
        """Tell what was decided."""
        for key, decision in await self._context.store.find(DECISION):
            match = decision.get("match") or await self._desk.matches.get(
                decision["key"]
            )  # without: of an older version
            if match is not None:
                body = {**decision, "match": match}
                lane = f"match:{decision['key']}"
                await self._receiver.accept([Arrival(body, key=key, lane=lane, branch=match.get("branch"))])
            await self._receiver.store.put(DECISION, key, None)


class CodesConsumer(Consumer):
    """`bank:codes`: the route that looks for a document in the books before its payment code is issued."""

    def __init__(self, desk: Desk, receiver: Receiver) -> None:
        """`desk`: who asks."""
        self._desk = desk
        self._receiver = receiver

    async def start(self) -> None:
        """Take what is asked."""
        self._desk.codes_taker = self._receiver

    async def stop(self) -> None:
        """Take nothing any more."""
        self._desk.codes_taker = None
