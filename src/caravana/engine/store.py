"""Small durable records of the flows, kept in the journal."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from caravana.engine.times import to_micros
from caravana.journal import JournalError, store
from caravana.journal.model import Fence
from caravana.kit import codec
from caravana.kit.ports import Turn, Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

running: ContextVar[Fence | None] = ContextVar("running", default=None)
"""What every write of the run under way must prove; None: it is no run's, or nothing need be proved."""


class JournalStore:
    """Small durable records of the flows (`caravana.kit.ports.Store`)."""

    def __init__(self, hub: "Hub", fence: Fence | None = None) -> None:
        """`hub`: the journal; `fence`: what every write must prove, if not what the run does that wants it."""
        self._hub = hub
        self._fence = fence

    async def get(self, scope: str, key: str) -> Any:
        """Return the value, or None."""
        stored = await self._hub.read(store.get_state(scope, key))
        return None if stored is None else codec.loads(stored)

    async def put(self, scope: str, key: str, value: Any) -> None:
        """Store or remove a value. Raises `Unavailable`."""
        data = None if value is None else codec.dumps(value)
        operation = store.put_state(scope, key, data, to_micros(self._hub.clock.now()))
        try:
            await self._hub.journal.submit(operation, essential=True, fence=self._fence or running.get())
        except JournalError as error:
            raise Unavailable(str(error)) from error

    async def turn(self, scope: str, key: str) -> Turn:
        """Return where a group of records stands."""
        return Turn(scope, key, await self._hub.read(store.get_turn(scope, key)))

    async def put_together(self, turn: Turn, rows: Sequence[tuple[str, str, Any]]) -> Turn | None:
        """Store rows together, or nothing when their group has moved on. Raises `Unavailable`."""
        packed = [(scope, key, None if value is None else codec.dumps(value)) for scope, key, value in rows]
        operation = store.put_together(*turn, packed, to_micros(self._hub.clock.now()))
        try:
            moved = await self._hub.journal.submit(operation, essential=True, fence=self._fence or running.get())
        except JournalError as error:
            raise Unavailable(str(error)) from error
        return turn._replace(number=moved) if moved else None

    async def find(self, scope: str, prefix: str = "", limit: int = 1000, *, since: str = "") -> list[tuple[str, Any]]:
        """Return (key, value) pairs."""
        rows = await self._hub.read(store.find_state(scope, prefix, limit, since))
        return [(key, codec.loads(value)) for key, value in rows]
