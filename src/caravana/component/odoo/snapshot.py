"""What a watch has taken, by id, kept in the hub's store between full comparisons."""

from collections.abc import Mapping
from datetime import datetime

from caravana.kit.ports import Store

SCOPE = "odoo.snapshot"
BLOCK = 1000
_EVERYTHING = 1_000_000


class Snapshot:
    """Time (or state) by record id, in blocks of a thousand ids; only blocks that changed are written."""

    def __init__(self, store: Store, route: str) -> None:
        """`route`: the route whose records these are."""
        self._store = store
        self._prefix = f"{route}/"
        self._blocks: dict[int, dict[str, str]] = {}
        self.taken_at: datetime | None = None

    async def load(self) -> None:
        """Read the snapshot of an earlier run."""
        for key, value in await self._store.find(SCOPE, self._prefix, _EVERYTHING):
            name = key.removeprefix(self._prefix)
            if name == "taken":
                self.taken_at = datetime.fromisoformat(value)
            else:
                self._blocks[int(name)] = dict(value)

    def __contains__(self, record: object) -> bool:
        return isinstance(record, int) and str(record) in self._blocks.get(record // BLOCK, {})

    def get(self, record: int) -> str | None:
        """Return what is kept of `record`."""
        return self._blocks.get(record // BLOCK, {}).get(str(record))

    def items(self) -> dict[int, str]:
        """Return everything kept."""
        return {int(key): value for block in self._blocks.values() for key, value in block.items()}

    async def replace(self, items: Mapping[int, str], moment: datetime) -> None:
        """Keep exactly `items`, compared at `moment`."""
        blocks: dict[int, dict[str, str]] = {}
        for record, value in items.items():
            blocks.setdefault(record // BLOCK, {})[str(record)] = value
        for number in sorted({*self._blocks, *blocks}):
            if self._blocks.get(number) != blocks.get(number):
                await self._store.put(SCOPE, f"{self._prefix}{number:08d}", blocks.get(number))
        await self._store.put(SCOPE, f"{self._prefix}taken", moment.isoformat())
        self._blocks, self.taken_at = blocks, moment
