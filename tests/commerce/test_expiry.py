"""Attempts that nobody paid in time: the order is free again, and who wants to be told is."""

from pathlib import Path
from typing import Any

import pytest
from lxml.html import fragment_fromstring

from caravana.component.placetopay.sandbox import Card
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import Shop, open_shop
from tests.support.waiting import eventually

TOLD = "venció sin cobro"
MAILED = "El pago con tarjeta de 115.00 USD (referencia CV{order}-1) venció sin cobro. El enlace sigue sirviendo."


def text_content(body: str) -> str:
    """Return what a reader sees of HTML."""
    return str(fragment_fromstring(body, create_parent="div").text_content())


def mailed(shop: Shop) -> list[str]:
    """Return the bodies of the messages that Odoo mails to the followers of orders."""
    model = shop.odoo.env["mail.message"]
    ids = model.search([["model", "=", "sale.order"], ["subtype_id.name", "=", "Discussions"]])
    return [one["body"] for one in model.read(ids, ["body"])]


async def expired(shop: Shop, order: int) -> None:
    """Open a session for the order and wait until the hub knows that its time is over."""
    assert await shop.press(await shop.link(order)) is not None

    async def known() -> bool:
        return bool((await shop.attempts(order))[-1]["state"] == "expired")

    async with shop.hurrying():
        await eventually(known, timeout=60)
    await shop.idle()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("tells", [False, True])
async def test_an_order_whose_session_expired_is_free_again(tmp_path: Path, clock: ScaledClock, *, tells: bool) -> None:
    """The page says so and opens another session, which is paid; the order tells of each expired one once, where wanted."""
    async with open_shop(
        tmp_path, clock, **{"cards.life": "6m", "cards.sweep": "1m", "cards.tell_expired": tells}
    ) as shop:
        order = shop.order()
        await expired(shop, order)
        link = await shop.link(order)
        assert await shop.face(link) == "expired"
        assert await shop.face(link) == "expired"
        await shop.idle()
        assert shop.notes(order).count(TOLD) == int(tells)
        session = await shop.press(link)
        shop.provider.pay(str(session))
        await shop.told(order)
        assert [one["state"] for one in await shop.attempts(order)] == ["expired", "paid"]
        assert shop.notes(order).count(TOLD) == int(tells)
        assert [text_content(one) for one in mailed(shop)] == [MAILED.format(order=order)] * int(tells)
        assert await shop.reviews() == []


@pytest.mark.timeout(120)
async def test_a_payment_on_which_the_bank_never_decided_is_looked_at(tmp_path: Path, clock: ScaledClock) -> None:
    """Long after its time the bank still thinks: it is asked about no more, and a person is told, once."""
    async with open_shop(tmp_path, clock, **{"cards.sweep": "1m"}) as shop:
        shop.provider.site.pending_delay = 10**9
        order = shop.order()
        session = await shop.press(await shop.link(order))
        shop.provider.pay(str(session), Card.PENDING_APPROVED)

        async def thinks() -> dict[str, Any] | None:
            [one] = await shop.attempts(order)
            return one if one["processing"] else None

        async with shop.hurrying():
            one = await eventually(thinks, timeout=60)
        await shop.idle()
        past = {**one, "expires": "2020-01-01T00:00:00+00:00"}
        for scope in ("card_attempt", "card_open"):
            await shop.hub.store.put(scope, one["key"], past)

        async def told() -> bool:
            return await shop.reviews() == ["undecided"]

        async with shop.hurrying():
            await eventually(told, timeout=60)
        assert [each["state"] for each in await shop.attempts(order)] == ["expired"]
