"""Carts that become orders: once, at Odoo's prices, with what can be had; and their payment by transfer."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caravana.component.bank.component import BankComponent
from caravana.component.whatsapp.sandbox import DeliveryPlan
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.accounts import SOON
from tests.commerce.conversing import ANA, answered, invoiced, reviews, rows, unfinished
from tests.component.bank.telling import Movement, camt053
from tests.support.waiting import eventually

CODE = re.compile(r"\*([0-9A-Z]{4}-[0-9A-Z]{4})\*")
MANY = {"conversation.answers": 30}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company whose hub runs the conversation flow."""
    async with open_talk(tmp_path, settings=MANY) as one:
        yield one


def template(talk: Talk, code: str, **values: Any) -> None:
    """Change a product in Odoo."""
    model = talk.odoo.env["product.template"]
    model.write(model.search([["default_code", "=", code]]), values)


async def basket(talk: Talk, *items: tuple[str, Any], **item: Any) -> list[str]:
    """Return the lines that a cart sent from the catalogue is answered with."""
    ana = talk.customer(ANA)
    before = len(ana.received)
    ana.order(
        [
            {"product_retailer_id": code, "quantity": n, "item_price": 0.01, "currency": "USD", **item}
            for code, n in items
        ]
    )
    return [line for one in await talk.answer(ana, before) for line in lines_of(one)]


async def in_cart(talk: Talk) -> None:
    """Put a shirt into Ana's cart, up to the question whether she confirms it."""
    for words in ("camiseta", "1", "terminar"):
        await answered(talk, words)


async def test_two_taps_at_once_are_one_order(talk: Talk) -> None:
    """Confirming twice in one moment, each told twice by Meta in other bytes, makes one order."""
    await in_cart(talk)
    ana = talk.customer(ANA)
    talk.meta.webhooks.plan = DeliveryPlan(times=2, reserialise=True)
    ana.tap("Confirmar")
    ana.tap("Confirmar")
    await talk.rest()
    told = ["\n".join(lines_of(one)) for one in ana.received[-2:]]
    assert ("está confirmado" in told[0], "ya se pidió" in told[1]) == (True, True)
    assert [one["state"] for one in rows(talk, "sale.order", "state")] == ["sale"]
    assert await unfinished(talk) == []


async def test_two_messages_at_once(talk: Talk) -> None:
    """A tap and a cart sent in the same moment: two answers in some order, and no more than what was confirmed is ordered."""
    await in_cart(talk)
    ana = talk.customer(ANA)
    before = len(ana.received)
    talk.meta.webhooks.hold()
    ana.tap("Confirmar")
    ana.order([{"product_retailer_id": "GOR-001", "quantity": 1, "item_price": 9, "currency": "USD"}])
    talk.meta.webhooks.release()
    await talk.rest()
    assert len(ana.received) == before + 2
    [order] = rows(talk, "sale.order", "state", "order_line")
    lines = rows(talk, "sale.order.line", "name", "order_id")
    assert ["CAM-001" in one["name"] for one in lines] == [True]
    assert order["state"] == "sale"


async def test_an_equal_cart_is_another_order(talk: Talk) -> None:
    """The same cart in a new message is a new order, to be confirmed by itself."""
    for _ in range(2):
        await basket(talk, ("CAM-001", 1))
        await answered(talk, "Finalizar compra")
        assert any("está confirmado" in one for one in await answered(talk, "Confirmar"))
    assert len(rows(talk, "sale.order", "state")) == 2


async def test_carts_that_cannot_be(talk: Talk) -> None:
    """What is gone, sold out or without a price, and quantities that are none: each is named, and no order comes of it."""
    template(talk, "GOR-001", list_price=0.0)
    template(talk, "CAM-001", active=False)
    for items, reason in (
        ([("CAM-001", 1)], "• CAM-001: ya no está a la venta"),
        ([("GOR-001", 1)], "• Gorra bordada: necesita cotización"),
        ([("ZAP-001", -2)], "• Zapato deportivo: esa cantidad no es válida"),
        ([("ZAP-001", 0)], "• Zapato deportivo: esa cantidad no es válida"),
        ([("ZAP-001", 1.5)], "• Zapato deportivo: esa cantidad no es válida"),
        ([("ZAP-001", "muchos")], "• Zapato deportivo: esa cantidad no es válida"),
        ([("ZAP-001", 10**9)], "• Zapato deportivo: esa cantidad no es válida"),
        ([], "• No vino ningún producto"),
    ):
        told = await basket(talk, *items)
        assert reason in told
        assert "No podemos atender ese pedido así:" in told
    sell_out(talk, "ZAP-001")
    assert "• Zapato deportivo: agotado" in await basket(talk, ("ZAP-001", 1))
    assert any("vacío" in one for one in await answered(talk, "terminar"))
    assert (rows(talk, "sale.order", "id"), await unfinished(talk), await reviews(talk)) == ([], [], [])


def sell_out(talk: Talk, code: str) -> None:
    """Nothing of a product is left in stock."""
    env = talk.odoo.env
    [product] = env["product.product"].search([["default_code", "=", code]])
    env["stock.quant"].unlink(env["stock.quant"].search([["product_id", "=", product]]))


async def test_sold_out_between_cart_and_order(talk: Talk) -> None:
    """What was sold to somebody else meanwhile is told before an order is made."""
    await in_cart(talk)
    sell_out(talk, "CAM-001")
    told = await answered(talk, "Confirmar")
    assert told[:2] == ["• Camiseta de algodón: agotado", "Su carrito está vacío. ¿Qué producto busca?"]
    assert (await answered(talk, "carrito"))[0] == "Su carrito está vacío. ¿Qué producto busca?"
    assert rows(talk, "sale.order", "id") == []


async def test_identification_is_asked_above_the_limit(talk: Talk) -> None:
    """Above USD 50 nothing is ordered without the identification, also by an old button; it stands on the customer then."""
    await basket(talk, ("CAM-001", 3))
    assert any("cédula o RUC" in one for one in await answered(talk, "Finalizar compra"))
    assert rows(talk, "sale.order", "id") == []
    assert any("¿Lo confirma?" in one for one in await answered(talk, "1710034065"))
    await answered(talk, "Confirmar")
    [order] = rows(talk, "sale.order", "partner_id", "amount_total")
    [partner] = [one for one in rows(talk, "res.partner", "id", "vat") if one["id"] == order["partner_id"][0]]
    assert (partner["vat"], order["amount_total"]) == ("1710034065", 68.97)


async def test_who_transfers_with_the_code_has_paid(tmp_path: Path) -> None:
    """The code that the chat gives is the one by which matching knows the transfer; the order is paid, and the chat says so."""
    (tmp_path / "in").mkdir()
    more: dict[str, Any] = {
        "flows": ["conversation", "matching"],
        "settings": {**MANY, "bank.names": {"2100012345": "Banco del Austro"}},
        "placeholders": {**SOON, "bank.folder": str(tmp_path / "in")},
    }
    async with open_talk(tmp_path, **more) as talk:
        await in_cart(talk)
        await answered(talk, "Confirmar")
        told = await answered(talk, "Pagar transferencia")
        [code] = [found[1] for one in told if (found := CODE.search(one))]
        [order] = rows(talk, "sale.order", "id", "amount_total")
        invoice = invoiced(talk, order["id"])
        bank = talk.hub.components.get("bank")
        assert isinstance(bank, BankComponent)
        day = datetime.now(UTC).date()
        paid = Movement(Decimal(str(order["amount_total"])), "R1", "ALGUIEN", f"PEDIDO {code}", day=day)
        await bank.desk.file("1.xml", camt053([paid]))
        await eventually(lambda: bank.desk.matches.all("posted"), timeout=30)
        [state] = talk.odoo.env["account.move"].read([invoice], ["payment_state"])
        assert state["payment_state"] == "paid"
        await answered(talk, "mis pedidos")
        assert any("Pagado" in one for one in await answered(talk, "1"))
