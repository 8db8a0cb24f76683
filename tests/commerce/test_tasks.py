"""What waits for a person becomes a task in Odoo, once, and is settled on either side."""

from typing import Any

from tests.commerce.shop import Shop
from tests.support.waiting import eventually


def open_tasks(shop: Shop, **wanted: Any) -> list[dict[str, Any]]:
    """Return the open tasks whose fields are as wanted."""
    domain = [[name, "=", value] for name, value in wanted.items()]
    found: list[dict[str, Any]] = shop.odoo.env["mail.activity"].search_read(
        domain, ["summary", "note", "res_model", "res_id", "user_id"]
    )
    return found


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
