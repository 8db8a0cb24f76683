"""Two hubs on one PostgreSQL: whichever of them hears of a payment, it is booked once."""

import asyncio
from pathlib import Path

from caravana.component.placetopay.sandbox import NotificationPlan
from caravana.kit.clock import ScaledClock
from caravana.kit.serving import serve
from tests.commerce.shop import hub_of, open_shop
from tests.support.waiting import eventually

ORDERS = 3


async def test_all_at_once_on_two_hubs(tmp_path: Path, postgres_database: str) -> None:
    """Notification, return page and sweep at the same instant, three times over, on two hubs: one payment an order."""
    clock = ScaledClock(0, 1)
    async with open_shop(tmp_path, clock, journal=postgres_database, **{"cards.sweep": "1s"}) as shop:
        second = hub_of(shop.configuration, clock)
        async with second, serve(second.listener) as url:
            shop.provider.notifier.plan = NotificationPlan(times=3)
            orders = [shop.order() for _ in range(ORDERS)]
            links = [await shop.link(one) for one in orders]
            sessions = [await shop.press(one) for one in links]
            for session in sessions:
                shop.provider.pay(str(session))
            returns = [f"{one}/return" for one in links] * 3
            await asyncio.gather(*(shop.page(one) for one in returns))
            await asyncio.gather(*(shop.page(one.replace(shop.url, url)) for one in returns))
            for order in orders:
                await shop.settled(order)
            await eventually(lambda: len(shop.hub.dispatcher) == len(second.dispatcher) == 0)
            assert len(shop.card_payments()) == ORDERS
            assert shop.odoo.effects["account.payment.load"] == ORDERS
