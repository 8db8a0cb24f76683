"""Two hubs in processes of their own on one PostgreSQL publish the products of one Odoo: each once, and one post tells of it."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.commerce.storefront_processes import FIELD, PUBLISHED, Street, open_street
from tests.support.waiting import eventually

COUNT = 24


async def changed(street: Street, codes: list[str], price: float) -> None:
    """Change the prices, and wait until Meta has them."""
    for code in codes:
        street.change(street.number(code), list_price=price)
    shown = f"{price * 1.15:.2f} USD"
    await eventually(lambda: {street.item(one)["price"] for one in codes} == {shown}, timeout=60)


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_two_hubs_publish_once(tmp_path: Path, postgres_database: str) -> None:
    """Both look, one of them is killed: each change goes out once, each product is told of once, both show every picture."""
    async with open_street(tmp_path, postgres_database, 2) as street:
        codes = [f"P{number:02d}" for number in range(COUNT)]
        tags = [[6, 0, [street.tag, street.flag]]]
        numbers = [street.product(one, product_tag_ids=tags) for one in codes]
        await street.shown(*numbers)
        await asyncio.gather(*(street.told(one) for one in codes))
        await street.idle()
        assert {street.sent(one) for one in codes} == {1}
        paths = [street.item(one)["image_link"].partition("/wares/")[2] for one in codes]
        async with aiohttp.ClientSession() as web:
            for hub in street.hubs:
                assert hub.presence is not None
                for path in paths[:3]:
                    async with web.get(f"{hub.presence.listener}/wares/{path}") as answer:
                        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        await asyncio.gather(*(one.publishes() for one in street.hubs))
        await street.idle()
        await changed(street, codes, 20.0)
        await street.idle()
        assert {street.sent(one) for one in codes} == {2}
        for price, dead in ((30.0, street.hubs[0]), (40.0, street.hubs[1])):  # one of them is the one that looks
            dead.kill()
            await dead.died()
            await changed(street, codes, price)
            await dead.start()
            await street.idle()
        assert {street.sent(one) for one in codes} == {4}
        assert [street.read(one, FIELD) for one in numbers] == [PUBLISHED] * COUNT
        names = [f"Producto {one}" for one in codes]
        assert sorted(street.page_posts()) == names
        assert sorted(street.instagram_posts()) == names
