"""What happens to money that is there: holds are taken or given up, payments paid back."""

from decimal import Decimal
from typing import Any

import pytest

from caravana.component.stripe.sandbox import Card
from caravana.kit.errors import Refused, Unknown
from caravana.kit.sandbox import Fault
from tests.component.stripe.harness import Bench, exchange, payment_of, usd


async def held(bench: Bench) -> dict[str, Any]:
    """Return a checkout whose money is reserved."""
    return await bench.paid(hold=True)


async def test_a_hold_is_authorised_and_then_taken(bench: Bench) -> None:
    """Reserved money is not paid; the capture takes it, and the checkout says so."""
    asked = await held(bench)
    assert (asked["state"], asked["final"], asked["paid_total"]) == ("authorised", False, None)
    reply = await bench.call("capture", {"payment": payment_of(asked), "request_id": asked["request_id"]})
    assert (reply["result"], reply["amount"], reply["request_id"]) == ("done", usd("115.00"), asked["request_id"])
    assert (await bench.query(asked["request_id"]))["state"] == "paid"


async def test_a_part_of_a_hold_is_taken(bench: Bench) -> None:
    """What was taken is what was paid; the session alone is enough to name the payment."""
    asked = await held(bench)
    reply = await bench.call("capture", {"request_id": asked["request_id"], "amount": "40.50", "currency": "USD"})
    assert (reply["result"], reply["amount"]) == ("done", usd("40.50"))
    after = await bench.query(asked["request_id"])
    assert (after["paid_total"], after["payments"][0]["refunded"]) == (usd("40.50"), False)
    await bench.call("refund", {"payment": payment_of(asked), "reference": "R1", "amount": "0.50"})
    assert (await bench.query(asked["request_id"]))["payments"][0]["refunded"] is True


async def test_more_than_a_hold_is_refused(bench: Bench) -> None:
    """Nothing beyond what the payer agreed to."""
    asked = await held(bench)
    with pytest.raises(Refused) as caught:
        await bench.call("capture", {"payment": payment_of(asked), "amount": "115.01"})
    assert caught.value.code == "amount_too_large"


async def test_a_hold_is_given_up(bench: Bench) -> None:
    """A voided hold is cancelled for ever."""
    asked = await held(bench)
    assert (await bench.call("void", {"payment": payment_of(asked)}))["result"] == "done"
    after = await bench.query(asked["request_id"])
    assert (after["state"], after["final"], after["payments"][0]["refunded"]) == ("cancelled", True, False)
    with pytest.raises(Refused):
        await bench.call("capture", {"payment": payment_of(asked)})


async def test_the_days_list_tells_holds_apart(bench: Bench) -> None:
    """Of a hold that was taken in part, of one that was given up and of one that stands: nothing was paid back."""
    part, given_up, _ = [await held(bench) for _ in range(3)]
    await bench.call("capture", {"payment": payment_of(part), "amount": "40.50", "currency": "USD"})
    await bench.call("void", {"payment": payment_of(given_up)})
    listed = (await bench.call("listing", {"day": "2026-11-23"}))["payments"]
    assert [one["state"] for one in listed] == ["paid", "cancelled", "authorised"]
    assert [one["captured"] for one in listed] == [usd("40.50"), usd("0"), usd("0")]
    assert {one["refunded"]["total"] for one in listed} == {0}


async def test_a_hold_lapses_after_a_week(bench: Bench) -> None:
    """Reserved money that nobody takes goes back by itself."""
    asked = await held(bench)
    bench.clock.advance(7 * 86_400)
    assert (await bench.query(asked["request_id"]))["state"] == "cancelled"


async def test_a_capture_whose_key_has_died_is_found(bench: Bench) -> None:
    """The payment shows whether it was taken."""
    asked = await held(bench)
    body = {"payment": payment_of(asked)}
    assert await bench.verify("capture", body) is None
    await bench.call("capture", body)
    found = await bench.verify("capture", body)
    assert found is not None
    assert found.body["result"] == "done"


async def test_a_payment_is_paid_back_whole(bench: Bench) -> None:
    """Without amount all is meant; the refund has a name of its own, and carries our reference."""
    asked = await bench.paid()
    body = {"reference": "CV7K2M-1-R1", "payment": payment_of(asked), "request_id": asked["request_id"]}
    reply = await bench.call("refund", body)
    assert reply["refund"].startswith("re_")
    assert (reply["result"], reply["amount"], reply["reference"]) == ("done", usd("115.00"), "CV7K2M-1-R1")
    assert (await bench.call("refund_query", {"refund": reply["refund"]}))["status"] == "succeeded"
    assert (await bench.query(asked["request_id"]))["payments"][0]["refunded"] is True


async def test_parts_are_paid_back_until_nothing_is_left(bench: Bench) -> None:
    """Each part is a refund of its own; beyond the rest Stripe refuses."""
    asked = await bench.paid()
    body = {"payment": payment_of(asked), "currency": "USD"}
    first = await bench.call("refund", {**body, "reference": "R1", "amount": "40.00"})
    second = await bench.call("refund", {**body, "reference": "R2", "amount": "75.00"})
    assert [first["amount"], second["amount"]] == [usd("40.00"), usd("75.00")]
    with pytest.raises(Refused) as caught:
        await bench.call("refund", {**body, "reference": "R3", "amount": "0.01"})
    assert caught.value.code == "charge_already_refunded"


async def test_more_than_was_paid_is_not_paid_back(bench: Bench) -> None:
    """A refund beyond the payment is refused, and nothing goes back."""
    asked = await bench.paid()
    with pytest.raises(Refused, match="greater than unrefunded"):
        await bench.call("refund", {"reference": "R1", "payment": payment_of(asked), "amount": "115.01"})
    assert list(bench.sandbox.all("refund")) == []


async def test_a_refund_whose_answer_was_lost_is_one_refund(bench: Bench) -> None:
    """The same key pays back once; afterwards our reference finds it, and its query by reference."""
    asked = await bench.paid()
    body = {"reference": "R1", "payment": payment_of(asked), "amount": "10.00"}
    assert await bench.verify("refund", body) is None
    bench.sandbox.faults.append(Fault("refunds.create", "cut_after"))
    with pytest.raises(Unknown):
        await bench.call("refund", body, key="one")
    reply = await bench.call("refund", body, key="one")
    found = await bench.verify("refund", body)
    assert found is not None
    assert found.reference == reply["refund"]
    asked_again = await bench.call("refund_query", {"reference": "R1", "payment": payment_of(asked)})
    assert asked_again["refund"] == reply["refund"]
    assert bench.sandbox.effects["refunds.create"] == 1


async def test_a_refund_fails_after_it_was_done(bench: Bench) -> None:
    """Some banks send the money back: what was done has failed, with the reason."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], Card.REFUND_FAILS)
    refund = await bench.call("refund", {"reference": "R1", "request_id": reply["request_id"]})
    assert refund["result"] == "done"
    bench.clock.advance(200)
    after = await bench.call("refund_query", {"refund": refund["refund"]})
    assert (after["result"], after["reason"]) == ("failed", "expired_or_canceled_card")
    assert (await bench.query(reply["request_id"]))["payments"][0]["refunded"] is False


async def test_a_refund_can_take_its_time(bench: Bench) -> None:
    """Pending first, done later."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], Card.REFUND_PENDING)
    refund = await bench.call("refund", {"reference": "R1", "request_id": reply["request_id"]})
    assert refund["result"] == "pending"
    bench.clock.advance(200)
    assert (await bench.call("refund_query", {"refund": refund["refund"]}))["result"] == "done"


async def test_the_reason_of_a_refund_is_kept(bench: Bench) -> None:
    """One of Stripe's words is its reason; words of ours stand in the metadata and come back as message."""
    asked = await bench.paid()
    body = {"payment": payment_of(asked), "amount": "1.00"}
    ours = await bench.call("refund", {**body, "reference": "R1", "reason": "Producto dañado"})
    theirs = await bench.call("refund", {**body, "reference": "R2", "reason": "duplicate"})
    assert (ours["message"], theirs["reason"]) == ("Producto dañado", "duplicate")


async def test_a_disputed_payment_is_not_paid_back_too(bench: Bench) -> None:
    """While the payer's bank holds the money, a refund would pay twice."""
    asked = await bench.paid()
    bench.sandbox.dispute(payment_of(asked))
    with pytest.raises(Refused) as caught:
        await bench.call("refund", {"reference": "R1", "payment": payment_of(asked)})
    assert caught.value.code == "charge_disputed"


async def test_nothing_is_paid_back_where_nothing_was_paid(bench: Bench) -> None:
    """A page that nobody used has no payment."""
    reply = await bench.create()
    with pytest.raises(Refused) as caught:
        await bench.call("refund", {"reference": "R1", "request_id": reply["request_id"]})
    assert caught.value.code == "not_paid"


async def test_a_refund_that_there_is_not_is_refused(bench: Bench) -> None:
    """Neither a foreign name nor a foreign reference is guessed at."""
    asked = await bench.paid()
    for body in ({"refund": "re_nobody"}, {"reference": "R9", "payment": payment_of(asked)}):
        with pytest.raises(Refused) as caught:
            await bench.call("refund_query", body)
        assert caught.value.code == "resource_missing"


@pytest.mark.parametrize(
    "body",
    [
        {"reference": "R1"},
        {"payment": "pi_1"},
        {"reference": "R1", "payment": "pi_1", "amount": "0"},
        {"reference": "R1", "payment": "pi_1", "amount": "1.001"},
        {"reference": "R1", "payment": "../x"},
        {"reference": "R1", "payment": "pi_1", "reason": "card 4242424242424242"},
    ],
)
async def test_a_refund_that_does_not_fit_is_not_sent(bench: Bench, body: dict[str, Any]) -> None:
    """What names no payment, no reference or no amount of money is refused before any call."""
    with pytest.raises(Refused) as caught:
        await bench.call("refund", body)
    assert caught.value.code == "body"
    assert bench.sandbox.calls == {}


@pytest.mark.parametrize("operation", ["refund", "capture", "void"])
async def test_in_shadow_it_is_imagined(bench: Bench, operation: str) -> None:
    """The route can go on as if it were done, twice the same; nothing was sent."""
    producer = bench.producer(operation)
    request = producer.request(exchange({"reference": "R1", "payment": "pi_1", "amount": "5.00", "currency": "USD"}))
    first, second = (producer.would(request, bench.effect("k")) for _ in range(2))
    assert first == second
    assert first is not None
    assert (first.body["result"], first.body["amount"]["total"]) == ("done", Decimal("5.00"))
    assert bench.sandbox.calls == {}


async def test_a_dispute_is_asked_about(bench: Bench) -> None:
    """What it is about, what it has cost, until when it may be answered; and how it ended."""
    payment = payment_of(await bench.paid())
    opened = bench.sandbox.dispute(payment)
    reply = await bench.call("dispute_query", {"dispute": opened["id"]})
    assert (reply["result"], reply["payment"], reply["reason"]) == ("open", payment, "fraudulent")
    assert (reply["amount"]["total"], reply["fee"]["total"]) == (Decimal("115.00"), Decimal("15.00"))
    assert reply["due"] > reply["date"]
    bench.sandbox.disputes.become(bench.sandbox.world.shelf.get("dispute", opened["id"]), "lost")
    assert (await bench.call("dispute_query", {"dispute": opened["id"]}))["result"] == "lost"
    with pytest.raises(Refused):
        await bench.call("dispute_query", {"dispute": "du_unknown"})
