"""What is kept of bank accounts: files, statements and entries, each once, in the hub's store.

- scope `bank_entry`, key `account/day/direction amount currency/fingerprint`: what is money, or may be
- scope `bank_due`: which of them wait (`due`)
- scope `bank_other`: what never is: zero amounts, what is not booked
- scope `bank_file`, key SHA-256: name, state, reason, statements; `bank_content`: its bytes, compressed
"""

import asyncio
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from caravana.component.bank.due import DUE, Due, Row, rows_of
from caravana.component.bank.entry import Entry
from caravana.component.bank.identity import Telling
from caravana.component.bank.pages import every
from caravana.kit.ports import Store, Turn

ENTRY = "bank_entry"
OTHER = "bank_other"
FILE = "bank_file"
CONTENT = "bank_content"
TURN = "bank_turn"
"""Scope of what moves on whenever entries of an account change: whoever compares with them sees that he was too slow."""
REVIEW = "review"
ASKED = "bank_asked"
"""Scope of the questions that were put to a person."""
OPEN = "open"
"""It is money and waits to be matched."""
HELD = "held"
"""It may be money told before, or contradicts itself: a person decides."""
SETTLED = "settled"
"""It was held, and a person said that it is dealt with: it is never posted, and can still be decided."""
MATCHED = "matched"
"""It is in the books, or a person booked it elsewhere, or the bank took it back."""
AROUND = 10
"""Days before and after a delivery within which entries are compared."""
_TOGETHER = 500
"""Records written at once, so that they share transactions."""
_ENTRIES = 160
"""Entries written at once, each with what says that it is due."""
_MOST = 100_000
"""Files, entries around a day, equals of a day."""


@dataclass(frozen=True)
class Kept:
    """One entry as it is kept. `files`: digests of those that told it; `perhaps`: key of an entry that it may be again."""

    key: str
    telling: Telling
    state: str
    files: tuple[str, ...] = ()
    reason: str | None = None
    perhaps: str | None = None

    @property
    def entry(self) -> Entry:
        """The entry."""
        return self.telling.entry

    def as_record(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        telling = self.telling
        return {
            "entry": telling.entry.as_record(),
            "state": self.state,
            "form": telling.form,
            "complete": telling.complete,
            "covered": telling.covered,
            "ids": sorted(telling.ids),
            "days": sorted((one for one in telling.days if one is not None), key=str),
            "forms": sorted(telling.forms),
            "statements": sorted(telling.statements),
            "files": list(self.files),
            "reason": self.reason,
            "perhaps": self.perhaps,
        }

    @classmethod
    def from_record(cls, key: str, record: Mapping[str, Any]) -> "Kept":
        """Return what `as_record` gave."""
        telling = Telling(
            Entry.from_record(record["entry"]),
            form=record["form"],
            complete=record["complete"],
            covered=record["covered"],
            ids=frozenset(record["ids"]),
            days=frozenset(record["days"] or [None]),
            forms=frozenset(record["forms"]),
            statements=frozenset(record["statements"]),
        )
        return cls(key, telling, record["state"], tuple(record["files"]), record.get("reason"), record.get("perhaps"))

    @property
    def due(self) -> str | None:
        """In which state somebody waits for it: `open`, if it is income, or `held`; None when it is done."""
        waits = self.state == HELD or (self.state == OPEN and self.entry.is_income)
        return self.state if waits else None

    def rows(self) -> list[Row]:
        """Return what is written of it, all at once."""
        return [(ENTRY, self.key, self.as_record()), *rows_of(self.key, self.due, (OPEN, HELD))]

    def in_state(self, state: str) -> "Kept":
        """Return it in another state."""
        return replace(self, state=state)

    def told(self, other: Telling, digest: str) -> "Kept":
        """Return it after `other` told it again in the file `digest`."""
        files = self.files if digest in self.files else (*self.files, digest)
        return replace(self, telling=self.telling.joined(other), files=files)


class Book:
    """The bank's part of the store."""

    def __init__(self, store: Store) -> None:
        """`store`: the hub's."""
        self._store = store
        self._due = Due(store)

    async def due(self, state: str, since: date | None = None) -> list[str]:
        """Return the keys of entries for which somebody waits in `state` (`Kept.due`), by day, from about `since` on."""
        if not await self._due.is_made(DUE):
            rows: list[Row] = []
            async for key, record in every(self._store, ENTRY):
                if record["state"] in (OPEN, HELD):
                    rows += rows_of(key, Kept.from_record(key, record).due, (OPEN, HELD))
            await self._due.make(DUE, {key: value for _, key, value in rows if value})
        # An entry keeps the key of its first telling, whose day may be another one by some days.
        return await self._due.entries(state, None if since is None else since - timedelta(days=2 * AROUND))

    async def like(self, reversal: Kept, back: timedelta) -> list[Kept]:
        """Return the credits of just the amount that `reversal` takes back, of its account and up to `back` days before."""
        entry = reversal.entry
        what = f"C{entry.amount}{entry.currency}/"
        if entry.day is None:
            prefixes = [f"{entry.account}/"]
        else:
            first = entry.day - back - timedelta(days=AROUND)
            days = [first + timedelta(days=one) for one in range(back.days + 3 * AROUND)]
            prefixes = [f"{entry.account}/{one}/{what}" for one in ("", *map(date.isoformat, days))]
        found = [row for prefix in prefixes for row in [one async for one in every(self._store, ENTRY, prefix)]]
        return [Kept.from_record(key, record) for key, record in found if f"/{what}" in key]

    async def around(self, account: str, days: Iterable[date | None]) -> dict[str, Kept]:
        """Return the entries of `account` near `days`, and those without a day, by key."""
        wanted: set[str] = {""}
        for day in filter(None, days):
            wanted |= {(day + timedelta(days=one)).isoformat() for one in range(-AROUND, AROUND + 1)}
        found: dict[str, Kept] = {}
        for prefix in _prefixes(account, wanted):
            for key, record in await self._store.find(ENTRY, prefix, _MOST):
                found[key] = Kept.from_record(key, record)
        return found

    async def entries(self, account: str = "", *, state: str | None = None) -> list[Kept]:
        """Return the entries of `account` (all accounts without one) by account and day; only those in `state`."""
        rows = every(self._store, ENTRY, f"{account}/" if account else "")
        return [Kept.from_record(key, one) async for key, one in rows if state in (None, one["state"])]

    async def get(self, key: str) -> Kept | None:
        """Return one entry."""
        record = await self._store.get(ENTRY, key)
        return None if record is None else Kept.from_record(key, record)

    async def turn(self, account: str) -> Turn:
        """Return where the entries of `account` stand; to be asked before they are read, to be changed."""
        return await self._store.turn(TURN, account)

    async def settle(self, turn: Turn, kept: Kept, rows: Sequence[tuple[str, str, Any]]) -> bool:
        """Keep an entry together with what became of it (`rows`), in one transaction; False: look again."""
        return await self._store.put_together(turn, [*kept.rows(), *rows]) is not None

    async def change(self, turn: Turn, changed: Sequence[Kept], removed: Sequence[str] = ()) -> bool:
        """Keep entries of an account, and forget others, if nobody has changed any since `turn`; False: look again.

        More than a few hundred are kept in parts; of one that comes too late those before it stay, and are known the next time.
        """
        parts = [one.rows() for one in changed]
        parts += [[(ENTRY, key, None), *rows_of(key, None, (OPEN, HELD))] for key in removed]
        at: Turn | None = turn
        for start in range(0, len(parts), _ENTRIES):
            rows = [row for part in parts[start : start + _ENTRIES] for row in part]
            at = None if at is None else await self._store.put_together(at, rows)
        return at is not None

    async def put_others(self, others: Mapping[str, Entry]) -> None:
        """Keep what is no money."""
        await self._write([(OTHER, key, {"entry": one.as_record()}) for key, one in others.items()])

    async def file(self, digest: str) -> dict[str, Any] | None:
        """Return what is known of a file."""
        found: dict[str, Any] | None = await self._store.get(FILE, digest)
        return found

    async def files(self) -> list[tuple[str, dict[str, Any]]]:
        """Return all files by their digests."""
        return await self._store.find(FILE, "", _MOST)

    async def put_file(self, digest: str, record: Mapping[str, Any]) -> None:
        """Keep what is known of a file."""
        await self._store.put(FILE, digest, dict(record))

    async def content(self, digest: str) -> bytes | None:
        """Return the bytes of a kept file."""
        packed = await self._store.get(CONTENT, digest)
        return None if packed is None else zlib.decompress(packed)

    async def put_content(self, digest: str, content: bytes) -> None:
        """Keep the bytes of a file."""
        await self._store.put(CONTENT, digest, await asyncio.to_thread(zlib.compress, content, 6))

    async def asks(self, key: str) -> bool:
        """Whether a person is asked."""
        return await self._store.get(REVIEW, f"bank/{key}") is not None

    async def ask(self, key: str, item: Mapping[str, Any]) -> None:
        """Ask for a person, and remember it: a question that is gone was answered, not forgotten."""
        await self.review(key, item)
        await self._store.put(ASKED, key, True)

    async def was_answered(self, key: str) -> bool:
        """Whether a person was asked, and took the question off the list."""
        return await self._store.get(ASKED, key) is not None and not await self.asks(key)

    async def asked(self) -> set[str]:
        """Return the keys of all questions of the bank that wait for a person."""
        return {key.removeprefix("bank/") async for key, _ in every(self._store, REVIEW, "bank/")}

    async def review(self, key: str, item: Mapping[str, Any] | None) -> None:
        """Ask for a person, or no longer."""
        await self._store.put(REVIEW, f"bank/{key}", None if item is None else dict(item))

    async def _write(self, rows: Sequence[tuple[str, str, Any]]) -> None:
        for start in range(0, len(rows), _TOGETHER):
            await asyncio.gather(*(self._store.put(*row) for row in rows[start : start + _TOGETHER]))


def _prefixes(account: str, days: set[str]) -> list[str]:
    """What keys begin with: by day, and by month where there are many days."""
    wanted = days if len(days) <= 100 else {one[:7] for one in days}
    return [f"{account}/{one}" if one else f"{account}//" for one in sorted(wanted)]


def key_of(telling: Telling, used: Mapping[str, Any]) -> str:
    """Return a key that is not used: the same telling gets the same, where its equals came in the same order."""
    entry = telling.entry
    day = min((one for one in telling.days if one is not None), default=None)
    place = (
        f"{entry.account}/{day.isoformat() if day else ''}/{entry.direction[0].upper()}{entry.amount}{entry.currency}"
    )
    name = _naming(telling)
    for number in range(1, _MOST):
        digest = hashlib.blake2b(f"{place}\n{name}\n{number}".encode(), digest_size=6).hexdigest()
        if f"{place}/{digest}" not in used:
            return f"{place}/{digest}"
    raise AssertionError("a day with so many equal entries cannot be")


def _naming(telling: Telling) -> str:
    """The first thing that names it: the bank's reference, the clearing's, the balance, the text."""
    for kind in ("bank:", "part:", "uetr:", "tx:", "balance:"):
        found = sorted(one for one in telling.ids if one.startswith(kind))
        if found:
            return found[0]
    entry = telling.entry
    return "\n".join(
        filter(None, (entry.party.name, entry.references.end_to_end, *entry.structured, *entry.remittance))
    )


def digest_of(content: bytes) -> str:
    """Return the name of a file by its content."""
    return hashlib.sha256(content).hexdigest()
