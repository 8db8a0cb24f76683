"""Runs what may run: a task for each exchange, live and bulk under limits of their own, waits without a worker."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from caravana.dispatch.lanes import Lanes, Work
from caravana.kit.clock import Clock

log = structlog.get_logger("caravana.dispatch")

WINDOW = 20_000
"""Unfinished exchanges kept in memory; further ones stay on disk until there is room."""


ASIDE = 1_000
"""Exchanges at most that wait for a partner without holding a place of others."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run means for its lane: `until` a moment it waits, `held` without one it keeps the lane; else it is over."""

    until: datetime | None = None
    held: bool = False


OVER = Verdict()
HOLD = Verdict(held=True)

Runner = Callable[[Work], Awaitable[Verdict]]
Loader = Callable[[int, int], Awaitable[list[Work]]]


class Dispatcher:
    """One process's dispatch. `run` carries out one exchange and never raises for the exchange's own sake."""

    def __init__(self, run: Runner, load: Loader, clock: Clock, *, live: int = 64, bulk: int = 16) -> None:
        """`load(after, most)`: unfinished work on disk behind seq `after`; `live`, `bulk`: how many at once."""
        self._run = run
        self._load = load
        self._clock = clock
        self._limits = {False: live, True: bulk}
        self._running = {False: 0, True: 0}
        self._lanes = Lanes()
        self._due: list[tuple[datetime, int, Work]] = []
        self._ticket = itertools.count()
        self._held: dict[int, Work] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waker: asyncio.Task[None] | None = None
        self._new_due = asyncio.Event()
        self._last = 0
        self._behind = False
        self._loading: asyncio.Task[None] | None = None
        self._paused = True
        self._idle = asyncio.Event()
        self._filling = asyncio.Lock()
        self._reserved: dict[int, Work] = {}
        self._at_work: dict[int, Work] = {}
        self._aside: set[int] = set()
        self._orphans: set[int] = set()
        self._stirred: set[int] = set()

    async def start(self) -> None:
        """Load what is unfinished and begin."""
        self._paused = False
        await self._fill()
        self._waker = asyncio.create_task(self._wake())
        self._pump()

    async def stop(self, grace: float = 10.0) -> None:
        """Start nothing more; give what runs `grace` seconds, then cut it off (it resumes from its records)."""
        self._paused = True
        tasks = [task for task in (self._waker, self._loading) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for running in self._tasks:
            running.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._lanes)

    @property
    def running(self) -> int:
        """Exchanges being carried out now."""
        return sum(self._running.values()) + len(self._aside)

    @property
    def behind(self) -> bool:
        """Whether work waits on disk that is not in memory."""
        return self._behind

    def pause(self) -> None:
        """Start nothing until `resume` (what is accepted waits)."""
        self._paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        self._paused = False
        self._pump()

    def add(self, work: Work, *, ordered: bool = True) -> None:
        """Take in newly accepted (or revived) work. Beyond the window it waits on disk.

        `ordered`: all earlier work is known here. Where other processes accept, too, it is not: then only work
        without a lane comes this way, and the rest by `refresh`.
        """
        if not ordered:
            if len(self._lanes) >= WINDOW:
                return
        elif work.seq > self._last:
            if self._behind or len(self._lanes) >= WINDOW:
                self._behind = True
                return
            self._last = work.seq
        if self._lanes.add(work):
            self._pump()

    def look_again(self, seq: int) -> None:
        """The state of `seq` was changed by hand, here or in another process: what is held or parked here sees what it is now.

        A run that is just ending may have judged by the old state: it is looked at once more.
        """
        if seq in self._at_work or seq in self._reserved:
            self._stirred.add(seq)
            return
        work = self._held.pop(seq, None) or self._unpark(seq)
        if work is not None:
            self._lanes.again(work)
            self._pump()

    @contextmanager
    def aside(self, seq: int) -> Iterator[None]:
        """While the block waits for its turn at a partner, what works for other partners runs in the place of `seq`.

        Coming back it need not wait for a place again, so that for a moment more may run than the limit says.
        """
        work = self._at_work.get(seq)
        if work is None or seq in self._aside or len(self._aside) >= ASIDE:
            yield
            return
        self._aside.add(seq)
        self._running[work.bulk] -= 1
        self._pump()
        try:
            yield
        finally:
            self._aside.discard(seq)
            self._running[work.bulk] += 1

    def reserve(self, work: Work) -> bool:
        """`work` is carried out elsewhere in this process; False when it is known here and will be run from here."""
        if work.seq in self._lanes or work.seq in self._reserved:
            return False
        self._reserved[work.seq] = work
        return True

    def give_back(self, work: Work) -> None:
        """What was reserved ended, or is added next; if its shard was lost meanwhile, or its state changed, it is looked up."""
        self._reserved.pop(work.seq, None)
        if work.seq in self._orphans or work.seq in self._stirred:
            self._orphans.discard(work.seq)
            self._stirred.discard(work.seq)
            self._lanes.add(work)
            self._pump()
        self._idle.set()

    def forget_shard(self, shard: int) -> None:
        """The shard belongs to another process: drop what is its; what runs may end, and is forgotten then."""
        self._lanes.forget_shard(shard)
        parked = [work for work in self._held.values() if work.shard == shard]
        parked += [item[2] for item in self._due if item[2].shard == shard]
        self._held = {seq: work for seq, work in self._held.items() if work.shard != shard}
        self._due = [item for item in self._due if item[2].shard != shard]
        heapq.heapify(self._due)
        for work in parked:
            self._lanes.release(work)
        under_way = (*self._at_work.values(), *self._reserved.values())
        self._orphans.update(work.seq for work in under_way if work.shard == shard)
        self._idle.set()

    async def left(self, shard: int) -> None:
        """Return when nothing of `shard` runs any more."""
        while any(work.shard == shard for work in (*self._at_work.values(), *self._reserved.values())):
            self._idle.clear()
            await self._idle.wait()

    async def reload(self) -> None:
        """Look at the disk from the beginning: shards were won, or older work revived."""
        await self._fill(whole=True)
        for seq in list(self._held):  # what doubted or waited for a person may have been settled elsewhere
            self.look_again(seq)
        self._pump()

    async def refresh(self) -> None:
        """Look at the disk behind what is known: other processes accept work for our shards.

        A look that failed has left us behind; the next one goes on from there, as soon as there is room.
        """
        if not self._behind:
            await self._fill()
        self._pump()

    async def quiet(self) -> None:
        """Return when nothing runs, nothing is ready and nothing waits on disk (waits for a time do not count)."""
        while self.running or self._behind or self._has_ready():
            self._idle.clear()
            await self._idle.wait()

    def _has_ready(self) -> bool:
        return len(self._lanes) > len(self._due) + len(self._held) and not self._paused

    def _unpark(self, seq: int) -> Work | None:
        """Take `seq` out of what waits for its time."""
        found = next((item for item in self._due if item[2].seq == seq), None)
        if found is None:
            return None
        self._due.remove(found)
        heapq.heapify(self._due)
        return found[2]

    def _park(self, work: Work, due: datetime) -> None:
        heapq.heappush(self._due, (due, next(self._ticket), work))
        self._new_due.set()

    def _pump(self) -> None:
        """Start what may start."""
        if self._paused:
            return
        for bulk in (False, True):
            while self._running[bulk] < self._limits[bulk]:
                work = self._lanes.take(bulk=bulk)
                if work is None:
                    break
                self._running[bulk] += 1
                task = asyncio.create_task(self._carry_out(work))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        if self._behind and len(self._lanes) < WINDOW // 2 and (self._loading is None or self._loading.done()):
            self._loading = asyncio.create_task(self._fill_and_pump())

    async def _carry_out(self, work: Work) -> None:
        self._at_work[work.seq] = work
        try:
            verdict = await self._run(work)
        except Exception:  # a fault of ours: the exchange stays on disk and its lane with it
            log.exception("dispatch.run_failed", exchange=work.id)
            verdict = HOLD
        finally:
            self._running[work.bulk] -= 1
            del self._at_work[work.seq]
        self._judge(work, verdict)
        self._pump()
        self._idle.set()

    def _judge(self, work: Work, verdict: Verdict) -> None:
        stirred = work.seq in self._stirred
        self._stirred.discard(work.seq)
        if work.seq in self._orphans:  # its shard was lost meanwhile; if it is ours again, the disk says what is left
            self._orphans.discard(work.seq)
            self._lanes.release(work)
            self._last, self._behind = 0, True
        elif stirred:
            self._lanes.again(work)
        elif verdict.until is not None:
            self._park(work, verdict.until)
        elif verdict.held:
            self._held[work.seq] = work
        else:
            self._lanes.release(work)

    async def _wake(self) -> None:
        """Let parked work run again when its time comes."""
        while True:
            self._new_due.clear()
            now = self._clock.now()
            while self._due and self._due[0][0] <= now:
                self._lanes.again(heapq.heappop(self._due)[2])
            self._pump()
            waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._new_due.wait())]
            if self._due:
                waits.append(asyncio.create_task(self._clock.sleep((self._due[0][0] - now).total_seconds())))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _fill_and_pump(self) -> None:
        try:
            await self._fill()
        except Exception as error:
            log.warning("dispatch.load_failed", reason=str(error))
            await self._clock.sleep(1)
        self._loading = None
        self._pump()

    async def _fill(self, *, whole: bool = False) -> None:
        """Load unfinished work from disk until the window is full or all is here; `whole`: from the beginning."""
        async with self._filling:
            if whole:
                self._last = 0
            self._behind = True
            while len(self._lanes) < WINDOW:
                after = self._last
                rows = await self._load(after, 1_000)
                if self._last < after:  # sent back to the beginning meanwhile
                    continue
                for work in rows:
                    self._last = max(self._last, work.seq)
                    if work.seq not in self._reserved:
                        self._lanes.add(work)
                if len(rows) < 1_000:
                    self._behind = False
                    self._idle.set()
                    return
