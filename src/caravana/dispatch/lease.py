"""Ownership by leases in PostgreSQL, for several processes on one journal."""

import asyncio
import os
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog

from caravana.dispatch.lease_table import PREFIX, LeaseTable
from caravana.dispatch.news import News
from caravana.dispatch.ownership import Action, Beginning, Change, Heard
from caravana.journal.model import SHARDS, Fence

log = structlog.get_logger("caravana.dispatch")
LEASE = 10.0
CAUTION = 0.9
"""Part of the lease that we count on, so that clocks that run a little differently do no harm."""
REACH = 0.2
"""Part of the lease that is the most we ever ask to be left. Effects may take longer than a lease; what matters is that
the request leaves while the shard is ours: its intent is on disk by then, and a successor asks, or waits until the partner
has settled it, before it calls again."""


@dataclass(slots=True, eq=False)
class _Wanted:
    """A named lease that somebody here wants; `mine`, the epoch for which it began, is kept by the event loop."""

    began: Beginning
    ended: Action
    lock: asyncio.Lock
    mine: int | None = None


class LeasedOwnership:
    """Our share of the 64 shards, kept by a thread with a connection of its own."""

    shared = True

    def __init__(self, url: str, *, lease: float = LEASE) -> None:
        """`url`: the journal's; `lease`: seconds after which a silent process is taken for dead."""
        self.lease = lease
        self.members = 1
        self._table = LeaseTable(url, lease)
        self._me = ""
        self._epochs: dict[int, int] = {}
        """Replaced, never changed: both threads read it."""
        self._sure_until = 0.0
        self._leaving: set[int] = set()
        """Shards that still have work of ours, but take no more."""
        self._left: set[int] = set()
        """Of these, the ones whose work has ended."""
        self._wanted: dict[str, _Wanted] = {}
        self._held: dict[str, int] = {}
        """The epochs of named leases; replaced, never changed."""
        self._unwanted: set[str] = set()
        self._hurry = threading.Event()
        self._looked = threading.Condition()
        self._looks_begun = self._looks_done = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._won: Change
        self._lost: Change
        self._heard: list[Heard] = []
        self._news = News(url, self._hear)
        self._tasks: set[asyncio.Task[None]] = set()

    # The port, on the event loop.

    async def start(self, won: Change, lost: Change) -> None:
        """Join the others and take our share as far as it is free; the rest comes as they give it."""
        self._loop = asyncio.get_running_loop()
        self._won, self._lost = won, lost
        self._news.start()
        self._thread.start()
        await asyncio.to_thread(self._wait_for_look, 1)

    async def stop(self) -> None:
        """Give everything back; whatever runs must have ended before."""
        for name in list(self._wanted):
            await self._settle(name, self._wanted.pop(name))
        self._stopping = True
        self._hurry.set()
        await asyncio.to_thread(self._thread.join)
        await self._news.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def fence(self, shard: int) -> Fence | None:
        """Return the epoch under which we own `shard`. Raises `KeyError` when that is not sure."""
        epoch = self._epochs[shard]
        if time.monotonic() >= self._sure_until:
            raise KeyError(shard)
        return Fence(shard, epoch)

    def outlives(self, shard: int, seconds: float) -> bool:
        """Whether the shard is surely ours for `seconds` more, or for as long as we ever ask (`REACH`)."""
        left = self._sure_until - time.monotonic()
        return shard in self._epochs and left >= min(seconds, REACH * self.lease)

    def ranges(self) -> list[tuple[int, int]]:
        """Return our shards as (first, last) ranges, in order."""
        ranges: list[tuple[int, int]] = []
        for shard in sorted(self._epochs):
            if ranges and ranges[-1][1] == shard - 1:
                ranges[-1] = (ranges[-1][0], shard)
            else:
                ranges.append((shard, shard))
        return ranges

    async def hold(self, name: str, began: Beginning, ended: Action) -> None:
        """Want the lease `name`; returns after the first try to get it."""
        wanted = self._wanted[name] = _Wanted(began, ended, asyncio.Lock())
        await self._look()
        await self._settle(name, wanted)

    async def release(self, name: str) -> None:
        """Want `name` no more: end what was begun, then let others have it."""
        wanted = self._wanted.pop(name, None)
        if wanted is not None:
            await self._settle(name, wanted)
            self._unwanted.add(name)
            await self._look()

    def listen(self, heard: Heard) -> None:
        """Call `heard` with news of other processes."""
        self._heard.append(heard)

    def tell(self, kind: str, text: str) -> None:
        """Send other processes a hint."""
        self._news.tell(kind, text)

    def _hear(self, kind: str, text: str) -> None:
        if kind == "members":
            self._hurry.set()
            return
        for heard in self._heard:
            heard(kind, text)

    async def _look(self) -> None:
        """Let the thread look at the tables now, and wait until it has (or for a lease, when the database is away)."""
        following = self._looks_begun + 1
        self._hurry.set()
        await asyncio.to_thread(self._wait_for_look, following)

    def _wait_for_look(self, number: int) -> None:
        with self._looked:
            self._looked.wait_for(lambda: self._looks_done >= number, self.lease)

    async def _settle(self, name: str, wanted: _Wanted) -> None:
        """Begin or end what `name` stands for, after what the tables say now."""
        async with wanted.lock:
            epoch = self._held.get(name) if self._wanted.get(name) is wanted else None
            if wanted.mine not in (None, epoch):
                await wanted.ended()
                wanted.mine = None
            if epoch is not None and wanted.mine is None:
                await wanted.began(Fence(name, epoch))
                wanted.mine = epoch

    def _apply(self, lost: list[int], won: list[int]) -> None:
        for shard in lost:
            self._begin(self._leave(shard))
        for shard in won:
            self._begin(self._call(self._won(shard)))
        for name, wanted in self._wanted.items():
            if wanted.mine != self._held.get(name):
                self._begin(self._call(self._settle(name, wanted)))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception:
            log.exception("ownership.change_failed")

    async def _leave(self, shard: int) -> None:
        await self._call(self._lost(shard))
        if shard in self._leaving:
            self._left.add(shard)
            if self._left >= self._leaving:
                self._hurry.set()

    # The thread.

    def _run(self) -> None:
        while not self._stopping:
            self._hurry.clear()
            self._looks_begun += 1
            self._tick()
            with self._looked:
                self._looks_done = self._looks_begun
                self._looked.notify_all()
            self._hurry.wait(self.lease / 3)
        self._go()

    def _tick(self) -> None:
        """Renew, see what is ours, and take or give what the number of members asks for."""
        asked = time.monotonic()
        try:
            self._renew(asked)
            self._share()
            self._lease_names()
        except psycopg.Error as error:
            log.warning("lease.unconfirmed", reason=str(error).splitlines()[0] if str(error) else type(error).__name__)
            if time.monotonic() >= self._sure_until:
                self._show({}, {})
        except Exception:  # the thread must live: without it nothing is ours
            log.exception("lease.failed")

    def _renew(self, asked: float) -> None:
        """Move our lease on. If it had run out, or others removed us, all is lost first, and must be won again."""
        if self._me and self._table.renew(self._me):
            # Whoever asked `outlives` or `fence` after this moment was refused and dropped its work: it is looked up again.
            if time.monotonic() >= self._sure_until - REACH * self.lease:
                self._show({}, {})
        else:
            self._sure_until = 0.0
            self._show({}, {})
            self._leaving, self._left = set(), set()
            self._me = f"{PREFIX}{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
            asked = time.monotonic()
            self._table.join(self._me)
        self._sure_until = asked + CAUTION * self.lease

    def _share(self) -> None:
        """Hold as many shards as our place among the members gives us."""
        table, me = self._table, self._me
        if left := set(self._left):
            table.give(me, sorted(left))
            self._leaving -= left
            self._left -= left
        table.sweep()
        members = table.members()
        self.members = max(1, len(members))
        share = SHARDS // len(members) + (members.index(me) < SHARDS % len(members)) if me in members else 0
        mine = table.mine(me)
        if share > len(mine):
            table.take(me, share - len(mine))
            mine = table.mine(me)
        self._leaving &= mine.keys()
        self._leaving |= set(sorted(mine.keys() - self._leaving)[share:]) if share < len(mine) else set()
        shown = {shard: epoch for shard, epoch in mine.items() if shard not in self._leaving}
        self._show(shown, self._held)

    def _lease_names(self) -> None:
        """Get the named leases that are wanted here, as far as they are free."""
        table, me = self._table, self._me
        while self._unwanted:
            table.release(me, self._unwanted.pop())
        held = table.held(me)
        missing = [name for name in list(self._wanted) if name not in held]
        for name in missing:
            table.acquire(me, name)
        self._show(self._epochs, table.held(me) if missing else held)

    def _show(self, epochs: dict[int, int], held: dict[str, int]) -> None:
        """Make known what is ours from now on."""
        before, self._epochs = self._epochs, epochs
        names, self._held = self._held, held
        lost = [shard for shard in before if epochs.get(shard) != before[shard]]
        won = [shard for shard in epochs if epochs[shard] != before.get(shard)]
        if lost or won or names != held:
            log.info("ownership.changed", lost=len(lost), won=len(won), shards=len(epochs))
        if lost or won or self._unsettled(held):
            self._loop.call_soon_threadsafe(self._apply, lost, won)

    def _unsettled(self, held: dict[str, int]) -> bool:
        """Whether something has yet to begin or end; also what could not begin the last time, the database being away."""
        return any(wanted.mine != held.get(name) for name, wanted in list(self._wanted.items()))

    def _go(self) -> None:
        """Be a member no more."""
        self._sure_until = 0.0
        try:
            self._table.leave(self._me)
        except psycopg.Error as error:
            log.warning("lease.not_returned", reason=type(error).__name__)
        self._table.close()
        self._epochs = {}
