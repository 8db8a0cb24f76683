"""The company's branches as operators see them, with what is under way at each."""

from collections.abc import Mapping
from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.desk import Desk
from caravana.journal import listing
from caravana.journal.model import State
from caravana.kit.branch import Branch
from caravana.kit.nearest import nearest

COLUMNS: Mapping[str, tuple[State, ...]] = {
    "waiting": (State.READY, State.RUNNING, State.WAITING),
    "in_doubt": (State.IN_DOUBT,),
    "dead": (State.DEAD,),
}
"""What is counted of each branch: states that belong together."""


class BranchList(Desk):
    """The branches of the configuration, and those that exchanges have besides."""

    async def branches(self) -> list[dict[str, Any]]:
        """Return every branch with what it is at each partner and its exchanges that are not over.

        Behind the configured ones stand those that were removed while exchanges were in flight (`configured` false), and
        under `branch` null the exchanges that have none.
        """
        counted: dict[str | None, dict[str, int]] = {}
        for row in await self.journal.query(*listing.by_branch()):
            counts = counted.setdefault(row["branch"], dict.fromkeys(COLUMNS, 0))
            column = next((name for name, states in COLUMNS.items() if row["state"] in states), None)
            if column is not None:
                counts[column] += row["count"]
        nothing = dict.fromkeys(COLUMNS, 0)
        lines = [_line(name, one, counted.pop(name, nothing)) for name, one in self.configured.items()]
        left = sorted(counted.items(), key=lambda one: (one[0] is None, one[0] or ""))
        return lines + [_line(name, None, counts) for name, counts in left if any(counts.values())]

    async def _refuse_unknown(self, branch: str) -> None:
        """Raise `AdminError` for a branch that is neither configured nor that of any exchange."""
        if branch in self.configured:
            return
        used = {row["branch"] for row in await self.journal.query(*listing.branches_used())}
        if branch not in used:
            known = sorted({*self.configured, *filter(None, used)})
            there = ", ".join(known) or "none"
            raise AdminError(
                f"there is no branch `{branch}` (there are: {there}) {nearest(branch, known)}".rstrip(), 404
            )


def _line(name: str | None, branch: Branch | None, counts: Mapping[str, int]) -> dict[str, Any]:
    settings = {} if branch is None else branch.model_dump(mode="json")
    return {"branch": name, "configured": branch is not None, **counts, "settings": settings}
