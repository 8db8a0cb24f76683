"""Stripe's own lists: its events, to close gaps, and all that moved on one day, to be compared."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.stripe.sandbox import Card
from caravana.kit.errors import Refused
from tests.component.stripe.harness import NOW, Bench, payment_of, usd


async def test_events_come_oldest_first(bench: Bench) -> None:
    """What happened since a moment, in its order, each as a notification would tell it; of other types nothing."""
    asked = await bench.paid()
    reply = await bench.call("events", {"since": (NOW - timedelta(hours=1)).isoformat()})
    assert [one["type"] for one in reply["events"]] == ["payment_intent.succeeded", "checkout.session.completed"]
    assert (reply["more"], reply["connection"]) == (False, "stripe")
    assert reply["events"][1]["request_id"] == asked["request_id"]
    assert reply["events"][0]["payment"] == payment_of(asked)


async def test_events_go_on_after_the_last_one(bench: Bench) -> None:
    """By the name of the last event seen, page after page, none twice and none left out."""
    for number in range(60):
        await bench.paid(reference=f"R-{number}")
    first = await bench.call("events", {})
    assert len(first["events"]) == 120
    seen = [first["events"][0]["event"]]
    more = True
    while more:
        reply = await bench.call("events", {"after": seen[-1]})
        seen += [one["event"] for one in reply["events"]]
        more = reply["more"]
    assert seen == [one["event"] for one in first["events"]]
    assert (await bench.call("events", {"after": seen[-1]}))["events"] == []


async def test_a_forgotten_event_is_begun_anew_by_time(bench: Bench) -> None:
    """Stripe keeps events for 30 days; with a moment beside the name the list is read from there."""
    await bench.paid()
    since = (NOW - timedelta(hours=1)).isoformat()
    assert len((await bench.call("events", {"after": "evt_forgotten", "since": since}))["events"]) == 2
    with pytest.raises(Refused):
        await bench.call("events", {"after": "evt_forgotten"})


async def test_a_day_is_listed_with_what_moved(bench: Bench) -> None:
    """Charges with fee and reference, refunds, disputes with their date, each naming its payment."""
    first = await bench.paid()
    second = await bench.paid(reference="CV7K2M-2")
    failed = await bench.create(reference="CV7K2M-3")
    bench.sandbox.pay(failed["request_id"], Card.DECLINED)
    await bench.call("refund", {"reference": "R1", "payment": payment_of(first), "amount": "15.00"})
    bench.sandbox.dispute(payment_of(second))
    reply = await bench.call("listing", {"day": "2026-11-23"})
    assert [one["state"] for one in reply["payments"]] == ["paid", "paid", "failed"]
    charged = reply["payments"][0]
    assert (charged["reference"], charged["payment"]) == ("CV7K2M-1", payment_of(first))
    assert (charged["amount"], charged["refunded"], charged["last_digits"]) == (usd("115.00"), usd("15.00"), "4242")
    assert charged["fee"]["total"] + charged["settled"]["total"] == Decimal("115.00")
    assert [(one["reference"], one["amount"]) for one in reply["refunds"]] == [("R1", usd("15.00"))]
    [dispute] = reply["disputes"]
    assert (dispute["payment"], dispute["status"], dispute["fee"]) == (
        payment_of(second),
        "needs_response",
        usd("15.00"),
    )
    assert dispute["due"] == "2026-11-30T15:00:00+00:00"


async def test_a_day_is_the_companys(bench: Bench) -> None:
    """In Guayaquil the day ends at 05:00 UTC: what came at 04:59 belongs to the day before, and until then it is not whole."""
    bench.clock.advance(13 * 3600 + 59 * 60)  # 04:59 UTC of the 24th
    await bench.paid()
    reply = await bench.call("listing", {"day": "2026-11-23"})
    assert (len(reply["payments"]), reply["whole"]) == (1, False)
    bench.clock.advance(60)
    assert (await bench.call("listing", {"day": "2026-11-23"}))["whole"] is True
    assert (await bench.call("listing", {"day": "2026-11-24"}))["payments"] == []


async def test_a_payout_is_listed_with_what_it_consists_of(bench: Bench) -> None:
    """Once Stripe has put it together; its entries add up to it, and the fees are told."""
    asked = await bench.paid()
    await bench.call("refund", {"reference": "R1", "payment": payment_of(asked), "amount": "15.00"})
    bench.sandbox.pay_out()
    [early] = (await bench.call("listing", {"day": "2026-11-23"}))["payouts"]
    assert (early["status"], early["entries"]) == ("pending", None)
    bench.clock.advance(172_800)
    [payout] = (await bench.call("listing", {"day": "2026-11-23"}))["payouts"]
    assert (payout["status"], payout["reconciliation"]) == ("paid", "completed")
    assert [one["category"] for one in payout["entries"]] == ["charge", "refund"]
    assert sum(one["net"]["total"] for one in payout["entries"]) == payout["amount"]["total"]


async def test_a_paid_payout_can_fail(bench: Bench) -> None:
    """Days after it was paid the bank sends it back."""
    await bench.paid()
    bench.sandbox.pay_out(fails=True)
    for _ in range(2):
        bench.clock.advance(172_800)
        bench.sandbox.world.calendar.settle()
    [payout] = (await bench.call("listing", {"day": "2026-11-23"}))["payouts"]
    assert (payout["status"], payout["reason"]) == ("failed", "account_closed")


async def test_a_day_of_many_pages_is_whole(bench: Bench) -> None:
    """More than Stripe gives at once."""
    for number in range(105):
        await bench.paid(reference=f"R-{number}")
    reply = await bench.call("listing", {"day": "2026-11-23"})
    assert [one["reference"] for one in reply["payments"]] == [f"R-{number}" for number in range(105)]


@pytest.mark.parametrize("body", [{}, {"day": "yesterday"}, {"day": 5}, None])
async def test_a_listing_needs_a_day(bench: Bench, body: Any) -> None:
    """A date as text or date, nothing else."""
    with pytest.raises(Refused, match="does not fit"):
        await bench.call("listing", body)
