"""At 01:00 UTC it is 20:00 of the day before in Ecuador: every rule about days takes Ecuador's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.commerce.einvoice import ledger, schedule
from caravana.kit.serving import serve
from tests.commerce.clerk import SETTINGS
from tests.commerce.einvoicing import POINT, open_office, sello_is_known
from tests.commerce.test_einvoice_partners import COMPANIES
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]
ZONE = ZoneInfo("America/Guayaquil")


@pytest.fixture
def evening(clock: LeapingClock) -> LeapingClock:
    """A clock at 01:00 UTC."""
    now = clock.now()
    clock.leap((now.replace(hour=1, minute=0) + timedelta(days=1) - now).total_seconds())
    return clock


@pytest.mark.parametrize("name", COMPANIES)
async def test_an_invoice_in_the_evening(tmp_path: Path, evening: LeapingClock, name: str) -> None:
    """Today's goes out under today's day; one of tomorrow, which it is in London, is told before it is sent."""
    make, _, point = COMPANIES[name]
    partner = make(evening)
    today = evening.now().astimezone(ZONE).date()
    assert evening.now().date() == today + timedelta(days=1)
    async with serve(partner.app()) as url:

        def changes(given: dict[str, Any]) -> None:
            files = {"filesUrl": url} if name == "datil" else {}
            given["connections"][name] = {**partner.connection(), "url": url, **files}
            given["settings"]["einvoice.points"] = {POINT: {"connection": name, **point}}

        since = (evening.now() - timedelta(days=3)).isoformat()
        async with open_office(tmp_path, evening, changes=changes, go_live=since) as office:
            move = office.odoo.env["account.move"]
            made = [office.invoice() for _ in range(3)]
            for one, day in zip(made, (today, today - timedelta(days=1), today + timedelta(days=1)), strict=True):
                move.button_draft([one])
                move.write([one], {"invoice_date": day.isoformat()})
                move.action_post([one])
            document = await office.reaches(made[0], "authorised", timeout=60)
            assert document["access_key"][:8] == f"{today:%d%m%Y}"
            assert str(document["authorized_at"])[:10] == today.isoformat()
            await office.reaches(made[1], "authorised", timeout=60)
            found = await office.reaches(made[2], "draft", timeout=60)
            assert [one["code"] for one in found["problems"]] == ["date.future"]
            assert f"hoy es {today:%d/%m/%Y}" in office.notes(made[2])[0]
    await partner.close()


def test_the_last_days_of_annulment() -> None:
    """It is told two days before the last day begins in Ecuador: on the 5th at midnight there, 05:00 UTC."""
    clave = "3011202601179001691900110010010000001231234567819"
    until = ledger.annul_until(clave)
    assert until == "2026-12-07"
    now = datetime(2026, 12, 2, 1, tzinfo=UTC)
    document = ledger.new("odoo/account.move,55", {"model": "account.move", "id": 55}, now)
    document |= {"state": "authorised", "annulment": {"asked": ledger.stamp(now), "until": until}}
    due = schedule.next_due(document, SETTINGS, now)
    assert due is not None
    assert (due["duty"], due["at"]) == ("annul", "2026-12-05T05:00:00.000+00:00")
