"""One invoice is paid by card and by transfer at the same moment: never beyond what is open, and a person hears of the second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caravana.component.bank.component import BankComponent
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Interlude
from tests.commerce.accounts import SOON
from tests.commerce.shop import Shop, Street, open_shop
from tests.component.bank.telling import Movement, camt053
from tests.support.waiting import eventually


@dataclass
class Till:
    """A shop with an invoiced order of 115 whose customer has opened the card's session, and an account."""

    shop: Shop
    order: int
    invoice: int
    session: str

    @property
    def bank(self) -> BankComponent:
        """The bank component of the hub."""
        found = self.shop.hub.components.get("bank")
        assert isinstance(found, BankComponent)
        return found

    async def transfer(self, amount: str = "115.00", text: str | None = None) -> None:
        """The bank tells of a transfer that names the invoice, or says `text`."""
        number = str(self.shop.read("account.move", self.invoice, "name"))
        day = self.shop.hub.clock.now().date()
        told = Movement(Decimal(amount), f"R{amount}", "ROSA INVENTADA", text or f"PAGO {number}", day=day)
        await self.bank.desk.file(f"{amount}.xml", camt053([told]))

    async def matched(self, state: str = "posted") -> dict[str, Any]:
        """Return the transfer's match once it is in a state."""
        [found] = await eventually(lambda: self.bank.desk.matches.all(state), timeout=30)
        return found

    def card(self) -> None:
        """The customer pays at the company."""
        self.shop.provider.pay(self.session)

    async def asked(self, words: str) -> None:
        """Wait until a person is asked in these words."""

        async def there() -> bool:
            return any(words in str(one.get("text")) for _, one in await self.shop.hub.store.find("review"))

        await eventually(there, timeout=30)

    def paid(self) -> list[tuple[float, str, bool]]:
        """Return amount and state of each payment, and whether it pays the invoice."""
        model = self.shop.odoo.env["account.payment"]
        found = model.read(model.search([], order="id"), ["amount", "state", "reconciled_invoice_ids"])
        return sorted((one["amount"], one["state"], self.invoice in one["reconciled_invoice_ids"]) for one in found)

    @property
    def residual(self) -> float:
        """What is open of the invoice."""
        return float(self.shop.read("account.move", self.invoice, "amount_residual"))

    @property
    def open_credit(self) -> float:
        """What is open on the customers' account; negative: theirs."""
        model = self.shop.odoo.env["account.move.line"]
        domain = [["account_type", "=", "asset_receivable"], ["reconciled", "=", False]]
        return float(sum(one["amount_residual"] for one in model.search_read(domain, ["amount_residual"])))


@asynccontextmanager
async def open_till(folder: Path, clock: ScaledClock, **settings: Any) -> AsyncIterator[Till]:
    """Run the shop with both flows while the block runs."""

    def changes(street: Street, given: dict[str, Any]) -> None:
        (folder / "in").mkdir()
        given["flows"] = ["cards", "matching"]
        given["placeholders"] |= {**SOON, "bank.folder": str(folder / "in"), "bank.match.delay": "6s"}
        given["go_live"] = (clock.now() - timedelta(days=2)).isoformat()

    async with open_shop(folder, clock, None, changes, **settings) as shop:
        users, group = shop.odoo.env["res.users"], shop.odoo.env.ref("account.group_account_basic")
        users.write(users.search([]), {"group_ids": [[4, group]]})
        order = shop.order()
        invoice = shop.invoice(order)
        session = await shop.press(await shop.link(order))
        yield Till(shop, order, invoice, str(session))


def until(event: asyncio.Event, operation: str) -> Interlude:
    """Return what has the next call of `operation` stand still until `event`."""

    async def wait() -> None:
        await event.wait()

    return Interlude(operation, wait)


BOTH = [(115.0, "in_process", False), (115.0, "paid", True)]


async def test_the_card_is_faster_than_the_posting(tmp_path: Path, clock: ScaledClock) -> None:
    """The transfer is looked at while the invoice is open, and the card pays it before it is posted: a person is asked."""
    async with open_till(tmp_path, clock) as till:
        read = asyncio.Event()
        till.shop.odoo.interludes.append(until(read, "account.move.read"))
        await till.transfer()
        await eventually(lambda: till.shop.odoo.interludes == [])
        till.card()
        await till.shop.told(till.order)
        read.set()
        await till.asked("ya no está abierta")
        assert (till.paid(), till.residual) == ([(115.0, "paid", True)], 0)


@pytest.mark.parametrize("operation", ["account.payment.load", "account.move.line.reconcile"])
async def test_the_card_is_faster_than_the_reconciliation(tmp_path: Path, clock: ScaledClock, operation: str) -> None:
    """The transfer is being posted when the card pays the invoice: its money is the customer's credit, and a person is told."""
    async with open_till(tmp_path, clock) as till:
        late = asyncio.Event()
        till.shop.odoo.interludes.append(until(late, operation))
        await till.transfer()
        await eventually(lambda: till.shop.odoo.interludes == [])
        till.card()
        await till.shop.told(till.order)
        late.set()
        await till.matched()
        await till.asked("quedó a favor del cliente")
        assert (till.paid(), till.residual) == (BOTH, 0)


async def test_the_transfer_is_faster_than_the_card(tmp_path: Path, clock: ScaledClock) -> None:
    """The card's payment is in the books when the transfer pays the invoice: the card's is the credit, and a person is told."""
    async with open_till(tmp_path, clock) as till:
        late = asyncio.Event()
        till.shop.odoo.interludes.append(until(late, "account.move.line.reconcile"))
        till.card()
        await eventually(lambda: till.shop.odoo.interludes == [])
        await till.transfer()
        await till.matched()
        late.set()
        await till.asked("Queda un saldo a favor del cliente")
        assert (till.paid(), till.residual) == (BOTH, 0)


async def test_a_part_by_transfer_is_faster_than_the_card(tmp_path: Path, clock: ScaledClock) -> None:
    """The card has seen all of the invoice open when a transfer pays a part of it: what the card has over is told at once."""
    async with open_till(tmp_path, clock) as till:
        late = asyncio.Event()
        till.shop.odoo.interludes.append(until(late, "account.move.line.reconcile"))
        till.card()
        await eventually(lambda: till.shop.odoo.interludes == [])
        await till.transfer("50.00")
        await till.matched()
        late.set()
        await till.asked("Queda un saldo a favor del cliente")
        assert (till.residual, till.open_credit) == (0, -50.0)


@pytest.mark.parametrize("amount", ["115.00", "50.00"])
async def test_both_are_reconciled_at_the_same_instant(tmp_path: Path, clock: ScaledClock, amount: str) -> None:
    """Both calls stand at Odoo's door and go in together: one pays what is open, what the other has over is told to a person."""
    async with open_till(tmp_path, clock) as till:
        door = asyncio.Barrier(2)

        async def together() -> None:
            await door.wait()

        till.shop.odoo.interludes += [Interlude("account.move.line.reconcile", together) for _ in range(2)]
        await till.transfer(amount)
        till.card()
        await till.matched()
        await till.shop.told(till.order)
        await till.asked("a favor del cliente")
        assert (till.residual, till.open_credit) == (0, -float(amount))


@pytest.mark.parametrize(
    "operation", ["account.bank.statement.line.load", "account.move.line.write", "account.move.line.reconcile"]
)
async def test_the_card_is_faster_than_a_line_of_the_statement(
    tmp_path: Path, clock: ScaledClock, operation: str
) -> None:
    """The line stands in the books with nothing to pay: its money is the customer's credit, and a person is told."""
    async with open_till(tmp_path, clock, **{"bank.posting": "statement_line"}) as till:
        late = asyncio.Event()
        till.shop.odoo.interludes.append(until(late, operation))
        await till.transfer()
        await eventually(lambda: till.shop.odoo.interludes == [])
        till.card()
        await till.shop.told(till.order)
        late.set()
        await till.matched()
        await till.asked("quedó a favor del cliente")
        assert (till.paid(), till.residual) == ([(115.0, "paid", True)], 0)
        assert till.open_credit == -115
