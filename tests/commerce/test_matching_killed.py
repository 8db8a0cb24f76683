"""kill -9 while transfers are matched, at each step: every one is posted once, taught once, and undone once."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.commerce.accounts_processes import GONE, Hold, Office, open_office
from tests.component.bank.telling import Movement, movement
from tests.support.waiting import eventually

NAMES = (
    "Nodesur", "Rosavel", "Tamirox", "Quilmar", "Besatec", "Lovinor", "Cadelix", "Zapeton", "Fidemar", "Gorasul",
    "Halumit", "Jiforan", "Kelbato", "Milestu", "Pudacor", "Sorvind", "Urgalem", "Vatenil",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where one transfer is when the hub is killed: at a call of Odoo, or at a write of the hub's own."""

    call: str | None = None
    scope: str = "bank_match"
    state: str | None = None
    after: bool = False


def around(**place: Any) -> tuple[Place, Place]:
    """Return the places before and after a step."""
    return Place(**place), Place(**place, after=True)


LEARNED = around(scope="bank_habit")
POSTED = (*around(state="posting"), *LEARNED, *around(state="posted"))
UNDONE = (*LEARNED, *around(state="undone"))
PAYMENT = (
    *around(call="account.payment.load"),
    *around(call="account.payment.action_post"),
    *around(call="account.move.line.reconcile"),
)
LINE = (
    *around(call="account.bank.statement.line.load"),
    *around(call="account.move.line.write"),
    *around(call="account.move.line.reconcile"),
)
UNDOING = {
    "payment": around(call="account.payment.action_cancel"),
    "statement_line": around(call="account.bank.statement.line.action_undo_reconciliation"),
}


@dataclass
class Transfers:
    """As many transfers as places, each of somebody whom nobody knows, and of an amount of its own."""

    office: Office
    count: int
    first: int = 0
    invoices: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def bill(self) -> list[Movement]:
        """Make an invoice for each; return what the bank tells."""
        told = []
        for number in range(self.first, self.first + self.count):
            name = NAMES[number]
            customer = self.office.customer(f"Comercial {name} S.A.")
            self.invoices.append(self.office.invoice(customer, str(100 + number), 100 + number))
            told.append(movement(f"{(100 + number) * 1.15:.2f}", f"R{number}", f"LUIS {name[::-1].upper()}", "PAGO"))
        return told

    async def proposed(self) -> None:
        """Wait until a person is asked about each."""
        found = await self.office.matches("proposed", self.count)
        self.keys = [
            one["entry"] for one in sorted(found, key=lambda one: float(one["chosen"]["invoices"][0]["amount"]))
        ]

    async def decide(self, act: str, places: Sequence[Place]) -> None:
        """Decide of each; the one of each place stands still there before the next is decided of."""
        for key, invoice, place in zip(self.keys, self.invoices, places, strict=False):
            customer = self.office.one("account.move", invoice, "partner_id")["partner_id"][0]
            held = await held_at(self.office, place, f"/{customer}" if place.scope == "bank_habit" else key)
            await self.office.hub.ask(
                "match", act=act, key=key, actor="rosa", **({"number": 1} if act == "accept" else {})
            )
            await held

    def residuals(self) -> list[float]:
        """Return what is open of the invoices."""
        return [self.office.residual(one) for one in self.invoices]

    async def taught(self) -> list[tuple[int, int]]:
        """Return how often each payer was learned and undone."""
        return [(one["times"], one["undone"]) for one in await self.office.hub.ask("learned")]


async def held_at(office: Office, place: Place, has: str) -> Awaitable[Any]:
    """Have whoever comes to `place` next, with what has `has` in it, stand still; return what ends when he does."""
    if place.call is not None:
        there = await office.hold_call(place.call, after=place.after)
        return asyncio.wait_for(there.wait(), 30)
    before = office.holds.held
    office.holds.add(Hold(place.scope, has, place.state, place.after))
    return eventually(lambda: office.holds.held > before, timeout=30)


def made(office: Office, posting: str) -> list[Any]:
    """Return the state of each payment, or whether each statement line is reconciled."""
    model, name = {
        "payment": ("account.payment", "state"),
        "statement_line": ("account.bank.statement.line", "is_reconciled"),
    }[posting]
    return [one[name] for one in office.odoo.env[model].read(office.odoo.env[model].search([]), [name])]


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("database", "posting"), [("sqlite", "payment"), ("sqlite", "statement_line"), ("postgresql", "payment")]
)
async def test_killed_while_transfers_are_posted_and_undone(
    tmp_path: Path, request: pytest.FixtureRequest, database: str, posting: str
) -> None:
    """One transfer stands at each step when the hub is killed, first of posting, then of undoing: each is done exactly once."""
    sqlite = database == "sqlite"
    journal = f"sqlite:///{tmp_path}/journal.db" if sqlite else request.getfixturevalue("postgres_database")
    places = (*POSTED, *(PAYMENT if posting == "payment" else LINE))
    undone = (*UNDONE, *UNDOING[posting])
    async with open_office(tmp_path, journal, settings={"bank.posting": posting}) as office:
        office.let_bank_lines()
        transfers = Transfers(office, len(places))
        await office.tells(transfers.bill())
        await transfers.proposed()
        await transfers.decide("accept", places)
        await office.killed_and_back()
        await office.matches("posted", len(places))
        done = {"payment": "paid", "statement_line": True}[posting]
        assert (made(office, posting), set(transfers.residuals())) == ([done] * len(places), {0.0})
        assert await transfers.taught() == [(1, 0)] * len(places)
        await transfers.decide("undo", undone)
        await office.killed_and_back()
        await office.matches("undone", len(undone))
        taken = {"payment": "canceled", "statement_line": False}[posting]
        assert sorted(map(str, made(office, posting))) == sorted(
            map(str, [done] * (len(places) - len(undone)) + [taken] * len(undone))
        )
        open_ = [round((100 + number) * 1.15, 2) for number in range(len(undone))]
        assert transfers.residuals() == [*open_, *[0.0] * (len(places) - len(undone))]
        assert sorted(await transfers.taught()) == [(1, 0)] * (len(places) - len(undone)) + [(1, 1)] * len(undone)


LOOKING = (
    Place(call="account.move.search_read"),
    Place(call="res.partner.read", after=True),
    *around(state="proposed"),
    *around(scope="review"),
)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_killed_while_entries_are_looked_at_and_decided(tmp_path: Path) -> None:
    """Killed in the middle of a batch of proposals, and when a decision is taken off the list: each is told and done once."""
    async with open_office(tmp_path, f"sqlite:///{tmp_path}/journal.db") as office:
        for number, place in enumerate(LOOKING):
            transfers = Transfers(office, 3, first=3 * number)
            told = transfers.bill()
            held = await held_at(office, place, f"C{told[1].amount}USD")
            await office.tells(told, number + 1)
            await held
            await office.killed_and_back()
            await office.matches("proposed", 3 * (number + 1))
        transfers.keys = [one["entry"] for one in await office.matches("proposed", 18)]
        for number, place in enumerate(around(scope="bank_decision", state=GONE)):
            held = await held_at(office, place, transfers.keys[number])
            await office.hub.ask("match", act="accept", key=transfers.keys[number], actor="rosa", number=1)
            await held
            await office.killed_and_back()
            await office.matches("posted", number + 1)
        assert made(office, "payment") == ["paid"] * 2
        assert await transfers.taught() == [(1, 0)] * 2
