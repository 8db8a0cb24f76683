"""The operator's desk: what every operation shares."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from caravana.engine.control import AdminError
from caravana.engine.times import to_micros
from caravana.journal import Journal
from caravana.journal import admin as acts
from caravana.journal import operations as ops
from caravana.journal.model import Record, Stored
from caravana.kit.branch import Branch
from caravana.kit.clock import Clock

if TYPE_CHECKING:
    from caravana.engine.hub import Hub


class Desk:
    """A journal, and the hub that knows its routes."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        hub: "Hub | None" = None,
        *,
        running: bool = True,
        branches: Mapping[str, Branch] | None = None,
    ) -> None:
        """`hub` knows the routes; `running`: it also carries out what is revived (else the next start does).

        `branches`: those configured, by default the hub's.
        """
        self.configured: Mapping[str, Branch] = branches or (hub.branches if hub is not None else {})
        self.journal = journal
        self.clock = clock
        self.hub = hub
        self.running = running and hub is not None

    async def _find(self, text: str) -> tuple[int, str]:
        """Return (seq, id) of the one exchange whose id begins with `text`. Raises `AdminError`."""
        found = await self.journal.read(acts.find(text)) if text else []
        if not found:
            raise AdminError(f"there is no exchange `{text}`", 404)
        if len(found) > 1 and found[0][1] != text:
            raise AdminError(f"several exchanges begin with `{text}`: write more of it", 400)
        return found[0]

    async def _load(self, seq: int) -> tuple[Stored, dict[str, Record]]:
        found = await self.journal.read(ops.read_run(seq))
        if found is None:
            raise AdminError("the exchange was deleted meanwhile", 404)
        return found

    def _audit(self, actor: str, action: str, subject: str, detail: Any = None) -> acts.Audit:
        text = None if detail is None else json.dumps(detail, ensure_ascii=False, default=str)
        return acts.Audit(to_micros(self.clock.now()), actor or "unknown", action, subject, text)

    async def _write(self, audit: acts.Audit) -> None:
        """Put an audit line on disk."""
        line = ops.write_audit(audit.at, audit.actor, audit.action, audit.subject, audit.detail)
        await self.journal.submit(line, essential=True)
