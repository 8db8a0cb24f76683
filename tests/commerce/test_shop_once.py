"""A hundred equal orders at once: with one key they are one order in Odoo, without a key a hundred, on both databases."""

import asyncio
from pathlib import Path

import pytest

from tests.commerce.trade import SECRETS, open_trade, order

COUNT = 100


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a journal of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_database"))
    return f"sqlite:///{tmp_path / 'caravana.db'}"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens of the clients."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.slow
async def test_a_hundred_with_one_key(tmp_path: Path, journal: str) -> None:
    """All hundred callers read the same order, and it is in Odoo once."""
    async with open_trade(tmp_path, journal) as trade:
        asked = (trade.ask("POST", "/orders", order(confirm=True), key="k-1") for _ in range(COUNT))
        answers = await asyncio.gather(*asked)
        assert {status for status, _ in answers} == {201}
        assert len({one["number"] for _, one in answers}) == 1
        assert [one["state"] for one in trade.rows("sale.order", [], "state")] == ["sale"]
        assert trade.odoo.effects["sale.order.load"] == trade.odoo.effects["sale.order.action_confirm"] == 1


@pytest.mark.slow
async def test_a_hundred_without_key(tmp_path: Path, journal: str) -> None:
    """Nobody says that they are the same: a hundred orders, each caller reads his own."""
    async with open_trade(tmp_path, journal) as trade:
        answers = await asyncio.gather(*(trade.ask("POST", "/orders", order()) for _ in range(COUNT)))
        assert {status for status, _ in answers} == {201}
        assert len({one["number"] for _, one in answers}) == len(trade.rows("sale.order", [])) == COUNT


async def test_two_clients_with_one_key(tmp_path: Path, journal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of one client is not another's: two orders."""
    monkeypatch.setenv("CARAVANA_SECRET_SHOP_APP", "a-third-token-for-tests")
    clients = {name: {"token": f"shop_{name}", "scopes": ["orders:write"]} for name in ("web", "app")}
    async with open_trade(tmp_path, journal, settings={"shop.clients": clients}) as trade:
        for token in (SECRETS["CARAVANA_SECRET_SHOP_WEB"], "a-third-token-for-tests"):
            assert (await trade.ask("POST", "/orders", order(), key="k-1", token=token))[0] == 201
        assert len(trade.rows("sale.order", [])) == 2
