"""Which branch an exchange belongs to, worked out from what a record of Odoo has: at the door, or when a run begins."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caravana.engine.place import PATH, PLACE
from caravana.engine.run import Halted, Run
from caravana.kit.branch import Branches
from caravana.kit.errors import NoBranch
from caravana.kit.exchange import Exchange

if TYPE_CHECKING:
    from caravana.kit.ports import Arrival


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


async def settle(run: Run, exchange: Exchange, branches: Branches) -> None:
    """See to it that a run begins with a branch that is configured, where it needs one.

    Raises `Halted` with `NoBranch`: nothing is done for it, and a retry works its branch out anew.
    """
    place = exchange.properties.pop(PLACE, None)
    if exchange.branch is None and place is not None:
        try:
            exchange.branch = branches.place(place, str(place.get("odoo", "odoo")))
        except NoBranch as error:
            raise Halted(error, PATH) from None
        await run.place(exchange.branch)
    elif exchange.branch is not None and branches and exchange.branch not in branches:
        raise Halted(_removed(run, exchange.branch, branches), PATH)


def _removed(run: Run, branch: str, branches: Branches) -> NoBranch:
    there = ", ".join(branches)
    return NoBranch(
        f"exchange {run.stored.id} is of the branch `{branch}`, which is not in the configuration (there are: {there}); "
        f"what it did stays done; it goes on when `{branch}` is back"
    )


__all__ = ["placed", "settle"]
