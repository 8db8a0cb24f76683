"""What the day's last chapter plays beside card orders: a refund that begins in Odoo, and a bank's transfers.

What became of them is read from the books of Odoo, Stripe and the bank; only what waits for a person is asked of the hub.
"""

import asyncio
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from caravana.demo.bank import BILLS, POSTED, TRANSFERS, Bank, Bill, bill
from caravana.demo.companies import stripe_refunds
from caravana.demo.line import PAID, Line, of_refund, of_transfer
from caravana.demo.people import Clerk, Order, order_of
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that an invoice may take until the payment that waited for it pays it."""


class Money:
    """Plays it, and looks what became of it."""

    def __init__(self, world: World, clerk: Clerk, orders: Sequence[Order]) -> None:
        """`orders`: paid ones, among them one at Stripe, whose money goes back."""
        self._world = world
        self._clerk = clerk
        self._order = next(one for one in orders if one.store == "stripe")
        self._bills: dict[Bill, int] = {}
        self._note = 0

    @property
    def count(self) -> int:
        """How many lines there will be."""
        return 1 + len(TRANSFERS)

    async def play(self) -> None:
        """The bank notifies and its file is laid into the folder; a clerk credits a paid order. Raises `DemoFailed`."""
        self._bills = await bill(self._clerk, BILLS)
        bank = Bank(self._world)
        for one in TRANSFERS:
            if one.notified:
                await bank.notify(one)
        bank.lay("movimientos.csv", TRANSFERS)
        await self._credit()

    async def _credit(self) -> None:
        """The order is invoiced and its payment pays the invoice; then all of it comes back."""
        invoice = await self._clerk.invoice(self._order)
        deadline = time.monotonic() + PATIENCE
        while (await self._clerk.move(invoice))["payment_state"] not in PAID:
            if time.monotonic() > deadline:
                raise DemoFailed(f"the invoice of {self._order.name} is not paid; look into {self._world.hub_log}")
            await asyncio.sleep(0.1)
        self._note = await self._clerk.credit(invoice)

    async def look(self) -> list[Line]:
        """Return what became of everything, as it stands now."""
        booked = await self._clerk.booked()
        matches = [one for state in (None, POSTED) for one in await self._world.operate("bank", "matches", state=state)]
        entries = await self._world.operate("bank", "entries")
        refund = await self._refund(booked)
        return [refund, *(of_transfer(one, self._bills, booked, entries, matches) for one in TRANSFERS)]

    async def _refund(self, booked: Sequence[dict[str, Any]]) -> Line:
        """What Stripe gave back of the order, and what Odoo has of it."""
        order = self._order
        given = [one.amount for one in await stripe_refunds(self._world) if order_of(one.reference) == order.id]
        out = [one for one in booked if one["payment_type"] == "outbound" and f"CV{order.id}-" in one["memo"]]
        note = (await self._clerk.move(self._note))["payment_state"]
        return of_refund(_money(order.amount), given, [_money(one["amount"]) for one in out], note)


def _money(amount: float) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"))
