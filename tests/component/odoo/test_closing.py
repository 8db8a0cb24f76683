"""Tasks that the hub made: closing them, and noticing that a person did, whatever the version does with closed ones."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from caravana.component.odoo.closing import feedback_of
from caravana.component.odoo.consumer import OdooConsumer
from caravana.kit.errors import ConfigurationError
from caravana.kit.sandbox import Fault
from caravana.kit.uri import Uri
from tests.component.odoo.conftest import Odoo
from tests.component.odoo.hub import MemoryReceiver

CLOSE = "odoo:mail.activity?operation=closeActivity"
WATCH = "odoo:mail.activity?event=closed&scope=task&delay=20ms"


async def made(odoo: Odoo, mark: str = "m1") -> dict[str, Any]:
    """Make a task on a new order; return what a flow keeps of it."""
    order = odoo.order()
    body = {"id": order, "summary": "Revisar", "note": f"<p>Mire esto</p><p>{mark}</p>", "external_id": mark}
    reply = await odoo.send("odoo:sale.order?operation=activity", body, key=mark)
    task = {"activity_id": reply.body["id"], "model": "sale.order", "res_id": order}
    return {**task, "mark": mark, "connection": "odoo"}


@pytest.fixture
async def receiver(odoo: Odoo) -> AsyncIterator[MemoryReceiver]:
    """What takes in that tasks of the scope `task` were closed."""
    inbox = MemoryReceiver(source="odoo:mail.activity")
    consumer = odoo.component.endpoint(Uri.parse(WATCH)).consumer(inbox)
    assert isinstance(consumer, OdooConsumer)
    await consumer.start()
    yield inbox
    await consumer.stop()


async def test_closing_a_task_once(odoo: Odoo) -> None:
    """It is closed with the word on its record; closing it again does nothing."""
    task = await made(odoo)
    body = {"id": task["activity_id"], "feedback": "Resuelto"}
    assert await odoo.verify(CLOSE, body) is None
    assert (await odoo.send(CLOSE, body)).body == {"closed": True}
    assert (await odoo.send(CLOSE, body)).body == {"closed": False}
    assert await odoo.verify(CLOSE, body) is not None
    messages = odoo.sandbox.env["mail.message"].search_read([["mail_activity_type_id", "!=", False]], ["body"])
    assert [feedback_of(one["body"]) for one in messages] == ["Resuelto"]


async def test_a_person_closes_tasks(odoo: Odoo, receiver: MemoryReceiver) -> None:
    """Each is told once, with who and what was written; of a deleted one nothing is known, and others stay open."""
    tasks = {f"k{number}": await made(odoo, f"m{number}") for number in range(3)}
    for key, task in tasks.items():
        await receiver.store.put("task", key, task)
    model = odoo.sandbox.env["mail.activity"]
    model.action_feedback([tasks["k0"]["activity_id"]], feedback="Llamé <al cliente> &\nestá bien")
    model.action_cancel([tasks["k1"]["activity_id"]])
    await receiver.count(2)
    said = {one.body["key"]: (one.body["by"], one.body["feedback"]) for one in receiver.taken}
    assert said == {"k0": ("Administrator", "Llamé <al cliente> &\nestá bien"), "k1": ("", "")}
    assert {one.lane for one in receiver.taken} == {"review:k0", "review:k1"}
    calls = odoo.sandbox.calls["mail.activity.search"]
    while odoo.sandbox.calls["mail.activity.search"] < calls + 3:
        await odoo.hub.clock.sleep(0.02)
    assert (len(receiver.taken), receiver.duplicates) == (2, 0)


async def test_a_task_that_only_would_have_been_made_is_not_closed(odoo: Odoo, receiver: MemoryReceiver) -> None:
    """With Odoo in shadow a task has a number of no record: nobody has closed it, and its item stays on the list."""
    await receiver.store.put("task", "k", {**await made(odoo), "activity_id": -7})
    await odoo.hub.clock.sleep(0.2)
    assert receiver.taken == []


async def test_nothing_is_asked_while_no_task_is_open(odoo: Odoo, receiver: MemoryReceiver) -> None:
    """Tasks of another connection are not this one's."""
    await receiver.store.put("task", "k", {**await made(odoo), "connection": "other"})
    await odoo.hub.clock.sleep(0.2)
    assert odoo.sandbox.calls["mail.activity.search"] == 0


async def test_a_task_on_a_model_without_known_app_needs_an_administrator(odoo: Odoo) -> None:
    """Only administrators read ir.model; models of the shipped flows are named by external id instead."""
    assert odoo.sandbox.calls["ir.model.search"] == 0
    await made(odoo)
    assert odoo.sandbox.calls["ir.model.search"] == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<div><p>To-Do done: Revisar</p><div>Listo</div></div>", "Listo"),
        (
            '<div><p>x</p>\n<div class="a">Uno<br/>dos</div><div class="o_mail_note_title">Nota</div><div>y</div></div>',
            "Uno\ndos",
        ),
        ('<div><p>x</p><div class="fw-bold o_mail_note_title">Nota original:</div><div>Mire</div></div>', ""),
        ("<p>something else</p>", ""),
        ("", ""),
    ],
)
def test_what_a_person_wrote(body: str, said: str) -> None:
    """It stands between the title and the original note; where it cannot be told from them, nothing was written."""
    assert feedback_of(body) == said


@pytest.mark.parametrize(
    "address",
    [
        "odoo:mail.activity?event=closed",
        "odoo:sale.order?event=closed&scope=task",
        "odoo:mail.activity?fields=summary&scope=task",
    ],
)
async def test_wrong_addresses(odoo: Odoo, address: str) -> None:
    """The event is for activities, needs a scope, and no other event has one."""
    with pytest.raises(ConfigurationError, match="event=closed"):
        odoo.component.endpoint(Uri.parse(address)).consumer(MemoryReceiver())


OPTIONAL = "odoo:sale.order?operation=write&optional=x_state,x_link"


async def test_optional_fields_that_are_not_there(odoo: Odoo) -> None:
    """Nothing is written, and Odoo is asked once; a field that is not optional is written beside."""
    order = odoo.order()
    for _ in range(3):
        assert (await odoo.send(OPTIONAL, {"ids": [order], "values": {"x_state": "a"}})).body is False
    assert (odoo.sandbox.calls["sale.order.write"], odoo.sandbox.calls["sale.order.fields_get"]) == (0, 1)
    assert (await odoo.send(OPTIONAL, {"ids": [order], "values": {"x_state": "a", "origin": "b"}})).body is True


async def test_an_optional_field_that_is_taken_away(odoo: Odoo) -> None:
    """It is written while it is there; afterwards the rest is written without it."""
    order, env = odoo.order(), odoo.sandbox.env
    [model] = env["ir.model"].search([["model", "=", "sale.order"]])
    fields = [
        env["ir.model.fields"].create({"name": one, "model_id": model, "ttype": "char"})
        for one in ("x_state", "x_link")
    ]
    body = {"ids": [order], "values": {"x_state": "a", "x_link": "b"}}
    assert (await odoo.send(OPTIONAL, body)).body is True
    env["ir.model.fields"].unlink([fields[1]])
    assert (await odoo.send(OPTIONAL, {**body, "values": {"x_state": "c", "x_link": "d"}})).body is True
    assert env["sale.order"].read([order], ["x_state"])[0]["x_state"] == "c"


async def test_a_refused_write_stays_refused(odoo: Odoo) -> None:
    """An error that has nothing to do with optional fields is not hidden."""
    from caravana.kit.errors import Refused

    odoo.sandbox.faults.append(Fault(operation="sale.order.write", status=422))
    with pytest.raises(Refused):
        await odoo.send(OPTIONAL, {"ids": [odoo.order()], "values": {"origin": "b"}})
