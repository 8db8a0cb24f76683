"""Money that goes back: asked for by a person or a credit note, or made at the company; in the same books once."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caravana.component.placetopay.sandbox import Card
from caravana.engine.admin import Admin
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.shop import Shop, open_shop
from tests.commerce.test_books import reverse
from tests.support.waiting import eventually


async def bought(shop: Shop, *, invoiced: bool = True) -> tuple[int, int]:
    """Return an order of 115.00 that was paid by card and is booked, and its invoice."""
    order = shop.order()
    invoice = shop.invoice(order) if invoiced else 0
    session = await shop.press(await shop.link(order))
    shop.provider.pay(str(session), Card.APPROVED)
    await shop.settled(order)
    await shop.idle()
    return order, invoice


async def refund(shop: Shop, name: str, **wish: Any) -> dict[str, Any]:
    """Ask for a refund as `caravana payments refund` does, and return the answer."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    arguments = {"name": name, "reason": "una mochila devuelta", **wish}
    found: dict[str, Any] = await desk.operate("pay", "refund", arguments, subject=name, actor="ana")
    return found


def outgoing(shop: Shop) -> list[dict[str, Any]]:
    """Return the outgoing payments that are in Odoo's books."""
    model = shop.odoo.env["account.payment"]
    ids = model.search([["payment_type", "=", "outbound"], ["state", "in", ["in_process", "paid"]]])
    found: list[dict[str, Any]] = model.read(ids, ["amount", "state", "memo", "reconciled_invoice_ids"])
    return found


async def refunds(shop: Shop) -> list[dict[str, Any]]:
    """Return our ledger."""
    return [one for _, one in await shop.hub.store.find("card_refund")]


async def test_a_person_sends_all_back(shop: Shop) -> None:
    """The ledger, the company and Odoo's books say the same; without a credit note a person is told to make one."""
    order, _ = await bought(shop)
    answer = await refund(shop, f"CV{order}-1")
    assert (answer["state"], answer["amount"], answer["reference"]) == ("done", "115.00", f"CV{order}-1-R1")
    [paid] = shop.provider.payments()
    assert paid.refunded == Decimal("115.00")
    [out] = outgoing(shop)
    assert (out["amount"], f"CV{order}-1-R1" in out["memo"]) == (115.0, True)
    [kept] = await refunds(shop)
    assert (kept["state"], kept["booked"], kept["origin"]) == ("done", True, "person")
    assert "Devolución con tarjeta" in shop.notes(order)
    assert "una mochila devuelta" in shop.notes(order)
    assert await shop.reviews() == ["refund_without_note"]


async def test_with_its_credit_note_it_is_reconciled(shop: Shop) -> None:
    """The clerk made the credit note first: the outgoing payment pays it, and nobody has to look at anything."""
    order, invoice = await bought(shop)
    reverse(shop, invoice)
    await refund(shop, f"CV{order}-1")
    [out] = outgoing(shop)
    [note] = shop.odoo.env["account.move"].search([["reversed_entry_id", "=", invoice]])
    assert (out["reconciled_invoice_ids"], shop.read("account.move", note, "payment_state")) == ([note], "paid")
    assert await shop.reviews() == []


async def test_what_cannot_be_sent_back_is_refused_with_its_reason(shop: Shop) -> None:
    """More than was paid, a part on the first day, and the same money twice: nothing of it is asked or written."""
    order, _ = await bought(shop)
    assert (await refund(shop, f"CV{order}-1", amount="200"))["refused"] == "too_much"
    assert (await refund(shop, f"CV{order}-1", amount="0"))["refused"] == "nothing"
    assert await refunds(shop) == []
    early = await refund(shop, f"CV{order}-1", amount="15.00")
    assert (early["state"], "before settlement" in early["message"]) == ("failed", True)
    assert (await refund(shop, f"CV{order}-1"))["state"] == "done"
    assert (await refund(shop, f"CV{order}-1"))["refused"] == "too_much"
    assert [one["state"] for one in await refunds(shop)] == ["failed", "done"]
    assert len(outgoing(shop)) == 1
    with pytest.raises(Exception, match="no payment is called"):
        await refund(shop, "CV999-1")


async def test_parts_go_back_after_settlement(shop: Shop) -> None:
    """Twice a part, each in the books by itself, and no more than was paid."""
    order, _ = await bought(shop)
    shop.provider.site.settlement_delay = 0.0
    for amount in ("15.00", "100.00"):
        assert (await refund(shop, f"CV{order}-1", amount=amount))["amount"] == amount
    assert sorted(one["amount"] for one in outgoing(shop)) == [15.0, 100.0]
    assert (await refund(shop, f"CV{order}-1", amount="0.01"))["refused"] == "too_much"


async def test_a_refund_whose_answer_was_lost_is_in_doubt(shop: Shop) -> None:
    """PlacetoPay cannot be asked: the ledger says so, nothing is repeated, and a person decides."""
    order, _ = await bought(shop)
    shop.provider.faults.append(Fault("transaction", "cut_after"))
    answer = await refund(shop, f"CV{order}-1")
    assert answer["state"] == "in_doubt"
    assert shop.provider.effects["reverse"] == 1
    assert [one["state"] for one in await refunds(shop)] == ["asked"]
    assert outgoing(shop) == []


async def test_a_credit_note_alone_sends_nothing_back(shop: Shop) -> None:
    """By default a credit note is only paper, for people write them for other reasons, too: nobody even looks at it."""
    assert shop.hub.program.route("card-credit-note") is None
    _, invoice = await bought(shop)
    reverse(shop, invoice)
    await shop.idle()
    assert (shop.provider.effects["reverse"], await refunds(shop)) == (0, [])


async def test_a_credit_note_sends_the_money_back_where_the_company_wants_it(
    tmp_path: Path, clock: ScaledClock
) -> None:
    """With cards.refund_on_credit_note the note is enough: the money goes back once and pays the note."""
    async with open_shop(tmp_path, clock, **{"cards.refund_on_credit_note": True}) as shop:
        order, invoice = await bought(shop)
        reverse(shop, invoice)

        async def booked() -> bool:
            return [one["booked"] for one in await refunds(shop)] == [True]

        await eventually(booked, timeout=60)
        await shop.idle()
        assert shop.provider.effects["reverse"] == 1
        [note] = shop.odoo.env["account.move"].search([["reversed_entry_id", "=", invoice]])
        assert shop.read("account.move", note, "payment_state") == "paid"
        [kept] = await refunds(shop)
        assert (kept["origin"], kept["credit_note"], kept["reference"]) == ("odoo", note, f"CV{order}-1-R1")
        assert await shop.reviews() == []


async def test_a_credit_note_of_what_went_back_already_sends_nothing(tmp_path: Path, clock: ScaledClock) -> None:
    """A person sent money back, then writes the note for the books: it is not sent a second time, and a person looks."""
    async with open_shop(tmp_path, clock, **{"cards.refund_on_credit_note": True}) as shop:
        order, invoice = await bought(shop)
        shop.provider.site.settlement_delay = 0.0
        await refund(shop, f"CV{order}-1", amount="15.00")
        reverse(shop, invoice)

        async def told() -> bool:
            return "refund_failed" in await shop.reviews()

        await eventually(told, timeout=60)
        assert (shop.provider.effects["reverse"], len(outgoing(shop))) == (1, 1)
