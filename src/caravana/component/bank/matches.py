"""What becomes of the entries: proposals that wait for a person, what was posted, what persons decided and taught.

- scope `bank_match`, key of the entry: `Match`
- scope `bank_waits`: of which a person is asked (`due`)
- scope `bank_word`: who took the question of a match off the list
- scope `bank_decision`: what a person said and no route has taken yet; `bank_habit`: which payer pays for which customer
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.bank import book as books
from caravana.component.bank.book import Book, Kept
from caravana.component.bank.due import WAITS, Due, Row
from caravana.component.bank.entry import Direction
from caravana.component.bank.pages import every
from caravana.kit.ports import Store

MATCH = "bank_match"
WORD = "bank_word"
"""Scope in which it is kept who took a question off the list, until the next look."""
DECISION = "bank_decision"
HABIT = "bank_habit"
PROPOSED, POSTING, POSTED, LEFT, UNDONE, REVERSED = "proposed", "posting", "posted", "left", "undone", "reversed"
"""States of a match. `posting`: under way, nothing else may be decided; `left`: a person books it elsewhere; `undone`: it waits
for a person again; `reversed`: the bank took the money back."""
ASKED = frozenset({PROPOSED, UNDONE})
"""A person is asked."""
CLOSED = frozenset({POSTED, LEFT, REVERSED})
Match = dict[str, Any]
ANY: Match = {}
"""However a match stands."""
BACK = timedelta(days=90)
"""How long before a reversal the credit may lie that it takes back."""


class Matches:
    """Matches and decisions in the hub's store."""

    def __init__(self, store: Store, book: Book) -> None:
        """`book`: whose entries they are about."""
        self._store = store
        self._book = book
        self._due = Due(store)

    async def get(self, key: str) -> Match | None:
        """Return the match of an entry."""
        found: Match | None = await self._store.get(MATCH, key)
        return found

    async def all(self, state: str | None = None) -> list[Match]:
        """Return the matches, by account and day; only those in `state`."""
        return [one async for _, one in every(self._store, MATCH) if state in (None, one["state"])]

    async def asked(self) -> list[Match]:
        """Return the matches of which a person is asked, by account and day."""
        if not await self._due.is_made(WAITS):
            found = {key: True async for key, one in every(self._store, MATCH) if one["state"] in ASKED}
            await self._due.make(WAITS, found)
        several = [await self.get(key) for key in await self._due.matches()]
        return [one for one in several if one is not None and one["state"] in ASKED]

    async def settle(self, match: Match, review: Mapping[str, Any] | None, *, before: Match | None = ANY) -> bool:
        """Keep what became of an entry, and what a person is asked of it (None: nobody is), in one transaction.

        `before`: only if it still stands where this did (`standing`), or was kept by this already; False otherwise.
        Raises `LookupError` without the entry.
        """
        key = match["entry"]
        state = books.MATCHED if match["state"] in CLOSED else books.OPEN
        item = None if review is None else {**review, "word": WORD}
        rows = [*_rows(match), (books.REVIEW, f"bank/match/{key}", item), (WORD, f"bank/match/{key}", None)]
        while True:
            turn = await self._book.turn(key.partition("/")[0])
            kept = await self._book.get(key)
            if kept is None:
                raise LookupError(f"there is no entry `{key}`")
            if before is not ANY:
                now = await self.get(key)
                if now != match and standing(now) != standing(before):
                    return False
            if await self._book.settle(turn, kept.in_state(state), rows):
                return True

    async def let_go(self, at: str) -> None:
        """Leave the entries whose question a person took off the list; what waits for an invoice goes on waiting, `read`."""
        several = await self.asked()
        asked = await self._book.asked() if several else ()
        for one in several:
            if f"match/{one['entry']}" not in asked:
                await self._let_go(one["entry"], at)

    async def _let_go(self, key: str, at: str) -> None:
        """Leave one; if something else happens to it now, the next look sees."""
        turn = await self._book.turn(key.partition("/")[0])
        match, kept = await self.get(key), await self._book.get(key)
        if match is None or kept is None or match["state"] not in ASKED or match.get("read"):
            return
        if not await self._book.asks(f"match/{key}"):
            word = await self._store.get(WORD, f"bank/match/{key}") or {}
            if match.get("awaits"):
                await self._book.settle(
                    turn, kept, [*_rows({**match, "read": True}), (WORD, f"bank/match/{key}", None)]
                )
                return
            said = {"by": word.get("actor") or None, "reason": word.get("reason"), "at": word.get("at") or at}
            rows = [*_rows({**match, "state": LEFT, **said}), (WORD, f"bank/match/{key}", None)]
            await self._book.settle(turn, kept.in_state(books.MATCHED), rows)

    async def decided(self, decision: Mapping[str, Any]) -> None:
        """Keep what a person said until a route takes it."""
        await self._store.put(DECISION, str(decision["id"]), dict(decision))

    async def habits(self) -> list[dict[str, Any]]:
        """Return what was learned."""
        return [one async for _, one in every(self._store, HABIT)]

    async def unlearn(self, payer: str, customer: int) -> bool:
        """Forget that `payer` pays for `customer`; False when that was not known."""
        key = f"{payer}/{customer}"
        known = await self._store.get(HABIT, key) is not None
        await self._store.put(HABIT, key, None)
        return known


def _rows(match: Match) -> list[Row]:
    """What is written of a match, all at once."""
    key = match["entry"]
    return [(MATCH, key, match), (WAITS, key, True if match["state"] in ASKED else None)]


def standing(match: Match | None) -> tuple[str, int]:
    """Return what a decision rests on: the state, and how often it was booked. Pure.

    A look that proposes anew changes neither, so that it is no word against a person's.
    """
    return (PROPOSED, 1) if match is None else (match["state"], match["round"])


def taken_back(reversal: Kept, entries: list[Kept]) -> list[str]:
    """Return the keys of the credits that `reversal` may take back: by shared references, else by amount; latest first. Pure."""
    entry = reversal.entry
    equal = [one for one in entries if _may_be(one, reversal)]
    named = [one for one in equal if _names(one) & _names(reversal)]
    found = named or [
        one for one in equal if not (entry.party.name and one.entry.party.name) or _folded(one) == _folded(reversal)
    ]
    return [one.key for one in sorted(found, key=lambda one: (str(one.entry.day), one.key), reverse=True)]


def _may_be(one: Kept, reversal: Kept) -> bool:
    credit, entry = one.entry, reversal.entry
    if credit.direction is not Direction.CREDIT or credit.reversal or credit.account != entry.account:
        return False
    if (credit.amount, credit.currency) != (entry.amount, entry.currency):
        return False
    if credit.day is None or entry.day is None:
        return True
    return timedelta(0) <= entry.day - credit.day <= BACK


def _names(one: Kept) -> frozenset[str]:
    names = one.entry.references
    return frozenset(filter(None, (names.bank, names.entry, names.uetr, names.transaction, names.end_to_end)))


def _folded(one: Kept) -> str:
    return " ".join((one.entry.party.name or "").casefold().split())
