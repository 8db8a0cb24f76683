"""What the hub keeps of each product, by the record's name; read and stored many at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused, Transient
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Store, Unavailable

SCOPE = "wares"
"""Scope of the catalogue that has no name, and of what all have in common."""
EVERYTHING = 10_000_000
AT_ONCE = 500
"""Records that are stored in one transaction."""
SOME = 50
"""So few records are read one by one; more of them together."""


def scope_of(catalogue: str) -> str:
    """Return the scope of what is kept for a catalogue."""
    return f"{SCOPE}.{catalogue}" if catalogue else SCOPE


async def keep(store: Store, records: Mapping[str, Any], scope: str = SCOPE) -> None:
    """Store records, None removes one. Raises `Unavailable`."""
    rows = [(scope, name, value) for name, value in records.items()]
    for start in range(0, len(rows), AT_ONCE):
        done = None
        while done is None:
            done = await store.put_together(await store.turn(scope, "kept"), rows[start : start + AT_ONCE])


async def kept(store: Store, names: Sequence[str], scope: str = SCOPE) -> dict[str, Any]:
    """Return the records with these names, as far as there are any."""
    if len(names) <= SOME:
        found = {name: await store.get(scope, name) for name in names}
        return {name: value for name, value in found.items() if value is not None}
    wanted = set(names)
    listed = await store.find(scope, "p/", EVERYTHING, since=min(names))
    return {name: value for name, value in listed if name in wanted}


class KeptProducer(Producer):
    """Reads records: the body is a list or mapping of names, or null for all; it becomes a mapping of what there is."""

    kind = Kind.READ

    def __init__(self, store: Store, catalogue: str) -> None:
        """`store`: the hub's."""
        self._store = store
        self._scope = scope_of(catalogue)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the names. Raises `Refused` for another body."""
        body = list(exchange.body) if isinstance(exchange.body, dict) else exchange.body
        if body is not None and not (isinstance(body, list) and all(isinstance(one, str) for one in body)):
            raise Refused("`wares:kept` takes a list of names, or null", code="body")
        return {"names": body}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read."""
        if request["names"] is None:
            return Reply(dict(await self._store.find(self._scope, "p/", EVERYTHING)))
        return Reply(await kept(self._store, request["names"], self._scope))


class KeepProducer(Producer):
    """Stores records: the body is a mapping, name → record, null removes it; the body stays as it is."""

    kind = Kind.IDEMPOTENT

    def __init__(self, store: Store, catalogue: str) -> None:
        """`store`: the hub's."""
        self._store = store
        self._scope = scope_of(catalogue)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the records. Raises `Refused` for another body."""
        if not isinstance(exchange.body, dict):
            raise Refused("`wares:keep` takes a mapping, name → record", code="body")
        return {"records": exchange.body}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Store. Raises `Transient` while the journal takes nothing."""
        try:
            await keep(self._store, request["records"], self._scope)
        except Unavailable as error:
            raise Transient(error.reason, retry_after=error.retry_after) from error
        return Reply()

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is stored. What shadow does is forgotten, so that going live begins with clean books."""
        return Reply()

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Leave the message."""
