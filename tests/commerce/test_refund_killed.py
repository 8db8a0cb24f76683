"""kill -9 while money goes back, at each of its steps: refunded once at the company and booked once, or in doubt."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from caravana.cli import app
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.component.stripe.sandbox import StripeSandbox
from caravana.kit.sandbox import Sandbox
from caravana.kit.serving import serve
from tests.commerce.processes import HubProcess, open_processes
from tests.commerce.shop import Street
from tests.support.evening import zone_before_eight
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

REFUND = {"placetopay": ("transaction", "reverse"), "stripe": ("refunds.create",) * 2, "payphone": ("reverse",) * 2}
"""Company → the call that sends money back, and what it is counted as."""


@asynccontextmanager
async def one_hub(folder: Path, company: str) -> AsyncIterator[tuple[Street, HubProcess, Sandbox]]:
    """Run a hub whose only merchant account is at `company`, before eight in the evening at any hour of the test."""
    clock = LeapingClock(time.time(), 30.0, folder / "clock")
    zone = zone_before_eight(clock)
    payphone, stripe = PayphoneSandbox(clock=clock), StripeSandbox(clock=clock)
    payphone.store.zone = zone
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve((payphone if company == "payphone" else stripe).app()))
        own = {"payphone": {**payphone.connection(), "zone": zone}, "stripe": stripe.connection()}

        def changes(given: dict[str, Any]) -> None:
            given.setdefault("company", {})["timezone"] = zone
            if company in own:
                given["connections"][company] = {"url": url, **own[company]}
            given["settings"]["cards.stores"] = [company]
            payphone.store.domain = urlsplit(given["listener"]["public_url"]).netloc

        settings = {"journal": f"sqlite:///{folder}/journal.db", "cards.sweep": "30s"}
        street, [hub] = await stack.enter_async_context(open_processes(folder, clock, 1, changes, **settings))
        yield street, hub, {"payphone": payphone, "stripe": stripe, "placetopay": street.provider}[company]
        await payphone.close()
        await stripe.close()


async def bought(street: Street, hub: HubProcess, company: str, sandbox: Any) -> int:
    """Return an order that was paid and booked."""
    order = street.order()
    async with street.web.post(await street.link(order), allow_redirects=False):
        pass
    match company:
        case "placetopay":
            sandbox.pay(max(sandbox.sessions))
        case "stripe":
            sandbox.pay(next(one["id"] for one in sandbox.all("checkout.session") if one["status"] == "open"))
        case _:
            sandbox.pay(f"CV{order}-1")
    async with hub.hurrying():
        await street.told(order)
    return order


async def asked(hub: HubProcess, order: int) -> None:
    """Ask for the refund as a clerk does; the hub dies before it can answer him."""
    given = ["payments", "refund", f"CV{order}-1", "--yes", "--config", str(hub.file)]
    await asyncio.to_thread(CliRunner().invoke, app, given)


def outgoing(street: Street, order: int) -> list[str]:
    """Return the states of the outgoing payments of an order in Odoo's books."""
    model = street.odoo.env["account.payment"]
    ids = model.search([["payment_type", "=", "outbound"], ["memo", "ilike", f"CV{order}-1"]])
    return [str(one["state"]) for one in model.read(ids, ["state"])]


async def told(street: Street, order: int) -> None:
    """Wait until the order tells of the refund, which is the last thing that booking does in Odoo."""
    await eventually(lambda: "Devolución con tarjeta" in street.notes(order), timeout=120)


async def doubted(hub: HubProcess, count: int) -> None:
    """Wait until a person is asked what became of so many messages."""

    async def asked_about() -> bool:
        given = ["review", "--json", "--config", str(hub.file)]
        result = await asyncio.to_thread(CliRunner().invoke, app, given)
        return result.exit_code == 0 and [one["kind"] for one in json.loads(result.stdout)].count("in_doubt") == count

    await eventually(asked_about, timeout=60)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("company", ["placetopay", "stripe", "payphone"])
async def test_killed_while_money_goes_back(tmp_path: Path, company: str) -> None:
    """Killed at the company's call and at the two of Odoo's books: never twice, and what cannot be asked for is in doubt."""
    call, counted = REFUND[company]
    async with one_hub(tmp_path, company) as (street, hub, sandbox):
        books = [(street.odoo, f"account.payment.{one}", True) for one in ("load", "action_post")]
        points = [(sandbox, call, False), (sandbox, call, True), *books]
        for number, (partner, operation, after) in enumerate(points, 1):
            order = await bought(street, hub, company, sandbox)
            before = sandbox.effects[counted]
            hub.dies_at(partner, operation, after=after)
            await asked(hub, order)
            await hub.died()
            await hub.start()
            if company == "placetopay" and partner is sandbox:
                async with hub.hurrying():
                    await doubted(hub, number)
                assert (sandbox.effects[counted] - before <= 1, outgoing(street, order)) == (True, [])
                continue
            async with hub.hurrying():
                await told(street, order)
            if company != "placetopay":  # what is in doubt there stays open
                await hub.idle()
            assert (sandbox.effects[counted] - before, len(outgoing(street, order))) == (1, 1)
            assert street.notes(order).count("Devolución con tarjeta") == 1
