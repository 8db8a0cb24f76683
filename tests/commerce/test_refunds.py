"""Money that goes back: asked for by a person or a credit note, or made at the company; in the same books once."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.commerce.tasks import Tasks, TaskSettings
from caravana.component.odoo.sandbox.seed import Setup
from caravana.component.placetopay.sandbox import Card
from caravana.engine.admin import Admin
from caravana.engine.control import AdminError
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault, Interlude
from tests.commerce.shop import Shop, Street, open_shop
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
    [(_, item)] = await shop.hub.store.find("review")
    name = shop.read("sale.order", order, "name")
    said = f"Pedido {name}, referencia CV{order}-1-R1, 115.00 USD, PlacetoPay. Motivo: una mochila devuelta."
    assert item["detail"] == said


async def test_of_an_advance_no_credit_note_is_wanted(shop: Shop) -> None:
    """The order is not invoiced: a person is told to reconcile what went out with what came in."""
    order, _ = await bought(shop, invoiced=False)
    await refund(shop, f"CV{order}-1")
    assert await shop.reviews() == ["refund_of_advance"]
    [(_, item)] = await shop.hub.store.find("review")
    assert "concilie la salida con él" in item["text"]


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


async def test_what_nobody_paid_cannot_go_back(shop: Shop) -> None:
    """The customer only opened the page: asked for or entered, the refund is refused because nothing was paid."""
    order = shop.order()
    await shop.press(await shop.link(order))
    name = f"CV{order}-1"
    assert (await refund(shop, name))["refused"] == "unpaid"
    assert (await entered(shop, name, by="page"))["refused"] == "unpaid"
    assert await refunds(shop) == []


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
    [item] = await Admin(shop.hub.journal, shop.hub.clock, shop.hub).review()
    about = f"{shop.read('sale.order', order, 'name')}, CV{order}-1, 115.00 USD, PlacetoPay"
    assert item["details"] == {"detail": about}
    task = Tasks(TaskSettings()).task({"item": item, "name": item["id"], "told": 1})
    assert task is not None
    assert (task["record"], about in task["text"].splitlines()) == ({"model": "sale.order", "id": order}, True)


async def test_what_a_credit_note_has_sent_back_is_named_when_it_is_in_doubt(
    tmp_path: Path, clock: ScaledClock
) -> None:
    """Nobody asked for it here, so the list itself says which order, how much, and at which company to look."""
    async with open_shop(tmp_path, clock, **{"cards.refund_on_credit_note": True}) as shop:
        order, invoice = await bought(shop)
        shop.provider.faults.append(Fault("transaction", "cut_after"))
        reverse(shop, invoice)
        desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
        [item] = await eventually(lambda: desk.review(), timeout=30)
        name = shop.read("sale.order", order, "name")
        assert (item["kind"], item["record"]) == ("in_doubt", {"model": "sale.order", "id": order})
        assert item["details"] == {"detail": f"{name}, CV{order}-1, 115.00 USD, PlacetoPay"}


async def test_while_a_refund_is_in_doubt_no_other_is_begun(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks again reads that one has no answer, and that what he says of it waits; settled as done it is booked, once."""
    order, _ = await bought(shop)
    name = f"CV{order}-1"
    shop.provider.faults.append(Fault("transaction", "cut_after"))
    doubt = await refund(shop, name)
    for again in (refund(shop, name, amount="15.00"), entered(shop, name, by="page")):
        with pytest.raises(AdminError, match=f"the refund {name}-R1 is not answered yet"):
            await again
    answer = shop.hub.requests.answer
    monkeypatch.setattr(shop.hub.requests, "answer", lambda exchange, seconds: answer(exchange, 0.5))
    waits = await entered(shop, f"{name}-R1")
    assert (waits["state"], "it waits its turn" in waits["message"]) == ("running", True)
    monkeypatch.undo()
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    settled = {"id": doubt["exchange"], "done": True, "reference": "7781", "go": True, "actor": "ana"}
    await desk.call("settle", settled)
    await eventually(lambda: outgoing(shop), timeout=30)
    await shop.idle()
    assert [(one["state"], one["booked"]) for one in await refunds(shop)] == [("done", True)]
    assert ([one["amount"] for one in outgoing(shop)], shop.provider.effects["reverse"]) == ([115.0], 1)


async def test_a_note_that_is_used_up_asks_for_no_other(tmp_path: Path, clock: ScaledClock) -> None:
    """A clerk paid the note that asked for the refund by hand: a person matches the money, and makes no second note."""
    async with open_shop(tmp_path, clock, **{"cards.refund_on_credit_note": True}) as shop:
        _, invoice = await bought(shop)
        moves, wizard = shop.odoo.env["account.move"], shop.odoo.env["account.payment.register"]

        async def clerk() -> None:
            [note] = moves.search([["reversed_entry_id", "=", invoice]])
            context = {"active_model": "account.move", "active_ids": [note], "active_id": note}
            wizard.action_create_payments([wizard.create({}, context=context)], context=context)

        shop.odoo.interludes.append(Interlude("account.payment.load", clerk))
        reverse(shop, invoice)
        await eventually(shop.reviews, timeout=60)
        assert await shop.reviews() == ["refund_note_used"]


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


async def entered(shop: Shop, name: str, **said: Any) -> dict[str, Any]:
    """Enter a refund made by hand as `caravana payments refunded` does, today if nothing else is said; return the answer."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    zone = ZoneInfo(shop.configuration.company.timezone)
    today = shop.hub.clock.now().astimezone(zone).date().isoformat()
    arguments = {"name": name, "made": today, "by": "transfer", "reason": "una mochila devuelta", **said}
    found: dict[str, Any] = await desk.operate("pay", "refunded", arguments, subject=name, actor="ana")
    return found


async def test_a_refund_by_bank_transfer_is_entered_once(tmp_path: Path, clock: ScaledClock) -> None:
    """It is in the ledger and, from a bank's journal and with its day, in Odoo's books; PlacetoPay is not called."""

    def cards(street: Street, given: dict[str, Any]) -> None:
        given["settings"]["cards.journal_id"] = banks(street)[0]

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas", "Banco", "Caja")), cards) as shop:
        _, bank, cash = banks(shop)
        order, _ = await bought(shop)
        answer = await entered(shop, f"CV{order}-1", amount="15.00", number="T-77")
        assert (answer["state"], answer["amount"], answer["booked"], answer["by"]) == (
            "done",
            "15.00",
            True,
            "transfer",
        )
        assert (await entered(shop, f"CV{order}-1", amount="15.00", number="T-77"))["refused"] == "already"
        assert (await entered(shop, f"CV{order}-1", amount="100.01"))["refused"] == "too_much"
        assert (await entered(shop, f"CV{order}-1", journal=cash))["amount"] == "100.00"
        model = shop.odoo.env["account.payment"]
        found = model.read([one["id"] for one in outgoing(shop)], ["amount", "journal_id", "date"])
        made = sorted((one["amount"], one["journal_id"][0], str(one["date"])) for one in found)
        assert made == [(15.0, bank, answer["made"]), (100.0, cash, answer["made"])]
        assert shop.provider.effects["reverse"] == 0
        notes = shop.notes(order)
        assert (
            f"Devolución por transferencia bancaria: 15.00 USD. Referencia CV{order}-1-R1, número del banco T-77, "
            in notes
        )
        assert f"Referencia CV{order}-1-R2, número del banco s/n, " in notes
        assert "PlacetoPay T-77" not in notes
        details = [one["detail"] for _, one in await shop.hub.store.find("review")]
        assert all("por transferencia bancaria" in one and "PlacetoPay" not in one for one in details)


async def test_a_transfer_leaves_no_branch_s_journal_of_cards(tmp_path: Path, clock: ScaledClock) -> None:
    """The bank account from which money is sent is none of the journals that cards of any branch are booked in."""

    def branches(street: Street, given: dict[str, Any]) -> None:
        [warehouse] = street.odoo.env["stock.warehouse"].search([])
        south = street.odoo.env["stock.warehouse"].create({"name": "Sur", "code": "SUR"})
        here, there, _ = banks(street)
        own = {"company": 1, "payment_store": "placetopay"}
        given["branches"] = {
            "centro": {"name": "Centro", "warehouse": warehouse, "card_journal": here, **own},
            "sur": {"name": "Sur", "warehouse": south, "card_journal": there, **own},
        }

    async with open_shop(tmp_path, clock, Setup(banks=("Tarjetas", "Tarjetas Sur", "Banco")), branches) as shop:
        order, _ = await bought(shop)
        assert (await entered(shop, f"CV{order}-1", amount="15.00"))["booked"]
        [out] = shop.odoo.env["account.payment"].read([one["id"] for one in outgoing(shop)], ["journal_id"])
        assert out["journal_id"][0] == banks(shop)[2]


def banks(street: Street) -> list[int]:
    """Return the numbers of Odoo's bank journals."""
    found: list[int] = street.odoo.env["account.journal"].search([["type", "=", "bank"]])
    return sorted(found)


async def test_what_cannot_be_entered_is_refused_with_its_reason(shop: Shop) -> None:
    """A day ahead or before the payment, nothing, a refund that does not wait: nothing is written."""
    order, _ = await bought(shop)
    name = f"CV{order}-1"
    assert (await entered(shop, name, made="2100-01-01"))["refused"] == "day"
    assert (await entered(shop, name, made="2020-01-01"))["refused"] == "day"
    assert (await entered(shop, name, amount="0"))["refused"] == "nothing"
    assert (await entered(shop, f"{name}-R1"))["refused"] == "not_waiting"
    assert (await entered(shop, name, made=None, by=None))["refused"] == "not_waiting"
    assert (await refunds(shop), outgoing(shop)) == ([], [])


async def test_a_refund_that_waits_is_settled_by_a_person_s_word(shop: Shop) -> None:
    """PlacetoPay left it pending and never tells more: a person found it made, or not made; then the money is free again."""
    order, _ = await bought(shop)
    shop.provider.site.settlement_delay = 0.0
    shop.provider.site.refunds = "pending"
    name = f"CV{order}-1"
    assert (await refund(shop, name, amount="15.00"))["state"] == "pending"
    assert outgoing(shop) == []
    gone = await entered(shop, f"{name}-R1", made=None, by=None)
    assert (gone["state"], gone["reference"]) == ("failed", f"{name}-R1")
    assert (await refund(shop, name, amount="20.00"))["state"] == "pending"
    done = await entered(shop, name, by="page", amount="20.00")
    assert (done["reference"], done["state"], done["booked"]) == (f"{name}-R2", "done", True)
    assert [one["amount"] for one in outgoing(shop)] == [20.0]
    assert [one["state"] for one in await refunds(shop)] == ["failed", "done"]


async def compared(shop: Shop) -> list[dict[str, Any]]:
    """Compare as each night: yesterday, and the days of what is open; return the differences."""
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    found = await desk.operate("pay", "compare", {"day": None, "connection": None}, subject="x", actor="ana")
    await shop.idle()
    return [each for one in found for each in one["differences"]]


async def test_a_refund_that_waits_for_too_long_is_a_person_s(tmp_path: Path, clock: ScaledClock) -> None:
    """PlacetoPay tells no more of it: after a time it is asked about once, and the person's word takes it off the list."""
    async with open_shop(tmp_path, clock, **{"cards.refund_patience": "30s"}) as shop:
        order, _ = await bought(shop)
        shop.provider.site.refunds = "pending"
        name = f"CV{order}-1"
        assert (await refund(shop, name))["state"] == "pending"
        begun = shop.hub.clock.now()
        await eventually(lambda: shop.hub.clock.now() > begun + timedelta(seconds=40), timeout=30)
        for _ in range(2):
            assert [(one["kind"], one["name"]) for one in await compared(shop)] == [("refund_waiting", f"{name}-R1")]
            assert await shop.reviews() == ["refund_waiting"]
        [(_, item)] = await shop.hub.store.find("review")
        assert f"caravana payments refunded {name}-R1 --not-made" in item["detail"]
        assert (
            f"PlacetoPay (placetopay) {name}-R1: 115.00 USD. Pedido {item['order']}, referencia {name}."
            in item["detail"]
        )
        assert (await entered(shop, f"{name}-R1", by="page"))["booked"] is True
        assert await shop.reviews() == ["refund_without_note"]
        assert await compared(shop) == []


async def test_a_refund_on_the_page_is_proposed_to_be_entered(shop: Shop) -> None:
    """PlacetoPay's answer only hints at it: a person is told how to enter it, and then nothing is left to tell."""
    order, _ = await bought(shop)
    shop.provider.refund_at_console(shop.provider.payments()[-1].internal_reference)
    zone = ZoneInfo(shop.configuration.company.timezone)
    desk = Admin(shop.hub.journal, shop.hub.clock, shop.hub)
    [(_, attempt)] = await shop.hub.store.find("card_attempt")
    wish = {"day": datetime.fromisoformat(attempt["created"]).astimezone(zone).date().isoformat(), "connection": None}
    [found] = await desk.operate("pay", "compare", wish, subject="x", actor="ana")
    assert [one["kind"] for one in found["differences"]] == ["refund_unknown"]
    [(_, item)] = await shop.hub.store.find("review")
    assert f"caravana payments refunded CV{order}-1 --made" in item["detail"]
    assert (await entered(shop, f"CV{order}-1", by="page"))["state"] == "done"
    assert await shop.reviews() == ["refund_without_note"]
    [found] = await desk.operate("pay", "compare", wish, subject="x", actor="ana")
    assert found["differences"] == []
