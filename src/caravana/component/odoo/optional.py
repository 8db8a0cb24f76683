"""Fields that a company may have added to Odoo or not: written where they are, left out where not."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from caravana.component.odoo.client import Connection, OdooClient
from caravana.kit.clock import Clock
from caravana.kit.errors import Refused

FRESH = timedelta(minutes=10)
"""How long it holds that a field is missing: one that is made under a running hub is written after so long."""

_KNOWN: "WeakKeyDictionary[Connection, dict[str, tuple[frozenset[str], datetime]]]" = WeakKeyDictionary()
"""By connection and model: which optional fields there are, and when Odoo was asked."""


class OptionalFields:
    """Writes of one model whose `names` are optional."""

    def __init__(self, client: OdooClient, model: str, names: Iterable[str], clock: Clock) -> None:
        """`names`: the optional fields."""
        self._client = client
        self._model = model
        self._names = frozenset(names)
        self._clock = clock

    async def write(self, ids: list[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        """Write what can be written; False when nothing was left. Raises an `EffectError`.

        Odoo is asked now and then which fields there are; one that was taken away since is refused, and then asked for.
        """
        known = await self._known() if self._names else frozenset()
        try:
            return await self._write(ids, self._kept(values, known), context)
        except Refused:
            fresh = await self._ask() if known else known
            if fresh >= known:
                raise
            return await self._write(ids, self._kept(values, fresh), context)

    async def _write(self, ids: list[int], values: Mapping[str, Any], context: Mapping[str, Any]) -> bool:
        if not values:
            return False
        await self._client.call(self._model, "write", {"vals": dict(values)}, ids=ids, context=context)
        return True

    async def _known(self) -> frozenset[str]:
        names, asked = _KNOWN.get(self._client.connection, {}).get(self._model, (frozenset(), None))
        if asked is not None and (names >= self._names or self._clock.now() < asked + FRESH):
            return names
        return await self._ask()

    async def _ask(self) -> frozenset[str]:
        question = {"allfields": sorted(self._names), "attributes": ["type"]}
        found = frozenset(await self._client.ask(self._model, "fields_get", question))
        _KNOWN.setdefault(self._client.connection, {})[self._model] = (found, self._clock.now())
        return found

    def _kept(self, values: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
        return {name: one for name, one in values.items() if name not in self._names or name in known}
