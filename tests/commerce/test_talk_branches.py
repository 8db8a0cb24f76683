"""Two branches with a number each: what is told, what is in stock and what is ordered are those of the branch written to."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.sandbox.seed import Setup
from caravana.kit.sandbox import Fault
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.conversing import ANA, arrived, reviews, rows, unfinished
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

NORTH, SOUTH = "106540352242922", "106540352242999"
CLOSED = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "closed")
OPEN = {**CLOSED, **dict.fromkeys(CLOSED, "00:00-24:00")}


def branches(north: int, south: int) -> dict[str, Any]:
    """Return the branches, each with a warehouse."""
    return {
        "norte": {"name": "Norte", "company": 1, "warehouse": north, "whatsapp_number": NORTH, "hours": OPEN},
        "sur": {"name": "Sur", "company": 1, "warehouse": south, "whatsapp_number": SOUTH, "hours": CLOSED},
    }


TWO: dict[str, Any] = {
    "account": {"more_numbers": SOUTH},
    "branches": branches(1, 2),
    "setup": Setup(warehouses=(("Matriz", "WH"), ("Bodega Sur", "SUR"))),
    "settings": {
        "conversation.answers": 30,
        "conversation.sell_without_stock": True,
        "conversation.addresses": {"Norte": "Av. Uno 1", "Sur": "Av. Dos 2"},
    },
    "placeholders": {"conversation.closed.delay": "100ms", "conversation.notices.delay": "100ms"},
}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company of two branches, each with a number."""
    async with open_talk(tmp_path, **TWO) as one:
        yield one


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
    async with open_talk(tmp_path, **TWO) as talk:
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


async def test_a_cart_at_each_number(talk: Talk) -> None:
    """Who writes to two branches has a cart at each, and of each comes one order of that branch."""
    for words in ("camiseta", "Agregar al carrito"):
        await told(talk, NORTH, words)
    assert any("está vacío" in one for one in await told(talk, SOUTH, "carrito"))
    for words in ("gorra", "Agregar al carrito", "terminar"):
        await told(talk, SOUTH, words)
    await told(talk, NORTH, "terminar")
    for number in (SOUTH, NORTH, SOUTH, NORTH):
        await told(talk, number, "Confirmar")
    lines = rows(talk, "sale.order.line", "name", "order_id")
    orders = {one["id"]: one["warehouse_id"][0] for one in rows(talk, "sale.order", "warehouse_id")}
    assert {orders[one["order_id"][0]]: "Camiseta" in one["name"] for one in lines} == {1: True, 2: False}
    assert len(orders) == 2
    assert len({one["id"] for one in rows(talk, "res.partner", "name") if one["name"] == "Ana"}) == 1
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_a_person_at_one_number(talk: Talk) -> None:
    """While a colleague of one branch talks with a customer the other branch answers; each task ends its own quiet."""
    assert any("Una persona de" in one for one in await told(talk, NORTH, "persona"))
    assert await told(talk, NORTH, "¿hay alguien?") == []
    assert any("Camiseta" in one for one in await told(talk, SOUTH, "camiseta"))
    assert any("Una persona de" in one for one in await told(talk, SOUTH, "persona"))
    tasks = rows(talk, "mail.activity", "id")
    assert len(tasks) == 2
    talk.odoo.env["mail.activity"].action_feedback([min(one["id"] for one in tasks)], feedback="Listo")
    await eventually(lambda: quiet_at(talk, [SOUTH]))
    assert any("Soy el asistente" in one for one in await told(talk, NORTH, "hola"))
    assert await told(talk, SOUTH, "hola") == []


async def quiet_at(talk: Talk, numbers: list[str]) -> bool:
    """Whether a person talks with Ana at just those numbers."""
    kept = await talk.hub.store.find("talk")
    return [key.split(" ")[1] for key, one in kept if one.get("with_person")] == numbers


async def test_who_wants_no_notices_gets_none_from_any_branch(talk: Talk) -> None:
    """The last word, at whichever number, is the word for the whole company."""
    for words in ("camiseta", "Agregar al carrito", "terminar"):
        await told(talk, NORTH, words)
    await told(talk, NORTH, "baja")
    await told(talk, SOUTH, "hola")
    assert await noticed(talk) == 0
    await told(talk, SOUTH, "alta")
    assert await noticed(talk) == 1
    assert await unfinished(talk) == []


async def noticed(talk: Talk) -> int:
    """Return how often Ana is told of an order that a clerk of the northern branch confirms."""
    env, query = talk.odoo.env, "select count(*) as n from exchange where route = 'talk-notice' and state = 'done'"
    done = int((await talk.hub.journal.query(query, {}))[0]["n"])
    before = sum(len(talk.customer(ANA, number=one).received) for one in (NORTH, SOUTH))
    [shirt] = env["product.product"].search([["default_code", "=", "CAM-001"]])
    partner = max(one["id"] for one in rows(talk, "res.partner", "name") if one["name"] == "Ana")
    lines = [[0, 0, {"product_id": shirt}]]
    order = env["sale.order"].create({"partner_id": partner, "warehouse_id": 1, "order_line": lines})
    env["sale.order"].action_confirm([order])

    async def is_seen() -> bool:
        return int((await talk.hub.journal.query(query, {}))[0]["n"]) > done

    await eventually(is_seen)
    return sum(len(talk.customer(ANA, number=one).received) for one in (NORTH, SOUTH)) - before


async def test_who_waits_is_told_by_the_number_they_wrote_to(tmp_path: Path) -> None:
    """While Odoo is away the word that it takes a moment comes from the branch's own number."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, **TWO) as talk:
        ana = talk.customer(ANA, number=SOUTH)
        talk.odoo.faults[:] = [Fault("*", "status", 503, times=10**6)]
        ana.text("camiseta")
        await arrived(talk)
        async with clock.hurrying(step=1.0):
            await eventually(lambda: ana.received, timeout=30)
            assert "Un momento" in lines_of(ana.received[0])[0]
            talk.odoo.faults.clear()
            await eventually(lambda: "Camiseta" in "\n".join(lines_of(ana.received[-1])), timeout=30)


async def as_of_before(talk: Talk) -> str:
    """Lay the talk of the only customer into the store as earlier versions kept it; return the contact."""
    [(key, kept)] = await talk.hub.store.find("talk")
    contact = str(kept["contact"])
    await talk.hub.store.put("talk", key, None)
    await talk.hub.store.put("talk", contact, {name: one for name, one in kept.items() if name != "heard"})
    for key, task in await talk.hub.store.find("talk_task"):
        await talk.hub.store.put("talk_task", key, None)
        await talk.hub.store.put("talk_task", contact, {name: one for name, one in task.items() if name != "talk"})
    return contact


async def test_a_talk_kept_by_an_earlier_version(talk: Talk) -> None:
    """A talk that was kept by contact alone goes on at the branch where it was, and only there."""
    for words in ("camiseta", "Agregar al carrito"):
        await told(talk, NORTH, words)
    await as_of_before(talk)
    assert any("está vacío" in one for one in await told(talk, SOUTH, "carrito"))
    assert any("Camiseta" in one for one in await told(talk, NORTH, "carrito"))
    await told(talk, NORTH, "Vaciar carrito")
    assert any("está vacío" in one for one in await told(talk, NORTH, "carrito"))


async def test_a_task_kept_by_an_earlier_version(talk: Talk) -> None:
    """Whoever was handed over before the upgrade is answered again when the task of then is closed."""
    await told(talk, NORTH, "persona")
    await as_of_before(talk)
    assert await told(talk, NORTH, "¿hay alguien?") == []
    [task] = rows(talk, "mail.activity", "id")
    talk.odoo.env["mail.activity"].action_feedback([task["id"]], feedback="Listo")

    async def is_back() -> bool:
        return all(one.get("with_person") is None for _, one in await talk.hub.store.find("talk"))

    await eventually(is_back)
    assert any("Soy el asistente" in one for one in await told(talk, NORTH, "hola"))
