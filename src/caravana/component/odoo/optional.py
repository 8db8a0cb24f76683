"""Fields that a company may have added to Odoo or not: written where they are, left out where not."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.kit.errors import Refused


class OptionalFields:
    """Writes of one model whose `names` are optional."""

    def __init__(self, client: OdooClient, model: str, names: Iterable[str]) -> None:
        """`names`: the optional fields."""
        self._client = client
        self._model = model
        self._names = frozenset(names)

    async def write(self, ids: list[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        """Write what can be written; False when nothing was left. Raises an `EffectError`.

        Which fields there are is known from the first call of this process on; one that was taken away since is refused, and then
        asked for.
        """
        known = await self._client.types(self._model) if self._names else {}
        try:
            return await self._write(ids, self._kept(values, known), context)
        except Refused:
            fresh = await self._there() if self._names & values.keys() else None
            if fresh is None or fresh >= self._names & known.keys():
                raise
            return await self._write(ids, self._kept(values, fresh), context)

    async def _write(self, ids: list[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        if not values:
            return False
        await self._client.call(self._model, "write", {"vals": dict(values)}, ids=ids, context=context)
        return True

    async def _there(self) -> set[str]:
        """Return which optional fields there are now."""
        question = {"allfields": sorted(self._names), "attributes": ["type"]}
        return set(await self._client.ask(self._model, "fields_get", question))

    def _kept(self, values: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
        there = set(known)
        return {name: one for name, one in values.items() if name not in self._names or name in there}
