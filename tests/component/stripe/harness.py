"""The component with its imitation, and what the tests ask of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from caravana.component.stripe import StripeComponent
from caravana.component.stripe.sandbox import StripeSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from tests.component import company

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"


@dataclass
class Context(company.Context):
    """The hub as the component sees it, with the connection `stripe` and perhaps others."""

    name = "stripe"


@dataclass
class Receiver(company.Receiver):
    """Keeps notifications of Stripe."""

    source: str = "stripe:notification"


@dataclass
class Bench:
    """Component, its sandbox and the clock that both read."""

    component: StripeComponent
    context: Context
    sandbox: StripeSandbox
    clock: ManualClock
    calls: int = 0

    def producer(self, address: str) -> Producer:
        """Return the producer at `stripe:<address>`."""
        producer = self.component.endpoint(Uri.parse(f"stripe:{address}")).producer()
        assert isinstance(producer, Producer)
        return producer

    async def call(self, address: str, body: Any, key: str | None = None) -> dict[str, Any]:
        """Send `body` to `stripe:<address>` and return the reply's body; each call has its own key, if none is given."""
        self.calls += 1
        producer = self.producer(address)
        asked = exchange(body)
        reply = await producer.send(producer.request(asked), self.effect(key or f"key-{self.calls}"))
        producer.receive(asked, reply)
        assert isinstance(asked.body, dict)
        return asked.body

    async def verify(self, address: str, body: Any) -> Reply | None:
        """Ask whether the call took place."""
        producer = self.producer(address)
        return await producer.verify(producer.request(exchange(body)), self.effect("key"))

    def effect(self, key: str) -> Effect:
        """Return the effect of an attempt begun now."""
        return Effect(key, "x1", "to/1", 1, self.clock.now())

    async def create(self, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """Open a page for 115.00 USD."""
        return await self.call("create", order(**changes), key)

    async def query(self, request_id: str) -> dict[str, Any]:
        """Ask how a checkout stands."""
        return await self.call("query", {"request_id": request_id})

    async def paid(self, **changes: Any) -> dict[str, Any]:
        """Open a page, have it paid, and return how it stands."""
        reply = await self.create(**changes)
        self.sandbox.pay(reply["request_id"])
        return await self.query(reply["request_id"])


def exchange(body: Any) -> Exchange:
    """Return an exchange with `body`."""
    return Exchange("x1", body, created=NOW)


def payment_of(reply: dict[str, Any]) -> str:
    """Return the name of the one payment of a checkout."""
    [payment] = reply["payments"]
    return str(payment["internal_reference"])


def usd(text: str) -> dict[str, Any]:
    """Return an amount as replies hold it."""
    return {"currency": "USD", "total": Decimal(text)}


def order(**changes: Any) -> dict[str, Any]:
    """Return the body of a checkout for 115.00 USD; a change of None removes a key."""
    body: dict[str, Any] = {
        "reference": "CV7K2M-1",
        "description": "Pedido S00042",
        "amount": "115.00",
        "currency": "USD",
        "taxes": [{"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}],
        "buyer": {"document": "0912345678", "document_type": "CI", "name": "Prueba", "email": "prueba@example.com"},
        "return_url": "https://hub.example/return/abc",
        "cancel_url": "https://hub.example/return/abc?left=1",
        "ip_address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "locale": "es_EC",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
