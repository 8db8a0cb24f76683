"""Calls for a branch are made in its company and its warehouse, and records tell their branch."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from caravana.component.odoo import OdooComponent
from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.branch import Branch
from caravana.kit.component import Producer
from caravana.kit.effect import Effect
from caravana.kit.errors import ConfigurationError, NeedsPerson, NoBranch
from caravana.kit.exchange import Exchange
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.odoo.hub import MemoryHub, settings

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
WAREHOUSES = (("Matriz", "WH"), ("Bodega Sur", "SUR"))


@dataclass
class House:
    """An Odoo with two companies, the first of which has two warehouses, and a hub that knows four branches of it."""

    odoo: OdooSandbox
    hub: MemoryHub
    component: OdooComponent
    companies: list[int]
    warehouses: list[int]

    def order(self, **values: int) -> int:
        """Return a new order."""
        customer = self.odoo.env["res.partner"].create({"name": "Rosa Inventada"})
        made: int = self.odoo.env["sale.order"].create({"partner_id": customer, **values})
        return made

    async def send(self, address: str, body: Any, branch: str | None = None) -> Exchange:
        """Send `body` for an exchange of `branch`; return the exchange with the reply."""
        producer = self.component.endpoint(Uri.parse(address)).producer()
        assert isinstance(producer, Producer)
        asked = Exchange("x-1", body, created=NOW, branch=branch)
        reply = await producer.send(producer.request(asked), Effect("k-1", "x-1", "to1", 1, NOW, branch))
        producer.receive(asked, reply)
        return asked


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Serve the Odoo and connect the hub."""
    odoo = OdooSandbox(setup=Setup(companies=("Sur S.A.",), warehouses=WAREHOUSES))
    async with serve(odoo.app()) as url:
        hub = MemoryHub(settings(url, **odoo.connection()))
        companies = odoo.env["res.company"].search([])
        found = odoo.env["stock.warehouse"].search([], order="id")
        first, second = companies
        hub.branches = {
            "matriz": Branch(name="Matriz", company=first, warehouse=found[0]),
            "sur": Branch(name="Sur", company=first, warehouse=found[1]),
            "costa": Branch(name="Costa", company=second),
            "lejos": Branch(name="Lejos", company=1, odoo="odoo_2"),
        }
        yield House(odoo, hub, component := OdooComponent(hub), companies, found)
        await component.close()


async def test_a_call_is_made_in_the_company_of_the_branch(house: House) -> None:
    """What is made is the branch's company's, and a record of another company is refused by Odoo."""
    order = house.order(company_id=house.companies[0])
    made = await house.send("odoo:sale.order?operation=create", {"partner_id": 1}, "costa")
    assert (
        house.odoo.env["sale.order"].read([made.body["id"]], ["company_id"])[0]["company_id"][0] == house.companies[1]
    )
    with pytest.raises(NeedsPerson):
        await house.send("odoo:sale.order?operation=read&fields=name", order, "costa")


async def test_a_search_finds_what_is_of_the_branchs_company(house: House) -> None:
    """Reads carry the company, too; without a branch all companies of the hub's user are seen."""
    house.order(company_id=house.companies[0])
    mine = house.order(company_id=house.companies[1])
    search = "odoo:sale.order?operation=search&fields=name"
    assert [one["id"] for one in (await house.send(search, {}, "costa")).body] == [mine]
    assert len((await house.send(search, {})).body) == 2


async def test_stock_is_that_of_the_branchs_warehouse(house: House) -> None:
    """Products are read with the quantities of the branch's warehouse, without a word in the route."""
    read = "odoo:product.product?operation=search&fields=free_qty"
    asked = {"domain": [["default_code", "=", "GOR-001"]]}
    found = {name: (await house.send(read, asked, name)).body[0]["free_qty"] for name in ("matriz", "sur")}
    assert found == {"matriz": 80.0, "sur": 0.0}


async def test_records_tell_their_branch(house: House) -> None:
    """`branch=add` names each record's branch; where none fits alone it tells what the record has."""
    orders = [
        house.order(company_id=house.companies[0], warehouse_id=house.warehouses[1]),
        house.order(company_id=house.companies[1]),
    ]
    read = await house.send("odoo:sale.order?operation=read&fields=name&branch=add", orders)
    assert [one["branch"] for one in read.body] == ["sur", "costa"]
    assert set(read.body[0]) == {"id", "name", "branch"}
    del house.hub.branches["costa"]
    read = await house.send("odoo:sale.order?operation=read&fields=name&branch=add", orders[1])
    assert read.body[0]["branch"]["record"] == f"sale.order,{orders[1]}"


async def test_an_exchange_takes_the_branch_of_the_record_read(house: House) -> None:
    """`branch=take` gives one that has none the record's branch and leaves one that has; the reply shows nothing of it."""
    order = house.order(company_id=house.companies[0], warehouse_id=house.warehouses[1])
    take = "odoo:sale.order?operation=read&fields=name&branch=take"
    taken = await house.send(take, order)
    assert (taken.branch, set(taken.body[0]), dict(taken.headers)) == ("sur", {"id", "name"}, {})
    assert (await house.send(take, order, "matriz")).branch == "matriz"
    assert (await house.send(take, [])).branch is None


async def test_a_record_of_no_branch_is_nobodys(house: House) -> None:
    """`branch=take` of a record that fits no branch fails with what it has."""
    order = house.order(company_id=house.companies[1])
    del house.hub.branches["costa"]
    with pytest.raises(NoBranch, match=rf"sale\.order,{order} of company {house.companies[1]} \(Sur S\.A\.\)"):
        await house.send("odoo:sale.order?operation=read&fields=name&branch=take", order)


async def test_a_call_for_a_branch_of_another_odoo_is_not_sent(house: House) -> None:
    """Its record numbers mean something else here; a route that means it names the connection."""
    before = house.odoo.calls.total()
    with pytest.raises(NoBranch, match="keeps its books at `odoo_2`"):
        await house.send("odoo:res.partner?operation=read&fields=name", 1, "lejos")
    assert house.odoo.calls.total() == before
    assert (await house.send("odoo:res.partner?operation=read&fields=name&connection=odoo", 1, "lejos")).body


async def test_branch_is_for_reading(house: House) -> None:
    """The option elsewhere is a mistake, told before anything runs."""
    with pytest.raises(ConfigurationError, match="read and search"):
        house.component.endpoint(Uri.parse("odoo:sale.order?operation=write&branch=take")).producer()
