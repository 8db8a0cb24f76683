"""The calls: each finds the merchant account of its message, and hands over to the producer of that account's company."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.pay.company import Companies
from caravana.kit.component import Endpoint, Producer
from caravana.kit.effect import Kind, Reply
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.exchange import Exchange
from caravana.kit.handing import Handed, Handing
from caravana.kit.merchant import Accounts
from caravana.kit.payment import Operation

READS = frozenset(
    {Operation.QUERY, Operation.REFUND_QUERY, Operation.DISPUTE_QUERY, Operation.EVENTS, Operation.LISTING}
)
"""Operations that change nothing at any company."""
BEGINS = frozenset({Operation.CREATE, Operation.EVENTS, Operation.LISTING})
"""Operations that are about nothing which began before: of several accounts the first is meant."""


class PayProducer(Handing):
    """One operation. What may be done when its outcome is unknown says the company's own producer."""

    def __init__(self, accounts: Accounts, companies: Companies, patience: timedelta | None = None) -> None:
        """`accounts`: how a message tells its account; `companies`: who is behind them."""
        super().__init__(patience)
        self._accounts = accounts
        self._companies = companies
        self._made = {name: self.make(name) for name in accounts.names if companies.offers(name)}
        self.kind = Kind.READ if companies.operation in READS else Kind.BLIND
        self.timeout = max((one.timeout for one in self._made.values()), default=self.timeout)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the account with what its company is asked.

        Raises `NeedsPerson` when nothing tells the account or it is gone, `Unsupported`, and what the company's producer raises.
        """
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        tell = self._accounts.new if self._companies.operation in BEGINS else self._accounts.name
        connection = self._accounts.sure(tell(exchange.branch, body.get("connection")), exchange.branch)
        return {"connection": connection, "request": self.company(connection).request(exchange)}

    def endpoint(self, connection: str) -> Endpoint:
        """Return the company's own address. Raises `ConfigurationError`, `Unsupported`."""
        return self._companies.endpoint(connection)

    def gone(self, connection: str, error: ConfigurationError) -> NeedsPerson:
        """Return what a person is told of an account that is gone."""
        return NeedsPerson(f"the merchant account `{connection}`, where this began, is not there any more: {error}")

    def handed(self, inner: Producer, connection: str, shared: str | None) -> Handed:
        """Return the company's producer, events with their account."""
        return OfAccount(inner, connection, shared, self.patience)


class OfAccount(Handed):
    """The company's producer, with the account beside its request, its reply, and every event in it."""

    def _named(self, reply: Reply) -> Reply:
        named = super()._named(reply)
        if not isinstance(named.body, dict) or not isinstance(named.body.get("events"), list):
            return named
        events = [{**one, "connection": self._connection} for one in named.body["events"]]
        return Reply({**named.body, "events": events}, named.headers, named.reference)
