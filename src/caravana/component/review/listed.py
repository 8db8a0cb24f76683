"""Which items of the list are told, and what came and went since the last look. Pure."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Item = dict[str, Any]
MORE = "more"
"""Kind of the one item that stands for all that are too many."""
LIVE = ""
"""What is in shadow when nothing is."""


def name_of(item: Mapping[str, Any]) -> str:
    """Return what tells an item from every other one."""
    return f"{item['kind']}/{item['id']}"


def chosen(items: Iterable[Item], without: str) -> list[Item]:
    """Return the items that may be told, the oldest first: none of routes that are named in `without`."""
    patterns = [one.strip() for one in without.split(",") if one.strip()]
    own = (one for one in items if not any(fnmatch.fnmatchcase(one["route"] or "", pattern) for pattern in patterns))
    return sorted(own, key=lambda one: (one["since"] or "", name_of(one)))


def capped(items: list[Item], told: Iterable[str], most: int) -> list[Item]:
    """Return at most `most` of `items`, first those that were told before, and one item that says how many more wait."""
    before = set(told)
    ordered = sorted(items, key=lambda one: name_of(one) not in before)
    rest = len(ordered) - most
    return ordered if rest <= 0 else [*ordered[:most], _more(rest)]


def _more(count: int) -> Item:
    title = f"{count} more items wait"
    told = {"kind": MORE, "id": MORE, "title": title, "reason": "", "since": None, "remedy": "caravana review"}
    return {**told, "branch": None, "route": None, "record": None, "settles": False, "code": None, "count": count}


@dataclass
class Listed:
    """What the consumer knows of the list: when it first saw each item, which of them it has told, and what was in shadow then.

    `shadow` has the names of what was last told in shadow, each with all that was in shadow when something was told of it. It is
    told again as soon as something else is in shadow, or nothing: what waits, and what is gone, if its coming was told otherwise
    than its going and may have had effects.
    """

    seen: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    shadow: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def stored(cls, cursor: Mapping[str, Any] | None) -> "Listed":
        """Return what was stored as the cursor."""
        if not cursor:
            return cls()
        return cls(dict(cursor["seen"]), dict(cursor["told"]), dict(cursor["shadow"]))

    def as_cursor(self) -> dict[str, Any]:
        """Return it as the cursor."""
        return {"seen": self.seen, "told": self.told, "shadow": self.shadow}

    def after(
        self, items: list[Item], now: datetime, patience: timedelta, most: int, *, complete: bool, shadow: str = LIVE
    ) -> "tuple[Listed, list[Item], list[str]]":
        """Return what is known after a look, which items are to be told, and the names of those that are gone.

        `complete`: `items` are the whole list; else what is missing in it may still wait. `shadow`: what is in shadow now.
        """
        there = {name_of(one): one for one in items}
        kept = {name: time for name, time in self.seen.items() if name in there or not complete}
        seen = {**dict.fromkeys(there, now.isoformat()), **kept}
        ripe = [one for name, one in there.items() if _is_ripe(one, seen[name], now, patience)]
        shown = {name_of(one): one for one in capped(ripe, self.told, most)}
        gone = [name for name in self.told if name not in shown and (complete or name in there)]
        gone += [name for name in self._left(shadow) if name not in shown and complete]
        fresh = [one for name, one in shown.items() if self._is_fresh(name, shadow)]
        told = {name: time for name, time in self.told.items() if name not in gone}
        told |= {name_of(one): now.isoformat() for one in fresh}
        under = self._under([*gone, *map(name_of, fresh)], shadow)
        mixed = {name: modes for name, modes in under.items() if modes[-1] != LIVE and (name in told or len(modes) > 1)}
        return Listed(seen, told, mixed), fresh, gone

    def _is_fresh(self, name: str, shadow: str) -> bool:
        """Whether the item is to be told: it never was, or only while something else was in shadow."""
        return name not in self.told or (name in self.shadow and self.shadow[name][-1] != shadow)

    def _left(self, shadow: str) -> list[str]:
        """The names of what is gone and is to be told again."""
        return [name for name, modes in self.shadow.items() if name not in self.told and modes[-1] != shadow]

    def _under(self, names: Iterable[str], shadow: str) -> dict[str, list[str]]:
        """All that was in shadow whenever something was told, with what is told of `names` now."""
        before = {name: [LIVE] for name in self.told} | self.shadow
        return before | {name: [*(one for one in before.get(name, ()) if one != shadow), shadow] for name in names}


def _is_ripe(item: Item, seen: str, now: datetime, patience: timedelta) -> bool:
    return bool(item["kind"] != "circuit" or now - datetime.fromisoformat(seen) >= patience)
