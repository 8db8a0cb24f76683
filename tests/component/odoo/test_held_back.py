"""Calls that wait for their turn together, some of whose owners lose the right to send them meanwhile."""

import asyncio
from typing import Any

from caravana.component.odoo.protocol import Call
from caravana.kit.departure import Departure, Withheld, departing
from tests.component.odoo.test_together import BEFORE, Partner, outcomes, queues, read, rows


async def test_who_stood_still_past_his_lease_sends_nothing() -> None:
    """Of calls that would go together those are held back whose owner lost the right; each learns whether it left."""
    allowed = {1: True, 2: False, 3: True}
    owners = {one: Departure(lambda one=one: allowed[one]) for one in allowed}  # type: ignore[misc]

    def look(call: Call) -> Any:
        departure = departing.get()
        assert departure is not None
        departure.look()
        return rows(call)

    async def of(one: int) -> Any:
        departing.set(owners[one])
        return await queue.call(read(one))

    partner = Partner(look)
    queue = queues(partner)
    first = asyncio.create_task(queue.call(BEFORE))
    while not partner.asked:
        await asyncio.sleep(0)
    partner.open.set()
    together = await outcomes([*[asyncio.create_task(of(one)) for one in allowed], first])
    assert together[::2] == [[{"id": 1, "name": "S1"}], [{"id": 3, "name": "S3"}]]
    assert isinstance(together[1], Withheld)
    assert [one.left for one in owners.values()] == [True, False, True]
    assert len(partner.asked) == 2
    allowed |= {1: False, 3: False}
    assert [type(one) for one in await outcomes([of(1), of(2), of(3)])] == [Withheld] * 3
    assert len(partner.asked) == 2


async def test_who_goes_with_a_call_that_nobody_guards_learns_that_it_left() -> None:
    """A poller's call asks nobody whether it may leave; whose call joined it has sent a request all the same."""
    owner = Departure(lambda: True)
    partner = Partner(rows)
    queue = queues(partner)

    async def owned() -> Any:
        departing.set(owner)
        return await queue.call(read(1))

    first = asyncio.create_task(queue.call(BEFORE))
    while not partner.asked:
        await asyncio.sleep(0)
    partner.open.set()
    await outcomes([asyncio.create_task(owned()), asyncio.create_task(queue.call(read(2))), first])
    assert len(partner.asked) == 2
    assert owner.left
