"""The calls: each hands over to the producer of the company that serves the message's connection."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.einvoice.company import Companies
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import NAMES, Operation
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.exchange import Exchange

CHANGES = frozenset({Operation.SUBMIT, Operation.REISSUE, Operation.EMAIL})
"""Operations that change something at a company."""


class EInvoiceProducer(Producer):
    """One operation. What may be done when its outcome is unknown says the company's own producer."""

    def __init__(
        self, fixed: str | None, companies: Companies, patience: timedelta | None = None, *, certain: bool = False
    ) -> None:
        """`fixed`: the address's own connection; `companies`: who is behind the connections.

        `certain`: a lost answer is asked about by the clave, also where the company would take a repeat.
        """
        self._fixed = fixed
        self._companies = companies
        self._certain = certain
        self.patience = patience
        self._made: dict[str, Handed] = {}
        self.kind = Kind.BLIND if companies.operation in CHANGES else Kind.READ
        if fixed is not None:
            self._made[fixed] = self._make(fixed)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the connection with what its company is asked.

        Raises `NeedsPerson` when nothing tells the connection or it is gone, `Unsupported`, and what the company's producer
        raises.
        """
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        connection = self._fixed or body.get("connection")
        if not isinstance(connection, str):
            raise NeedsPerson("the message names no connection of an e-invoicing company")
        return {"connection": connection, "request": self._company(connection).request(exchange)}

    def handing(self, request: Any) -> "Handed":
        """Return the company's producer."""
        return self._company(request["connection"])

    def kind_of(self, request: Any) -> Kind:
        """Return what the company's producer says."""
        return self.handing(request).kind_of(request)

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the connection as limits and circuit know it."""
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
                    f"the connection `{connection}`, which has this document, is not there any more: {error}"
                ) from None
        return self._made[connection]

    def _make(self, connection: str) -> "Handed":
        endpoint = self._companies.endpoint(connection)
        inner = endpoint.producer()
        if not isinstance(inner, Producer):
            raise ConfigurationError(f"`{endpoint.uri}` makes no call", place=f"connections.{connection}")
        query = self._companies.asking(connection) if self._certain else None
        if query is not None:
            return Certain(inner, connection, endpoint.connection, self.patience, query)
        return Handed(inner, connection, endpoint.connection, self.patience)


class Handed(Producer):
    """The company's producer, with the connection beside its request and its reply."""

    def __init__(self, inner: Producer, connection: str, shared: str | None, patience: timedelta | None) -> None:
        """`connection`: its name; `shared`: the name under which its limits and circuit are known."""
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
        """Return the connection as limits and circuit know it."""
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
        """The reply with its connection: later calls about the same document name it."""
        if not isinstance(reply.body, dict):
            return reply
        return Reply({**reply.body, "connection": self._connection}, reply.headers, reply.reference)


class Certain(Handed):
    """A submission of which it is asked whether it took place: what fails for good was then surely not done."""

    def __init__(
        self, inner: Producer, connection: str, shared: str | None, patience: timedelta | None, query: Producer
    ) -> None:
        """`query`: the company's producer that asks how a document stands."""
        super().__init__(inner, connection, shared, patience)
        self.kind = Kind.VERIFIABLE
        self._query = query

    def request(self, exchange: Exchange) -> Any:
        """Return what the company is asked, with the question about it."""
        question = exchange.copy()
        question.body = {name: exchange.body.get(name) for name in NAMES}
        return {"submit": super().request(exchange), "query": self._query.request(question)}

    def kind_of(self, request: Any) -> Kind:
        """Return that it can be asked about."""
        return Kind.VERIFIABLE

    def connection_of(self, request: Any, branch: str | None) -> str | None:
        """Return the connection as limits and circuit know it."""
        return super().connection_of(_submitting(request), branch)

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Submit."""
        return await super().send(_submitting(request), effect)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """Ask how the document stands; None when the company does not have it."""
        found = await self._query.send(request["request"]["query"], effect)
        known = isinstance(found.body, Mapping) and found.body.get("known")
        return self._named(found) if known else None

    def would(self, request: Any, effect: Effect) -> Reply | None:
        """Return what the company would answer."""
        return super().would(_submitting(request), effect)


def _submitting(request: Any) -> Any:
    """The request as the company's own producer knows it."""
    return {**request, "request": request["request"]["submit"]}
