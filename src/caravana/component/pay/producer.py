"""The calls: each finds the merchant account of its message, and hands over to the producer of that account's company."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.pay.company import Companies
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.exchange import Exchange
from caravana.kit.merchant import Accounts
from caravana.kit.payment import Operation

READS = frozenset(
    {Operation.QUERY, Operation.REFUND_QUERY, Operation.DISPUTE_QUERY, Operation.EVENTS, Operation.LISTING}
)
"""Operations that change nothing at any company."""
BEGINS = frozenset({Operation.CREATE, Operation.EVENTS, Operation.LISTING})
"""Operations that are about nothing which began before: of several accounts the first is meant."""


class PayProducer(Producer):
    """One operation. What may be done when its outcome is unknown says the company's own producer."""

    def __init__(self, accounts: Accounts, companies: Companies, patience: timedelta | None = None) -> None:
        """`accounts`: how a message tells its account; `companies`: who is behind them."""
        self._accounts = accounts
        self._companies = companies
        self.patience = patience
        self._made = {name: self._make(name) for name in accounts.names if companies.offers(name)}
        self.kind = Kind.READ if companies.operation in READS else Kind.BLIND
        self.timeout = max((one.timeout for one in self._made.values()), default=self.timeout)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the account with what its company is asked.

        Raises `NeedsPerson` when nothing tells the account or it is gone, `Unsupported`, and what the company's producer raises.
        """
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        tell = self._accounts.new if self._companies.operation in BEGINS else self._accounts.name
        connection = self._accounts.sure(tell(exchange.branch, body.get("connection")), exchange.branch)
        return {"connection": connection, "request": self._company(connection).request(exchange)}

    def handing(self, request: Any) -> "Handed":
        """Return the company's producer."""
        return self._company(request["connection"])

    def kind_of(self, request: Any) -> Kind:
        """Return what the company's producer says."""
        return self.handing(request).kind_of(request)

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the account as limits and circuit know it."""
        return self.handing(request).connection_of(request, branch)

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Have the company's producer ask."""
        return await self.handing(request).send(request, effect)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Have the company's producer look."""
        return await self.handing(request).verify(request, effect)

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what the company's producer imagines."""
        return self.handing(request).would(request, effect)

    def _company(self, connection: str) -> "Handed":
        if connection not in self._made:
            try:
                self._made[connection] = self._make(connection)
            except ConfigurationError as error:
                raise NeedsPerson(
                    f"the merchant account `{connection}`, where this began, is not there any more: {error}"
                ) from None
        return self._made[connection]

    def _make(self, connection: str) -> "Handed":
        endpoint = self._companies.endpoint(connection)
        inner = endpoint.producer()
        if not isinstance(inner, Producer):
            raise ConfigurationError(f"`{endpoint.uri}` makes no call", place=f"connections.{connection}")
        return Handed(inner, connection, endpoint.connection, self.patience)


class Handed(Producer):
    """The company's producer, with the account beside its request and its reply."""

    def __init__(self, inner: Producer, connection: str, shared: str | None, patience: timedelta | None) -> None:
        """`connection`: the account; `shared`: the name under which its limits and circuit are known."""
        self._inner = inner
        self._connection = connection
        self._shared = shared
        self.kind = inner.kind
        self.settle = inner.settle
        self.key_lifetime = inner.key_lifetime
        self.afterwards = inner.afterwards
        self.timeout = inner.timeout
        self.repeat_unknown = inner.repeat_unknown
        self.patience = inner.patience if patience is None else patience

    def request(self, exchange: Exchange) -> Any:
        """Return what the company is asked."""
        return self._inner.request(exchange)

    def kind_of(self, request: Any) -> Kind:
        """Return the kind of the company's call."""
        return self._inner.kind_of(request["request"])

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the account as limits and circuit know it."""
        return self._inner.connection_of(request["request"], branch) or self._shared

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Ask the company."""
        return self._named(await self._inner.send(request["request"], effect))

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Ask the company whether the call took place."""
        found = await self._inner.verify(request["request"], effect)
        return None if found is None else self._named(found)

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what the company would answer."""
        found = self._inner.would(request["request"], effect)
        return None if found is None else self._named(found)

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Apply the reply as the company's component does."""
        self._inner.receive(exchange, reply)

    def _named(self, reply: Reply) -> Reply:
        """The reply, and every event in it, with its account: later calls about the same payment name it."""
        if not isinstance(reply.body, dict):
            return reply
        body = {**reply.body, "connection": self._connection}
        if isinstance(body.get("events"), list):
            body["events"] = [{**one, "connection": self._connection} for one in body["events"]]
        return Reply(body, reply.headers, reply.reference)
