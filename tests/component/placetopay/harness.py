"""The component with its imitation, and what the tests ask of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from caravana.component.placetopay import PlacetopayComponent
from caravana.component.placetopay.sandbox import PlacetopaySandbox
from caravana.kit.clock import ManualClock
from caravana.kit.component import Component, Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from tests.component import company

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


@dataclass
class Context(company.Context):
    """The hub as the component sees it, with one connection."""

    name = "placetopay"

    def component_of(self, connection: str) -> Component:
        self.connection(connection)
        return PlacetopayComponent(self)


@dataclass
class Receiver(company.Receiver):
    """Keeps notifications of PlacetoPay."""

    source: str = "placetopay:notification"


@dataclass
class Bench:
    """Component, its sandbox and the clock that both read."""

    component: PlacetopayComponent
    context: Context
    sandbox: PlacetopaySandbox
    clock: ManualClock

    def producer(self, address: str) -> Producer:
        """Return the producer at `placetopay:<address>`."""
        producer = self.component.endpoint(Uri.parse(f"placetopay:{address}")).producer()
        assert isinstance(producer, Producer)
        return producer

    async def call(self, address: str, body: Any) -> dict[str, Any]:
        """Send `body` to `placetopay:<address>` and return the reply's body."""
        producer = self.producer(address)
        asked = exchange(body)
        reply = await producer.send(producer.request(asked), effect())
        producer.receive(asked, reply)
        assert isinstance(asked.body, dict)
        return asked.body

    async def verify(self, address: str, body: Any) -> Reply | None:
        """Ask whether the call took place."""
        producer = self.producer(address)
        return await producer.verify(producer.request(exchange(body)), effect())

    async def create(self, **changes: Any) -> dict[str, Any]:
        """Open a session for 115.00 USD."""
        return await self.call("create", order(**changes))

    async def query(self, request_id: str) -> dict[str, Any]:
        """Ask how a session stands."""
        return await self.call("query", {"request_id": request_id})


def exchange(body: Any) -> Exchange:
    """Return an exchange with `body`."""
    return Exchange("x1", body, created=NOW)


def effect() -> Effect:
    """Return the effect of a first attempt."""
    return Effect("key", "x1", "to/1", 1, NOW)


def order(**changes: Any) -> dict[str, Any]:
    """Return the body of a session for 115.00 USD with taxes; a change of None removes a key."""
    body: dict[str, Any] = {
        "reference": "CV7K2M-1",
        "description": "Pedido S00042",
        "amount": "115.00",
        "currency": "USD",
        "taxes": [{"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}],
        "buyer": {"document": "0912345678", "document_type": "CI", "name": "Prueba", "surname": "Inventada"},
        "return_url": "https://hub.example/return/abc",
        "cancel_url": "https://hub.example/return/abc?left=1",
        "ip_address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
