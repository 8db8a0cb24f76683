"""Importing a file: read it, prove each statement, compare its entries with those kept, keep what is new."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from caravana.component.bank import book as books
from caravana.component.bank import proof, report
from caravana.component.bank.book import Book, Kept, digest_of, key_of
from caravana.component.bank.entry import Direction, Entry, Statement
from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.identity import Settlement, Telling, Verdict
from caravana.component.bank.report import FileReport, StatementReport
from caravana.kit.clock import Clock

_SHORT = 24
"""Signs of a file's name that tell it from all others."""
Read = Callable[[bytes], Sequence[Statement]]


@dataclass(frozen=True)
class _Taken:
    """What one statement changes: entries new or told again, and others; counted."""

    kept: Mapping[str, Kept]
    others: Mapping[str, Entry]
    counts: Counter[str]


class Importer:
    """Imports one file after the other; nothing is imported twice, and nothing that cannot be proven."""

    def __init__(self, book: Book, clock: Clock, accounts: Mapping[str, str] | None = None) -> None:
        """`accounts`: other spellings of an account's number, to the one by which it is kept."""
        self._book = book
        self._clock = clock
        self._accounts = accounts or {}
        self._lock = asyncio.Lock()

    async def file(
        self, name: str, content: bytes, read: Read, *, dry: bool = False, notice: Mapping[str, Any] | None = None
    ) -> FileReport:
        """Import a file; `read` gives its statements or raises `StatementRefused`; `dry`: change nothing.

        `notice`: of a notification, how it is read; it is kept with the file.
        """
        async with self._lock:
            return await self._file(name, content, read, dry=dry, notice=notice)

    async def _file(
        self, name: str, content: bytes, read: Read, *, dry: bool, notice: Mapping[str, Any] | None
    ) -> FileReport:
        digest = digest_of(content)
        before = await self._book.file(digest)
        if not dry:
            await self._book.put_content(digest, content)
            reading = self._record(FileReport(name, digest, "reading"), None, notice)
            await self._book.put_file(digest, before or reading)
        try:
            statements = [self._named(one) for one in await asyncio.to_thread(read, content)]
        except StatementRefused as error:
            found = FileReport(name, digest, report.REFUSED, reason=error.reason, line=error.line)
        else:
            parts = [await self._statement(one, digest, number, dry=dry) for number, one in enumerate(statements, 1)]
            whole = all(one.state == report.TAKEN for one in parts)
            found = FileReport(name, digest, report.TAKEN if whole else report.HELD, tuple(parts))
        found = replace(found, again=before is not None and before["state"] != "reading")
        if not dry:
            await self._book.put_file(digest, self._record(found, before, notice))
            await self._ask(found)
        return found

    async def let_go(self) -> None:
        """Hold no entry whose question a person has settled by another way than `decide`: it is `settled`."""
        held = await self._book.due(books.HELD)
        asked = await self._book.asked() if held else ()
        for key in held:
            if f"entry/{key}" not in asked:
                await self._let_go(key)

    async def _let_go(self, key: str) -> None:
        turn = await self._book.turn(key.partition("/")[0])
        now = await self._book.get(key)
        if now is not None and now.state == books.HELD and await self._book.was_answered(f"entry/{key}"):
            await self._book.change(turn, [now.in_state(books.SETTLED)])  # if it is too late, the next look does it

    def account(self, number: str) -> str:
        """Return the number by which an account is kept."""
        bare = "".join(number.split())
        return self._accounts.get(bare, bare)

    def _named(self, statement: Statement) -> Statement:
        """The statement under the number by which its account is kept."""
        account = self.account(statement.account)
        entries = tuple(replace(one, account=account) for one in statement.entries)
        return replace(statement, account=account, entries=entries)

    async def _ask(self, found: FileReport) -> None:
        """Ask for a person, or no longer."""
        reasons = [reason for one in found.statements for reason in one.reasons]
        place = f"line {found.line}: " if found.line else ""
        reason = f"{place}{found.reason}" if found.reason else "; ".join(reasons)
        item = {
            "kind": "bank_file",
            "title": f"bank file {found.name}: {found.state}",
            "reason": reason,
            "file": found.digest,
            "since": self._clock.now().isoformat(),
            "remedy": "import a right file, then: caravana review done ID; or mend the profile, then: caravana bank retry FILE",
        }
        await self._book.review(f"file/{found.digest[:16]}", None if found.state == report.TAKEN else item)

    def _record(
        self, found: FileReport, before: Mapping[str, Any] | None, notice: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        now = self._clock.now().isoformat()
        since = before["since"] if before else now
        times = before["times"] + 1 if before else 0
        return {**found.as_json(), "since": since, "last": now, "times": times, "notice": notice}

    async def _statement(self, statement: Statement, digest: str, number: int, *, dry: bool) -> StatementReport:
        wrong = proof.problems(statement)
        if wrong:
            return _reported(statement, report.HELD, reasons=tuple(wrong))
        money = [
            (f"{digest[:_SHORT]}/{number}.{place}", one)
            for place, one in enumerate(statement.entries, 1)
            if one.is_money
        ]
        tellings = [Telling.of(one, statement, place) for place, one in money]
        taken = await self._taken(statement, tellings, digest, dry=dry)
        if not dry:
            await self._book.put_others(taken.others)
            for one in taken.kept.values():
                if one.state == books.HELD:
                    await self._book.ask(f"entry/{one.key}", self._question(one))
        return replace(_reported(statement, report.TAKEN), **_counted(taken))

    async def _taken(self, statement: Statement, tellings: Sequence[Telling], digest: str, *, dry: bool) -> _Taken:
        """Compare and keep. Another process may import into the same account: who comes second compares again."""
        days = [day for one in tellings for day in one.days]
        while True:
            turn = await self._book.turn(statement.account)
            kept = await self._book.around(statement.account, days)
            taken = _take(statement, tellings, kept, digest)
            changed = [one for key, one in taken.kept.items() if one != kept.get(key)]
            if dry or await self._book.change(turn, changed):
                return taken

    def _question(self, one: Kept) -> dict[str, Any]:
        entry = one.entry
        return {
            "kind": "bank_entry",
            "title": f"{entry.direction} of {entry.amount} {entry.currency} on {entry.day or '?'}, account …{entry.account[-4:]}",
            "reason": one.reason,
            "entry": one.key,
            "perhaps": one.perhaps,
            "since": self._clock.now().isoformat(),
            "remedy": "caravana bank decide KEY separate (it is money of its own) or same (it was told before)",
        }


def _reported(statement: Statement, state: str, *, reasons: tuple[str, ...] = ()) -> StatementReport:
    currencies = {one.currency for one in statement.entries} | ({statement.currency} if statement.currency else set())
    return StatementReport(
        account=statement.account,
        form=statement.form,
        id=statement.id,
        state=state,
        entries=len(statement.entries),
        currency="/".join(sorted(filter(None, currencies))),
        credits=statement.sum(Direction.CREDIT),
        debits=statement.sum(Direction.DEBIT),
        closes=proof.closes(statement),
        line=statement.line,
        reasons=reasons,
        notes=tuple(dict.fromkeys(note for one in statement.entries for note in (*one.notes, one.doubt) if note)),
    )


def _take(statement: Statement, tellings: Sequence[Telling], kept: Mapping[str, Kept], digest: str) -> _Taken:
    """Return what the statement changes. Pure."""
    verdicts = Settlement({key: one.telling for key, one in kept.items()}).settle(tellings)
    used: dict[str, Any] = dict(kept)
    changed: dict[str, Kept] = {}
    counts: Counter[str] = Counter()
    for telling, verdict in zip(tellings, verdicts, strict=True):
        if verdict.known is not None:
            one = _told(changed.get(verdict.known) or kept[verdict.known], telling, digest)
            counts["known"] += 1
        else:
            one = _new(telling, verdict, key_of(telling, used), digest)
            counts["doubtful" if one.state == books.HELD else "new"] += 1
        used[one.key] = changed[one.key] = one
    others = _others(statement)
    counts["other"] = len(others)
    return _Taken(changed, others, counts)


def _told(one: Kept, telling: Telling, digest: str) -> Kept:
    """The entry told again; of a batch that is told in another way only that it was is kept."""
    if one.entry.amount == telling.entry.amount:
        return one.told(telling, digest)
    return replace(one, files=tuple(dict.fromkeys((*one.files, digest))))


def _new(telling: Telling, verdict: Verdict, key: str, digest: str) -> Kept:
    reason = telling.entry.doubt
    if reason is None and verdict.perhaps is not None:
        reason = "it may be the same as one that another file told, and they do not agree in all: a person must say"
    state = books.OPEN if reason is None else books.HELD
    return Kept(key, telling, state, (digest,), reason, verdict.perhaps)


def _counted(taken: _Taken) -> dict[str, Any]:
    return {"keys": tuple(taken.kept), **taken.counts}


def _others(statement: Statement) -> dict[str, Entry]:
    """What is no money, by keys that the same statement gives again."""
    found: dict[str, Entry] = {}
    for number, one in enumerate(statement.entries, 1):
        if not one.is_money:
            telling = Telling.of(one, statement, f"{statement.id}/{number}")
            found[key_of(telling, found)] = one
    return found
