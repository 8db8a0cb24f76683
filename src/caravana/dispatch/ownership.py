"""Who may run which shard. A port: PostgreSQL's leases are one driver, a single process owns all, others may follow."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from caravana.journal.model import SHARDS, Fence

Change = Callable[[int], Awaitable[None]]


class Ownership(Protocol):
    """Which shards are ours, and how long that is sure."""

    async def start(self, won: Change, lost: Change) -> None:
        """Begin; `won` and `lost` are called with a shard whenever that changes."""
        ...

    async def stop(self) -> None:
        """Give up all shards, so that others need not wait for the lease's end."""
        ...

    def fence(self, shard: int) -> Fence | None:
        """Return what a write for `shard` must prove, or None when nothing need be proved. Raises `KeyError`: not ours."""
        ...

    def outlives(self, shard: int, seconds: float) -> bool:
        """Whether the shard is surely ours for `seconds` more, by the monotonic clock."""
        ...

    def ranges(self) -> list[tuple[int, int]]:
        """Return our shards as (first, last) ranges."""
        ...


class SoleOwner:
    """One process owns everything: the journal's lock file sees to it."""

    async def start(self, won: Change, lost: Change) -> None:
        """Nothing to win."""

    async def stop(self) -> None:
        """Nothing to give up."""

    def fence(self, shard: int) -> Fence | None:
        """Nothing to prove."""
        return None

    def outlives(self, shard: int, seconds: float) -> bool:
        """Always ours."""
        return True

    def ranges(self) -> list[tuple[int, int]]:
        """All shards."""
        return [(0, SHARDS - 1)]
