"""Which exchange runs when, where, and how many at once."""

from caravana.dispatch.dispatcher import HOLD, OVER, Dispatcher, Verdict
from caravana.dispatch.lanes import Lanes, Work
from caravana.dispatch.ownership import Ownership, SoleOwner

__all__ = ["HOLD", "OVER", "Dispatcher", "Lanes", "Ownership", "SoleOwner", "Verdict", "Work"]
