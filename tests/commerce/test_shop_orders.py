"""Products and orders through the shop's REST service: at Odoo's prices, each order once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.trade import ROSA, SECRETS, Trade, open_trade, order
from tests.support.waiting import eventually


@pytest.fixture
async def trade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trade]:
    """A company whose hub runs the shop flow."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with open_trade(tmp_path) as one:
        yield one


@pytest.fixture
async def hurried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ScaledClock) -> AsyncIterator[Trade]:
    """The same company under a clock that hurries."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with open_trade(tmp_path, clock=clock) as one:
        yield one


async def test_products(trade: Trade) -> None:
    """Products are found by a part of name or code, page by page; price and free stock are Odoo's."""
    _, page = await trade.ask("GET", "/products?limit=2")
    _, rest = await trade.ask("GET", f"/products?limit=100&after={page['next']}")
    assert len(page["items"]) == 2
    assert len(rest["items"]) == 3
    assert rest["next"] is None
    _, found = await trade.ask("GET", "/products?q=camiseta")
    assert [one["code"] for one in found["items"]] == ["CAM-001"]
    await trade.ask("POST", "/orders", order("CAM-001", quantity=2, confirm=True))
    _, shirt = await trade.ask("GET", "/products/CAM-001")
    assert (shirt["price"], shirt["free"]) == ({"amount": "19.99", "currency": "USD"}, 118)
    assert (await trade.ask("GET", "/products/SRV-001"))[1]["free"] is None


async def test_products_that_are_not_there(trade: Trade) -> None:
    """Unknown, archived and doubled codes are told; a wrong limit too."""
    [cap] = trade.rows("product.product", [["default_code", "=", "GOR-001"]])
    trade.odoo.env["product.product"].action_archive([cap["id"]])
    trade.odoo.env["product.template"].create({"name": "Otra", "default_code": "ZAP-001"})
    assert (await trade.ask("GET", "/products/NADA"))[0] == 404
    assert (await trade.ask("GET", "/products/GOR-001"))[0] == 404
    assert (await trade.ask("GET", "/products/ZAP-001"))[0] == 409
    assert (await trade.ask("GET", "/products?limit=1000"))[0] == 422


async def test_an_order(trade: Trade) -> None:
    """An order is made and confirmed with Odoo's prices and taxes, and can be read by its number."""
    status, made = await trade.ask("POST", "/orders", order("CAM-001", "GOR-001", quantity=2, confirm=True), key="k-1")
    assert (status, made["state"], made["warnings"]) == (201, "confirmed", [])
    assert (made["untaxed"]["amount"], made["taxes"]["amount"], made["total"]["amount"]) == ("58.98", "8.85", "67.83")
    assert [(one["code"], one["unit_price"]) for one in made["lines"]] == [("CAM-001", "19.99"), ("GOR-001", "9.50")]
    status, read = await trade.ask("GET", f"/orders/{made['number']}")
    assert (status, read) == (200, made)
    assert (await trade.ask("GET", "/orders/S99999"))[0] == 404


async def test_few_calls(trade: Trade) -> None:
    """One order costs at most eight calls to Odoo, fields asked once aside."""
    await trade.ask("POST", "/orders", order(confirm=True))
    before = trade.odoo.calls.total()
    await trade.ask("POST", "/orders", order(confirm=True))
    assert trade.odoo.calls.total() - before <= 8


async def test_a_price_sent_is_not_heeded(trade: Trade) -> None:
    """Prices, discounts and taxes of the caller change nothing, and the answer says so for each."""
    body = order("CAM-001", total="1.00")
    body["lines"][0] |= {"price": "0.01", "discount": 99}
    _, made = await trade.ask("POST", "/orders", body, key="k-1")
    assert made["lines"][0]["unit_price"] == "19.99"
    assert [one.partition(" ")[0] for one in made["warnings"]] == ["total", "lines[0].discount", "lines[0].price"]


async def test_one_key_is_one_order(trade: Trade) -> None:
    """The same request with the same key gets the first answer; with another body it is refused; without key it warns."""
    status, made = await trade.ask("POST", "/orders", order(), key="k-1")
    assert (await trade.ask("POST", "/orders", order(), key="k-1")) == (status, made)
    status, answer = await trade.ask("POST", "/orders", order(quantity=2), key="k-1")
    assert (status, "new key" in answer["error"]) == (422, True)
    _, other = await trade.ask("POST", "/orders", order())
    assert other["number"] != made["number"]
    assert "Idempotency-Key" in other["warnings"][0]
    assert len(trade.rows("sale.order", [])) == 2


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (order(quantity=0), "lines[0].quantity", "not above 0"),
        (order(quantity=-1), "lines[0].quantity", "not above 0"),
        (order(quantity=10**9), "lines[0].quantity", "more than 10000"),
        (order(quantity="many"), "lines[0].quantity", "must be a number"),
        (order(quantity=None), "lines[0].quantity", "must be a number"),
        (order(quantity=True), "lines[0].quantity", "must be a number"),
        (order(quantity="NaN"), "lines[0].quantity", "must be a number"),
        (order(quantity="0.00001"), "lines[0].quantity", "decimal places"),
        (order("CAM-001", "NADA"), "lines[1].code", "no product `NADA`"),
        (order("GOR-001"), "lines[0].code", "archived"),
        (order(customer={"tax_id": "1710034065"}), "customer", "no such customer"),
        (order(customer={"id": 99999}), "customer", "no such customer"),
        (order(customer={"tax_id": "123"}), "customer.tax_id", "neither 10"),
        (order(customer={"name": "x"}), "customer", "no field"),
        (order(branch="quito"), "branch", "none are configured"),
        (order(delivery_date="tomorrow"), "delivery_date", "must be a day, like 2026-12-31"),
        ({"customer": {"tax_id": ROSA}, "lines": []}, "lines", "must not be empty"),
        ({}, "customer", "is missing"),
    ],
)
async def test_wrong_orders(trade: Trade, body: dict[str, Any], field: str, words: str) -> None:
    """Quantity, product, customer or date that cannot be: the field is named, and nothing is made, not even half."""
    [cap] = trade.rows("product.product", [["default_code", "=", "GOR-001"]])
    trade.odoo.env["product.product"].action_archive([cap["id"]])
    status, answer = await trade.ask("POST", "/orders", body)
    assert (status, answer["fields"][0]["field"]) == (422, field), answer
    assert words in answer["fields"][0]["message"], answer
    assert trade.rows("sale.order", []) == []


async def test_a_customer_with_two_records_buys_nothing(trade: Trade) -> None:
    """Where it is not certain who buys, a person is asked, and no order is made."""
    trade.partner(name="Rosa I.", vat=ROSA)
    status, answer = await trade.ask("POST", "/orders", order())
    assert (status, answer["code"]) == (409, "two_records")
    assert trade.rows("sale.order", []) == []


async def test_cancelling(trade: Trade) -> None:
    """An order is cancelled, again without harm, and its goods are free again; an invoiced one is a person's matter."""
    _, made = await trade.ask("POST", "/orders", order(quantity=3, confirm=True))
    for _ in range(2):
        status, answer = await trade.ask("POST", f"/orders/{made['number']}/cancel")
        assert (status, answer["state"]) == (200, "cancelled")
    assert (await trade.ask("GET", "/products/CAM-001"))[1]["free"] == 120
    _, invoiced = await trade.ask("POST", "/orders", order(confirm=True))
    [row] = trade.rows("sale.order", [["name", "=", invoiced["number"]]])
    invoice(trade, row["id"])
    status, answer = await trade.ask("POST", f"/orders/{invoiced['number']}/cancel")
    assert (status, answer["code"]) == (409, "invoiced")
    assert (await trade.ask("POST", "/orders/S99999/cancel"))[0] == 404


def invoice(trade: Trade, number: int) -> None:
    """Invoice an order as a clerk does."""
    context = {"active_model": "sale.order", "active_ids": [number], "active_id": number}
    wizard = trade.odoo.env["sale.advance.payment.inv"]
    made = wizard.create({"advance_payment_method": "delivered"}, context=context)
    wizard.create_invoices([made], context=context)
    [row] = trade.rows("sale.order", [["id", "=", number]], "invoice_ids")
    trade.odoo.env["account.move"].action_post(row["invoice_ids"])


@pytest.mark.parametrize("operation", ["sale.order.load", "sale.order.action_confirm"])
@pytest.mark.parametrize("action", ["cut_after", "cut_before"])
async def test_an_answer_is_lost(hurried: Trade, operation: str, action: Any) -> None:
    """Odoo's answer to the making or confirming is lost: the order is there once, confirmed, whatever the caller was told."""
    trade = hurried
    trade.odoo.faults.append(Fault(operation=operation, action=action))
    status, _ = await trade.ask("POST", "/orders", order(confirm=True), key="k-1")
    assert status in (201, 202)
    await eventually(lambda: [one["state"] for one in trade.rows("sale.order", [], "state")] == ["sale"], timeout=90)


async def test_odoo_is_away(trade: Trade) -> None:
    """Who looks is told 503 at once; who orders is told 202, and the order is made when Odoo is back; the key then has it."""
    trade.odoo.faults.append(Fault(action="status", status=503, times=12))
    assert (await trade.ask("GET", "/products/CAM-001"))[0] == 503
    async with trade.hurrying():
        status, answer = await trade.ask("POST", "/orders", order(), key="k-1")
        assert (status, answer["state"]) == (202, "waiting")
        trade.odoo.faults.clear()
        await eventually(lambda: trade.rows("sale.order", []), timeout=60)

    async def answered() -> bool:
        return (await trade.ask("POST", "/orders", order(), key="k-1"))[0] == 201

    await eventually(answered, timeout=30)
    assert len(trade.rows("sale.order", [])) == 1
