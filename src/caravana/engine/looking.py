"""Looking into the journal: exchanges, dead letters, cursors, circuits."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from caravana.engine.branch_list import BranchList
from caravana.engine.circuit import Circuit
from caravana.engine.control import AdminError
from caravana.engine.limits import Limits
from caravana.engine.showing import circuit_line, describe, letter_line, message_line, moment
from caravana.engine.times import to_micros
from caravana.journal import admin as acts
from caravana.journal import listing
from caravana.journal import operations as ops
from caravana.journal.model import State
from caravana.kit import codec


class Looking(BranchList):
    """Operations that change nothing but a circuit."""

    async def messages(
        self,
        states: Sequence[str] = (),
        route: str | None = None,
        branch: str | None = None,
        key: str | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = 50,
    ) -> list[dict[str, Any]]:
        """Return the newest exchanges that fit; `key` is a business key, `kind:value` or a value; times in ISO form."""
        unknown = set(states) - set(State)
        if unknown:
            raise AdminError(f"there is no state `{min(unknown)}`; there are: {', '.join(State)}", 400)
        wanted = listing.Filter(
            tuple(states), route, branch, _business_key(key), micros(since), micros(until), max(1, min(limit, 10_000))
        )
        found = [message_line(row) for row in await self.journal.query(*listing.messages(wanted))]
        if branch is not None and not found:
            await self._refuse_unknown(branch)
        return found

    async def counts(self) -> dict[str, int]:
        """Return how many exchanges are in each state."""
        return {row["state"]: row["count"] for row in await self.journal.query(*listing.counts())}

    async def message(self, id: str, reveal: bool = False, actor: str = "") -> dict[str, Any]:  # noqa: A002 -- its name outside
        """Return one exchange with its timeline; personal data only with `reveal`, which is audited."""
        seq, found = await self._find(id)
        stored, records = await self._load(seq)
        if reveal:
            await self._write(self._audit(actor, "look", found))
        attempts = await self.journal.read(ops.read_attempts(seq))
        head = await self.journal.read(acts.show(seq))
        return describe(head, stored, records, attempts, reveal=reveal)

    async def export(self, reveal: bool = False, actor: str = "", **wanted: Any) -> list[dict[str, Any]]:
        """Return the exchanges that `messages` finds, each as `message` shows it."""
        return [await self.message(one["id"], reveal, actor) for one in await self.messages(**wanted)]

    async def dead_letters(self, state: str = "open", limit: int = 200) -> list[dict[str, Any]]:
        """Return the newest dead letters."""
        return [letter_line(row) for row in await self.journal.query(*listing.letters(state, limit))]

    async def cursors(self) -> list[dict[str, Any]]:
        """Return how far each polling route has read, as its consumer keeps it."""
        rows = await self.journal.read(acts.cursors())
        return [{"route": name, "position": _plain(codec.loads(value)), "at": moment(at)} for name, value, at in rows]

    async def breakers(self) -> list[dict[str, Any]]:
        """Return the circuit of every connection that was used since the hub began, or whose circuit ever opened."""
        if self.hub is not None and self.running:
            return [circuit_line(gate.circuit) for gate in self.hub.gates.all()]
        found = []
        for row in await self.journal.read(ops.read_breakers()):
            circuit = Circuit(row.connection, Limits(), self.clock)
            circuit.adopt(row)
            found.append(circuit_line(circuit))
        return found

    async def refusals(self) -> list[dict[str, Any]]:
        """Return what the consumers of the running hub turned away since it began, by route and reason.

        `accepted`: whether the route ever took a message.
        """
        if self.hub is None or not self.running:
            return []
        return [
            {
                "route": name,
                "reason": reason,
                "times": times,
                "accepted": bool(await self.messages(route=name, limit=1)),
            }
            for name, consumer in self.hub.doors.consumers.items()
            for reason, times in consumer.refusals.items()
        ]

    async def reset_breaker(self, connection: str, actor: str = "") -> dict[str, Any]:
        """Close the circuit of a connection, so that calls go out again."""
        known = [one["connection"] for one in await self.breakers()]
        if connection not in known:
            there = ", ".join(sorted(known)) or "none"
            raise AdminError(f"there is no circuit of a connection `{connection}` (there are: {there})", 404)
        audit = self._audit(actor, "reset_breaker", connection)
        if self.hub is not None and self.running:
            self.hub.gates.get(connection).reset()
            await self._write(audit)
        else:
            await self.journal.submit(acts.reset_breaker(connection, audit), essential=True)
        return {"closed": connection}


def _business_key(text: str | None) -> tuple[str | None, str] | None:
    if text is None:
        return None
    kind, colon, value = text.partition(":")
    return (kind, value) if colon else (None, text)


def micros(text: str | None) -> int | None:
    """Return a time in ISO form in microseconds. Raises `AdminError`."""
    if text is None:
        return None
    try:
        return to_micros(datetime.fromisoformat(text).astimezone())
    except ValueError:
        raise AdminError(f"`{text}` is no time: write 2026-11-23, 2026-11-23T15:00:00-05:00 or 2h (ago)", 400) from None


def _plain(value: Any) -> Any:
    """`value` with what JSON has no word for as text."""
    return json.loads(json.dumps(value, default=str))
