"""A shop's till for these tests: the component asked as the engine asks, with PayPhone's imitation behind it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.component.payphone import PayphoneComponent
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Reply
from caravana.testing.harness import START, Hub, make_exchange, producer_of

STORE = "payphone"


@dataclass
class Till:
    """Component, sandbox, and the clock that both read."""

    component: PayphoneComponent
    hub: Hub
    sandbox: PayphoneSandbox
    clock: ManualClock

    async def set(self, **settings: Any) -> None:
        """Change settings of the connection, as a person does before a restart."""
        await self.component.close()
        self.hub.connections[STORE].update(settings)

    def producer(self, operation: str) -> Producer:
        """Return the producer of `payphone:<operation>`."""
        return producer_of(self.component, f"payphone:{operation}")

    async def call(self, operation: str, body: Any, effect: Effect | None = None) -> dict[str, Any]:
        """Send `body` to `payphone:<operation>` and return the reply's body."""
        made, asked = self.producer(operation), make_exchange(body)
        reply = await made.send(made.request(asked), effect or self.effect())
        made.receive(asked, reply)
        found: dict[str, Any] = asked.body
        return found

    async def verify(self, operation: str, body: Any, effect: Effect | None = None) -> Reply | None:
        """Ask whether the call of `effect` took place."""
        made = self.producer(operation)
        return await made.verify(made.request(make_exchange(body)), effect or self.effect())

    def effect(self, attempt: int = 1, intended_at: datetime | None = None) -> Effect:
        """Return the effect of an attempt, by default intended now."""
        return Effect("key", "x1", "to/1", attempt, intended_at or self.clock.now())

    async def create(self, **changes: Any) -> dict[str, Any]:
        """Prepare a payment of 115.00 USD."""
        return await self.call("create", order(**changes))

    async def query(self, reply: dict[str, Any], **known: Any) -> dict[str, Any]:
        """Ask how a payment stands, with what `create` told."""
        return await self.call("query", {**named(reply), **known})

    async def confirm(self, reply: dict[str, Any], payment: Any, effect: Effect | None = None) -> dict[str, Any]:
        """Confirm a payment."""
        return await self.call("confirm", {**named(reply), "payment": payment}, effect)

    async def paid(self, **changes: Any) -> dict[str, Any]:
        """Return a payment that was made and confirmed."""
        reply = await self.create(**changes)
        payment = self.sandbox.pay(reply["request_id"])
        return await self.confirm(reply, payment.id)

    def pass_by(self, **time: float) -> None:
        """Let time pass."""
        self.clock.advance(timedelta(**time).total_seconds())


def named(reply: dict[str, Any]) -> dict[str, Any]:
    """Return what names a checkout."""
    return {name: reply[name] for name in ("reference", "request_id", "expiration", "connection")}


def order(**changes: Any) -> dict[str, Any]:
    """Return the body of a payment of 115.00 USD; a change of None removes a key."""
    body: dict[str, Any] = {
        "reference": "CV7-1",
        "description": "Pedido S00007",
        "amount": Decimal("115.00"),
        "currency": "USD",
        "return_url": "https://hub.example/pay/abc/return?lang=es",
        "ip_address": "192.0.2.1",
        "user_agent": "Mozilla/5.0",
        "locale": "es_EC",
        "expiration": (START + timedelta(minutes=30)).isoformat(),
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}
