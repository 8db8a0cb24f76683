"""Disputes (chargebacks): the company tells, or a person enters them; a person answers and books what is lost."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.component.stripe.sandbox import Card
from caravana.engine.admin import Admin
from caravana.kit import json
from tests.commerce.shop import Shop
from tests.commerce.test_refunds import bought
from tests.commerce.test_three import Mall, mall
from tests.support.waiting import eventually

__all__ = ["mall"]


async def disputed(mall: Mall) -> tuple[int, dict[str, Any]]:
    """Return an order that was paid with the card whose owner complains, and Stripe's dispute, once a person is told."""
    order = mall.shop.order()
    await mall.choose(order, "stripe")
    mall.stripe.pay((await mall.attempt(order))["request_id"], Card.DISPUTE)
    async with mall.shop.hurrying():
        await eventually(lambda: any("Responder hasta" in one for one in mall.shop.tasks(order)), timeout=90)
    [dispute] = mall.stripe.all("dispute")
    return order, dict(dispute)


async def ledger(shop: Shop) -> list[dict[str, Any]]:
    """Return our ledger."""
    return [one for _, one in await shop.hub.store.find("card_dispute")]


async def ends(mall: Mall, dispute: dict[str, Any], status: str) -> None:
    """Have the bank decide, and wait until our ledger says so."""
    mall.stripe.disputes.become(mall.stripe.world.shelf.get("dispute", dispute["id"]), status)

    async def known() -> bool:
        return [one["status"] for one in await ledger(mall.shop)] == [status]

    async with mall.shop.hurrying():
        await eventually(known, timeout=90)
    await mall.shop.idle()


async def enter(shop: Shop, name: str, **said: Any) -> dict[str, Any]:
    """Enter a dispute as `caravana payments dispute` does, and return the answer."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    found: dict[str, Any] = await desk.operate("pay", "dispute", {"name": name, **said}, subject=name, actor="ana")
    return found


@pytest.mark.timeout(120)
async def test_a_dispute_is_a_task_with_the_evidence(mall: Mall) -> None:
    """Stripe tells twice of one dispute: one record, one task with payment, amount, reason, last day and what was delivered."""
    order, dispute = await disputed(mall)
    assert len([one for one in mall.stripe.events() if one.startswith("charge.dispute")]) == 2
    await mall.shop.idle()
    [kept] = await ledger(mall.shop)
    assert (kept["key"], kept["state"], kept["amount"]) == (f"stripe/{dispute['id']}", "open", Decimal("115.00"))
    [task] = mall.shop.tasks(order)
    for evidence in (
        f"CV{order}-1",
        kept["payment"],
        "115.00",
        "…0259",
        "fraudulent (dice que no",
        "Responder hasta: 20",
        "0 de 1",
    ):
        assert evidence in task
    assert await mall.shop.reviews() == ["dispute"]


@pytest.mark.timeout(120)
async def test_a_dispute_that_is_won_closes_its_task(mall: Mall) -> None:
    """The money is back: there is nothing to book, and nothing left to do."""
    order, dispute = await disputed(mall)
    await ends(mall, dispute, "won")
    async with mall.shop.hurrying():
        await eventually(lambda: mall.shop.tasks(order) == [], timeout=60)
    assert await mall.shop.reviews() == []


@pytest.mark.timeout(120)
async def test_a_dispute_that_is_lost_is_to_be_booked(mall: Mall) -> None:
    """The task to answer goes, and one comes that says what was taken: amount and fee."""
    order, dispute = await disputed(mall)
    await ends(mall, dispute, "lost")
    async with mall.shop.hurrying():
        await eventually(lambda: ["Qué registrar" in one for one in mall.shop.tasks(order)] == [True], timeout=60)
    [task] = mall.shop.tasks(order)
    assert ("115.00" in task, "15.00" in task) == (True, True)
    assert await mall.shop.reviews() == ["dispute_lost"]


async def test_a_person_enters_what_placetopay_does_not_tell(shop: Shop) -> None:
    """Entered twice it is one dispute and one item; how it ended closes it, and it never goes back."""
    order, _ = await bought(shop)
    name = f"CV{order}-1"
    for _ in range(2):
        said = await enter(shop, name, amount="100.00", reason="no reconoce la compra", until="2026-12-05")
        assert (said["state"], said["amount"], said["origin"]) == ("open", "100.00", "person")
    assert await shop.reviews() == ["dispute"]
    [(_, item)] = await shop.hub.store.find("review")
    assert ("no reconoce" in item["detail"], "hasta: 2026-12-05" in item["detail"]) == (True, True)
    assert (await enter(shop, name, outcome="lost"))["state"] == "lost"
    assert (await enter(shop, name))["state"] == "lost"
    [kept] = await ledger(shop)
    assert (kept["amount"], kept["due"]) == (Decimal("100.00"), "2026-12-05")
    assert await shop.reviews() == ["dispute_lost"]
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    shown = await desk.operate("pay", "show", {"name": name})
    assert json.loads(json.dumps(shown))["disputes"][0]["state"] == "lost"


async def test_a_dispute_beyond_the_payment_is_refused(shop: Shop) -> None:
    """More than was paid, nothing, or another payment: refused with the reason, and not in the ledger."""
    order, _ = await bought(shop)
    assert (await enter(shop, f"CV{order}-1", amount="115.01"))["refused"] == "amount"
    assert (await enter(shop, f"CV{order}-1", amount="0"))["refused"] == "amount"
    assert (await enter(shop, f"CV{order}-1", payment="1"))["refused"] == "no_payment"
    unpaid = shop.order()
    await shop.press(await shop.link(unpaid))
    assert (await enter(shop, f"CV{unpaid}-1"))["refused"] == "unpaid"
    assert await ledger(shop) == []
