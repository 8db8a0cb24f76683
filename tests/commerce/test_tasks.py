"""What waits for a person becomes a task in Odoo, once, and is settled on either side."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.engine.configuration import Modes
from caravana.engine.hub import Hub
from caravana.kit.clock import ScaledClock
from caravana.kit.sandbox import Fault
from tests.commerce.shop import Shop, Street, hub_of, open_shop
from tests.support.waiting import eventually


def open_tasks(shop: Shop, **wanted: Any) -> list[dict[str, Any]]:
    """Return the open tasks whose fields are as wanted."""
    domain = [[name, "=", value] for name, value in wanted.items()]
    found: list[dict[str, Any]] = shop.odoo.env["mail.activity"].search_read(
        domain, ["summary", "note", "res_model", "res_id", "user_id"]
    )
    return found


@pytest.fixture
async def shop(shop: Shop) -> AsyncIterator[Shop]:
    """A shop whose clock is moved on while its hub rests: tasks come and go by looks at Odoo."""
    async with shop.hurrying():
        yield shop


async def asked(shop: Shop, key: str = "t/1", **more: Any) -> dict[str, Any]:
    """Let a flow ask for a person, and return the task that comes of it."""
    await shop.hub.store.put("review", key, {"title": "Algo", "reason": "Algo no cuadra.", **more})
    return (await eventually(lambda: open_tasks(shop)))[0]


async def test_an_item_about_an_order_is_a_task_on_it(shop: Shop) -> None:
    """The task stands on the record that the item names, in Spanish, and says how to settle it."""
    order = shop.order()
    task = await asked(shop, record={"model": "sale.order", "id": order})
    assert (task["res_model"], task["res_id"], task["summary"]) == ("sale.order", order, "Revisar: Algo")
    assert "Algo no cuadra." in task["note"]
    assert "marque esta actividad como hecha" in task["note"]


async def test_what_the_hub_says_in_english_is_spanish_in_the_task(shop: Shop) -> None:
    """Why a bank's file was refused, and what it is: the clerk's task has not one English word."""
    told = {"title": "bank file extracto.sta: refused", "reason": "line 5: its value date `2028-02-31` does not exist"}
    task = await asked(shop, kind="bank_file", **told)
    assert task["summary"] == "Revisar: archivo de banco extracto.sta (rechazado)"
    assert "línea 5: su fecha valor `2028-02-31` no existe" in task["note"]


async def test_settled_in_the_hub(shop: Shop) -> None:
    """Taking the item off the list closes its task."""
    await asked(shop)
    assert await shop.hub.reviews.done("t/1", "ana", "listo")
    await eventually(lambda: not open_tasks(shop))
    await eventually(lambda: _records(shop, "review_task", 0))


async def test_settled_in_odoo(shop: Shop) -> None:
    """Closing the task with a reason takes the item off the list; who and why stay in the audit."""
    task = await asked(shop)
    shop.odoo.env["mail.activity"].action_feedback([task["id"]], feedback="Hablé con el cliente\ny está bien")
    await eventually(lambda: _records(shop, "review", 0))
    [line] = await shop.hub.journal.query("select actor, detail from audit where action = 'review_done'", {})
    assert line["actor"] == "Administrator (Odoo)"
    assert "Hablé con el cliente" in line["detail"]
    await shop.idle()
    assert open_tasks(shop) == []


async def _records(shop: Shop, scope: str, count: int) -> bool:
    return len(await shop.hub.store.find(scope)) == count


async def test_closed_without_a_reason(shop: Shop) -> None:
    """The task comes back and says why, twice; then the item stays on the hub's list alone."""
    model = shop.odoo.env["mail.activity"]
    task = await asked(shop)
    for close in (model.action_done, model.action_cancel):
        close([task["id"]])
        [task] = await eventually(lambda: open_tasks(shop))
        assert "sin escribir cómo se resolvió" in task["note"]
    model.action_feedback([task["id"]], feedback="  ")
    await eventually(lambda: _records(shop, "review_task", 0))
    assert (open_tasks(shop), await _records(shop, "review", 1)) == ([], True)


async def test_a_dead_exchange_is_not_settled_by_closing_its_task(shop: Shop) -> None:
    """It is a task on the order of its business key; a word in Odoo is not enough, discarding it is."""
    order = shop.order()
    shop.odoo.faults.append(Fault(operation="sale.order.message_post", status=422))
    [task] = await eventually(lambda: open_tasks(shop))
    assert (task["res_model"], task["res_id"]) == ("sale.order", order)
    assert task["summary"] == "Revisar un mensaje detenido"
    [item] = await shop.hub.reviews.items(10)
    assert f"caravana messages retry {item['id']}" in task["note"]
    shop.odoo.env["mail.activity"].action_feedback([task["id"]], feedback="visto")
    [again] = await eventually(lambda: [one for one in open_tasks(shop) if one["id"] != task["id"]])
    assert "el asunto sigue pendiente" in again["note"]
    await Admin(shop.hub.journal, shop.hub.clock, shop.hub).call("discard", {"id": item["id"], "go": True})
    await eventually(lambda: not open_tasks(shop))


async def test_whose_task_it_is(tmp_path: Path, clock: ScaledClock) -> None:
    """The branch's person, else the general one; a login that Odoo does not know leaves the task to the hub's own user."""
    branches = {
        "quito": {"name": "Quito", "company": 1, "person": "ana"},
        "cuenca": {"name": "Cuenca", "company": 1, "person": "nobody"},
        "loja": {"name": "Loja", "company": 1},
    }
    async with open_shop(tmp_path, clock, None, put(branches=branches), **{"review.person": "bea"}) as shop:
        ana, bea = user(shop, "ana"), user(shop, "bea")
        for branch, whose in {"quito": ana, "loja": bea, "cuenca": shop.odoo.bot_uid, "": bea}.items():
            await shop.hub.store.put("review", f"t/{branch}", {"title": branch or "general", "branch": branch or None})
            found = partial(open_tasks, shop, summary=f"Revisar: {branch or 'general'}")
            [task] = await eventually(found)
            assert task["user_id"][0] == whose


async def test_the_record_is_gone(shop: Shop) -> None:
    """A task about an order that was deleted stands on the company's own contact."""
    order = shop.order(confirmed=False)
    shop.odoo.env["sale.order"].unlink([order])
    task = await asked(shop, record={"model": "sale.order", "id": order})
    [company] = shop.odoo.env["res.company"].search_read([], ["partner_id"])
    assert (task["res_model"], task["res_id"]) == ("res.partner", company["partner_id"][0])


async def test_odoo_is_away(shop: Shop) -> None:
    """What happens meanwhile is one task each when Odoo is back; that it was away is none."""
    await eventually(lambda: shop.odoo.calls["sale.order.search_read"])
    away = Fault(operation="*", status=503, times=10**6)
    shop.odoo.faults.append(away)
    for number in range(3):
        await shop.hub.store.put("review", f"t/{number}", {"title": str(number)})
    gate = shop.hub.gates.get("odoo:odoo")
    await eventually(lambda: gate.circuit.state == "open", timeout=60)
    passed = shop.hub.clock.now() + timedelta(minutes=20)
    await eventually(lambda: shop.hub.clock.now() > passed, timeout=60)
    assert [one["kind"] for one in await shop.hub.reviews.items(100) if one["kind"] != "item"] == ["circuit"]
    shop.odoo.faults.remove(away)
    await eventually(lambda: len(open_tasks(shop)) == 3, timeout=60)
    await shop.idle()
    assert sorted(one["summary"] for one in open_tasks(shop)) == [f"Revisar: {number}" for number in range(3)]


async def test_in_shadow_odoo_is_not_touched(tmp_path: Path, clock: ScaledClock) -> None:
    """In shadow each task would have been made, once, and none is kept; what still waits gets it when live."""
    shadow = {"connections": {"odoo:odoo": "shadow"}}
    async with open_shop(tmp_path, clock, None, put(modes=shadow)) as shop:
        for number in (1, 2):
            await shop.hub.store.put("review", f"t/{number}", {"title": str(number)})
            await eventually(partial(_would, shop, number))
        assert await shop.hub.reviews.done("t/2", "ana", "listo")
        await shop.idle()
        assert (open_tasks(shop), await _records(shop, "review_task", 0)) == ([], True)
        await shop.hub.stop()
        live = shop.configuration.model_copy(update={"modes": Modes()})
        async with hub_of(live, clock):
            await eventually(lambda: open_tasks(shop))
        async with hub_of(live, clock) as hub:
            await hub.store.put("review", "t/3", {"title": "3"})
            await eventually(lambda: open_tasks(shop, summary="Revisar: 3"))
            assert sorted(one["summary"] for one in open_tasks(shop)) == ["Revisar: 1", "Revisar: 3"]
            assert await hub.reviews.done("t/1", "ana", "listo")
            await eventually(lambda: not open_tasks(shop, summary="Revisar: 1"))


@pytest.mark.parametrize("modes", [{"connections": {"odoo:odoo": "shadow"}}, {"routes": {"review-*": "shadow"}}])
async def test_settled_in_shadow(tmp_path: Path, clock: ScaledClock, modes: dict[str, Any]) -> None:
    """A task that was made live stays open, and known, when its item is settled in shadow; it is closed when all is live."""
    async with open_shop(tmp_path, clock, None) as shop:
        await asked(shop)
        await shop.hub.stop()
        live = shop.configuration
        async with hub_of(live.model_copy(update={"modes": Modes(**modes)}), clock) as hub:
            assert await hub.reviews.done("t/1", "ana", "listo")
            await eventually(partial(_closings, hub, 1))
            assert (len(open_tasks(shop)), len(await hub.store.find("review_task"))) == (1, 1)
        async with hub_of(live, clock) as hub:
            await eventually(lambda: not open_tasks(shop))
            await eventually(partial(_closings, hub, 2))
            assert await hub.store.find("review_task") == []
        async with hub_of(live, clock) as hub:
            await hub.store.put("review", "t/2", {"title": "2"})
            await eventually(lambda: open_tasks(shop, summary="Revisar: 2"))
            assert await _closings(hub, 2)


async def _closings(hub: Hub, count: int) -> bool:
    """Whether so many settled items have been told and dealt with."""
    query = "select state from exchange where route = 'review-items' and key like '%/closed'"
    rows = await hub.journal.query(query, {})
    return len(rows) == count and all(one["state"] == "done" for one in rows)


async def _would(shop: Shop, count: int) -> bool:
    """Whether so many tasks would have been made, no more and no less."""
    query = "select endpoint from record where state = 'would' and endpoint like '%activity%'"
    return len(await shop.hub.journal.query(query, {})) == count


def put(**sections: Any) -> Callable[[Street, dict[str, Any]], None]:
    """Return what writes whole sections into a shop's configuration."""

    def change(street: Street, given: dict[str, Any]) -> None:
        given.update(sections)

    return change


def user(shop: Shop, login: str) -> int:
    """Return a new user of Odoo."""
    partner = shop.odoo.env["res.partner"].create({"name": login.title()})
    made: int = shop.odoo.env["res.users"].create({"login": login, "partner_id": partner})
    return made
