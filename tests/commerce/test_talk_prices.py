"""A customer's own prices: told, put into the cart and ordered by the pricelist that the customer has in Odoo."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.testing.talk import Talk, open_talk
from tests.commerce.conversing import ANA, answered, reviews, rows, unfinished

ROSA = "593990000001"
"""The phone of a customer whom Odoo knows."""


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company whose hub runs the conversation flow."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30}) as one:
        yield one


def pricelist(talk: Talk, *rules: dict[str, Any], phone: str = ROSA) -> int:
    """Give the customer with a phone a pricelist with `rules`; return it."""
    env = talk.odoo.env
    made: int = env["product.pricelist"].create({"name": "Mayoristas"})
    for rule in rules:
        env["product.pricelist.item"].create({"pricelist_id": made, **rule})
    env["res.partner"].write(
        env["res.partner"].search([["phone", "ilike", phone[-8:]]]), {"property_product_pricelist": made}
    )
    return made


def percent(value: float, **where: Any) -> dict[str, Any]:
    """Return a rule that takes so many per cent off."""
    return {"applied_on": "3_global", "compute_price": "percentage", "percent_price": value, **where}


async def ordered(talk: Talk, phone: str, *said: str) -> list[str]:
    """Say something, confirm the order, and return all lines of the answers."""
    return [line for one in (*said, "terminar", "1") for line in await answered(talk, one, phone)]


async def test_a_customer_has_his_own_price(talk: Talk) -> None:
    """Card, cart and order show the customer's price from the first message on; others pay the sales price."""
    made = pricelist(talk, percent(10))
    assert "Precio: $20,69, impuestos incluidos" in await answered(talk, "camiseta", ROSA)
    assert "Precio: $22,99, impuestos incluidos" in await answered(talk, "camiseta", ANA)
    told = await ordered(talk, ROSA, "Agregar al carrito")
    [order] = rows(talk, "sale.order", "amount_total", "state", "pricelist_id")
    assert (order["state"], order["amount_total"], order["pricelist_id"][0]) == ("sale", 20.69, made)
    assert any("está confirmado. Total: $20,69." in one for one in told)
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_lists_and_quantities(talk: Talk) -> None:
    """A rule of a category, one on another list, and one from a quantity on: what is told is what Odoo makes of it."""
    env = talk.odoo.env
    [shirt] = env["product.template"].search([["default_code", "=", "CAM-001"]])
    above = env["product.category"].create({"name": "Ropa"})
    category = env["product.category"].create({"name": "Camisetas", "parent_id": above})
    env["product.template"].write([shirt], {"categ_id": category})
    base = pricelist(talk, percent(10, applied_on="2_product_category", categ_id=above))
    product = {"applied_on": "1_product", "product_tmpl_id": shirt}
    pricelist(
        talk,
        {"applied_on": "3_global", "compute_price": "formula", "base": "pricelist", "base_pricelist_id": base},
        {**product, "compute_price": "fixed", "fixed_price": 15.0, "min_quantity": 3},
    )
    assert "Precio: $20,69, impuestos incluidos" in await answered(talk, "camiseta", ROSA)
    for words in ("Otra cantidad", "3"):
        await answered(talk, words, ROSA)
    told = await answered(talk, "terminar", ROSA)
    assert any("$17,25" in one for one in told), told
    assert "Total: $51,75, impuestos incluidos" in told
    for words in ("1", "1"):
        await answered(talk, words, ROSA)
    [order] = rows(talk, "sale.order", "amount_total", "state")
    assert (order["state"], order["amount_total"]) == ("sale", 51.75)


async def test_a_rule_that_nobody_can_compute(talk: Talk) -> None:
    """A price by a rule that is not known needs a quotation: no wrong price is told."""
    env = talk.odoo.env
    made = pricelist(talk, percent(10))
    env["product.pricelist"].write([made], {"currency_id": env["res.currency"].create({"name": "EUR", "symbol": "€"})})
    assert any("necesita una cotización" in one for one in await answered(talk, "camiseta", ROSA))


async def test_the_pricelist_of_strangers(tmp_path: Path) -> None:
    """Whoever has no pricelist pays by the company's own, and the order is made by it."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30, "conversation.pricelist": 1}) as talk:
        assert pricelist(talk, percent(50), phone="000000000000") == 1
        assert "Precio: $11,50, impuestos incluidos" in await answered(talk, "camiseta", ANA)
        await ordered(talk, ANA, "Agregar al carrito")
        [order] = rows(talk, "sale.order", "amount_total", "state", "pricelist_id")
        assert (order["state"], order["amount_total"], order["pricelist_id"][0]) == ("sale", 11.5, 1)
