"""Which branch an exchange belongs to, worked out from what a record of Odoo has: at the door, or when a run begins."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caravana.engine.place import PATH, PLACE
from caravana.engine.run import Halted, Run
from caravana.kit.branch import Branches
from caravana.kit.errors import NoBranch
from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest

if TYPE_CHECKING:
    from caravana.kit.ports import Arrival, Store

REMEMBERED = ("caravana", "branches")
"""Scope and key under which the journal holds the names of all branches that ever were."""


def placed(branches: Branches, arrival: "Arrival", said: Any) -> tuple[str | None, Mapping[str, Any] | None]:
    """Return the branch of an arrival, or its place when no single branch fits it.

    `said`: what the route's parameter `branch` gave: a name, a record, or nothing; then what the arrival brings counts.
    """
    branch, place = arrival.branch, arrival.place
    if isinstance(said, Mapping):
        branch, place = None, said
    elif said:
        branch, place = str(said), None
    if branch is not None or place is None or not branches:
        return branch, None
    found = branches.of(place, str(place.get("odoo", "odoo")))
    return found, None if found is not None else place


def unknown_branch(branches: Branches, name: str | None) -> str:
    """Return what to tell a caller who names a branch that there is not; nothing when all is well."""
    if name is None or not branches or name in branches:
        return ""
    return f"there is no branch `{name}` (there are: {', '.join(branches)}) {nearest(name, branches)}".rstrip()


async def remembered(store: "Store", branches: Branches) -> frozenset[str]:
    """Return all branches that ever were in the configuration, and remember the present ones with them."""
    known = frozenset(await store.get(*REMEMBERED) or ())
    if not known >= branches.keys():
        known |= branches.keys()
        await store.put(*REMEMBERED, sorted(known))
    return known


async def settle(run: Run, exchange: Exchange, branches: Branches, known: frozenset[str]) -> None:
    """See to it that a run begins with a branch that is configured, where it needs one; `known`: those that ever were.

    Raises `Halted` with `NoBranch`: nothing is done for it, and a retry works its branch out anew.
    """
    place = exchange.properties.pop(PLACE, None)
    if exchange.branch is None and place is not None:
        try:
            exchange.branch = branches.place(place, str(place.get("odoo", "odoo")))
        except NoBranch as error:
            raise Halted(error, PATH) from None
        await run.place(exchange.branch)
    elif exchange.branch is not None and exchange.branch not in branches and (branches or exchange.branch in known):
        raise Halted(_removed(run, exchange.branch, branches), PATH)


def _removed(run: Run, branch: str, branches: Branches) -> NoBranch:
    there = ", ".join(branches) or "none"
    return NoBranch(
        f"exchange {run.stored.id} is of the branch `{branch}`, which is not in the configuration (there are: {there}); "
        f"what it did stays done; it goes on when `{branch}` is back"
    )


__all__ = ["placed", "remembered", "settle", "unknown_branch"]
