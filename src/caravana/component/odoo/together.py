"""Calls of one connection that wait for their turn; those that are alike go out as one: group commit for a slow partner.

    reads of orders      ●●●●●  ─┐  all of it in one turn, after a few matches
    loads of payments    ●●●    ─┼─▶ turns, at the connection's pace ─▶ Odoo
    matches              ●●●●●● ─┘  one in each turn

What cannot go together goes one by one, kind by kind in turn. What can lets some of that pass, so that more join it, but
never many: a customer waits for his page. Each caller gets its own result or its own error. A refusal of several says
nothing of any one: they are asked again in halves, or one by one, and the bad one ends alone. An answer that was lost is
lost for all of them: each has to find out by itself.
"""

import asyncio
import copy
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from caravana.component.odoo.merging import Indivisible, Merge, likeness, merge_of
from caravana.component.odoo.protocol import Call
from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.errors import EffectError, NeedsPerson, Refused, Transient

ROLLED_BACK = (409, 500)
"""Statuses of a `Transient` that Odoo itself judged: a conflict over one record, for which the others need not wait."""

NO_MORE = 1_000
"""So many turns nobody lets pass."""


@dataclass(eq=False)
class Waiting:
    """One caller's call, until its turn has come and its answer is there."""

    call: Call
    answer: asyncio.Future[Any]
    until: float
    """Moment of the loop's clock after which it is not sent any more."""
    departure: Departure | None = None
    sent: bool = False

    def settle(self, result: Any) -> None:
        """Give the caller its result, unless it has gone."""
        if not self.answer.done():
            self.answer.set_result(result)

    def fail(self, error: Exception) -> None:
        """Raise a copy of `error` at the caller, unless it has gone: several callers each write their own traceback."""
        if not self.answer.done():
            own = copy.copy(error)
            own.__cause__ = error.__cause__
            self.answer.set_exception(own)

    def held_back(self) -> bool:
        """Whether the caller has lost the right to send it while it waited; it is told."""
        if self.departure is None or self.departure.allowed():
            return False
        self.departure.withheld = True
        self.fail(Withheld(f"{self.call.place}: whoever wanted it may not send it any more"))
        return True

    def give_up(self) -> None:
        """The wait was too long. What has been sent is waited for all the same."""
        if not self.sent:
            self.fail(Transient(f"{self.call.place}: too many calls wait before it; nothing was sent", code="queue"))


@dataclass(eq=False)
class Queue:
    """Callers whose calls are alike. `merge`: how they go out as one; None: one by one."""

    merge: Merge | None
    callers: deque[Waiting] = field(default_factory=deque)
    passed: int = 0
    """Turns that others had since ours."""

    @property
    def lingers(self) -> bool:
        """Whether it still lets pass what goes alone."""
        return self.merge is not None and self.passed < self.merge.lets_pass

    def next(self, now: float) -> list[Waiting]:
        """Take out those that go in one turn.

        Who has waited too long is not sent: the process may have stood still, and another taken its work over.
        """
        batch: list[Waiting] = []
        left: deque[Waiting] = deque()
        while self.callers and (not batch or self.merge is not None):
            one = self.callers.popleft()
            if one.until < now:
                one.give_up()
            if not one.answer.done():  # else it has gone
                (batch if self._fits(batch, one) else left).append(one)
        self.callers.extendleft(reversed(left))
        return batch

    def _fits(self, batch: list[Waiting], one: Waiting) -> bool:
        return not batch or (self.merge is not None and self.merge.takes([each.call for each in batch], one.call))


class Together:
    """The queues before one connection."""

    def __init__(
        self,
        send: Callable[[Call], Awaitable[Any]],
        *,
        ready: Callable[[], Awaitable[None]],
        turns: int,
        patience: float,
    ) -> None:
        """`send` carries out one call; `ready` returns when the next may go out; `turns`: calls at once.

        `patience`: seconds after which a call that was not sent is given back as `Transient`.
        """
        self._send = send
        self._ready = ready
        self._turns = turns
        self._patience = patience
        self._queues: OrderedDict[object, Queue] = OrderedDict()
        self._sent: set[Waiting] = set()
        self._busy = 0
        self._workers: set[asyncio.Task[None]] = set()

    async def call(self, call: Call) -> Any:
        """Carry out `call`, alone or with others, and return its result. Raises an `EffectError`."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(call, loop.create_future(), loop.time() + self._patience, departing.get())
        merge = merge_of(call)
        self._queues.setdefault(likeness(call, merge), Queue(merge)).callers.append(waiting)
        self._employ()
        limit = loop.call_at(waiting.until, waiting.give_up)
        try:
            return await waiting.answer
        finally:
            limit.cancel()

    @property
    def waiting(self) -> int:
        """How many calls have not been sent."""
        return sum(not one.answer.done() for queue in self._queues.values() for one in queue.callers)

    async def close(self) -> None:
        """Give up what waits and what is under way."""
        for one in [*self._sent, *(one for queue in self._queues.values() for one in queue.callers)]:
            one.answer.cancel()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _employ(self) -> None:
        if self._busy < self._turns:
            self._busy += 1
            # Its context is empty: it is no part of the call that finds it missing.
            worker = asyncio.create_task(self._work(), context=Context())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self) -> None:
        """Take turn after turn while anybody waits. Who goes together is decided at the last moment."""
        try:
            while self._queues:
                await self._ready()
                queue, batch = self._next()
                if queue is not None and batch:
                    await self._carry_out(queue, batch)
        finally:
            self._busy -= 1

    def _next(self) -> tuple[Queue | None, list[Waiting]]:
        """Return who goes next; a queue that has had its turn goes behind the others."""
        now = asyncio.get_running_loop().time()
        while self._queues:
            key = self._turn()
            queue = self._queues.pop(key)
            batch = queue.next(now)
            if queue.callers:
                queue.passed = 0
                self._queues[key] = queue
            if batch:
                for other in self._queues.values():
                    other.passed += other is not queue
                return queue, batch
        return None, []

    def _turn(self) -> object:
        """Return the key of the queue whose turn it is: the first that lets nobody pass, else the first."""
        keys = list(self._queues)
        return next((key for key in keys if not self._queues[key].lingers), keys[0])

    async def _carry_out(self, queue: Queue, batch: list[Waiting]) -> None:
        batch = [one for one in batch if not one.held_back()]
        if not batch:
            return
        for one in batch:
            one.sent = True
        self._sent.update(batch)
        calls = [one.call for one in batch]
        departure = _joined([one.departure for one in batch])
        departing.set(departure)
        try:
            if queue.merge is None or len(batch) == 1:
                results = [await self._send(calls[0])]
            else:
                results = queue.merge.parted(calls, await self._send(queue.merge.joined(calls)))
        except (Indivisible, EffectError) as error:
            self._judge(queue, batch, error)
        except Exception as error:
            for one in batch:
                one.fail(error)
        else:
            for one, result in zip(batch, results, strict=True):
                one.settle(result)
        finally:
            self._sent.difference_update(batch)
            for one in batch:
                if one.departure is not None:
                    one.departure.left |= departure is None or departure.left

    def _judge(self, queue: Queue, batch: list[Waiting], error: Indivisible | EffectError) -> None:
        if len(batch) == 1 or not _of_one(error):
            for one in batch:
                one.fail(error)
            return
        size = (len(batch) + 1) // 2 if queue.merge is not None and queue.merge.in_halves else 1
        for part in reversed([batch[at : at + size] for at in range(0, len(batch), size)]):
            for one in part:
                one.sent = False
            again = Queue(queue.merge, deque(part), passed=NO_MORE)
            self._queues[again] = again
            self._queues.move_to_end(again, last=False)


def _joined(departures: Sequence[Departure | None]) -> Departure | None:
    """All of them may leave when they were put together; what a process loses by standing still then, it loses for all."""
    asked = [one for one in departures if one is not None]
    return Departure(lambda: any(one.allowed() for one in asked)) if len(asked) == len(departures) else None


def _of_one(error: Indivisible | EffectError) -> bool:
    """Whether the failure of several may be the fault of one, and nothing was done for any."""
    if isinstance(error, Transient):
        return error.status in ROLLED_BACK
    return isinstance(error, Indivisible | Refused) or (isinstance(error, NeedsPerson) and error.status == 403)
