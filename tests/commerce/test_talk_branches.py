"""Two branches with a number each: what is told, what is in stock and what is ordered are those of the branch written to."""

from pathlib import Path
from typing import Any

from caravana.component.odoo.sandbox.seed import Setup
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.conversing import ANA, reviews, rows, unfinished

NORTH, SOUTH = "106540352242922", "106540352242999"
CLOSED = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "closed")
OPEN = {**CLOSED, **dict.fromkeys(CLOSED, "00:00-24:00")}


def branches(north: int, south: int) -> dict[str, Any]:
    """Return the branches, each with a warehouse."""
    return {
        "norte": {"name": "Norte", "company": 1, "warehouse": north, "whatsapp_number": NORTH, "hours": OPEN},
        "sur": {"name": "Sur", "company": 1, "warehouse": south, "whatsapp_number": SOUTH, "hours": CLOSED},
    }


async def told(talk: Talk, number: str, words: str) -> list[str]:
    """Return what Ana is answered by a number."""
    ana = talk.customer(ANA, number=number)
    before = len(ana.received)
    ana.text(words)
    return [line for one in await talk.answer(ana, before) for line in lines_of(one)]


async def test_strangers_pay_by_the_list_of_their_branch_s_catalogue(tmp_path: Path) -> None:
    """A branch with a catalogue of its own tells the prices that this shows; the other those of the first catalogue."""
    more: dict[str, Any] = {
        "account": {"more_numbers": SOUTH},
        "branches": branches(1, 1),
        "settings": {
            "conversation.answers": 30,
            "catalogue.pricelist": 1,
            "catalogue.others": {"sur": {"meta": "catalog_sur", "branch": "sur", "pricelist": 2}},
        },
    }
    async with open_talk(tmp_path, **more) as talk:
        for percent in (10, 50):
            made = talk.odoo.env["product.pricelist"].create({"name": f"{percent}"})
            rule = {"applied_on": "3_global", "compute_price": "percentage", "percent_price": percent}
            talk.odoo.env["product.pricelist.item"].create({"pricelist_id": made, **rule})
        assert "Precio: $20,69, impuestos incluidos" in await told(talk, NORTH, "camiseta")
        assert "Precio: $11,50, impuestos incluidos" in await told(talk, SOUTH, "camiseta")
        for words in ("Agregar al carrito", "terminar", "Confirmar"):
            assert await told(talk, SOUTH, words)
        [order] = rows(talk, "sale.order", "amount_total", "pricelist_id")
        assert (order["amount_total"], order["pricelist_id"][0]) == (11.5, 2)


async def test_each_branch_speaks_for_itself(tmp_path: Path) -> None:
    """One customer talks with both: stock, hours, address and orders are those of the branch."""
    more: dict[str, Any] = {
        "account": {"more_numbers": SOUTH},
        "branches": branches(1, 2),
        "setup": Setup(warehouses=(("Matriz", "WH"), ("Bodega Sur", "SUR"))),
        "settings": {"conversation.answers": 30, "conversation.addresses": {"Norte": "Av. Uno 1", "Sur": "Av. Dos 2"}},
    }
    async with open_talk(tmp_path, **more) as talk:
        env = talk.odoo.env
        south, [shirt] = 2, env["product.product"].search([["default_code", "=", "CAM-001"]])
        [place] = env["stock.warehouse"].read([south], ["lot_stock_id"])
        values = {"product_id": shirt, "location_id": place["lot_stock_id"][0], "inventory_quantity": 7}
        quant = env["stock.quant"].create(values, context={"inventory_mode": True})
        env["stock.quant"].action_apply_inventory([quant])
        assert "Disponibles en Norte: 120" in await told(talk, NORTH, "camiseta")
        assert "Disponibles en Sur: 7" in await told(talk, SOUTH, "camiseta")
        assert {"Ahora estamos abiertos.", "Av. Uno 1"} <= set(await told(talk, NORTH, "horario"))
        assert "Av. Dos 2" in await told(talk, SOUTH, "horario")
        for words in ("camiseta", "Agregar al carrito", "terminar"):
            assert await told(talk, SOUTH, words)
        assert any("está confirmado" in one for one in await told(talk, SOUTH, "Confirmar"))
        [order] = rows(talk, "sale.order", "warehouse_id", "state")
        assert (order["state"], order["warehouse_id"][0]) == ("sale", south)
        assert (await unfinished(talk), await reviews(talk)) == ([], [])
