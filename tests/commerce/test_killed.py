"""kill -9 in the middle of the flow, at each of its steps: one payment in Odoo, posted, reconciled and told once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from caravana.kit.clock import ScaledClock
from tests.commerce.processes import HubProcess, open_processes
from tests.commerce.shop import Street
from tests.support.waiting import eventually

POINTS = [
    ("placetopay", "query", False),
    ("placetopay", "query", True),
    ("odoo", "account.payment.load", False),
    ("odoo", "account.payment.load", True),
    ("odoo", "account.payment.action_post", True),
    ("odoo", "account.move.line.search_read", True),
    ("odoo", "account.move.line.reconcile", False),
    ("odoo", "account.move.line.reconcile", True),
    ("odoo", "sale.order.message_post", True),
]
"""Whom the hub calls when it is killed, for what, and whether the call is done before it dies."""


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh journal on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@asynccontextmanager
async def one_hub(folder: Path, clock: ScaledClock, journal: str) -> AsyncIterator[tuple[Street, HubProcess]]:
    """Run one hub that sweeps every minute of the shop, which is a second."""
    settings: dict[str, Any] = {"journal": journal, "cards.sweep": "1m"}
    async with open_processes(folder, clock, **settings) as (street, [hub]):
        yield street, hub


async def booked_once(street: Street, hub: HubProcess, order: int, invoice: int) -> None:
    """Wait until the order's payment is told on it; then look for exactly one that pays the invoice."""
    async with hub.hurrying():
        await street.told(order)
    [payment] = [one for one in street.card_payments() if f"CV{order}-" in one["memo"]]
    assert (payment["state"], payment["reconciled_invoice_ids"]) == ("paid", [invoice])
    assert street.read("account.move", invoice, "payment_state") == "paid"
    assert street.notes(order).count("Pago con tarjeta recibido") == 1
    assert street.tasks(order) == []


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_killed_while_a_payment_is_booked(tmp_path: Path, clock: ScaledClock, journal: str) -> None:
    """Killed before and after each call that books a payment, and started again: every payment is booked once."""
    async with one_hub(tmp_path, clock, journal) as (street, hub):
        for partner, operation, after in POINTS:
            order = street.order()
            invoice = street.invoice(order)
            session = await street.press(await street.link(order))
            hub.dies_at(street.odoo if partner == "odoo" else street.provider, operation, after=after)
            street.provider.pay(str(session))
            await hub.died()
            await hub.start()
            await booked_once(street, hub, order, invoice)
        assert len(street.card_payments()) == len(POINTS)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
async def test_killed_while_a_session_is_opened(
    tmp_path: Path, clock: ScaledClock, journal: str, *, after: bool
) -> None:
    """Killed when the customer pressed pay: he presses again and pays; the session that nobody was shown brings nothing."""
    async with one_hub(tmp_path, clock, journal) as (street, hub):
        order = street.order()
        invoice = street.invoice(order)
        link = await street.link(order)
        hub.dies_at(street.provider, "createSession", after=after)
        with pytest.raises(aiohttp.ClientError):
            await street.press(link)
        await hub.died()
        await hub.start()
        session = await street.press(link)
        street.provider.pay(str(session))
        await booked_once(street, hub, order, invoice)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("after", [False, True])
async def test_killed_while_a_person_is_told(tmp_path: Path, clock: ScaledClock, *, after: bool) -> None:
    """Killed when the task is made, and when the person's closing it is noticed: there is one task, and it stays closed."""
    async with one_hub(tmp_path, clock, f"sqlite:///{tmp_path}/journal.db") as (street, hub):
        order = street.order()
        street.provider.pay(str(await street.press(await street.link(order))))
        await street.told(order)
        async with hub.hurrying():
            hub.dies_at(street.odoo, "mail.activity.load", after=after)
            street.odoo.env["sale.order"].action_cancel([order])
            await hub.died()
            await hub.start()
            await eventually(lambda: street.tasks(order), timeout=30)
            hub.dies_at(street.odoo, "mail.message.search_read", after=after)
            model = street.odoo.env["mail.activity"]
            model.action_feedback(model.search([["res_id", "=", order]]), feedback="devuelto")
            await hub.died()
            looked = street.odoo.calls["mail.message.search_read"]
            await hub.start()
            await eventually(lambda: street.odoo.calls["mail.message.search_read"] > looked, timeout=30)
        await hub.idle()
        assert len(street.every_task(order)) == 1
        assert street.tasks(order) == []
