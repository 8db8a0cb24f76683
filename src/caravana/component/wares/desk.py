"""What `caravana catalog` asks: how products stand, and that everything is looked at now."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from caravana.kit.ports import Context

EVERYTHING = 10_000_000


class Desk:
    """The operator's operations."""

    def __init__(self, context: Context, scope: str, wish: str, topic: str) -> None:
        """`scope`: where products are kept; `wish`: record of what a person wants; `topic`: what wakes the looks."""
        self._context = context
        self._scope = scope
        self._wish = wish
        self._topic = topic

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation. Raises `LookupError` for one that there is not."""
        match operation:
            case "status":
                return await self._status()
            case "list":
                return await self._listed(**arguments)
            case "publish":
                return await self._publish()
        raise LookupError(f"`wares:` has no operation `{operation}`")

    async def _records(self) -> list[Any]:
        return [one for _, one in await self._context.store.find(self._scope, "p/", EVERYTHING)]

    async def _status(self) -> dict[str, Any]:
        """How many products are in which state, why some are not there, and what was found out about prices."""
        records = await self._records()
        return {
            "states": dict(Counter(one["state"] for one in records)),
            "refused": [_shown(one) for one in records if one["state"] == "refused"],
            "wish": await self._context.store.get(self._scope, self._wish),
            "prices": await self._context.store.get(self._scope, "prices"),
        }

    async def _listed(self, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        found = [one for one in await self._records() if state is None or one["state"] == state]
        found.sort(key=lambda one: one["since"] or "", reverse=True)
        return [_shown(one) for one in found[:limit]]

    async def _publish(self) -> dict[str, Any]:
        """Have everything looked at, and what differs published."""
        wish = {"at": self._context.clock.now().isoformat()}
        await self._context.store.put(self._scope, self._wish, wish)
        self._context.wake(self._topic)
        return wish


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    item = one["item"] or {}
    return {
        **{name: one[name] for name in ("id", "sku", "name", "state", "reason", "detail", "since")},
        "price": item.get("price"),
        "availability": item.get("availability"),
    }
