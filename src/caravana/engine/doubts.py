"""Doubts that end by themselves: the partner tells later, by another way, that a call was done (`kit.ports.Doubts`)."""

import asyncio
from typing import TYPE_CHECKING

from caravana.engine.control import AdminError
from caravana.engine.message import encode_reply
from caravana.engine.repair import Repair
from caravana.engine.times import to_micros
from caravana.journal import JournalError
from caravana.journal import admin as acts
from caravana.journal.model import Record, State, Step, Stored
from caravana.kit.effect import Reply
from caravana.kit.ports import Resolved, Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

PARTNER = "partner"
"""Who settled it, in the audit."""
LOOKS = 40
PAUSE = 0.05


class HubDoubts:
    """Effects whose outcome is unknown."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: whose journal holds them."""
        self._hub = hub

    async def resolve(self, exchange_id: str, key: str, reply: Reply) -> Resolved:
        """Say that an effect was done. Raises `Unavailable`."""
        try:
            return await _Resolving(self._hub.journal, self._hub.clock, self._hub).resolve(exchange_id, key, reply)
        except AdminError:  # gone, or changed by a person meanwhile
            return Resolved.NOTHING
        except JournalError as error:
            raise Unavailable(str(error)) from error


class _Resolving(Repair):
    async def resolve(self, exchange_id: str, key: str, reply: Reply) -> Resolved:
        for _ in range(LOOKS):
            seq, known = await self._find(exchange_id)
            if known != exchange_id:
                return Resolved.NOTHING
            stored, records = await self._load(seq)
            record = next((one for one in records.values() if one.key == key), None)
            if record is not None and record.state == Step.INTENT:
                return Resolved.UNDER_WAY
            if record is None or record.state != Step.DOUBT:
                return Resolved.NOTHING
            if stored.state == State.IN_DOUBT:
                await self._end(seq, stored, record, reply)
                return Resolved.SETTLED
            await asyncio.sleep(PAUSE)  # its run has written the doubt and is about to end in it
        return Resolved.UNDER_WAY

    async def _end(self, seq: int, stored: Stored, record: Record, reply: Reply) -> None:
        done = record.with_(
            state=Step.DONE,
            reply=encode_reply(reply),
            reference=reply.reference,
            error=None,
            recorded_at=to_micros(self.clock.now()),
        )
        detail = {"done": True, "reference": reply.reference, "paths": [record.path]}
        change = acts.Change(seq, stored.id, stored.state, State.READY, stored.revision, (), (done,))
        await self._revive(change, self._audit(PARTNER, "settle", stored.id, detail), stored)
