"""The list of a day, and the quota of queries."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from caravana.component.payphone.quota import DayQuota, Quota
from caravana.kit.clock import ManualClock
from caravana.kit.errors import RateLimited
from caravana.kit.payment import Unsupported
from caravana.testing.harness import START, Store
from tests.component.payphone.till import Till


async def test_a_day_has_its_approved_payments(till: Till) -> None:
    """Each with number, our reference and amount; a refused one is not on it; of a day that goes on it may know more."""
    await till.paid()
    await till.create(reference="CV8-1")
    till.sandbox.leave("CV8-1")
    told = await till.call("listing", {"day": "2026-11-23"})
    [one] = told["payments"]
    assert (one["reference"], one["from"]["total"], told["whole"]) == ("CV7-1", Decimal("115.00"), False)
    till.pass_by(hours=24)
    assert (await till.call("listing", {"day": "2026-11-23"}))["whole"] is True


@pytest.mark.parametrize("days", [-1, 3])
async def test_only_three_days_are_listed(till: Till, days: int) -> None:
    """Today and two days back; another day is said to be out of reach, and PayPhone is not asked."""
    day = (till.clock.now() - timedelta(days=days)).date().isoformat()
    with pytest.raises(Unsupported, match="two days back"):
        await till.call("listing", {"day": day})
    assert till.sandbox.calls["list"] == 0


async def test_without_its_path_there_is_no_list(till: Till) -> None:
    """PayPhone tells the address to whoever it lets in: without it the hub says what is missing."""
    await till.set(listPath=None)
    with pytest.raises(Unsupported, match="listPath"):
        await till.call("listing", {"day": "2026-11-23"})


async def test_the_sixth_list_of_a_day_is_not_asked_for(till: Till) -> None:
    """The quota is counted on disk, so also across a restart; the next day, in PayPhone's country, it is whole again."""
    for _ in range(5):
        await till.call("listing", {"day": "2026-11-23"})
    await till.set()
    with pytest.raises(Unsupported, match="as often as a day allows"):
        await till.call("listing", {"day": "2026-11-23"})
    assert till.sandbox.calls["list"] == 5
    till.pass_by(hours=24)
    await till.call("listing", {"day": "2026-11-23"})
    assert till.sandbox.calls["list"] == 6


async def test_a_list_that_another_asked_for_is_told_as_such(till: Till) -> None:
    """Somebody outside the hub used the quota up: PayPhone's refusal is told."""
    till.sandbox.store.lists_a_day = 0
    with pytest.raises(RateLimited):
        await till.call("listing", {"day": "2026-11-23"})


async def test_two_processes_count_together() -> None:
    """Each looks at what is on disk, and what the other counted meanwhile is looked at again."""
    store, clock = Store(), ManualClock(START)
    quotas = [DayQuota(lambda: store, "42", 5) for _ in range(2)]
    day = clock.now().date()
    taken = await asyncio.gather(*(quotas[number % 2].take(day) for number in range(8)))
    assert sorted(taken) == [False] * 3 + [True] * 5


async def test_thirty_queries_a_minute_go_out(till: Till) -> None:
    """The 31st waits for the minute to pass, so that PayPhone never refuses one; a confirmation waits for nobody."""
    reply = await till.create()
    for _ in range(30):
        await till.query(reply)
    late = asyncio.create_task(till.query(reply))
    payment = till.sandbox.pay("CV7-1")
    assert (await till.confirm(reply, payment.id))["state"] == "paid"
    assert till.sandbox.calls["query"] == 30
    assert not late.done()
    till.pass_by(minutes=1)
    assert (await late)["state"] == "action_needed"


async def test_processes_share_the_quota() -> None:
    """Two processes ask fifteen times each; the sixteenth of one waits its minute out."""
    clock = ManualClock(START)
    quota = Quota(30, clock, lambda: 2)
    for _ in range(15):
        await quota.wait()
    late = asyncio.create_task(quota.wait())
    await asyncio.sleep(0)
    assert not late.done()
    clock.advance(60)
    await late
