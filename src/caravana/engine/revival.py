"""What waited for its branch goes on by itself when a hub starts with a configuration that has it."""

import json
from typing import TYPE_CHECKING

import structlog

from caravana.engine.message import exchange_of
from caravana.engine.place import PATH, PLACE
from caravana.engine.times import to_micros
from caravana.journal import admin as acts
from caravana.journal import listing
from caravana.journal import operations as ops
from caravana.journal.model import State, Stored
from caravana.kit.branch import Branches

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

log = structlog.get_logger("caravana.exchange")


async def revive(hub: "Hub") -> int:
    """Let every exchange run again that had no branch and has one now; returns how many. Before the dispatch begins."""
    revived = 0
    for row in await hub.journal.query(*listing.dead_at(PATH)):
        found = await hub.journal.read(ops.read_run(row["seq"]))
        if found is None:
            continue
        stored, records = found
        branch = branch_now(stored, hub.branches)
        if branch is not None:
            revision = stored.revision if records else hub.revision
            revived += await _revive(hub, stored, branch, revision)
    if revived:
        log.info("exchange.revived", exchanges=revived, reason="their branch is configured now")
    return revived


def branch_now(stored: Stored, branches: Branches) -> str | None:
    """Return the branch that an exchange without one would have under `branches`, or None."""
    if stored.branch is not None:
        return stored.branch if stored.branch in branches else None
    place = exchange_of(stored).properties.get(PLACE)
    return None if place is None else branches.of(place, str(place.get("odoo", "odoo")))


async def _revive(hub: "Hub", stored: Stored, branch: str, revision: str) -> bool:
    """`revision`: what has done nothing yet begins under the routes as they are now, whose settings know the branch."""
    change = acts.Change(stored.seq, stored.id, stored.state, State.READY, revision)
    detail = json.dumps({"branch": branch, "revision": revision})
    audit = acts.Audit(to_micros(hub.clock.now()), "caravana", "retry", stored.id, detail)
    done: bool = await hub.journal.submit(acts.revive(change, audit), essential=True)
    return done


__all__ = ["branch_now", "revive"]
