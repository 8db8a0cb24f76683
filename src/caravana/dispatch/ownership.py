"""Who may run which shard. A port: PostgreSQL's leases are one driver, a single process owns all, others may follow."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from caravana.journal.model import SHARDS, Fence

Change = Callable[[int], Awaitable[None]]
Action = Callable[[], Awaitable[None]]
Beginning = Callable[[Fence | None], Awaitable[None]]
"""Called with what every write of what begins must prove, or None when nothing need be proved."""
Heard = Callable[[str, str], None]
"""Called with the kind of news and its text: `work` (shards, comma separated), `topic`, `ended` (an exchange whose
caller may wait elsewhere), `again` (places of exchanges whose state was changed by hand; none: look at everything)."""


class Ownership(Protocol):
    """Which shards are ours, and how long that is sure."""

    @property
    def shared(self) -> bool:
        """Whether other processes accept, own and write, too."""
        ...

    @property
    def members(self) -> int:
        """How many living processes share the work, this one counted; 1 as long as nothing is known."""
        ...

    async def start(self, won: Change, lost: Change) -> None:
        """Begin; `won` and `lost` are called on the event loop with a shard whenever that changes.

        A shard that is given up of our own accord goes to nobody else before `lost` has returned.
        """
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
        """Return our shards as (first, last) ranges, in order."""
        ...

    async def hold(self, name: str, began: Beginning, ended: Action) -> None:
        """Call `began` while no other process holds `name`: now or later; and `ended` when that is over.

        If another process held it meanwhile, what began ends and begins anew, so that it goes on from what is on disk.
        An error of `began` is raised when it is called at once, else logged.
        """
        ...

    async def release(self, name: str) -> None:
        """End what `hold` began, and let others have it."""
        ...

    def listen(self, heard: Heard) -> None:
        """Call `heard` with news of other processes, on the event loop."""
        ...

    def tell(self, kind: str, text: str) -> None:
        """Tell other processes a hint; it may get lost."""
        ...


class SoleOwner:
    """One process owns everything: the journal's lock file sees to it."""

    shared = False
    members = 1

    def __init__(self) -> None:
        """Begin with nothing held."""
        self._held: dict[str, Action] = {}

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

    async def hold(self, name: str, began: Beginning, ended: Action) -> None:
        """Nobody else could hold it."""
        await began(None)
        self._held[name] = ended

    async def release(self, name: str) -> None:
        """End what was begun."""
        ended = self._held.pop(name, None)
        if ended is not None:
            await ended()

    def listen(self, heard: Heard) -> None:
        """There is nobody to hear of."""

    def tell(self, kind: str, text: str) -> None:
        """There is nobody to tell."""
