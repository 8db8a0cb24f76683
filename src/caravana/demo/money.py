"""What the day's last chapter plays beside card orders: a refund that begins in Odoo, and a bank's transfers.

What became of them is read from the books of Odoo, Stripe and the bank; only what waits for a person is asked of the hub.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.demo.bank import BILLS, POSTED, TRANSFERS, Bank, Bill, Transfer, bill
from caravana.demo.branches import BANK_JOURNAL
from caravana.demo.companies import stripe_refunds
from caravana.demo.people import Clerk, Order, order_of
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that refund and transfers may take to end where they belong."""
REFUND = "refund for a credit note"
Words = Mapping[str, Sequence[str]]
"""Reasons by language."""


@dataclass(frozen=True)
class Line:
    """One movement of money and what became of it.

    - `became`: `posted`, `proposed`, `waiting` (nothing is proposed), `refunded`, or `nothing` yet
    - `invoices`: numbers of those that it pays or may pay; `reasons`: the matcher's, by language
    - `lost`, `doubled`: how often it is missing where it belongs, or there too often; `wrong`: something else became of it
    """

    name: str
    amount: Decimal
    became: str = "nothing"
    invoices: Sequence[str] = ()
    reasons: Words | None = None
    lost: int = 0
    doubled: int = 0
    wrong: bool = False

    @property
    def is_right(self) -> bool:
        """Whether it ended where it belongs, once."""
        return not (self.lost or self.doubled or self.wrong)


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
        while (await self._clerk.move(invoice))["payment_state"] not in ("paid", "in_payment"):
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
        return [refund, *(self._line(one, booked, matches, entries) for one in TRANSFERS)]

    async def _refund(self, booked: Sequence[dict[str, Any]]) -> Line:
        """What Stripe gave back of the order, and what Odoo has of it."""
        amount = Decimal(str(self._order.amount)).quantize(Decimal("0.01"))
        given = [one.amount for one in await stripe_refunds(self._world) if order_of(one.reference) == self._order.id]
        out = [one for one in booked if one["payment_type"] == "outbound" and f"CV{self._order.id}-" in one["memo"]]
        paid = (await self._clerk.move(self._note))["payment_state"] in ("paid", "in_payment")
        whole = sum(given) == amount and sum(Decimal(str(one["amount"])) for one in out) == amount
        became = "refunded" if given and out and paid else "nothing"
        lost = max(1 - len(given), 1 - len(out), 0)
        doubled = max(len(given) - 1, len(out) - 1, 0)
        wrong = bool(given and out) and not (whole and paid)
        return Line(REFUND, -amount, became, lost=lost, doubled=doubled, wrong=wrong)

    def _line(self, one: Transfer, booked: Sequence[Any], matches: Sequence[Any], entries: Sequence[Any]) -> Line:
        """What became of a transfer. Of money that a person decides about nothing may be in the books."""
        made = [each for each in booked if _is_of(each, one)]
        kept = [each for each in entries if Decimal(each["amount"]) == one.amount]
        found = [each for each in matches if Decimal(each["credit"]["amount"]) == one.amount]
        if one.fate == POSTED:
            doubled, lost = max(len(made) - 1, len(kept) - 1, 0), int(not made)
            wrong = bool(made) and made[0]["reconciled_invoice_ids"] != [self._bills[each] for each in one.bills]
        else:
            doubled, lost = max(len(kept) - 1, 0), int(not found)
            wrong = bool(made) or (bool(found) and not _proposes(found[0], one))
        became, invoices, reasons = _told(found, bool(made))
        return Line(one.name, one.amount, became, invoices, reasons, lost, doubled, wrong)


def _is_of(payment: Mapping[str, Any], one: Transfer) -> bool:
    return payment["journal_id"][0] == BANK_JOURNAL and Decimal(str(payment["amount"])) == one.amount


def _proposes(match: Mapping[str, Any], one: Transfer) -> bool:
    """Whether exactly the bills are proposed that may be meant, for the right reason."""
    numbers = {each["number"] for proposal in match["proposals"] for each in proposal["invoices"]}
    fits = {proposal["fit"] for proposal in match["proposals"]}
    return numbers == {each.text for each in one.bills} and fits <= {one.fit}


def _told(found: Sequence[Mapping[str, Any]], posted: bool) -> tuple[str, list[str], Words | None]:
    """How a match stands, the invoices that it pays or may pay, and the reasons."""
    if not found:
        return "nothing", [], None
    match = found[0]
    proposals = [match["chosen"]] if posted else match["proposals"]
    invoices = [each["number"] for one in proposals for each in one["invoices"]]
    reasons = {
        code: [*filter(None, [match["why"][code]]), *(proposals[0]["reasons"][code] if proposals else ())]
        for code in ("es", "en")
    }
    return "posted" if posted else "proposed" if proposals else "waiting", invoices, reasons
