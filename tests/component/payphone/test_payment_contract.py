"""PayPhone fulfils the contract of payment companies."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from caravana.component.payphone import PayphoneComponent
from caravana.component.payphone.sandbox import Card, PayphoneSandbox, Store
from caravana.component.payphone.sandbox.payment import HOLDER, PAYER
from caravana.kit.clock import ManualClock
from caravana.kit.payment import Operation
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from caravana.testing.payment import Company, Notice, PaymentContract


class PayphoneCompany(Company):
    """PayPhone, as the contract plays it."""

    names = {
        Operation.CREATE: "prepare",
        Operation.QUERY: "query",
        Operation.CONFIRM: "confirm",
        Operation.REFUND: "reverse",
    }
    marks: Sequence[str] = (Card.APPROVED, Card.APPROVED[:6], HOLDER, *PAYER.values())

    def __init__(self, sandbox: PayphoneSandbox, url: str) -> None:
        self._sandbox = sandbox
        told = {"notification": True, "queryTellsConfirmed": True}
        self.settings: dict[str, Any] = {"url": url, **sandbox.connection(), **told}

    async def pay(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"])

    async def refuse(self, reply: dict[str, Any]) -> None:
        self._sandbox.pay(reply["request_id"], Card.DENIED)

    def lose(self, operation: Operation, *, done: bool) -> None:
        self._sandbox.faults.append(Fault(self.names[operation], "cut_after" if done else "cut_before"))

    def count(self, operation: Operation) -> int:
        return self._sandbox.effects[self.names[operation]]

    def notice(self, reply: dict[str, Any], *, forged: bool = False) -> Notice:
        content = {
            "StoreId": self._sandbox.store.store_id,
            "TransactionId": 1,
            "ClientTransactionId": reply["request_id"],
            "StatusCode": 3,
            "Amount": 11500,
            "Bin": Card.APPROVED[:6],
            "Document": PAYER["document"],
        }
        return Notice("/payphone/store/NotificacionPago", json.dumps(content).encode())


class TestPayphone(PaymentContract):
    """`payphone:`."""

    component = PayphoneComponent

    @asynccontextmanager
    async def company(self, clock: ManualClock) -> AsyncIterator[Company]:
        """Serve the imitation, whose query shows what waits for Confirm as pending."""
        sandbox = PayphoneSandbox(clock=clock, store=Store(shows_unconfirmed=1))
        async with serve(sandbox.app()) as url:
            yield PayphoneCompany(sandbox, url)
            await sandbox.close()
