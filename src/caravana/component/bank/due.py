"""What still waits, by key: a look reads this and not the many entries that are done.

- scope `bank_due`, key `state/day/key of the entry`: entries that are to be matched (`open`), and those that are `held`
- scope `bank_waits`, key of the entry: matches of which a person is asked

Both are written in one transaction with what they tell of. Of what was kept before there were such records they are made once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from caravana.component.bank.pages import every
from caravana.kit.ports import Store

DUE = "bank_due"
WAITS = "bank_waits"
MADE = "bank_due_made"
"""Scope of the marks that they were made of what was kept before."""
NEVER = "9999-12-31"
"""Day of what has none: it comes after every line."""
Row = tuple[str, str, Any]


def rows_of(key: str, state: str | None, states: tuple[str, ...]) -> list[Row]:
    """Return what is to be written with an entry that is in `state`, one of `states` or none of them. Pure."""
    day = key.split("/")[1] or NEVER
    return [(DUE, f"{one}/{day}/{key}", True if one == state else None) for one in states]


class Due:
    """Reads what waits."""

    def __init__(self, store: Store) -> None:
        """`store`: the hub's."""
        self._store = store
        self._made: set[str] = set()

    async def entries(self, state: str, since: date | None = None) -> list[str]:
        """Return the keys of entries that are due in a state, of a day from `since` on or of none, by day."""
        first = f"{state}/{since.isoformat()}" if since is not None else ""
        found = [one async for one, _ in every(self._store, DUE, f"{state}/", since=first)]
        return [one.split("/", 2)[2] for one in found]

    async def matches(self) -> list[str]:
        """Return the keys of entries whose match waits for a person."""
        return [one async for one, _ in every(self._store, WAITS)]

    async def is_made(self, scope: str) -> bool:
        """Whether what was kept before is known here."""
        if scope not in self._made and await self._store.get(MADE, scope) is not None:
            self._made.add(scope)
        return scope in self._made

    async def make(self, scope: str, rows: Mapping[str, Any]) -> None:
        """Write records of `scope` by key, of what was kept before, and that this is done."""
        for key, value in rows.items():
            await self._store.put(scope, key, value)
        await self._store.put(MADE, scope, True)
        self._made.add(scope)
