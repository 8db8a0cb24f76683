"""Another database behind the same address: nothing goes to it until a person confirms it."""

from datetime import UTC, datetime, timedelta

import pytest

from caravana.component.odoo.client import OdooClient
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Transient
from caravana.kit.sameness import OTHER, SCOPE, review_key
from tests.component.odoo.conftest import Odoo

UUID = "11111111-2222-3333-4444-555555555555"
COPY = "66666666-7777-8888-9999-000000000000"


@pytest.fixture
def clock(odoo: Odoo) -> ManualClock:
    """Put hub and sandbox on one clock, and let the hub's user read system parameters."""
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    odoo.sandbox.clock = odoo.hub.clock = clock
    _become(odoo, UUID)
    return clock


def _become(odoo: Odoo, uuid: str) -> None:
    """Let the database be another one, as a restored copy is."""
    model = odoo.sandbox.env["ir.config_parameter"]
    model.write(model.search([["key", "=", "database.uuid"]]), {"value": uuid})


def _let_the_user_read_parameters(odoo: Odoo) -> None:
    group = odoo.sandbox.env.ref("base.group_system")
    field = "groups_id" if odoo.sandbox.major < 19 else "group_ids"
    odoo.sandbox.env["res.users"].write([odoo.sandbox.bot_uid], {field: [[4, group]]})


def _client(odoo: Odoo) -> OdooClient:
    return odoo.component.client("odoo")


async def test_another_database_gets_no_call(odoo: Odoo, clock: ManualClock) -> None:
    """Once the copy is noticed nothing is asked or changed there, and one review item says who was found."""
    _let_the_user_read_parameters(odoo)
    await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    assert await odoo.hub.store.get(SCOPE, "odoo") == {"known": {"uuid": UUID}}
    _become(odoo, COPY)
    clock.advance(timedelta(minutes=6).total_seconds())
    calls, effects = odoo.sandbox.calls["res.partner.create"], odoo.sandbox.effects.total()
    for _ in range(3):
        with pytest.raises(Transient) as held:
            await odoo.send("odoo:res.partner?operation=create", {"name": "Nadie"})
        assert held.value.code == OTHER
    assert (odoo.sandbox.calls["res.partner.create"], odoo.sandbox.effects.total()) == (calls, effects)
    item = await odoo.hub.store.get("review", review_key("odoo"))
    assert UUID in item["reason"]
    assert COPY in item["reason"]


async def test_a_confirmed_database_goes_on_and_so_does_the_right_one_when_it_is_back(
    odoo: Odoo, clock: ManualClock
) -> None:
    """What a person confirms counts at the next call; the database of last time needs no person and leaves no item."""
    _let_the_user_read_parameters(odoo)
    await odoo.hub.store.put(SCOPE, "odoo", {"known": {"uuid": COPY}})
    with pytest.raises(Transient):
        await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    _become(odoo, COPY)
    clock.advance(timedelta(minutes=6).total_seconds())
    await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    assert await odoo.hub.store.get("review", review_key("odoo")) is None
    _become(odoo, UUID)
    clock.advance(timedelta(minutes=6).total_seconds())
    with pytest.raises(Transient):
        await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    await odoo.hub.store.put(SCOPE, "odoo", {"known": (await odoo.hub.store.get(SCOPE, "odoo"))["found"]})
    await _client(odoo).ask("res.partner", "search_count", {"domain": []})


async def test_without_the_right_another_company_is_told(odoo: Odoo, clock: ManualClock) -> None:
    """A user with few rights cannot read the uuid: its first company is compared, and rights given later change nothing."""
    await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    stored = await odoo.hub.store.get(SCOPE, "odoo")
    assert list(stored["known"]) == ["company"]
    _let_the_user_read_parameters(odoo)
    clock.advance(timedelta(minutes=6).total_seconds())
    await _client(odoo).ask("res.partner", "search_count", {"domain": []})
    assert await odoo.hub.store.get(SCOPE, "odoo") == {"known": {**stored["known"], "uuid": UUID}}
    await odoo.hub.store.put(SCOPE, "odoo", {"known": {"company": "1 of 2001-01-01 00:00:00", "uuid": COPY}})
    clock.advance(timedelta(minutes=6).total_seconds())
    with pytest.raises(Transient):
        await _client(odoo).ask("res.partner", "search_count", {"domain": []})


async def test_the_doctor_tells_the_database(odoo: Odoo, clock: ManualClock) -> None:
    """The same, another, and one that cannot be told from a copy are three findings."""

    async def finding() -> tuple[str, str]:
        [found] = [one for one in await odoo.component.diagnose("odoo") if one.subject == "database"]
        return found.severity.value, found.message

    severity, text = await finding()
    assert (severity, "restored copy" in text) == ("ok", True)
    _let_the_user_read_parameters(odoo)
    assert await finding() == ("ok", f"uuid {UUID} (never seen before)")
    await odoo.hub.store.put(SCOPE, "odoo", {"known": {"uuid": COPY}})
    severity, text = await finding()
    assert (severity, COPY in text) == ("error", True)
