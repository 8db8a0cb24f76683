"""Exchanges carry their branch; what belongs to no configured branch, or to several, waits for a person."""

from typing import Any

from caravana.engine.admin import Admin
from caravana.kit.branch import Branch
from tests.engine.conftest import Station, route

NORTH = Branch(name="Norte", company=1, warehouse=1)
SOUTH = Branch(name="Sur", company=1, warehouse=2)
RECORD = {"odoo": "odoo", "company_id": [1, "Empresa XYZ"], "warehouse_id": [2, "Bodega Sur"]}
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
    assert "company 1 (Empresa XYZ), warehouse 2 (Bodega Sur) is of no configured branch" in item["reason"]
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


async def test_a_branch_removed_in_flight_stops_the_exchange_until_it_is_back(station: Station) -> None:
    """An exchange that waits when its branch goes does nothing more, says which branch, and ends what it began."""
    steps = "- to: mock:before\n- delay:\n    expression: {constant: '6000'}\n- to: mock:after"
    await station.start(route(steps), branches={"norte": NORTH, "sur": SOUTH})
    [name] = await station.send("main", "order", branch="sur")
    assert (await station.states())[name] == "waiting"
    await station.stop()
    hub = await station.start(route(steps), branches={"norte": NORTH})
    await station.query("select 1")
    hub.dispatcher.look_again(1)
    await hub.dispatcher.quiet()


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
