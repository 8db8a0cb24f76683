"""What the hub would like to find in Odoo: made once, by whoever has the right, and removed again."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from caravana.commerce.wishes import LINK, PUBLISH, STATE, wishes
from caravana.component.odoo.client import Connection, OdooClient
from caravana.component.odoo.options import OdooConnection
from caravana.component.odoo.preparing import Preparer, State
from caravana.component.odoo.things import Thing
from caravana.kit.clock import SystemClock
from caravana.kit.errors import NeedsPerson, Unknown
from caravana.kit.options import read_options
from caravana.kit.sandbox import Fault
from tests.component.odoo.conftest import BOT_KEY, Odoo
from tests.component.odoo.hub import KEY, settings

WATCHED = [("sale.order", ("name", "state"))]


def things() -> list[Thing]:
    """Return all that the card flow would like."""
    return wishes(["cards"], WATCHED, "https://hub.example.com/odoo/odoo/hint/token", {})


@asynccontextmanager
async def preparer(odoo: Odoo, key: str = KEY, login: str = "admin") -> AsyncIterator[Preparer]:
    """Yield what makes and removes with the administrator's key."""
    given = settings(odoo.hub.settings["url"], database="demo", apiKey=key, login=login)
    connection = Connection(read_options(OdooConnection, given, place="test"))
    yield Preparer(OdooClient(connection), SystemClock())
    await connection.close()


async def prepare(made_by: Preparer) -> list[State]:
    """Make what is missing; return how everything stands then."""
    found = [await made_by.look(one) for one in things()]
    return [(await made_by.make(one)).state if one.state is State.MISSING else one.state for one in found]


async def test_everything_is_made_once(odoo: Odoo) -> None:
    """The administrator's key makes all; a second time there is nothing to make."""
    async with preparer(odoo) as one:
        assert set(await prepare(one)) == {State.CREATED}
        assert set(await prepare(one)) == {State.THERE}
    env = odoo.sandbox.env
    assert {STATE, LINK} <= env["sale.order"].fields_get().keys()
    assert len(env["product.tag"].search([["name", "=", PUBLISH]])) == 1
    [rule] = env["base.automation"].search_read([], ["trigger", "trigger_field_ids", "action_server_ids"])
    assert (rule["trigger"], len(rule["trigger_field_ids"]), len(rule["action_server_ids"])) == (
        "on_create_or_write",
        2,
        1,
    )


async def test_a_lost_answer_makes_nothing_twice(odoo: Odoo) -> None:
    """Every answer to a making call is lost, as if the command were killed after each: a second run doubles nothing."""
    odoo.sandbox.faults.append(Fault(operation="*.load", action="cut_after", times=4))
    async with preparer(odoo) as one:
        for thing in things():
            with pytest.raises(Unknown):
                await one.make(await one.look(thing))
        assert set(await prepare(one)) == {State.THERE}
    assert len(odoo.sandbox.env["base.automation"].search([])) == 1


async def test_what_lacks_a_right_is_said_and_the_rest_is_made(odoo: Odoo) -> None:
    """The hub's own user makes the tag; fields and hints need an administrator, and each says so."""
    async with preparer(odoo, BOT_KEY, "integracion") as one:
        found = [await one.look(thing) for thing in things()]
        assert [each.state for each in found] == [State.MISSING, *[State.FORBIDDEN] * 3]
        assert [(each.right, each.group and each.group.xmlid) for each in found[1:]] == [
            ("create ir.model.fields", "base.group_system"),
            ("create ir.model.fields", "base.group_system"),
            ("create base.automation", "base.group_system"),
        ]
        assert (await prepare(one))[0] is State.CREATED


async def test_a_tag_that_people_made_serves_and_stays(odoo: Odoo) -> None:
    """A tag of that name is taken as it is: it is not made again, and it is not the hub's to remove."""
    odoo.sandbox.env["product.tag"].create({"name": PUBLISH})
    async with preparer(odoo) as one:
        assert (await prepare(one))[0] is State.FOREIGN
        assert await one.look_at_own(things()[0]) is None


async def test_only_its_own_is_removed(odoo: Odoo) -> None:
    """Removing tells first what goes with it, takes what was made, and leaves everybody else's fields and automations."""
    env = odoo.sandbox.env
    [model] = env["ir.model"].search([["model", "=", "sale.order"]])
    env["ir.model.fields"].create({"name": "x_origin", "model_id": model, "ttype": "char"})
    env["base.automation"].create({"name": "Theirs", "model_id": model, "trigger": "on_write"})
    async with preparer(odoo) as one:
        await prepare(one)
        env["sale.order"].write([odoo.order()], {STATE: "Pagado"})
        own = [found for found in [await one.look_at_own(thing) for thing in things()] if found]
        assert {each.thing.name: each.uses for each in own}[f"sale.order.{STATE}"] == 1
        assert {(await one.remove(each)).state for each in own} == {State.REMOVED}
        assert [await one.look_at_own(thing) for thing in things()] == [None] * 4
    assert "x_origin" in env["sale.order"].fields_get()
    assert STATE not in env["sale.order"].fields_get()
    assert [rule["name"] for rule in env["base.automation"].search_read([], ["name"])] == ["Theirs"]
    assert env["ir.actions.server"].search([["state", "=", "webhook"]]) == []


async def test_hints_of_models_that_no_route_polls_any_more(odoo: Odoo) -> None:
    """They are found by their external ids, and removed with the rest."""
    async with preparer(odoo) as one:
        await prepare(one)
        [left] = await one.left(wishes(["cards"], [], None, {}))
        found = await one.look_at_own(left)
        assert found is not None
        assert (left.name, (await one.remove(found)).state) == ("sale.order", State.REMOVED)


async def test_a_wrong_key_is_no_matter_of_one_thing(odoo: Odoo) -> None:
    """It is raised, instead of being told of every thing."""
    async with preparer(odoo, "f" * 40) as one:
        with pytest.raises(NeedsPerson):
            await one.look(things()[0])


@pytest.fixture(autouse=True)
def not_the_clerks(odoo: Odoo) -> Iterator[None]:
    """The administrator's key is not the hub's."""
    yield
    assert odoo.hub.settings["apiKey"] == BOT_KEY
