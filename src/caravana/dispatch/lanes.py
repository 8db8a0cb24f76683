"""Lanes: which exchange may run next. Pure bookkeeping, without tasks or clocks."""

from bisect import insort
from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Work:
    """One unfinished exchange, as the dispatcher knows it; ordered by acceptance."""

    seq: int
    id: str = field(compare=False)
    lane: str | None = field(compare=False, default=None)
    strict: bool = field(compare=False, default=False)
    bulk: bool = field(compare=False, default=False)
    shard: int = field(compare=False, default=0)


class Lanes:
    """Orders work: one at a time in a lane, lanes side by side, and work without a lane free of all others."""

    def __init__(self) -> None:
        """Begin empty."""
        self._waiting: dict[str, list[Work]] = {}
        self._held: dict[str, int] = {}
        self._ready: dict[bool, OrderedDict[int, Work]] = {False: OrderedDict(), True: OrderedDict()}
        self._known: set[int] = set()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, seq: object) -> bool:
        return seq in self._known

    def add(self, work: Work) -> bool:
        """Take in `work`; False when it is known already."""
        if work.seq in self._known:
            return False
        self._known.add(work.seq)
        if work.lane is None:
            self._ready[work.bulk][work.seq] = work
            return True
        queue = self._waiting.setdefault(work.lane, [])
        insort(queue, work)
        self._offer(work.lane)
        return True

    def take(self, *, bulk: bool = False) -> Work | None:
        """Return the next bulk or live work that may run; its lane is held for it."""
        ready = self._ready[bulk]
        return ready.popitem(last=False)[1] if ready else None

    def release(self, work: Work) -> None:
        """`work` ended (or no longer holds its lane): the next of its lane may run."""
        self._known.discard(work.seq)
        if work.lane is None:
            return
        if self._held.get(work.lane) == work.seq:
            del self._held[work.lane]
        self._offer(work.lane)

    def again(self, work: Work) -> None:
        """`work`, which held its lane while it waited, may run again."""
        self._ready[work.bulk][work.seq] = work

    def forget_shard(self, shard: int) -> list[Work]:
        """Drop all work of `shard` that is not running; returns what was dropped."""
        dropped = [work for ready in self._ready.values() for work in ready.values() if work.shard == shard]
        for lane, queue in list(self._waiting.items()):
            dropped += [work for work in queue if work.shard == shard]
            self._waiting[lane] = [work for work in queue if work.shard != shard]
            if not self._waiting[lane]:
                del self._waiting[lane]
        for work in dropped:
            self._ready[work.bulk].pop(work.seq, None)
            self._known.discard(work.seq)
            if work.lane is not None and self._held.get(work.lane) == work.seq:
                del self._held[work.lane]
        return dropped

    def _offer(self, lane: str) -> None:
        """Let the head of `lane` run unless the lane is held."""
        if lane in self._held:
            return
        queue = self._waiting.get(lane)
        if not queue:
            self._waiting.pop(lane, None)
            return
        work = queue.pop(0)
        if not queue:
            del self._waiting[lane]
        self._held[lane] = work.seq
        self._ready[work.bulk][work.seq] = work
