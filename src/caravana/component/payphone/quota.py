"""PayPhone's quotas: so many queries in any minute, and so many lists a day, whoever asks."""

from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta

from caravana.kit.clock import Clock
from caravana.kit.errors import Transient
from caravana.kit.ports import Store, Unavailable

WINDOW = timedelta(minutes=1)
ASKED = "payphone_lists"
"""Scope of how often a store's list was asked for on its last day."""


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


class DayQuota:
    """Counts the calls of a day on disk, so that neither a restart nor another process begins anew."""

    def __init__(self, store: Callable[[], Store], name: str, limit: int) -> None:
        """`store`: the hub's durable records; `name`: what the quota is of; `limit`: calls a day."""
        self._store = store
        self._name = name
        self._limit = limit

    async def take(self, day: date) -> bool:
        """Count one call before it is made; False when the day's are used up. Raises `Transient` while nothing is counted."""
        store, today = self._store(), day.isoformat()
        try:
            while True:
                turn = await store.turn(ASKED, self._name)
                kept = await store.get(ASKED, self._name) or {"day": today, "calls": 0}
                calls = kept["calls"] if kept["day"] == today else 0
                if calls >= self._limit:
                    return False
                counted = {"day": today, "calls": calls + 1}
                if await store.put_together(turn, [(ASKED, self._name, counted)]):
                    return True
        except Unavailable as error:
            raise Transient(f"the store takes nothing now: {error.reason}", retry_after=error.retry_after) from error
