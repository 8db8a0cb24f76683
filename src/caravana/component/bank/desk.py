"""The bank's part of a hub: its profiles, its book, and what a person asks of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from caravana.component.bank import book as books
from caravana.component.bank.book import Book, Kept, digest_of
from caravana.component.bank.code import shown
from caravana.component.bank.codes import Codes
from caravana.component.bank.entry import Statement
from caravana.component.bank.importing import Importer
from caravana.component.bank.matches import (
    ASKED,
    BACK,
    LEFT,
    POSTED,
    POSTING,
    REVERSED,
    UNDONE,
    Match,
    Matches,
    taken_back,
)
from caravana.component.bank.notice import Notice, NoticeProfile, load_notice_profiles
from caravana.component.bank.place import Place, place_of
from caravana.component.bank.profile import Profile, chosen, load_profiles
from caravana.component.bank.reading import Reader
from caravana.component.bank.report import PASSED, FileReport
from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Arrival, Context, Receiver

DECIDED = "bank-decided"
"""What is told when a person has decided something of a match."""
ENTRIES = "bank-entries"
"""What is told when entries have come."""
PROVEN = "bank_profile"
"""Scope of the profiles that a running balance has proven, by their marks."""


class Desk:
    """What routes and commands do with bank files; one after the other."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self.codes_taker: Receiver | None = None
        """The route that looks for a document before its code is issued, while one does."""

    @cached_property
    def book(self) -> Book:
        """What is kept."""
        return Book(self._context.store)

    @cached_property
    def importer(self) -> Importer:
        """Imports. Raises `ConfigurationError` when the setting `bank.accounts` is no map."""
        accounts = self._context.setting("bank.accounts") or {}
        if not isinstance(accounts, Mapping):
            raise ConfigurationError("write a map: other spelling → number", place="settings.bank.accounts")
        return Importer(self.book, self._context.clock, {str(key): str(value) for key, value in accounts.items()})

    def place_of(self, account: str) -> Place:
        """Return whose `account` is."""
        branches: Mapping[str, Branch] = self._context.setting("branches") or {}
        return place_of(account, branches, self.importer.account)

    def branch_of(self, account: str) -> str | None:
        """Return the one branch that has `account` among its `bank_accounts`; None when none has, or several."""
        return self.place_of(account).branch

    @property
    def profiles(self) -> dict[str, Profile]:
        """Profiles of downloads. Raises `ConfigurationError`."""
        return load_profiles(self._folder)

    def notice_profile(self, name: str) -> NoticeProfile:
        """Return a profile of notifications. Raises `ConfigurationError`."""
        return chosen(load_notice_profiles(self._folder), name)

    @property
    def _folder(self) -> Path | None:
        folder = self._context.setting("bank.profiles")
        return None if folder is None else Path(str(folder))

    async def file(
        self,
        name: str,
        content: bytes,
        *,
        profile: str | None = None,
        account: str | None = None,
        dry: bool = False,
        among: bool = False,
    ) -> FileReport:
        """Import a file; `dry`: only say what would be; `among`: pass it over when it is no statement of any kind.

        Raises `ConfigurationError` for a profile that is not there.
        """
        profiles = self.profiles
        if profile is not None:
            chosen(profiles, profile)
        proven = frozenset(mark for mark, _ in await self._context.store.find(PROVEN))
        read: list[Statement] = []
        reader = Reader(profiles, profile, account, proven)
        if among and profile is None and not reader.knows(name, content):
            return FileReport(name, digest_of(content), PASSED)

        def reading(raw: bytes) -> list[Statement]:
            read.extend(reader(raw))
            return read

        report = await self.importer.file(name, content, reading, dry=dry)
        for one in () if dry else read:
            await self._prove(one, profiles, report)
        self._context.wake(ENTRIES)
        return report

    async def _prove(self, statement: Statement, profiles: Mapping[str, Profile], report: FileReport) -> None:
        kind, _, name = statement.form.partition(":")
        if kind == "table":
            proof = {"profile": name, "file": report.name, "at": self._context.clock.now().isoformat()}
            await self._context.store.put(PROVEN, profiles[name].mark, proof)

    async def notified(self, name: str, raw: str, profile: str) -> FileReport:
        """Import the one transaction in `raw`, a notification's JSON. Raises `ConfigurationError` without the profile."""
        return await self._notified(name, raw.encode(), {"profile": profile, "one": True})

    async def kept_unread(self, name: str, content: bytes, profile: str) -> None:
        """Keep a notification that cannot be read, with the reason."""
        await self._notified(name, content, {"profile": profile, "one": False})

    async def _notified(self, name: str, content: bytes, notice: Mapping[str, Any]) -> FileReport:
        profile = self.notice_profile(notice["profile"])
        read = Notice.of_one if notice["one"] else Notice.read
        report = await self.importer.file(name, content, lambda raw: read(profile, raw).statements(), notice=notice)
        self._context.wake(ENTRIES)
        return report

    async def retry(self, digest: str, *, profile: str | None = None, account: str | None = None) -> FileReport:
        """Import a kept file again, with the profiles as they are now. Raises `LookupError`."""
        found = [one for one, _ in await self.book.files() if one.startswith(digest)] if digest else []
        if len(found) != 1:
            raise LookupError(
                f"{len(found)} kept files begin with `{digest}`: write more of it"
                if found
                else f"no kept file begins with `{digest}`"
            )
        record, content = await self.book.file(found[0]), await self.book.content(found[0])
        if record is None or content is None:
            raise LookupError(f"the content of `{digest}` is not kept")
        if record["notice"] is not None:
            return await self._notified(record["name"], content, record["notice"])
        return await self.file(record["name"], content, profile=profile, account=account)

    async def decide(self, key: str, *, same: bool) -> Kept:
        """Settle an entry that was held: it was told before (`same`), or is money of its own. Raises `LookupError`."""
        key = key.removeprefix("bank/entry/")  # as the list of what waits names it
        while True:
            turn = await self.book.turn(key.partition("/")[0])
            held = await self.book.get(key)
            if held is None or held.state not in (books.HELD, books.SETTLED):
                raise LookupError(f"no entry `{key}` waits for a decision")
            kept = await self._settled(held, same=same)
            if await self.book.change(turn, [kept], [key] if same else []):
                break
        await self.book.review(f"entry/{key}", None)
        return kept

    async def _settled(self, held: Kept, *, same: bool) -> Kept:
        """The entry that there is once a person has said what `held` is. Raises `LookupError`."""
        if not same:
            return replace(held, state=books.OPEN, reason=None, perhaps=None)
        known = await self.book.get(held.perhaps or "")
        if known is None:
            raise LookupError(f"there is no other entry that `{held.key}` could be: say `separate`, or leave it")
        return replace(known.told(held.telling, held.files[0]), files=(*known.files, *held.files))

    # Payment codes.

    @cached_property
    def codes(self) -> Codes:
        """Those that were issued."""
        return Codes(self._context.store)

    async def code(self, name: str, branch: str | None) -> dict[str, Any]:
        """Return the payment code of an order or invoice of a branch's company, and the accounts that it may be paid into.

        `{code, shown, accounts: [{number, name}]}`; `name`: what the setting `bank.names` says of the account.
        Raises `LookupError` for a branch that is not there, or none where there are some, and `Unavailable`.
        """
        known = self._branch(name, branch)
        place = Place() if known is None else Place(branch, known.odoo, known.company)
        names = {str(number): str(text) for number, text in (self._context.setting("bank.names") or {}).items()}
        numbers = list(names) if known is None else known.bank_accounts
        code = await self.codes.issue(name, place, self._now())
        accounts = [{"number": one, "name": names.get(one, "")} for one in numbers]
        return {"code": code, "shown": shown(code), "accounts": accounts}

    async def ask_code(self, name: str, branch: str | None) -> dict[str, Any]:
        """Have the document looked for in Odoo, and return its code, as `code` does.

        What is not there, or takes no money, is `{refused, name}`; `refused`: `unknown`, `cancelled`, `draft`, `paid`, or
        `away` when Odoo could not be asked, with the `message`; `shadow`: the route is in shadow. Raises `LookupError`.
        """
        known = self._branch(name, branch)
        if self.codes_taker is None:
            raise LookupError("no hub issues payment codes here: it must run the flow `matching`")
        body = {"name": name, "branch": branch, "company": None if known is None else known.company}
        outcome = await self.codes_taker.request(Arrival(body=body))
        if outcome.state == "done":
            return dict(outcome.body) if isinstance(outcome.body, Mapping) else {"refused": "shadow", "name": name}
        return {"refused": "away", "name": name, "message": outcome.error or "it does not answer"}

    def _branch(self, name: str, branch: str | None) -> Branch | None:
        """The branch of a document, None where there are none. Raises `LookupError` for one that there is not."""
        branches: Mapping[str, Branch] = self._context.setting("branches") or {}
        if branch not in branches and (branches or branch):
            raise LookupError(f"say of which branch `{name}` is: {', '.join(branches) or 'there are none'}")
        return branches.get(branch or "")

    # What is matched.

    @cached_property
    def matches(self) -> Matches:
        """What became of the entries."""
        return Matches(self._context.store, self.book)

    async def due(self, line: date | None) -> list[str]:
        """Return the keys of the entries that wait to be matched, those of long before `line` left out."""
        await self.let_go()
        return await self.book.due(books.OPEN, line)

    async def awaited(self) -> list[str]:
        """Return the keys of the entries that wait for the invoice of the order that they pay."""
        return [one["entry"] for one in await self.matches.asked() if one.get("awaits")]

    async def waiting(self, keys: Sequence[str], line: date | None) -> list[dict[str, Any]]:
        """Return those of `keys` that still are money, are not settled, and lie on or after `line`.

        Each with its place, payment codes and match so far; reversals with what they take back.
        """
        found = [await self.book.get(key) for key in keys]
        still = [one for one in found if one is not None and one.due == books.OPEN]
        return [await self._waiting(one) for one in still if line is None or (one.entry.day or line) >= line]

    async def _waiting(self, one: Kept) -> dict[str, Any]:
        place = self.place_of(one.entry.account)
        codes = await self.codes.told_by(one.entry, place)
        before = await self.matches.get(one.key)
        found = {"key": one.key, "entry": one.entry.as_record(), "codes": codes, "before": before, **vars(place)}
        if not one.entry.reversal:
            return found
        like = await self.book.like(one, BACK)
        kept = {other.key: other for other in like if other.state in (books.OPEN, books.MATCHED)}
        known = [kept[key] for key in taken_back(one, list(kept.values()))]
        return {**found, "takes_back": [await self._taken(other) for other in known]}

    async def _taken(self, one: Kept) -> dict[str, Any]:
        return {"key": one.key, "entry": one.entry.as_record(), "match": await self.matches.get(one.key)}

    async def let_go(self) -> None:
        """Take the word of a person who took a question off the list: what was held is settled, what was proposed is left."""
        await self.importer.let_go()
        await self.matches.let_go(self._now())

    async def decide_match(self, act: str, key: str, actor: str, **said: Any) -> dict[str, Any]:
        """Keep what a person decides of an entry's match, and wake the route that does it. Raises `LookupError`."""
        match = await self._match(key)
        key = match["entry"]
        wanted = {POSTED} if act == "undo" else ASKED | {LEFT}
        state = match["state"]
        if state not in wanted:
            raise _not_so(key, state)
        kept = await self.book.get(key)
        if act in ("accept", "choose") and kept is not None and kept.entry.reversal:
            raise LookupError(
                f"`{key}` is money that the bank took back, which pays nothing: take the credit out of the books with "
                f"`caravana bank review undo CREDIT`, then `caravana bank review leave` both"
            )
        number = int(said.get("number") or 1)
        if act == "accept" and not 1 <= number <= len(match["proposals"]):
            raise LookupError(f"`{key}` has no proposal {number}")
        if act == "leave":
            left = {**match, "state": LEFT, "by": actor, "reason": said.get("reason"), "at": self._now()}
            if not await self.matches.settle(left, None, before=match):
                raise LookupError(f"`{key}` has changed in the meantime: look again")
            return left
        decision = {"id": f"{match['round']}/{act}/{key}/{self._now()}", "act": act, "key": key, "actor": actor, **said}
        await self.matches.decided({**decision, "match": match})
        self._context.wake(DECIDED)
        return {**match, "decided": decision}

    async def _match(self, key: str) -> Match:
        """The match of the entry whose key is, or ends with, `key`. Raises `LookupError` for none and for several."""
        key = key.removeprefix("bank/match/")  # as the list of what waits names it
        found = await self.matches.get(key)
        if found is not None:
            return found
        several = [one for one in await self.matches.asked() if one["entry"].endswith(f"/{key}")]
        several = several or [one for one in await self.matches.all() if one["entry"].endswith(f"/{key}")]
        if len(several) != 1:
            raise LookupError(
                f"{len(several)} entries that were matched end with `{key}`: write more of it"
                if several
                else f"no entry that was matched ends with `{key}`"
            )
        return several[0]

    def _now(self) -> str:
        return self._context.clock.now().isoformat()


def _not_so(key: str, state: str) -> LookupError:
    """What is not decided in this state, and what to do instead."""
    if state == POSTING:
        return LookupError(f"`{key}` is being posted: wait for its end, or look at `caravana review` where that failed")
    if state == POSTED:
        return LookupError(f"`{key}` is in the books: take it out first with `caravana bank review undo {key}`")
    if state == REVERSED:
        return LookupError(f"`{key}` was taken back by the bank: there is nothing left to decide")
    if state == UNDONE:
        return LookupError(f"`{key}` is out of the books already")
    return LookupError(f"`{key}` is not in the books: `caravana bank review accept {key}`, choose or leave it")
