"""Orders, invoices, payments and credit notes against the sandbox, over both protocols."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.odoo import OdooComponent
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Refused, Unknown
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.component.odoo.conftest import Odoo
from tests.component.odoo.hub import MemoryHub, send, settings

PAYMENT = "odoo:account.payment?operation=createOnce"


async def pay(odoo: Odoo, amount: str, name: str = "psp_1") -> int:
    """Return a payment made and posted as routes do."""
    values = {
        "payment_type": "inbound",
        "partner_type": "customer",
        "partner_id": odoo.customer,
        "amount": Decimal(amount),
        "journal_id": odoo.bank(),
        "memo": name,
    }
    made = await odoo.send(PAYMENT, {"external_id": f"psp.{name}", "values": values})
    await odoo.send("odoo:account.payment?method=action_post", {"ids": [made.body["id"]]})
    number: int = made.body["id"]
    return number


async def test_payment_in_three_steps_three_times_over(odoo: Odoo) -> None:
    """Create once, post, reconcile: repeated as often as you like, one payment that pays the invoice."""
    invoice = odoo.invoice()
    replies = []
    for _ in range(3):
        payment = await pay(odoo, "100.00")
        body = {"payment_id": payment, "invoice_id": invoice}
        replies.append(await odoo.send("odoo:account.payment?operation=reconcile", body))
    assert [one.body["matched"] for one in replies] == [True, True, True]
    assert replies[0].body["payment_state"] == "paid"
    assert replies[0].body["amount_residual"] == 0
    assert odoo.sandbox.effects["account.payment.load"] == 1
    assert odoo.sandbox.effects["account.move.line.reconcile"] == 1


async def test_partial_payment_and_overpayment(odoo: Odoo) -> None:
    """What is left of the invoice, and of the payment, is told."""
    invoice = odoo.invoice()
    part = {"payment_id": await pay(odoo, "30.00", "p1"), "invoice_id": invoice}
    reply = await odoo.send("odoo:account.payment?operation=reconcile", part)
    assert (reply.body["payment_state"], reply.body["amount_residual"]) == ("partial", 70)
    rest = {"payment_id": await pay(odoo, "90.00", "p2"), "invoice_id": invoice}
    reply = await odoo.send("odoo:account.payment?operation=reconcile", rest)
    assert (reply.body["matched"], reply.body["open_credit"], reply.body["amount_residual"]) == (True, 20, 0)


async def test_what_is_left_is_told_in_the_payments_currency(odoo: Odoo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Odoo keeps what is open in the company's currency, too; a payment in another is not to be compared with that."""
    fields = odoo.sandbox.store.models["account.move.line"].fields
    halved = replace(fields["amount_residual_currency"], compute=lambda one: one.amount_residual / 2)
    monkeypatch.setitem(fields, "amount_residual_currency", halved)
    body = {"payment_id": await pay(odoo, "120.00"), "invoice_id": odoo.invoice()}
    assert (await odoo.send("odoo:account.payment?operation=reconcile", body)).body["open_credit"] == 10


async def test_an_invoice_paid_by_somebody_else_leaves_the_credit_open(odoo: Odoo) -> None:
    """Nothing is left to match: the reply says that this payment pays nothing and what it is worth."""
    invoice = odoo.invoice()
    first = {"payment_id": await pay(odoo, "100.00", "clerk"), "invoice_id": invoice}
    await odoo.send("odoo:account.payment?operation=reconcile", first)
    second = {"payment_id": await pay(odoo, "100.00", "hub"), "invoice_id": invoice}
    reply = await odoo.send("odoo:account.payment?operation=reconcile", second)
    assert (reply.body["matched"], reply.body["open_credit"]) == (False, 100)


@pytest.mark.parametrize(("amount", "asked"), [("60.00", 0), ("100.00", 0), ("120.00", 1)])
async def test_how_both_stand_is_read_only_where_something_may_be_left(odoo: Odoo, amount: str, asked: int) -> None:
    """With `readBack=false` what was open before tells it, unless the payment is worth more than the invoice owed."""
    invoice = odoo.invoice()
    body = {"payment_id": await pay(odoo, amount), "invoice_id": invoice}
    odoo.sandbox.calls.clear()
    reply = await odoo.send("odoo:account.payment?operation=reconcile&readBack=false", body)
    reads = [one for one in odoo.sandbox.calls if one.startswith("account.payment.")]
    assert bool(reads) is bool(asked)
    assert reply.body["matched"]
    assert reply.body["open_credit"] == max(Decimal(amount) - 100, Decimal(0))
    assert reply.body["amount_residual"] == max(100 - Decimal(amount), Decimal(0))


async def test_after_a_while_what_was_seen_is_not_believed(odoo: Odoo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and matching others had turns: how both stand is read, whatever the address says."""
    monkeypatch.setattr("caravana.component.odoo.reconciling.QUICK", 0.0)
    body = {"payment_id": await pay(odoo, "100.00"), "invoice_id": odoo.invoice()}
    reply = await odoo.send("odoo:account.payment?operation=reconcile&readBack=false", body)
    assert reply.body == {"matched": True, "open_credit": 0, "payment_state": "paid", "amount_residual": 0}


async def test_reconcile_after_a_lost_answer(odoo: Odoo) -> None:
    """The lines say whether it was done."""
    invoice = odoo.invoice()
    body = {"payment_id": await pay(odoo, "100.00"), "invoice_id": invoice}
    address = "odoo:account.payment?operation=reconcile"
    assert await odoo.verify(address, body) is None
    odoo.sandbox.faults.append(Fault("account.move.line.reconcile", "cut_after"))
    with pytest.raises(Unknown):
        await odoo.send(address, body)
    found = await odoo.verify(address, body)
    assert found is not None
    assert found.body["matched"] is True


async def test_reconcile_of_given_lines(odoo: Odoo) -> None:
    """Lines can be named; a second time is no error."""
    invoice, payment = odoo.invoice(), await pay(odoo, "100.00")
    move = odoo.sandbox.env["account.payment"].read([payment], ["move_id"])[0]["move_id"][0]
    domain = [["move_id", "in", [invoice, move]], ["account_id.account_type", "=", "asset_receivable"]]
    lines = odoo.sandbox.env["account.move.line"].search(domain)
    address = "odoo:account.move.line?operation=reconcile"
    assert (await odoo.send(address, {"line_ids": lines})).body == {"matched": True, "line_ids": lines}
    assert (await odoo.send(address, {"line_ids": lines})).body["matched"] is True
    assert (await odoo.send("odoo:account.move.line?method=reconcile", {"ids": lines})).body is None


async def test_register_payment_finds_its_memo(odoo: Odoo) -> None:
    """A payment whose answer was lost is found by its memo and not made again."""
    invoice = odoo.invoice()
    address = "odoo:account.move?operation=registerPayment"
    body = {"invoice_id": invoice, "amount": Decimal("40.00"), "memo": "PSP-1"}
    assert await odoo.verify(address, body) is None
    odoo.sandbox.faults.append(Fault("account.payment.register.action_create_payments", "cut_after"))
    with pytest.raises(Unknown):
        await odoo.send(address, body)
    found = await odoo.verify(address, body)
    assert found is not None
    assert (await odoo.send(address, body)).body == found.body
    assert (found.body["payment_state"], found.body["amount_residual"]) == ("partial", 60)
    assert odoo.sandbox.effects["account.payment.register.action_create_payments"] == 1


async def test_register_payment_on_a_paid_invoice_is_refused(odoo: Odoo) -> None:
    """Odoo's own refusal comes through."""
    invoice = odoo.invoice()
    address = "odoo:account.move?operation=registerPayment"
    await odoo.send(address, {"invoice_id": invoice}, key="k-1")
    with pytest.raises(Refused):
        await odoo.send(address, {"invoice_id": invoice}, key="k-2")


async def test_invoice_from_order(odoo: Odoo) -> None:
    """An order is invoiced once; nothing to invoice is an answer."""
    order = odoo.order()
    address, body = "odoo:sale.order?operation=invoiceFromOrder", {"order_ids": order}
    first = await odoo.send(address, body)
    assert first.body["made"] is True
    assert first.body["invoice_ids"] == first.body["all_invoice_ids"]
    again = await odoo.send(address, body, key="k-2")
    assert again.body == {"made": False, "invoice_ids": [], "all_invoice_ids": first.body["all_invoice_ids"]}


async def test_invoice_from_order_after_a_lost_answer(odoo: Odoo) -> None:
    """What the route knew before, or else the time, tells which invoices are this effect's."""
    order = odoo.order()
    address = "odoo:sale.order?operation=invoiceFromOrder"
    known: dict[str, Any] = {"order_ids": [order], "known_invoice_ids": []}
    assert await odoo.verify(address, known) is None
    odoo.sandbox.faults.append(Fault("sale.advance.payment.inv.create_invoices", "cut_after"))
    with pytest.raises(Unknown):
        await odoo.send(address, known)
    found = await odoo.verify(address, known)
    assert found is not None
    assert len(found.body["invoice_ids"]) == 1
    by_time = await odoo.verify(address, {"order_ids": [order]})
    assert by_time is not None
    assert by_time.body == found.body
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert await odoo.verify(address, {"order_ids": [order]}, intended_at=later) is None
    assert (await odoo.send(address, known)).body == found.body


async def test_reverse(odoo: Odoo) -> None:
    """A credit note is made from an invoice and found again."""
    invoice = odoo.invoice()
    address, body = "odoo:account.move?operation=reverse", {"invoice_id": invoice, "reason": "Devolución"}
    assert await odoo.verify(address, body) is None
    reply = await odoo.send(address, body)
    (note,) = reply.body["credit_note_ids"]
    read = odoo.sandbox.env["account.move"].read([note], ["move_type", "reversed_entry_id", "state"])[0]
    assert (read["move_type"], read["reversed_entry_id"][0], read["state"]) == ("out_refund", invoice, "draft")
    found = await odoo.verify(address, body)
    assert found is not None
    assert found.body == reply.body
    assert await odoo.verify(address, {**body, "known_ids": [note]}) is None


async def test_an_evening_in_quito_is_still_today() -> None:
    """What Odoo dates by itself takes the company's day, though its server lives in UTC and the hub's user has no zone."""
    odoo = OdooSandbox(clock=ManualClock(datetime(2026, 11, 29, 0, 44, tzinfo=UTC)))
    async with serve(odoo.app()) as url:
        component = OdooComponent(MemoryHub(settings(url, **odoo.connection())))
        env = odoo.env
        env["res.users"].write(env["res.users"].search([]), {"tz": False})
        line = [0, 0, {"name": "Servicio", "quantity": 1, "price_unit": 100.0}]
        values = {"move_type": "out_invoice", "partner_id": 1, "invoice_line_ids": [line]}
        invoice = env["account.move"].create(values)
        await send(component, "odoo:account.move?method=action_post", {"ids": [invoice]})
        await component.close()
        assert env["account.move"].read([invoice], ["invoice_date"])[0]["invoice_date"] == "2026-11-28"
