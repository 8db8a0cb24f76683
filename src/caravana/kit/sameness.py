"""Whether the same partner answers behind a connection as last time: a restored copy or a staging must not be taken for it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from caravana.kit.clock import Clock
from caravana.kit.errors import Transient
from caravana.kit.ports import Store, Unavailable

SCOPE = "connection.identity"
"""Scope of the records: by connection, what was `known`, and what was `found` instead while that waits for a person."""
OTHER = "other_partner"
"""Code of the error with which calls are held back."""
FRESH = timedelta(minutes=5)
"""How long an answer holds; a copy restored under a running hub is noticed after so long."""

Identity = dict[str, str]
"""What tells one partner from another, by the way in which it was learned; only what was learned in one way is compared."""


class Sameness:
    """Holds back every call of one connection while another partner stands behind it, until a person confirms it."""

    def __init__(
        self, connection: str, store: Store, clock: Clock, identify: Callable[[], Awaitable[Identity]]
    ) -> None:
        """`connection`: its name; `identify` asks the partner and raises an `EffectError`."""
        self._connection = connection
        self._store = store
        self._clock = clock
        self._identify = identify
        self._seen: Identity = {}
        self._until: datetime | None = None
        self._same = False
        self._lock = asyncio.Lock()

    async def check(self) -> None:
        """Let a call pass. Raises `Transient` when it is held back, and what `identify` raises: nothing was done."""
        if self._same and self._is_fresh():
            return
        async with self._lock:
            try:
                await self._look()
            except Unavailable as error:
                raise Transient(f"the journal cannot be asked who answered last time: {error.reason}") from error
        if not self._same:
            raise Transient(
                f"connection `{self._connection}`: another partner answers than last time; a person must confirm it",
                code=OTHER,
            )

    def _is_fresh(self) -> bool:
        return self._until is not None and self._clock.now() < self._until

    async def _look(self) -> None:
        """Compare who answers with who answered; while calls are held back the record alone is looked at."""
        if not self._is_fresh():
            self._seen = await self._identify()
            self._until = self._clock.now() + FRESH
        stored = await self._store.get(SCOPE, self._connection) or {"known": {}}
        known: Identity = stored["known"]
        self._same = is_same(known, self._seen)
        if not self._same:
            await self._hold(stored)
        elif stored != (now := {"known": {**known, **self._seen}}):
            await self._store.put(SCOPE, self._connection, now)
            await self._store.put("review", review_key(self._connection), None)

    async def _hold(self, stored: dict[str, Identity]) -> None:
        if stored.get("found") != self._seen:
            await self._store.put(SCOPE, self._connection, {**stored, "found": self._seen})
        key = review_key(self._connection)
        if await self._store.get("review", key) is None:
            await self._store.put("review", key, self._item(stored["known"]))

    def _item(self, known: Identity) -> dict[str, str]:
        return {
            "title": f"another partner behind {self._connection}",
            "reason": f"{shown(self._seen)} answers, last time it was {shown(known)}: every call waits",
            "since": self._clock.now().isoformat(timespec="seconds"),
            "remedy": "a copy or a staging? Mend the connection. The right one? caravana odoo confirm NAME",
        }


def is_same(known: Identity, seen: Identity) -> bool:
    """Whether nothing that was learned in the same way differs."""
    return all(known.get(way, value) == value for way, value in seen.items())


def review_key(connection: str) -> str:
    """Return the key of the review item of a connection."""
    return f"connection/{connection}/other_partner"


def shown(identity: Identity) -> str:
    """Return an identity as a person reads it."""
    return ", ".join(f"{way} {value}" for way, value in sorted(identity.items())) or "nobody"
