"""A component with its company, asked as the engine asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from caravana.component.pay import PayComponent
from caravana.kit import codec
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Operation, PaymentComponent, State
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, make_effect, make_exchange
from caravana.testing.payment.company import Body, Company

STORE = "store"
"""The connection of the contract's merchant account."""


@dataclass
class Till:
    """A component with its company, asked as the engine asks."""

    component: PaymentComponent
    pay: PayComponent
    hub: Hub
    company: Company
    clock: ManualClock
    extra: Mapping[str, Any]

    def order(self, **changes: Any) -> Body:
        """Return what `create` is asked for: 115.00 USD, unless changed."""
        expiration = self.clock.now() + timedelta(minutes=30)
        usual = {
            "reference": "CV7-1",
            "description": "Pedido S00007",
            "amount": Decimal("115.00"),
            "currency": "USD",
            "return_url": "https://hub.example/pay/abc/return?lang=es",
            "cancel_url": "https://hub.example/pay/abc",
            "ip_address": "192.0.2.1",
            "user_agent": "Mozilla/5.0",
            "locale": "es_EC",
            "expiration": expiration.isoformat(timespec="seconds"),
            "connection": STORE,
        }
        return {**usual, **changes}

    def producer(self, operation: Operation) -> Producer:
        """Return the producer at `pay:<operation>`."""
        made = self.pay.endpoint(Uri.parse(f"pay:{operation}")).producer()
        assert isinstance(made, Producer)
        return made

    async def call(self, operation: Operation, body: Body, effect: Effect | None = None) -> Body:
        """Return the reply of `operation`."""
        made, asked = self.producer(operation), make_exchange(body)
        request = made.request(asked)
        handed = made.handing(request)
        reply = await handed.send(request, effect or make_effect(key=f"{operation}-{body.get('reference')}"))
        handed.receive(asked, reply)
        self._judge(asked)
        found: Body = asked.body
        return found

    def _judge(self, asked: Exchange) -> None:
        """Whatever is answered can be stored, names its account, and holds nothing of card or payer."""
        text = codec.dumps(asked.body)
        assert [one for one in self.company.marks if one in str(text)] == []
        assert asked.body["connection"] == STORE

    async def create(self, **changes: Any) -> Body:
        """Open a checkout."""
        return await self.call(Operation.CREATE, self.order(**{**self.extra, **changes}))

    async def query(self, reply: Body) -> Body:
        """Ask how a checkout stands, with what is known of its end."""
        return await self.call(Operation.QUERY, {**named(reply), "expiration": reply.get("expiration")})

    async def paid(self, reply: Body) -> Body:
        """Let the customer pay, say yes where the company waits for that, and return how the checkout stands."""
        await self.company.pay(reply)
        found = await self.query(reply)
        if found["state"] == State.ACTION_NEEDED:
            found = await self.call(Operation.CONFIRM, with_payment(reply, found))
        return found

    async def sold(self, **changes: Any) -> tuple[Body, Body]:
        """Return a paid checkout, and how it stands."""
        reply = await self.create(**changes)
        return reply, await self.paid(reply)

    def refund(self, found: Body, **changes: Any) -> Body:
        """Return the body of a refund of the one payment of a checkout."""
        amount = found["paid_total"]
        usual = {**with_payment(found, found), "reference": "CV7-1-R1", "currency": amount["currency"], "amount": None}
        return {**usual, "reason": "Devolución", **changes}

    def has(self, *operations: Operation) -> bool:
        """Whether the company has these operations."""
        return set(operations) <= self.component.capabilities.operations


def named(reply: Body) -> Body:
    """Return what names a checkout."""
    return {name: reply[name] for name in ("reference", "request_id", "connection")}


def with_payment(reply: Body, found: Body) -> Body:
    """Return what names a checkout and the payment in it."""
    known = [one["internal_reference"] for one in found["payments"] if one["internal_reference"]]
    return {**named(reply), "payment": known[-1] if known else None}
