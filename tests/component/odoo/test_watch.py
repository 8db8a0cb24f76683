"""Watching records in the sandbox: nothing lost, nothing twice, nothing from before the go-live line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.options import OdooOptions
from caravana.component.odoo.watch import Watch
from caravana.kit.branch import Branch
from caravana.kit.clock import ManualClock
from caravana.kit.errors import ConfigurationError, NeedsPerson, Transient
from caravana.kit.options import read_options
from caravana.kit.sandbox import Fault
from caravana.kit.uri import Uri
from tests.component.odoo.conftest import BOT_KEY, Odoo
from tests.component.odoo.hub import MemoryReceiver


@pytest.fixture
def clock(odoo: Odoo) -> ManualClock:
    """Put hub and sandbox on one clock that moves when told to."""
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    odoo.sandbox.clock = odoo.hub.clock = clock
    clock.advance(10)
    return clock


def watch(odoo: Odoo, receiver: MemoryReceiver, model: str = "res.partner", **options: Any) -> Watch:
    """Return a watch on partners called watched."""
    domain = [["ref", "=", "watched"]] if model == "res.partner" else []
    values = {"fields": "name", "domain": domain, **options}
    client = OdooClient(odoo.component.client("odoo").connection)
    return Watch(model, read_options(OdooOptions, values, place="test"), client, receiver, odoo.hub)


def partner(odoo: Odoo, name: str = "Uno") -> int:
    number: int = odoo.sandbox.env["res.partner"].create({"name": name, "ref": "watched"})
    return number


async def test_the_line_of_a_first_start_is_the_start(odoo: Odoo, clock: ManualClock) -> None:
    """What is made while Odoo cannot be asked for the first time is taken later, not left before the line."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver)
    odoo.sandbox.faults.append(Fault(times=3))
    with pytest.raises(Transient):
        await one.look()
    clock.advance(5)
    number = partner(odoo)
    odoo.sandbox.faults.clear()
    clock.advance(5)
    await one.look()
    assert receiver.ids() == [number]


async def test_new_and_changed_records_come_once(odoo: Odoo, clock: ManualClock) -> None:
    """Each state is one message, however often the overlap is read."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver)
    await one.look()
    clock.advance(5)
    first = partner(odoo)
    await one.look()
    await one.look()
    clock.advance(5)
    odoo.sandbox.env["res.partner"].write([first], {"name": "Dos"})
    await one.look()
    await one.look()
    assert [(item.body["id"], item.body["name"]) for item in receiver.taken] == [(first, "Uno"), (first, "Dos")]
    assert receiver.duplicates == 0
    arrival = receiver.taken[0]
    assert arrival.headers["CaravanaOdooModel"] == "res.partner"
    assert arrival.business_keys == (("odoo", f"res.partner,{first}"),)
    assert arrival.lane == f"res.partner,{first}"


async def test_two_changes_within_one_second(odoo: Odoo, clock: ManualClock) -> None:
    """The same time with another content is another state."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver)
    await one.look()
    first = partner(odoo)
    await one.look()
    odoo.sandbox.env["res.partner"].write([first], {"name": "Dos"})
    await one.look()
    assert [item.body["name"] for item in receiver.taken] == ["Uno", "Dos"]


async def test_a_late_commit_within_the_overlap(odoo: Odoo, clock: ManualClock) -> None:
    """A long transaction shows with an older time than what was taken before it."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver)
    await one.look()
    late = odoo.sandbox.late("res.partner", "create", {"name": "Tarde", "ref": "watched"})
    clock.advance(60)
    partner(odoo)
    await one.look()
    late.commit()
    await one.look()
    assert [item.body["name"] for item in receiver.taken] == ["Uno", "Tarde"]


async def test_a_later_commit_is_found_by_comparison(odoo: Odoo, clock: ManualClock) -> None:
    """What shows behind the overlap is found when ids and times are compared, and only that."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver, overlap="10s")
    await one.look()
    await one.compare()
    assert not one.comparison_due()
    late = odoo.sandbox.late("res.partner", "create", {"name": "Tarde", "ref": "watched"})
    clock.advance(30)
    partner(odoo)
    await one.look()
    late.commit()
    clock.advance(3600)
    partner(odoo, "Tres")
    await one.look()
    assert [item.body["name"] for item in receiver.taken] == ["Uno", "Tres"]
    assert one.comparison_due()
    await one.compare()
    assert [item.body["name"] for item in receiver.taken] == ["Uno", "Tres", "Tarde"]
    await one.compare()
    assert (len(receiver.taken), receiver.duplicates) == (3, 0)


async def test_nothing_before_go_live(odoo: Odoo, clock: ManualClock) -> None:
    """Records written before the line are taken neither by looking nor by comparing."""
    partner(odoo, "Antes")
    clock.advance(60)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver)
    partner(odoo, "Después")
    await one.look()
    clock.advance(7200)
    await one.look()
    await one.compare()
    assert [item.body["name"] for item in receiver.taken] == ["Después"]


async def test_without_go_live_the_first_start_is_the_line(odoo: Odoo, clock: ManualClock) -> None:
    """The line is kept in the cursor, so a restart loses nothing and takes nothing old."""
    partner(odoo, "Antes")
    clock.advance(60)
    receiver = MemoryReceiver()
    await watch(odoo, receiver).look()
    clock.advance(60)
    partner(odoo, "Entretanto")
    clock.advance(60)
    again = watch(odoo, receiver)
    await again.look()
    assert [item.body["name"] for item in receiver.taken] == ["Entretanto"]
    await watch(odoo, receiver).look()
    assert receiver.duplicates == 0


async def test_many_records_in_one_second_come_in_chunks(odoo: Odoo, clock: ManualClock) -> None:
    """A batch with one time is larger than a chunk: each record comes once, those after it too."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver, chunk=3)
    await one.look()
    values = [{"name": f"P{number}", "ref": "watched"} for number in range(8)]
    ids = odoo.sandbox.env["res.partner"].create(values)
    clock.advance(2)
    ids.append(partner(odoo, "Último"))
    await one.look()
    await one.look()
    assert sorted(receiver.ids()) == sorted(ids)
    assert receiver.duplicates == 0


async def test_created_comes_once(odoo: Odoo, clock: ManualClock) -> None:
    """A later change of a created record is no message, not even after a restart and a comparison."""
    receiver = MemoryReceiver()
    one = watch(odoo, receiver, event="created")
    await one.look()
    first = partner(odoo)
    await one.look()
    await one.compare()
    clock.advance(4000)
    odoo.sandbox.env["res.partner"].write([first], {"name": "Dos"})
    for again in (one, watch(odoo, receiver, event="created")):
        await again.look()
        await again.compare()
    assert receiver.ids() == [first]


async def test_once_when_it_first_fulfils_the_domain(odoo: Odoo, clock: ManualClock) -> None:
    """An order comes when it is confirmed, and never again, though it was made long before and written after."""
    order = odoo.order(confirmed=False)
    clock.advance(3600)
    receiver = MemoryReceiver()
    options = {"domain": "[('state', '=', 'sale')]", "event": "once"}
    one = watch(odoo, receiver, "sale.order", **options)
    await one.look()
    clock.advance(5)
    odoo.sandbox.env["sale.order"].action_confirm([order])
    await one.look()
    await one.compare()
    clock.advance(4000)
    odoo.sandbox.env["sale.order"].write([order], {"client_order_ref": "x"})
    for again in (one, watch(odoo, receiver, "sale.order", **options)):
        await again.look()
        await again.compare()
    assert (receiver.ids(), receiver.duplicates) == ([order], 0)


async def test_deleted_and_archived_records(odoo: Odoo, clock: ManualClock) -> None:
    """The comparison finds what no longer exists and what was archived; the first one only takes stock."""
    gone, archived, left = partner(odoo, "a"), partner(odoo, "b"), partner(odoo, "c")
    receiver = MemoryReceiver()
    one = watch(odoo, receiver, event="deleted")
    await one.look()
    await one.compare()
    assert receiver.taken == []
    clock.advance(3600)
    model = odoo.sandbox.env["res.partner"]
    model.unlink([gone])
    model.write([archived], {"active": False})
    model.write([left], {"ref": "other"})
    await one.compare()
    await one.compare()
    events = [(item.body["id"], item.headers["CaravanaOdooEvent"]) for item in receiver.taken]
    assert events == [(gone, "deleted"), (archived, "archived")]


async def test_an_idle_look_is_one_call(odoo: Odoo, clock: ManualClock) -> None:
    """Looking costs Odoo one search while nothing changes."""
    one = watch(odoo, MemoryReceiver())
    await one.look()
    before = odoo.sandbox.calls.total()
    await one.look()
    assert odoo.sandbox.calls.total() == before + 1


async def test_an_expired_key_is_told_and_the_watch_goes_on_later(odoo: Odoo, clock: ManualClock) -> None:
    """The look fails with the class that says who must act; the position stays where it was."""
    one = watch(odoo, MemoryReceiver())
    await one.look()
    position = one.position
    odoo.sandbox.expire_key(BOT_KEY)
    with pytest.raises(NeedsPerson):
        await one.look()
    assert one.position == position


async def test_a_consumer_without_fields_is_refused(odoo: Odoo) -> None:
    """A watch that names no fields never starts."""
    with pytest.raises(ConfigurationError):
        odoo.component.endpoint(Uri.parse("odoo:sale.order")).consumer(MemoryReceiver())


async def test_a_record_brings_what_tells_its_branch(odoo: Odoo, clock: ManualClock) -> None:
    """Company and warehouse are read beside the fields that the route names, and stay out of the message."""
    odoo.hub.branches = {"quito": Branch(name="Quito", company=11)}
    receiver = MemoryReceiver(go_live=clock.now() - timedelta(hours=1))
    one = watch(odoo, receiver, "sale.order", fields="name")
    odoo.order()
    await one.look()
    [item] = receiver.taken
    assert item.place is not None
    assert set(item.body) == {"id", "name", "write_date"}
    assert set(item.place) == {"odoo", "record", "company_id", "warehouse_id"}


async def test_a_route_may_do_without_a_branch(odoo: Odoo, clock: ManualClock) -> None:
    """With branchNeeded=false the branch is told where one alone fits, and nobody is asked where none does."""
    odoo.hub.branches = {"quito": Branch(name="Quito", company=odoo.sandbox.env["res.company"].search([])[0])}
    receiver = MemoryReceiver(go_live=clock.now() - timedelta(hours=1))
    one = watch(odoo, receiver, "sale.order", fields="name", branch_needed=False)
    odoo.order()
    await one.look()
    assert [(item.branch, item.place) for item in receiver.taken] == [("quito", None)]
