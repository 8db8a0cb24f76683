"""What the daily comparison cannot judge is said to be not judged, and never called missing."""

import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from caravana.cli import app, payments_compare
from caravana.component.payphone.sandbox import PayphoneSandbox
from caravana.engine.admin import Admin
from tests.commerce.shop import Shop
from tests.commerce.test_going import payphone_shop
from tests.support.leaping import LeapingClock

SILENT = "PayPhone's query does not know payments of the button (`queryCovers`): only a return or notification tells"


async def bought(shop: Shop, sandbox: PayphoneSandbox) -> str:
    """Return our reference of an order that was paid, and whose customer came back."""
    order = shop.order()
    link = await shop.link(order)
    await shop.page_pressed(link)
    payment = sandbox.pay(f"CV{order}-1")
    await shop.page(f"{link}/return/es/1?id={payment.id}&clientTransactionId=CV{order}-1")
    await shop.settled(order)
    await shop.idle()
    return f"CV{order}-1"


async def compared(shop: Shop, day: str | None = None) -> dict[str, Any]:
    """Compare a day, by default today, and return the result."""
    zone = ZoneInfo(shop.configuration.company.timezone)
    day = day or shop.hub.clock.now().astimezone(zone).date().isoformat()
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    wish = {"day": day, "connection": None}
    found: list[dict[str, Any]] = await desk.operate("pay", "compare", wish, subject=day, actor="ana")
    await shop.idle()
    return found[0]


async def test_a_company_that_tells_nothing_of_a_session_does_not_miss_it(tmp_path: Path) -> None:
    """With `queryCovers: false` and no list PayPhone is asked for nothing, so no booked payment is missing there."""
    async with payphone_shop(tmp_path, None, {"queryCovers": False, "listPath": None}) as (shop, sandbox):
        sandbox.store.query_covers = False
        name = await bought(shop, sandbox)
        found = await compared(shop)
        assert (found["differences"], await shop.reviews()) == ([], [])
        assert found["unjudged"] == [{"why": "silent", "message": SILENT, "references": [name]}]


async def test_what_was_called_missing_before_goes_off_the_list(tmp_path: Path) -> None:
    """A person learns that the query covers nothing and sets it so: what it made the comparison say is over."""
    async with payphone_shop(tmp_path, None, {"queryCovers": False, "listPath": None}) as (shop, sandbox):
        name = await bought(shop, sandbox)
        day = (await compared(shop))["day"]
        key = f"payphone//{day}/payment_not_at_company/1"
        attempt = (await shop.attempts(int(name[2:-2])))[0]["key"]
        kept = {"key": key, "kind": "payment_not_at_company", "connection": "payphone", "branch": None, "day": day}
        await shop.hub.store.put("card_difference", key, {**kept, "attempt": attempt, "told": True})
        await compared(shop)
        assert await shop.hub.store.find("card_difference") == []


async def test_what_the_list_proved_is_not_forgotten_when_it_is_out_of_reach(tmp_path: Path) -> None:
    """The list of the day lacked a booked payment: that stands when it is no more to be had, and nothing else is told."""
    clock = LeapingClock(time.time(), 20)
    async with payphone_shop(tmp_path, clock, {"queryCovers": False}, **{"cards.sweep": "1h"}) as (shop, sandbox):
        sandbox.store.query_covers = False
        await bought(shop, sandbox)
        day = (await compared(shop))["day"]
        [payment] = [one for one in sandbox.payments.values() if one.id]
        payment.status, payment.reversed = 2, True
        clock.leap(86_400)
        assert [one["kind"] for one in (await compared(shop, day))["differences"]] == ["payment_not_at_company"]
        clock.leap(3 * 86_400)
        assert [one["why"] for one in (await compared(shop, day))["unjudged"]] == ["silent"]
        assert await shop.reviews() == ["payment_not_at_company"]


async def test_on_a_day_that_is_not_over_a_list_proves_nothing_absent(tmp_path: Path) -> None:
    """The list of today may grow: what only Odoo has is judged tomorrow, and that is said."""
    async with payphone_shop(tmp_path) as (shop, sandbox):
        await bought(shop, sandbox)
        found = await compared(shop)
        assert (found["differences"], [one["why"] for one in found["unjudged"]]) == ([], ["unfinished"])


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            ("not judged on 2026-11-27 at payphone: PayPhone's query does not know", "CV1-1, CV2-1", "not be whole"),
        ),
        (
            "es",
            (
                "sin juzgar el 2026-11-27 en payphone: la consulta de PayPhone no conoce",
                "CV1-1, CV2-1",
                "no esté entera",
            ),
        ),
    ],
)
def test_what_was_not_judged_is_shown(language: str, told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the table, in the person's language, and it is no difference: exit code 0."""
    unit: dict[str, Any] = {
        "day": "2026-11-27",
        "connection": "payphone",
        "branch": None,
        "differences": [],
        "settled": [],
    }
    silent = {"why": "silent", "message": SILENT, "references": ["CV1-1", "CV2-1"]}
    whole = {**unit, "unjudged": [silent, {"why": "unfinished", "message": "", "references": []}]}
    monkeypatch.setattr(payments_compare, "operate", lambda *_, **__: [whole])
    result = CliRunner().invoke(app, ["--lang", language, "payments", "compare"])
    assert (result.exit_code, [one for one in told if one not in result.stdout]) == (0, []), result.stdout
