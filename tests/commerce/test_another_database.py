"""A copy is restored behind the address that the hub knows: everything stops before it is touched, and nothing is lost."""

from collections import Counter
from pathlib import Path

from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.sameness import review_key
from tests.commerce.shop import LINK, Shop, open_shop
from tests.support.waiting import eventually

ASKING = ("ir.config_parameter", "res.company")
"""What the hub asks to learn who answers."""


def _become(shop: Shop, birth: str) -> None:
    """Let the database be another one: what tells it apart for a user of few rights is the birth of its first company."""
    table = shop.odoo.store.tables["res.company"]
    first = min(table.rows)
    table.put(first, table.rows[first] | {"create_date": birth})


def _asked(shop: Shop) -> Counter[str]:
    """Return how often anything but the identity was asked for."""
    return Counter({name: count for name, count in shop.odoo.calls.items() if not name.startswith(ASKING)})


async def test_everything_waits_until_a_person_says_which_it_is(tmp_path: Path, clock: ScaledClock) -> None:
    """Pollers stop, a payment that comes meanwhile waits and does not die; once confirmed all goes on where it stood."""
    async with open_shop(tmp_path, clock) as shop:
        desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
        order = shop.order()
        session = await shop.press(await shop.link(order))
        assert session is not None
        _become(shop, "2001-01-01 00:00:00.000000")

        async def noticed() -> bool:
            return await shop.hub.store.get("review", review_key("odoo")) is not None

        async with shop.hurrying():
            await eventually(noticed, timeout=30)
        asked, later = _asked(shop), shop.order()
        shop.provider.pay(session)

        async def waits() -> bool:
            rows = await shop.hub.journal.query("select state from exchange where route = 'card-settle'", {})
            return [one["state"] for one in rows] == ["waiting"]

        async with shop.hurrying():
            await eventually(waits, timeout=30)
        async with shop.hurrying():
            await clock.sleep(600)
        added = _asked(shop) - asked
        assert not [name for name in added if not name.endswith((".create", ".action_confirm"))], added
        assert LINK.search(shop.notes(later)) is None
        assert await shop.hub.journal.query("select id from exchange where state in ('dead', 'failed')", {}) == []
        [item] = [one for one in await desk.review() if one["id"] == review_key("odoo")]
        assert "every call waits" in item["reason"]

        await desk.confirm_partner("odoo", "tester")
        async with shop.hurrying():
            await shop.settled(order)
            assert await shop.link(later)
        assert len(shop.card_payments("in_process", "paid")) == 1
        assert [one["id"] for one in await desk.review() if one["kind"] == "item"] == []
