"""Hubs that share one PostgreSQL, all in the test's own process, and what tests ask of them."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from caravana.dispatch.lease import LeasedOwnership
from caravana.engine.hub import Hub
from tests.support.waiting import eventually

Starter = Callable[[str], Awaitable[Hub]]


class Freezable(LeasedOwnership):
    """An ownership that can be kept from renewing, as by SIGSTOP."""

    frozen = False

    def _tick(self) -> None:
        if not self.frozen:
            super()._tick()


async def both_own(*hubs: Hub) -> None:
    """Wait until the shards are shared out."""
    await eventually(lambda: all(sum(b - a + 1 for a, b in hub.ownership.ranges()) == 32 for hub in hubs))


async def states(hub: Hub) -> Counter[str]:
    """Count exchanges by state."""
    rows: list[dict[str, Any]] = await hub.journal.query("select state from exchange", {})
    return Counter(row["state"] for row in rows)


def freeze(hub: Hub, *, frozen: bool = True) -> None:
    """Stop or continue a hub's renewals."""
    assert isinstance(hub.ownership, Freezable)
    hub.ownership.frozen = frozen


def owns(hub: Hub, shard: int) -> bool:
    """Whether the hub owns the shard."""
    return any(first <= shard <= last for first, last in hub.ownership.ranges())
