"""Which open lines this process has matched lately: what was read of them before is no longer so."""

import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

REMEMBERED = 60.0
"""Seconds for which the end of a match is kept; whoever believes what he read believes it for less."""


class Matches:
    """The matches of one connection, those under way and the latest, by the lines that they touch."""

    def __init__(self) -> None:
        self._under_way: Counter[int] = Counter()
        self._ended: dict[int, float] = {}

    @contextmanager
    def of(self, lines: Collection[int]) -> Iterator[None]:
        """Count a match of `lines` as under way, and note when it has ended, however it did."""
        self._under_way.update(lines)
        try:
            yield
        finally:
            self._under_way -= Counter(lines)
            now = time.monotonic()
            self._ended = {line: at for line, at in self._ended.items() if now - at < REMEMBERED}
            self._ended.update(dict.fromkeys(lines, now))

    def crossed(self, lines: Collection[int], since: float) -> bool:
        """Whether another match than the caller's own touches one of `lines`, or did since a moment of the process's clock.

        Asked within the caller's own `of`.
        """
        return any(self._under_way[line] > 1 or self._ended.get(line, -1.0) >= since for line in lines)
