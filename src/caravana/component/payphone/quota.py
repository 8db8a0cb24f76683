"""PayPhone's quota of queries: so many in any minute, whoever asks."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from caravana.kit.clock import Clock

WINDOW = timedelta(minutes=1)


class Quota:
    """Lets so many through in any minute; each process takes an equal part, and whoever comes later waits for his turn."""

    def __init__(self, limit: int, clock: Clock, processes: Callable[[], int] = lambda: 1) -> None:
        """`limit`: of all processes together; `processes`: how many there are now."""
        self._limit = limit
        self._clock = clock
        self._processes = processes
        self._turns: deque[datetime] = deque()

    async def wait(self) -> None:
        """Return when the next query may go out."""
        turn = self._turn()
        while (left := (turn - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(left)

    def _turn(self) -> datetime:
        """Take the next turn, and return when it is."""
        share = max(1, self._limit // self._processes())
        now = self._clock.now()
        while self._turns and self._turns[0] <= now - WINDOW:
            self._turns.popleft()
        turn = now if len(self._turns) < share else max(now, self._turns[-share] + WINDOW)
        self._turns.append(turn)
        return turn
