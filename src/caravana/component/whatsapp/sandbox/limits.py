"""Budgets that refill: of a pair of people, of a number, of an account."""

from collections import deque
from collections.abc import Hashable
from datetime import datetime, timedelta

from caravana.kit.clock import Clock


class Bucket:
    """Holds `capacity` tokens, one more each `every` seconds."""

    def __init__(self, clock: Clock) -> None:
        """It is full at first."""
        self._clock = clock
        self._used: dict[Hashable, tuple[float, datetime]] = {}

    def take(self, key: Hashable, capacity: float, every: float) -> bool:
        """Take a token of `key`; False when there is none."""
        now = self._clock.now()
        used, at = self._used.get(key, (0.0, now))
        used = max(0.0, used - (now - at).total_seconds() / every)
        if used + 1 > capacity + 1e-9:
            self._used[key] = (used, now)
            return False
        self._used[key] = (used + 1, now)
        return True


class Window:
    """Counts calls of the last so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """`seconds`: how far back it looks."""
        self._clock = clock
        self._length = timedelta(seconds=seconds)
        self._calls: dict[Hashable, deque[datetime]] = {}

    def take(self, key: Hashable, most: int) -> bool:
        """Count a call of `key`; False when `most` were made already."""
        now, calls = self._clock.now(), self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - self._length:
            calls.popleft()
        if len(calls) >= most:
            return False
        calls.append(now)
        return True
