"""A company with years of orders switches the hub on: nothing of before the line is touched, by nobody."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from caravana.kit.clock import ScaledClock
from tests.commerce.history import live_through, touch
from tests.commerce.shop import Shop, Street, open_shop
from tests.support.waiting import eventually

OF_THE_CLERK = {"product.template.create", "res.partner.create", "sale.order.create", "sale.order.action_confirm"}
POLLERS = ("card-link", "card-cancelled", "card-invoice-posted")


async def test_the_first_start_touches_nothing_of_the_past(tmp_path: Path, clock: ScaledClock) -> None:
    """5,000 old orders, open invoices and payments: no exchange, no effect, though some are edited; a new order is handled."""
    old: list[int] = []

    def past(street: Street, given: dict[str, Any]) -> None:
        old.extend(live_through(street, 5_000, clock.now() - timedelta(hours=2)))
        street.odoo.effects.clear()

    async with open_shop(tmp_path, clock, None, past) as shop:
        await _compared(shop)
        touch(shop.odoo, "sale.order", old[-300:])
        touch(shop.odoo, "account.move", shop.odoo.env["account.move"].search([["name", "=like", "OLD/%"]])[-300:])
        shop.odoo.effects.clear()
        order = shop.order()
        await shop.link(order)
        lanes = [row["lane"] for row in await _exchanges(shop)]
        assert f"order:sale.order,{order}" in lanes
        assert {lane.partition(":")[2] for lane in lanes} == {f"sale.order,{order}"}
        assert shop.notes(old[-1]) == ""
        assert {one for one in shop.odoo.effects if one not in OF_THE_CLERK} == {"sale.order.message_post"}
        assert shop.odoo.effects["sale.order.message_post"] == 1
        assert shop.provider.effects.total() == 0


async def _compared(shop: Shop) -> None:
    """Wait until every poller has looked and compared: nothing came of it."""

    async def all_did() -> bool:
        taken = {key for key, _ in await shop.hub.store.find("odoo.snapshot")}
        return {f"{one}/taken" for one in POLLERS} <= taken

    await eventually(all_did, timeout=60)
    assert await _exchanges(shop) == []
    assert shop.odoo.effects.total() == 0


async def _exchanges(shop: Shop) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = await shop.hub.journal.query("select lane from exchange", {})
    return rows
