"""Exchanges carry their branch; what belongs to no configured branch, or to several, waits for a person."""

from typing import Any

import pytest

from caravana.engine.admin import Admin
from caravana.kit.branch import Branch
from caravana.kit.clock import ManualClock
from caravana.kit.ports import Arrival
from tests.engine.conftest import Station, route

NORTH = Branch(name="Norte", company=1, warehouse=1)
SOUTH = Branch(name="Sur", company=1, warehouse=2)
RECORD = {"odoo": "odoo", "record": "sale.order,5", "company_id": [1, "Empresa XYZ"], "warehouse_id": [2, "Bodega Sur"]}
ROUTES = route("- to: seda:child\n- to: mock:out") + route("- to: mock:child", name="child")


async def _branches(station: Station) -> dict[str, Any]:
    rows = await station.query("select route, branch, state from exchange order by seq")
    return {row["route"]: (row["branch"], row["state"]) for row in rows}


async def _review(station: Station) -> list[dict[str, Any]]:
    assert station.hub is not None
    found: list[dict[str, Any]] = await Admin(station.hub.journal, station.hub.clock, station.hub).call("review", {})
    return found


async def test_a_record_tells_the_branch_and_children_inherit_it(station: Station) -> None:
    """The one branch that fits company and warehouse is that of the exchange and of what it starts."""
    await station.start(ROUTES, branches={"norte": NORTH, "sur": SOUTH})
    await station.send("main", "order", place=RECORD)
    assert await _branches(station) == {"main": ("sur", "done"), "child": ("sur", "done")}


async def test_a_record_of_no_branch_waits_for_a_person_and_goes_on_once_the_branch_is_there(station: Station) -> None:
    """Nothing is done for it; the review names company and warehouse; the next start with the branch carries it out."""
    await station.start(ROUTES, branches={"norte": NORTH})
    await station.send("main", "order", place=RECORD)
    assert await _branches(station) == {"main": (None, "dead")}
    assert station.received("out") == []
    [item] = await _review(station)
    assert (
        "sale.order,5 of company 1 (Empresa XYZ), warehouse 2 (Bodega Sur) is of no configured branch" in item["reason"]
    )
    assert "add or mend the branch" in item["remedy"]

    hub = await station.start(ROUTES, branches={"norte": NORTH, "sur": SOUTH})
    await hub.dispatcher.quiet()
    assert station.received("out") == ["order"]
    assert await _branches(station) == {"main": ("sur", "done"), "child": ("sur", "done")}


async def test_a_record_of_two_branches_waits_for_a_person(station: Station) -> None:
    """A company alone does not tell two of its branches apart: both are named and nothing is guessed."""
    await station.start(ROUTES, branches={"norte": NORTH, "sur": SOUTH})
    await station.send("main", "invoice", place={"odoo": "odoo", "company_id": [1, "Empresa XYZ"]})
    [item] = await _review(station)
    assert "may be of several branches: norte, sur" in item["reason"]


async def test_a_retry_works_the_branch_out_anew(station: Station) -> None:
    """While nothing is mended, a retry ends as before; the exchange is not lost and not done."""
    hub = await station.start(ROUTES, branches={"norte": NORTH})
    [name] = await station.send("main", "order", place=RECORD)
    await Admin(hub.journal, hub.clock, hub).call("retry", {"id": name, "go": True, "actor": "ana"})
    await hub.dispatcher.quiet()
    assert await _branches(station) == {"main": (None, "dead")}


@pytest.mark.parametrize("left", [{"norte": NORTH}, {}], ids=["one is left", "none is left"])
async def test_a_branch_removed_in_flight_stops_the_exchange_until_it_is_back(station: Station, left: Any) -> None:
    """What it did stays done, it says which branch is missing, and it ends what it began when the branch is back."""
    clock = ManualClock()
    steps = "- to: partner:before\n- delay:\n    expression: {constant: '60000'}\n- to: partner:after"
    both = {"norte": NORTH, "sur": SOUTH}
    await station.start(route(steps), clock=clock, branches=both)
    [name] = await station.send("main", "order", branch="sur")
    assert (await station.states())[name] == "waiting"

    await station.stop()
    clock.advance(120)
    hub = await station.start(route(steps), clock=clock, branches=left)
    await hub.dispatcher.quiet()
    [item] = await _review(station)
    assert f"exchange {name} is of the branch `sur`, which is not in the configuration" in item["reason"]

    hub = await station.start(route(steps), clock=clock, branches=both)
    await hub.dispatcher.quiet()
    assert (await station.states())[name] == "done"
    assert [body for _, body in station.world.done] == ["order", {"made": "before"}]


async def test_a_caller_who_names_no_branch_there_is_gets_an_answer_at_once(station: Station) -> None:
    """Nothing is stored of such a request; the answer names the nearest branch."""
    hub = await station.start(
        route("- to: mock:out", parameters='{branch: "${body}"}'), branches={"norte": NORTH, "sur": SOUTH}
    )
    outcome = await hub.receivers["main"].request(Arrival(body="nort"))
    assert (outcome.state, outcome.status) == ("failed", 400)
    assert outcome.error == "there is no branch `nort` (there are: norte, sur) did you mean `norte`?"
    assert await station.states() == {}


async def test_what_has_done_nothing_begins_under_the_routes_as_they_are_now(station: Station) -> None:
    """Once its branch is there, an exchange without records runs under the present revision, whose settings know it."""
    await station.start(route("- to: mock:old"), branches={"norte": NORTH})
    await station.send("main", "order", place=RECORD)
    hub = await station.start(route("- to: mock:new"), branches={"norte": NORTH, "sur": SOUTH})
    await hub.dispatcher.quiet()
    assert station.received("new") == ["order"]


async def test_a_parameter_may_give_a_record(station: Station) -> None:
    """`branch` of a route takes a record of the message as well as a name."""
    routes = route("- to: mock:out", parameters='{branch: "${body[order]}"}')
    await station.start(routes, branches={"norte": NORTH, "sur": SOUTH})
    await station.send("main", {"order": RECORD}, {"order": {"company_id": 9}})
    rows = await station.query("select branch, state from exchange order by seq")
    assert [(row["branch"], row["state"]) for row in rows] == [("sur", "done"), (None, "dead")]


async def test_without_branches_nothing_changes(station: Station) -> None:
    """One company without branches: a record's place is not asked for, a name in `branch` is kept as a label."""
    await station.start(ROUTES)
    await station.send("main", "order", place=RECORD)
    assert await _branches(station) == {"main": (None, "done"), "child": (None, "done")}
