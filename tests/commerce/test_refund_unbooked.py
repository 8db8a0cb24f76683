"""Money that went back, and that Odoo refuses to book: it waits on the list, whoever asked for it."""

from pathlib import Path

import pytest

from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.shop import open_shop
from tests.commerce.test_refunds import bought, entered, outgoing, refund, refunds


@pytest.mark.parametrize("ask", [refund, entered])
async def test_a_refund_that_odoo_does_not_take_waits_on_the_list(
    tmp_path: Path, clock: ScaledClock, ask: object
) -> None:
    """A person has his answer that it was made; that it is not in the books is told, and retried it is there, once."""
    async with open_shop(tmp_path, clock) as shop:
        order, _ = await bought(shop)
        shop.odoo.faults.append(Fault("account.payment.load", times=99, status=422))
        answer = await (refund if ask is refund else entered)(shop, f"CV{order}-1")
        assert (answer["state"], answer["booked"]) == ("done", False)
        await shop.idle()
        desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
        [item] = await desk.review()
        assert (item["kind"], item["route"], outgoing(shop)) == ("dead", "card-refund-unbooked", [])
        assert item["details"]["detail"].startswith("S0000")
        shop.odoo.faults.clear()
        await desk.retry(item["id"], go=True, actor="ana")
        await shop.idle()
        assert [one["amount"] for one in outgoing(shop)] == [115.0]
        assert [one["booked"] for one in await refunds(shop)] == [True]
