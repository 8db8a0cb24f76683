"""What `caravana catalog` asks: how products stand, what Meta shows otherwise, and that everything is looked at now."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from caravana.component.wares.books import Books
from caravana.component.wares.keeping import EVERYTHING, scope_of
from caravana.component.wares.outside import products_at
from caravana.kit.ports import Context

NAME = "wares.looks"
"""Topic that wakes the looks."""
WISH = "publish"
"""Name of the record that says since when a person wants everything looked at."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SEPARATED = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")


class Desk:
    """The operator's operations."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation; `catalogue` among `arguments` names one of several. Raises `LookupError` for an unknown one."""
        scope = scope_of(arguments.get("catalogue", ""))
        arguments = {name: one for name, one in arguments.items() if name != "catalogue"}
        match operation:
            case "status":
                return await self._status(scope, **arguments)
            case "list":
                return await self._listed(scope, **arguments)
            case "tagged":
                return await self._tagged(scope, **arguments)
            case "publish":
                return await self._publish(scope)
            case "diff":
                return await self._diff(scope, **arguments)
        raise LookupError(f"`wares:` has no operation `{operation}`")

    async def _records(self, scope: str) -> list[Any]:
        return [one for _, one in await self._context.store.find(scope, "p/", EVERYTHING)]

    async def _status(self, scope: str, meta: str = "") -> dict[str, Any]:
        """How many products are in which state, what was found out about prices, and why connection `meta` takes nothing."""
        told = {
            "hindered": await self._context.store.get("review", f"connection/catalog:{meta}/token"),
            "wish": await self._context.store.get(scope, WISH),
            "seen": await self._context.store.get(scope, "seen"),
            "prices": await self._context.store.get(scope, "prices"),
        }
        # Last, for a look keeps its products before what it found out about prices: who reads of the prices counts the products.
        records = await self._records(scope)
        return {**told, "states": dict(Counter(one["state"] for one in records))}

    async def _listed(self, scope: str, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Products, those whose state changed last first."""
        found = [one for one in await self._records(scope) if state is None or one["state"] == state]
        found.sort(key=lambda one: (one["since"] or "", one["id"]), reverse=True)
        return [_shown(one) for one in found[:limit]]

    async def _tagged(self, scope: str, connection: str, tag: str) -> dict[str, Any]:
        """How many products of Odoo shall be shown, and how many the hub knows of."""
        known = sum(one["state"] != "removed" for one in await self._records(scope))
        return {"tagged": await Books(self._context, connection, 1).count(tag), "known": known}

    async def _publish(self, scope: str) -> dict[str, Any]:
        """Have everything looked at, and what differs published."""
        wish = {"at": self._context.clock.now().isoformat()}
        await self._context.store.put(scope, WISH, wish)
        self._context.wake(NAME)
        return wish

    async def _diff(self, scope: str, meta: str) -> dict[str, Any]:
        """What Meta shows otherwise than it shall be, and which prices and rules hold products back."""
        ours = {one["sku"]: one for one in await self._records(scope) if one["item"] is not None}
        theirs = {one["sku"]: one for one in await products_at(self._context, meta)}
        rows = [
            *(
                {"sku": one, "what": "missing", "ours": ours[one]["state"], "theirs": ""}
                for one in sorted(ours.keys() - theirs)
            ),
            *(
                {"sku": one, "what": "not ours", "ours": "", "theirs": theirs[one]["title"]}
                for one in sorted(theirs.keys() - ours)
            ),
        ]
        for sku in sorted(ours.keys() & theirs):
            rows += _differences(sku, ours[sku]["item"], theirs[sku])
        prices = await self._context.store.get(scope, "prices") or {}
        return {"rows": rows, "rules": prices.get("unknown", []), "prices": prices.get("different", [])}


def _shown(one: Mapping[str, Any]) -> dict[str, Any]:
    item = one["item"] or {}
    return {
        **{name: one[name] for name in ("id", "sku", "name", "state", "reason", "detail", "since")},
        "price": item.get("price"),
        "availability": item.get("availability"),
    }


def _differences(sku: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("title", "availability", "link"):
        if theirs[name] != ours[name]:
            yield {"sku": sku, "what": name, "ours": ours[name], "theirs": theirs[name]}
    amount = _amount(theirs["price"])
    if amount is not None and amount != Decimal(ours["price"]["amount"]):
        yield {"sku": sku, "what": "price", "ours": ours["price"]["amount"], "theirs": theirs["price"]}
    if theirs["errors"]:
        yield {"sku": sku, "what": "refused by Meta", "ours": "", "theirs": "; ".join(theirs["errors"])}


def _amount(text: object) -> Decimal | None:
    """The amount in a price as Meta shows it (`$1,234.50`, `250.00 HNL`); None where it cannot be told."""
    found = _NUMBER.findall(_SEPARATED.sub("", str(text or "")))
    return Decimal(found[0]) if len(found) == 1 else None
