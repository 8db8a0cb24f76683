"""Which exchange runs when, where, and how many at once."""

from caravana.dispatch.dispatcher import HOLD, OVER, Dispatcher, Verdict
from caravana.dispatch.follower import Follower
from caravana.dispatch.lanes import Lanes, Work
from caravana.dispatch.ownership import Ownership, SoleOwner

__all__ = [
    "HOLD", "OVER", "Dispatcher", "Follower", "Lanes", "Ownership", "SoleOwner", "Verdict", "Work", "open_ownership",
]  # fmt: skip


def open_ownership(url: str) -> Ownership:
    """Return the ownership that fits the journal at `url`: shared on PostgreSQL, else all is ours."""
    if url.startswith("postgresql://"):
        from caravana.dispatch.lease import LeasedOwnership  # the driver is not needed on SQLite

        return LeasedOwnership(url)
    return SoleOwner()
