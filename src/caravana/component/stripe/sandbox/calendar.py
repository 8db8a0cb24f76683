"""What happens by itself at a later moment of the sandbox's clock."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta

from caravana.kit.clock import Clock


class Calendar:
    """Things that are due. Each happens at its moment, though nobody asks, or else before the next call is answered."""

    def __init__(self, clock: Clock) -> None:
        """`clock`: by which moments come."""
        self._clock = clock
        self._due: list[tuple[datetime, int, Callable[[], object]]] = []
        self._ticket = itertools.count()
        self._moment: datetime | None = None
        self._watches: set[asyncio.Task[None]] = set()

    def now(self) -> datetime:
        """Return the present moment; while something happens that was due, the moment at which it was."""
        return self._moment or self._clock.now()

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Let `act` happen in so many seconds."""
        heapq.heappush(self._due, (self.now() + timedelta(seconds=seconds), next(self._ticket), act))
        watch = asyncio.get_running_loop().create_task(self._watch(seconds))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    def settle(self) -> None:
        """Let everything happen that is due, in its order."""
        while self._due and self._due[0][0] <= self._clock.now():
            self._moment, _, act = heapq.heappop(self._due)
            try:
                act()
            finally:
                self._moment = None

    async def close(self) -> None:
        """Forget what has not happened."""
        watches = list(self._watches)
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)

    async def _watch(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self.settle()
