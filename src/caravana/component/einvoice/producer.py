"""The calls: each hands over to the producer of the company that serves the message's connection."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.einvoice.company import Companies
from caravana.kit.component import Endpoint, Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.einvoice import NAMES, Operation
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.exchange import Exchange
from caravana.kit.handing import Handed, Handing

CHANGES = frozenset({Operation.SUBMIT, Operation.REISSUE, Operation.EMAIL})
"""Operations that change something at a company."""


class EInvoiceProducer(Handing):
    """One operation. What may be done when its outcome is unknown says the company's own producer."""

    def __init__(
        self, fixed: str | None, companies: Companies, patience: timedelta | None = None, *, certain: bool = False
    ) -> None:
        """`fixed`: the address's own connection; `companies`: who is behind the connections.

        `certain`: a lost answer is asked about by the clave, also where the company would take a repeat.
        """
        super().__init__(patience)
        self._fixed = fixed
        self._companies = companies
        self._certain = certain
        self.kind = Kind.BLIND if companies.operation in CHANGES else Kind.READ
        if fixed is not None:
            self._made[fixed] = self.make(fixed)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the connection with what its company is asked.

        Raises `NeedsPerson` when nothing tells the connection or it is gone, `Unsupported`, and what the company's producer
        raises.
        """
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        connection = self._fixed or body.get("connection")
        if not isinstance(connection, str):
            raise NeedsPerson("the message names no connection of an e-invoicing company")
        return {"connection": connection, "request": self.company(connection).request(exchange)}

    def endpoint(self, connection: str) -> Endpoint:
        """Return the company's own address. Raises `ConfigurationError`, `Unsupported`."""
        return self._companies.endpoint(connection)

    def gone(self, connection: str, error: ConfigurationError) -> NeedsPerson:
        """Return what a person is told of a connection that is gone."""
        return NeedsPerson(f"the connection `{connection}`, which has this document, is not there any more: {error}")

    def handed(self, inner: Producer, connection: str, shared: str | None) -> Handed:
        """Return the company's producer; where it shall be certain, and the company can be asked, with the question."""
        query = self._companies.asking(connection) if self._certain else None
        if query is not None:
            return Certain(inner, connection, shared, self.patience, query)
        return super().handed(inner, connection, shared)


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
