"""Stripe as any payment company: what the card flow relies on."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from caravana.component.stripe import StripeComponent
from caravana.component.stripe.sandbox import Card, StripeSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.payment import Operation
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing.payment import Company, Notice, PaymentContract


class StripeCompany(Company):
    """Stripe, played by a test."""

    names = {
        Operation.CREATE: "checkout.sessions.create",
        Operation.QUERY: "checkout.sessions.retrieve",
        Operation.CANCEL: "checkout.sessions.expire",
        Operation.CAPTURE: "payment_intents.capture",
        Operation.VOID: "payment_intents.cancel",
        Operation.REFUND: "refunds.create",
    }
    """Its own names of the calls."""
    marks = (Card.GOOD, "Prueba Inventada", "payer@example.com", "Xt5EWLLDS7FJjR1c", "_secret_")

    def __init__(self, sandbox: StripeSandbox, url: str) -> None:
        self._sandbox = sandbox
        self.settings: dict[str, Any] = {"url": url, **sandbox.connection()}

    async def pay(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"])

    async def refuse(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"], Card.DECLINED)

    def lose(self, operation: Operation, *, done: bool) -> None:
        self._sandbox.faults.append(Fault(self.names[operation], "cut_after" if done else "cut_before"))

    def count(self, operation: Operation) -> int:
        return self._sandbox.effects[self.names[operation]]

    def notice(self, reply: dict[str, Any], *, forged: bool = False) -> Notice:
        time = int(self._sandbox.clock.now().timestamp())
        thing = {
            "id": reply["request_id"],
            "object": "checkout.session",
            "client_reference_id": reply["reference"],
            "payment_intent": None,
            "payment_status": "paid",
            "status": "complete",
        }
        content = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": time}
        raw = json.dumps({**content, "data": {"object": thing}}).encode()
        secret = "whsec_of_another" if forged else self._sandbox.account.webhook_secret
        signature = hmac.new(secret.encode(), f"{time}.".encode() + raw, hashlib.sha256).hexdigest()
        return Notice("/stripe/store", raw, {"Stripe-Signature": f"t={time},v1={signature}"})


class TestStripe(PaymentContract):
    """`stripe:`."""

    component = StripeComponent

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation."""
        sandbox = StripeSandbox(clock=clock)
        async with serve(sandbox.app()) as url:
            yield StripeCompany(sandbox, url)
            await sandbox.close()
