"""A payment that could not be confirmed: the page says what is known, the order has a note, and no message dies of it."""

import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.commerce import attempt
from caravana.commerce.cards import Cards, CardSettings
from caravana.commerce.link import PayLinks
from caravana.component.payphone.sandbox.sandbox import FIRST_TRANSACTION
from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.exchange import Exchange
from tests.commerce.shop import Shop
from tests.commerce.test_going import payphone_shop
from tests.commerce.test_mapping import a_sale, an_answer, an_attempt
from tests.commerce.test_sweep import CARDS, STORES
from tests.commerce.test_unjudged import compared
from tests.support.leaping import LeapingClock

NOTE = (
    "El pago con tarjeta de 115.00 USD (referencia CV{order}-1) no se pudo confirmar: PayPhone no conoce el pago n.º {number}, "
    "o la confirmación llegó tarde. Si lo cobró, lo devuelve solo. El mismo enlace sirve para pagar de nuevo."
)


async def pressed(shop: Shop) -> tuple[int, str]:
    """Return an order and its link, whose customer was sent to PayPhone."""
    order = shop.order()
    link = await shop.link(order)
    await shop.page_pressed(link)
    return order, link


async def back(shop: Shop, link: str, number: object) -> str:
    """Come back from PayPhone with a payment's number; return the face that the page shows once it was confirmed or not."""
    await shop.page(f"{link}/return/es/1?id={number}&clientTransactionId=x")
    await shop.idle()
    return await shop.face(f"{link}/return")


async def waiting(shop: Shop) -> list[Any]:
    """Return everything that waits for a person."""
    return await Admin(shop.hub.journal, shop.hub.clock, shop.hub).review()


@pytest.mark.parametrize("covers", [False, True])
async def test_a_customer_who_comes_back_too_late(tmp_path: Path, covers: bool) -> None:
    """The query knows nothing: he reads that it is not known, when he may pay again, and then may; the order has a note, once."""
    clock = LeapingClock(time.time(), 20)
    async with payphone_shop(tmp_path, clock, {"queryCovers": covers}, **{"cards.sweep": "1h"}) as (shop, sandbox):
        sandbox.store.query_covers = False
        order, link = await pressed(shop)
        payment = sandbox.pay(f"CV{order}-1")
        clock.leap(360)
        assert await back(shop, link, payment.id) == "late"
        text = (await shop.page(f"{link}?lang=es"))[1]
        assert "La confirmación llegó tarde, o PayPhone no conoce ese pago. Si le cobró, le devuelve el dinero" in text
        assert ("<button" in text, 'http-equiv="refresh"' in text) == (False, True)
        assert await waiting(shop) == []
        clock.leap(600)
        assert await shop.face(link) == "unconfirmed"
        assert await back(shop, link, payment.id) == "unconfirmed"
        assert shop.notes(order).count(NOTE.format(order=order, number=payment.id)) == 1
        assert "venció" not in shop.notes(order)
        assert await waiting(shop) == []
        await shop.page_pressed(link)
        assert (await shop.attempts(order))[-1]["reference"] == f"CV{order}-2"


async def test_a_number_that_was_not_known_is_confirmed_when_it_is(tmp_path: Path) -> None:
    """PayPhone knew the payment a moment too late, or somebody had guessed its number: named again it is confirmed and booked."""
    async with payphone_shop(tmp_path, ScaledClock(0, 1), {"queryCovers": False}) as (shop, sandbox):
        order, link = await pressed(shop)
        for number in (999, FIRST_TRANSACTION):
            assert await back(shop, link, number) == "late"
        payment = sandbox.pay(f"CV{order}-1")
        assert payment.id == FIRST_TRANSACTION
        await shop.page(f"{link}/return/es/1?id={payment.id}&clientTransactionId=x")
        await shop.settled(order)
        assert (payment.confirmed, await shop.face(link)) == (True, "paid")
        assert [one["amount"] for one in shop.card_payments()] == [115.0]
        assert (await waiting(shop), "no se pudo confirmar" in shop.notes(order)) == ([], False)


async def test_of_a_company_that_tells_nothing_nobody_says_that_nothing_was_charged(tmp_path: Path) -> None:
    """The customer pays and never comes back: neither while it runs nor afterwards is it known, and that is what he reads."""
    clock = LeapingClock(time.time(), 20)
    settings = {"cards.sweep": "1h", "cards.tell_expired": True}
    async with payphone_shop(tmp_path, clock, {"queryCovers": False}, **settings) as (shop, sandbox):
        order, link = await pressed(shop)
        sandbox.pay(f"CV{order}-1")
        text = (await shop.page(f"{link}?lang=es"))[1]
        assert ("Todavía no nos consta ningún pago" in text, "no se le cobró" in text) == (True, False)
        clock.leap(960)
        text = (await shop.page(f"{link}?lang=es"))[1]
        assert ("Si PayPhone le cobró, le devuelve el dinero" in text, "No se le cobró" in text) == (True, False)
        await shop.idle()
        assert f"(referencia CV{order}-1) venció sin que nos conste un cobro." in shop.notes(order)


async def test_a_session_that_cannot_be_closed_is_held_until_it_can_be_confirmed_no_more(tmp_path: Path) -> None:
    """The page takes money for ten minutes and it may be confirmed for five more: until then no other session is opened."""
    clock = LeapingClock(time.time(), 20)
    async with payphone_shop(tmp_path, clock, **{"cards.sweep": "1h"}) as (shop, _):
        order, link = await pressed(shop)
        clock.leap(660)
        text = (await shop.page_pressed(f"{link}?lang=es"))[1]
        assert f"ese pago no se cierra antes de las {at(shop, clock.now().timestamp() + 240)}." in text
        assert len(await shop.attempts(order)) == 1


def at(shop: Shop, moment: float) -> str:
    """Return hour and minute, as the shop's customers read them."""
    return f"{datetime.fromtimestamp(moment, ZoneInfo(shop.configuration.company.timezone)):%H:%M}"


def test_money_that_came_is_no_doubt() -> None:
    """A payment that was not known at first and then came counts; the attempt is paid."""
    pending = {**an_answer("pending", final=False), "unconfirmed": "600"}
    one = attempt.judged(attempt.judged(an_attempt(), pending), pending)
    assert (one["state"], one["final"], one["unconfirmed"]) == ("pending", False, ["600", "600"])
    assert attempt.judged(one, an_answer("paid", "paid"))["state"] == "paid"
    assert "unconfirmed" not in attempt.judged(an_attempt(), an_answer("pending", final=False))


async def test_money_that_stayed_after_all_is_brought_to_light(tmp_path: Path) -> None:
    """PayPhone said that it did not know the payment, and kept it: its list of the day says so, and a person hears of it."""
    clock = LeapingClock(time.time(), 20)
    clock.leap(-(clock.now() - datetime(2026, 11, 23, 17, tzinfo=UTC)).total_seconds() % 86400)  # noon: all on one day
    async with payphone_shop(tmp_path, clock, {"queryCovers": False}, **{"cards.sweep": "1h"}) as (shop, sandbox):
        order, link = await pressed(shop)
        payment = sandbox.pay(f"CV{order}-1")
        clock.leap(360)
        assert await back(shop, link, payment.id) == "late"
        payment.status, payment.reversed, payment.confirmed = 3, False, True
        clock.leap(600)
        assert await shop.face(link) == "unconfirmed"
        for _ in range(2):
            [told] = (await compared(shop))["differences"]
            assert (told["kind"], told["name"]) == ("payment_missing", str(payment.id))
        assert await shop.reviews() == ["payment_missing"]
        assert shop.notes(order).count(NOTE.format(order=order, number=payment.id)) == 1


@pytest.mark.parametrize(
    ("doubt", "says"),
    [
        ({"silent": True}, "Si la empresa de pago le cobró, le devuelve el dinero"),
        ({"unconfirmed": ["1"]}, "o la empresa de pago no conoce ese pago."),
        ({"given_back": True}, "La empresa de pago le devolvió el dinero"),
    ],
)
def test_the_account_of_the_last_attempt_is_gone(doubt: dict[str, Any], says: str) -> None:
    """The shop left the company whose payment is in doubt: the order can be paid at another, which the sentence does not name."""
    page = shown(an_attempt(state="expired", final=True, connection="left", **doubt))
    assert (says in page["text"], [one["store"] for one in page["buttons"]]) == (True, list(STORES))


def test_the_page_that_is_opened_next_is_named() -> None:
    """After money in a session that told nothing the rest is paid at the company offered now, whatever the last one was."""
    page = shown(
        an_attempt(state="part_paid", final=True, connection="stripe", silent=True, payments=[PAID]), only="payphone"
    )
    assert "la página segura de payphone" in page["text"]


def test_an_attempt_at_an_account_that_is_gone_ends_with_its_note() -> None:
    """The shop left the company while a payment was in doubt: the clerk is told of it, under the account's own name."""
    one = an_attempt(state="expired", final=True, connection="left", unconfirmed=["600"])
    note = CARDS.given_back_note({"attempt": one})
    assert "no se pudo confirmar: left no conoce el pago n.º 600" in note["body"]


PAID = {"internal_reference": "600", "total": Decimal(15), "currency": "USD"}


def shown(last: dict[str, Any], only: str | None = None) -> dict[str, Any]:
    """Return what stands on the page of an order with this attempt; `only`: the one account that is offered."""
    offered = list(STORES) if only is None else [only]
    cards = Cards(CardSettings("Empresa XYZ", "America/Guayaquil", STORES, offered), PayLinks(["a secret"], ""))
    exchange, variables = Exchange("x1", None, created=datetime(2026, 11, 23, tzinfo=UTC)), {"sale": a_sale(last)}
    return cards.page({**variables, "face": cards.face(variables, exchange)}, {}, exchange)
