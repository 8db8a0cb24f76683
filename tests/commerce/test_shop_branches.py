"""Branches in the shop: each order has the company and warehouse of the branch that sells, stock is that of its warehouse."""

from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.sandbox.seed import Setup
from tests.commerce.trade import SECRETS, Trade, open_trade, order

CENTRO, SUR = {"name": "Centro", "company": 1, "warehouse": 1}, {"name": "Sur", "company": 1, "warehouse": 2}
WAREHOUSES = Setup(warehouses=(("Matriz", "WH"), ("Bodega Sur", "SUR")))
COMPANIES = Setup(companies=("Sur S.A.",))


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of the clients."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def branches_of(trade: Trade) -> dict[int, int]:
    """Return company by warehouse."""
    found = trade.rows("stock.warehouse", [], "company_id")
    return {one["id"]: one["company_id"][0] for one in found}


async def test_an_order_of_a_branch(tmp_path: Path) -> None:
    """The branch named in the order sells it, from its warehouse; the answer names it, and its exchange carries it."""
    async with open_trade(tmp_path, setup=WAREHOUSES, branches={"centro": CENTRO, "sur": SUR}) as trade:
        status, made = await trade.ask("POST", "/orders", order(branch="sur"), key="k-1")
        assert (status, made["branch"]) == (201, "sur")
        [row] = trade.rows("sale.order", [], "warehouse_id")
        assert row["warehouse_id"][0] == 2
        rows = await trade.hub.journal.query("select branch from exchange where route = 'shop-new-order'", {})
        assert [one["branch"] for one in rows] == ["sur"]
        assert (await trade.ask("GET", f"/orders/{made['number']}?branch=sur"))[0] == 200
        assert (await trade.ask("GET", f"/orders/{made['number']}?branch=centro"))[0] == 404


async def test_stock_is_that_of_the_branch(tmp_path: Path) -> None:
    """Free stock is that of the branch's warehouse; without a branch it is all there is."""
    async with open_trade(tmp_path, setup=WAREHOUSES, branches={"centro": CENTRO, "sur": SUR}) as trade:
        free = [
            (await trade.ask("GET", f"/products/CAM-001{one}"))[1]["free"]
            for one in ("", "?branch=centro", "?branch=sur")
        ]
        assert free == [120, 120, 0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"branch": "sure"}, "did you mean `sur`"),
        ({"branch": "norte"}, "there are: centro, sur"),
        ({}, "say which branch"),
    ],
)
async def test_which_branch(tmp_path: Path, more: dict[str, Any], words: str) -> None:
    """An unknown branch is refused with the nearest name, and an order that names none of two: nothing is guessed."""
    async with open_trade(tmp_path, setup=WAREHOUSES, branches={"centro": CENTRO, "sur": SUR}) as trade:
        status, answer = await trade.ask("POST", "/orders", order(**more))
        assert (status, answer["fields"][0]["field"], words in answer["error"]) == (422, "branch", True), answer
        assert trade.rows("sale.order", []) == []


async def test_the_only_branch_needs_no_name(tmp_path: Path) -> None:
    """Where there is one branch, every order is its."""
    async with open_trade(tmp_path, branches={"centro": CENTRO}) as trade:
        assert (await trade.ask("POST", "/orders", order()))[1]["branch"] == "centro"


async def test_two_companies(tmp_path: Path) -> None:
    """Two companies whose order numbers are equal: each branch reads its own; without a branch nobody's is shown."""
    given = {"centro": {"name": "Centro", "company": 1}, "sur": {"name": "Sur", "company": 2}}
    async with open_trade(tmp_path, setup=COMPANIES, branches=given) as trade:
        made = [(await trade.ask("POST", "/orders", order(branch=one)))[1] for one in given]
        ids = [one["id"] for one in trade.rows("sale.order", [])]
        trade.odoo.env["sale.order"].write(ids, {"name": "S00001"})
        assert [one["branch"] for one in made] == ["centro", "sur"]
        for name in given:
            assert (await trade.ask("GET", f"/orders/S00001?branch={name}"))[1]["branch"] == name
        assert (await trade.ask("GET", "/orders/S00001"))[0] in (404, 409)
