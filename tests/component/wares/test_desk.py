"""What `caravana catalog` is told while the hub works."""

from typing import Any

from caravana.cli.catalog import is_over
from caravana.component.wares.desk import Desk
from caravana.component.wares.keeping import SCOPE
from caravana.testing.harness import Hub, Store

WISH, LOOK = "2026-11-29T10:00:00+00:00", "2026-11-29T10:00:05+00:00"


class Moving(Store):
    """Whoever reads it once is followed by a look: its products are kept, then what was found out about their prices."""

    async def get(self, scope: str, key: str) -> Any:
        """Return the record, and go on."""
        found = await super().get(scope, key)
        await self._go_on()
        return found

    async def find(self, scope: str, prefix: str = "", limit: int = 1000, *, since: str = "") -> list[tuple[str, Any]]:
        """Return the records, and go on."""
        found = await super().find(scope, prefix, limit, since=since)
        await self._go_on()
        return found

    async def _go_on(self) -> None:
        await self.put(SCOPE, "seen", {"wish": WISH, "at": LOOK})
        await self.put(SCOPE, "p/1", {"id": 1, "state": "waiting"})
        await self.put(SCOPE, "prices", {"at": LOOK})


async def test_what_is_told_while_products_are_kept_is_not_over() -> None:
    """Publishing is not over because its products were counted a moment before they were kept."""
    desk = Desk(Hub(store=Moving()))
    for _ in range(2):
        told = await desk.operate("status", {})
        assert not is_over(told, WISH)
    assert told["states"] == {"waiting": 1}
