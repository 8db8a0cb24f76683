"""What is kept of each person beside their contact: when a colleague last wrote to them, what they received and read."""

from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.kit.ports import Context

PEOPLE = "facebook.person"
"""Scope, by page and contact."""
TRIES = 20


class People:
    """People of all pages, in the hub's store."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context

    async def note(self, page: str, contact: str, what: str, at: datetime) -> None:
        """Keep when `what` (`person`, `delivered`, `read`) last happened. Raises `Unavailable`."""
        store, key = self._context.store, f"{page}|{contact}"
        text = at.astimezone(UTC).isoformat()
        for _ in range(TRIES):
            turn = await store.turn(PEOPLE, key)
            known = await store.get(PEOPLE, key) or {}
            if known.get(what, "") >= text:
                return
            if await store.put_together(turn, [(PEOPLE, key, {**known, what: text})]) is not None:
                return

    async def state(self, page: str, contact: str, quiet: timedelta, now: datetime) -> dict[str, Any]:
        """Return `person_until`, `delivered` and `read`, ISO texts or None."""
        known = await self._context.store.get(PEOPLE, f"{page}|{contact}") or {}
        wrote = known.get("person")
        until = None if wrote is None else datetime.fromisoformat(wrote) + quiet
        talks = until is not None and now < until
        return {
            "person_until": until.isoformat() if until is not None and talks else None,
            "delivered": known.get("delivered"),
            "read": known.get("read"),
        }
