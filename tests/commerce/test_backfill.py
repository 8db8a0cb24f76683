"""Records of before the line: counted and rehearsed first, taken by word only, each once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from caravana.cli import app
from caravana.component.odoo.values import to_odoo_time
from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration
from caravana.engine.control import AdminError
from caravana.engine.times import to_micros
from caravana.journal import retention
from caravana.kit.clock import ScaledClock
from tests.commerce.history import live_through
from tests.commerce.processes import open_processes
from tests.commerce.shop import Shop, Street, hub_of, open_shop, open_street, settings_of
from tests.support.waiting import eventually

OLD = 30


@pytest.fixture
def old() -> list[int]:
    """The orders of before the line."""
    return []


@pytest.fixture
async def shop(tmp_path: Path, clock: ScaledClock, old: list[int]) -> AsyncIterator[Shop]:
    """A shop with a past: an order, an invoice and a payment every three hours, the last six hours before the line."""

    def past(street: Street, given: dict[str, Any]) -> None:
        old.extend(live_through(street, OLD, clock.now() - timedelta(hours=6)))

    async with open_shop(tmp_path, clock, None, past) as one:
        one.odoo.effects.clear()
        yield one


async def told(shop: Shop, route: str = "card-link", **asked: Any) -> dict[str, Any]:
    """Return what comes of a backfill. Raises `AdminError`, and `AssertionError` with its error."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    since = shop.hub.clock.now() - timedelta(days=3)
    job = await desk.backfill(route, **{"since": since.isoformat(), **asked})

    async def over() -> dict[str, Any] | None:
        status = await desk.backfill_status(job["job"])
        return status if status["over"] else None

    status = await eventually(over, timeout=60)
    assert status is not None
    assert status["error"] is None, status["error"]
    result: dict[str, Any] = status["result"]
    return result


async def exchanges(shop: Shop) -> int:
    """Return how many there are."""
    return len(await shop.hub.journal.query("select id from exchange", {}))


async def test_a_survey_counts_and_rehearses_and_changes_nothing(shop: Shop, old: list[int]) -> None:
    """It tells the records by their own date and the effects of a sample; no exchange, no effect, no trace comes of it."""
    survey = await told(shop, sample=10)
    dates = [shop.read("sale.order", one, "date_order") for one in old]
    young = len([one for one in dates if one >= to_odoo_time(datetime.fromisoformat(survey["since"]))])
    assert survey["count"] == survey["records"] == survey["new"] == young
    assert 10 < young < OLD
    assert (survey["dated_by"], survey["rehearsed"], survey["mode"], survey["errors"]) == ("date_order", 10, "live", [])
    told_of = {one["endpoint"]: one for one in survey["effects"]}
    assert [one["effects"] for one in told_of.values()] == [10, 10]  # the note, and the order's fields
    assert told_of["odoo:sale.order?marked=true&operation=note"] == {
        "partner": "odoo",
        "endpoint": "odoo:sale.order?marked=true&operation=note",
        "kind": "verifiable",
        "effects": 10,
        "records": 10,
        "estimate": survey["count"],
    }
    assert (await exchanges(shop), shop.odoo.effects.total()) == (0, 0)


async def test_a_survey_follows_what_a_record_starts(shop: Shop) -> None:
    """An old invoice leads to its order's lane; there is no card payment, so nothing would be done."""
    survey = await told(shop, "card-invoice-posted", sample=0)
    assert survey["rehearsed"] == survey["count"] > 10
    assert (survey["dated_by"], survey["effects"], survey["errors"]) == ("invoice_date", [], [])


async def test_the_number_is_taken_once(shop: Shop, old: list[int]) -> None:
    """Another number is refused; the right one is taken as bulk work; a second time, and after retention, there is nothing."""
    count = (await told(shop))["count"]
    with pytest.raises(AssertionError, match=f"there are {count} records to take, not 7"):
        await told(shop, confirm=7)
    done = await told(shop, confirm=count)
    assert done["fed"] == count
    await shop.idle()
    noted = [shop.notes(one).count("/pay/") for one in old]
    assert (sum(noted), max(noted), noted[-1]) == (count, 1, 1)
    found = await Admin(shop.hub.journal, shop.hub.clock, shop.hub).messages(key=done["key"])
    assert {one["state"] for one in found} == {"done"}
    assert len(found) == count
    assert {row["bulk"] for row in await shop.hub.journal.query("select bulk from exchange", {})} == {1}

    again = await told(shop)
    assert (again["count"], again["taken"]) == (0, count)
    now = to_micros(shop.hub.clock.now() + timedelta(days=400))
    await shop.hub.journal.submit(retention.retain("done", now, 1000))
    assert await exchanges(shop) == 0
    assert (await told(shop))["count"] == 0
    assert (await told(shop, confirm=0))["fed"] == 0


async def test_what_is_fed_once_stays_fed_whatever_becomes_of_it(shop: Shop, old: list[int]) -> None:
    """A route that takes every change would take a record again that its own effects have changed: a backfill does not."""
    shop.odoo.env["sale.order"].action_cancel(old[-5:])
    asked = {"since": (shop.hub.clock.now() - timedelta(days=30)).isoformat()}
    assert (await told(shop, "card-cancelled", **asked))["count"] == 5
    assert (await told(shop, "card-cancelled", confirm=5, **asked))["fed"] == 5
    await shop.idle()
    shop.odoo.env["sale.order"].write(old[-5:], {"note": "revised"})
    again = await told(shop, "card-cancelled", **asked)
    assert (again["count"], again["taken"]) == (0, 5)


async def test_a_span_is_of_the_companys_days(shop: Shop, old: list[int]) -> None:
    """`until` cuts off; what lies at or after the line, or between nothing, is no span, and the error says which."""
    now = shop.hub.clock.now()
    whole = (await told(shop))["count"]
    part = await told(shop, until=(now - timedelta(days=1)).isoformat())
    assert 0 < part["count"] < whole
    for asked, text in (
        ({"since": now.isoformat()}, "is not before the go-live line"),
        ({"until": now.isoformat()}, "is after the go-live line"),
        ({"until": (now - timedelta(days=9)).isoformat()}, "there is nothing between them"),
    ):
        with pytest.raises(AssertionError, match=text):
            await told(shop, **asked)


@pytest.mark.parametrize(
    ("route", "since", "text"),
    [
        ("card-lnik", "2026-01-01", "there is no route `card-lnik`: did you mean `card-link`"),
        ("card-sweep", "2026-01-01", "begins at `timer:` and consumes no records"),
        ("card-link", "Monday", "`Monday` is no time"),
    ],
)
async def test_what_is_no_backfill_is_told_at_once(shop: Shop, route: str, since: str, text: str) -> None:
    """An unknown route, one that consumes no records, a day that is none: nothing begins."""
    with pytest.raises(AdminError, match=text):
        await told(shop, route, since=since)


async def test_what_was_shadowed_is_done_when_asked_for(tmp_path: Path, clock: ScaledClock) -> None:
    """Taken in a week of shadow, done afterwards: counted apart, taken once, and never while the route is in shadow."""
    async with AsyncExitStack() as stack:
        street, odoo_url, provider_url = await open_street(stack, clock, "http://127.0.0.1:1")

        @asynccontextmanager
        async def opened(mode: str, line: datetime) -> AsyncIterator[Shop]:
            settings = {"modes": {"default": mode}}
            raw = settings_of("http://127.0.0.1:1", odoo_url, provider_url, tmp_path, line, settings)
            given = Configuration.model_validate(raw)
            async with hub_of(given, clock) as hub:
                yield Shop(street.odoo, street.provider, street.web, hub, "http://127.0.0.1:1", given)

        async with opened("shadow", clock.now() - timedelta(minutes=1)) as shop:
            order = street.order()
            await eventually(lambda: exchanges(shop), timeout=30)
            await shop.idle()
            with pytest.raises(AssertionError, match="is in shadow: set it live"):
                await told(shop, shadowed=True)
        await clock.sleep(60)
        async with opened("live", clock.now()) as again:
            await _done_after_shadow(again, order)


async def _done_after_shadow(again: Shop, order: int) -> None:
    survey = await told(again)
    assert (survey["count"], survey["shadowed"]) == (0, 1)
    assert (await told(again, shadowed=True))["count"] == 1
    assert (await told(again, shadowed=True, confirm=1))["fed"] == 1
    await again.idle()
    assert "/pay/" in again.notes(order)
    survey = await told(again, shadowed=True)
    assert (survey["count"], survey["taken"]) == (0, 1)


def cli(file: Path, *arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(app, ["backfill", *arguments, "--config", str(file)], input=given)


async def test_through_the_running_hub(tmp_path: Path, clock: ScaledClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says how many and which effects, takes nothing for another number, and all of them for the right one."""
    monkeypatch.setenv("COLUMNS", "200")
    async with open_processes(tmp_path, clock) as (street, [hub]):
        live_through(street, 12, clock.now() - timedelta(hours=6))
        since = (clock.now() - timedelta(days=30)).date().isoformat()

        async def run(*arguments: str, given: str | None = None) -> Result:
            return await asyncio.to_thread(cli, hub.file, *arguments, given=given)

        told = await run("card-link", "--since", since, "--dry-run")
        assert told.exit_code == 0, told.output
        assert "would be taken now, in mode live" in told.output
        assert "odoo:sale.order?marked=true&operation=note" in told.output
        survey = json.loads((await run("card-link", "--since", since, "--dry-run", "--json")).output)
        refused = await run("card-link", "--since", since, given="3\n")
        assert (refused.exit_code, "nothing was taken" in refused.output) == (1, True)
        assert (await run("card-link", "--since", since, "--json")).exit_code == 1
        taken = await run("card-link", "--since", since, given=f"{survey['count']}\n")
        assert taken.exit_code == 0, taken.output
        await hub.idle()
        again = json.loads((await run("card-link", "--since", since, "--dry-run", "--json")).output)
        assert (again["count"], again["taken"]) == (0, survey["count"])
        assert "consumes no records" in (await run("card-sweep", "--since", since)).output
        assert (await run("card-link")).exit_code == 2
    stopped = await asyncio.to_thread(cli, hub.file, "card-link", "--since", since)
    assert (stopped.exit_code, "no hub of this configuration runs" in stopped.output) == (1, True)
