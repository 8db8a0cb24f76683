"""The go-live line: which date of a record decides, and that later changes make nothing young."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caravana.component.odoo.birth import BORN, Birth
from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.options import OdooOptions
from caravana.component.odoo.watch import Watch
from caravana.kit.clock import ManualClock
from caravana.kit.errors import Refused
from caravana.kit.options import read_options
from tests.component.odoo.conftest import Odoo
from tests.component.odoo.hub import MemoryReceiver

QUITO = "America/Guayaquil"
DAY = 86_400


@pytest.fixture
def clock(odoo: Odoo) -> ManualClock:
    """Put hub and sandbox on one clock that moves when told to."""
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    odoo.sandbox.clock = odoo.hub.clock = clock
    return clock


def watch(odoo: Odoo, receiver: MemoryReceiver, model: str, **options: Any) -> Watch:
    """Return a watch on a model."""
    values = {"fields": "name", "event": "once", **options}
    client = OdooClient(odoo.component.client("odoo").connection)
    return Watch(model, read_options(OdooOptions, values, place="test"), client, receiver, odoo.hub)


async def look_and_compare(one: Watch, clock: ManualClock) -> None:
    """Look, look again later, and compare."""
    await one.look()
    clock.advance(2 * DAY)
    await one.look()
    await one.compare()


async def test_a_change_of_an_old_order_is_none_of_ours(odoo: Odoo, clock: ManualClock) -> None:
    """Somebody edits an order confirmed before the line: neither looks nor comparisons take it."""
    old = odoo.order()
    clock.advance(DAY)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver, "sale.order", domain=[["state", "=", "sale"]])
    odoo.sandbox.env["sale.order"].write([old], {"client_order_ref": "a late remark"})
    new = odoo.order()
    await look_and_compare(one, clock)
    assert receiver.ids() == [new]
    assert "date_order" not in receiver.taken[0].body


async def test_a_quotation_confirmed_after_the_line_is_an_order_of_ours(odoo: Odoo, clock: ManualClock) -> None:
    """Odoo dates an order anew when it is confirmed: the company sold it under the new system."""
    quotation = odoo.order(confirmed=False)
    clock.advance(DAY)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver, "sale.order", domain=[["state", "=", "sale"]])
    clock.advance(60)
    odoo.sandbox.env["sale.order"].action_confirm([quotation])
    await look_and_compare(one, clock)
    assert receiver.ids() == [quotation]


async def test_an_invoice_counts_by_its_date_and_a_draft_by_its_making(odoo: Odoo, clock: ManualClock) -> None:
    """An invoice that is paid after the line was issued before it; a draft of then that is posted now is issued now."""
    issued = odoo.invoice()
    line = [0, 0, {"name": "Servicio", "quantity": 1, "price_unit": 100.0}]
    values = {"move_type": "out_invoice", "partner_id": odoo.customer, "invoice_line_ids": [line]}
    draft = odoo.sandbox.env["account.move"].create(values)
    clock.advance(DAY)
    receiver, drafts = MemoryReceiver(go_live=clock.now()), MemoryReceiver(go_live=clock.now(), route_id="drafts")
    one = watch(odoo, receiver, "account.move", domain=[["move_type", "=", "out_invoice"], ["state", "=", "posted"]])
    await watch(odoo, drafts, "account.move", domain=[["state", "=", "draft"]]).look()
    clock.advance(DAY)
    context = {"active_model": "account.move", "active_ids": [issued], "active_id": issued}
    wizard = odoo.sandbox.env["account.payment.register"]
    wizard.action_create_payments([wizard.create({}, context=context)], context=context)
    odoo.sandbox.env["account.move"].action_post([draft])
    await look_and_compare(one, clock)
    assert (receiver.ids(), drafts.ids()) == ([draft], [])


async def test_of_master_data_every_change_counts(odoo: Odoo, clock: ManualClock) -> None:
    """A product of last year whose price changes now must reach the catalogue."""
    clock.advance(DAY)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver, "product.product", event="changed")
    await one.look()
    clock.advance(60)
    odoo.sandbox.env["product.product"].write([odoo.product], {"lst_price": 12.5})
    await one.look()
    assert receiver.ids() == [odoo.product]


async def test_an_address_may_name_another_date(odoo: Odoo, clock: ManualClock) -> None:
    """`born=write_date` takes every order that is touched after the line; a field that is no time is told."""
    old = odoo.order()
    clock.advance(DAY)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver, "sale.order", born="write_date")
    odoo.sandbox.env["sale.order"].write([old], {"client_order_ref": "a late remark"})
    await one.look()
    assert receiver.ids() == [old]
    with pytest.raises(Refused, match=r"born=name is no date"):
        await watch(odoo, receiver, "sale.order", born="name").look()


async def test_deletions_of_old_documents_are_not_told(odoo: Odoo, clock: ManualClock) -> None:
    """What the line keeps out cannot leave either."""
    old = odoo.order(confirmed=False)
    clock.advance(DAY)
    receiver = MemoryReceiver(go_live=clock.now())
    one = watch(odoo, receiver, "sale.order", event="deleted", fields="")
    clock.advance(60)
    new = odoo.order(confirmed=False)
    await one.compare()
    odoo.sandbox.env["sale.order"].unlink([old, new])
    clock.advance(60)
    await one.compare()
    assert receiver.ids() == [new]


def test_a_date_is_a_day_of_the_company() -> None:
    """On the line's own day the moment of creation decides; a draft of before that is dated then counts from the day's begin."""
    birth = Birth("invoice_date", QUITO)
    birth.learn("account.move", {"invoice_date": {"type": "date"}})

    def born(day: str | bool, created: str) -> datetime:
        return birth.moment({"invoice_date": day, "create_date": created}).astimezone(ZoneInfo(QUITO))

    def local(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(QUITO))

    assert born("2026-11-23", "2026-11-24 02:00:00") == local("2026-11-23T21:00")
    assert born("2026-11-23", "2026-11-20 10:00:00") == local("2026-11-23T00:00")
    assert born("2026-11-20", "2026-11-23 15:00:00") == local("2026-11-20T00:00")
    assert born(False, "2026-11-23 15:00:00") == local("2026-11-23T10:00")
    assert birth.since(local("2026-11-23T21:00")) == [
        "|",
        ["invoice_date", ">=", "2026-11-23"],
        ["invoice_date", "=", False],
    ]


async def test_every_date_of_the_table_is_one_that_odoo_has(odoo: Odoo) -> None:
    """The table names fields of the models that there are."""
    for model, field in BORN.items():
        types = odoo.sandbox.env[model].fields_get(attributes=["type"])
        Birth(field, QUITO).learn(model, types)
