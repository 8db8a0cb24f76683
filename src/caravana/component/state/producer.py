"""The four operations. Values are absolute, so that storing or removing twice is the same as once."""

from typing import Any

from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Store

KEY_HEADER = "CaravanaStateKey"


class StateProducer(Producer):
    """What the operations share: where the key comes from."""

    def __init__(self, store: Store, scope: str, key: str) -> None:
        """`key`: of the address; empty when the header names it."""
        self._store = store
        self._scope = scope
        self._key = key

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return scope and key. Raises `Refused` when neither address nor header names a key."""
        key = self._named(exchange)
        if not key:
            raise Refused(f"`state:{self._scope}` has no key; set the option `key` or the header `{KEY_HEADER}`")
        return {"scope": self._scope, "key": key}

    def _named(self, exchange: Exchange) -> str:
        found = self._key or exchange.headers.get(KEY_HEADER)
        return "" if found is None else str(found)


class Change(StateProducer):
    """What storing and removing share."""

    kind = Kind.IDEMPOTENT

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Nothing is answered: the route goes on. What shadow does is forgotten, so that going live begins with clean books."""
        return Reply()

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Leave the message."""


class GetProducer(StateProducer):
    """Reads one record: its value becomes the body, None when there is none."""

    kind = Kind.READ

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read."""
        return Reply(await self._store.get(request["scope"], request["key"]))

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Put the value in the body."""
        exchange.body = reply.body


class PutProducer(Change):
    """Stores the body, which stays as it is."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return scope, key and value. Raises `Refused` without a key or a body."""
        if exchange.body is None:
            raise Refused(f"`state:{self._scope}` has nothing to store; use op=remove to take a record away")
        return {**super().request(exchange), "value": exchange.body}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Store."""
        await self._store.put(request["scope"], request["key"], request["value"])
        return Reply()


class RemoveProducer(Change):
    """Removes one record, if there is one; the body stays as it is."""

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Remove."""
        await self._store.put(request["scope"], request["key"], None)
        return Reply()


class FindProducer(StateProducer):
    """Lists records by the beginning of their key."""

    kind = Kind.READ

    def __init__(self, store: Store, scope: str, key: str, limit: int) -> None:
        """`limit`: most records returned."""
        super().__init__(store, scope, key)
        self._limit = limit

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return scope, beginning and limit; an empty beginning means every record of the scope."""
        return {"scope": self._scope, "prefix": self._named(exchange), "limit": self._limit}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """List: `{"key", "value"}` each, sorted by key."""
        found = await self._store.find(request["scope"], request["prefix"], request["limit"])
        return Reply([{"key": key, "value": value} for key, value in found])

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Put the list in the body."""
        exchange.body = reply.body
