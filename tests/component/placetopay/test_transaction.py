"""Refunds and the other actions on one payment."""

from decimal import Decimal

import pytest

from caravana.component.placetopay.sandbox import Card
from caravana.kit.effect import Kind
from caravana.kit.errors import Refused, Unknown
from caravana.kit.sandbox import Fault
from tests.component.placetopay.harness import Bench, exchange

DAY = 86_400


async def paid(bench: Bench, **changes: object) -> tuple[str, str]:
    """Return session and payment of an approved session."""
    reply = await bench.create(**changes)
    payment = bench.sandbox.pay(reply["request_id"])
    return reply["request_id"], str(payment.internal_reference)


async def test_a_whole_refund(bench: Bench) -> None:
    """Before settlement the whole payment goes back, under a number of its own."""
    request_id, internal = await paid(bench)
    reply = await bench.call("refund", {"payment": internal})
    assert (reply["result"], reply["payment"]) == ("done", internal)
    assert reply["refund"] != internal
    assert reply["amount"] == {"currency": "USD", "total": Decimal(115)}
    assert (await bench.query(request_id))["payments"][0]["refunded"] is True


async def test_a_part_goes_back_only_after_settlement(bench: Bench) -> None:
    """Parts are refused on the first day and taken afterwards, up to the total."""
    _, internal = await paid(bench)
    part = {"payment": internal, "amount": "100.00"}
    with pytest.raises(Refused):
        await bench.call("refund", part)
    bench.clock.advance(DAY)
    assert (await bench.call("refund", part))["result"] == "done"
    with pytest.raises(Refused) as caught:
        await bench.call("refund", part)
    assert caught.value.code == "BR"
    assert (await bench.call("refund", {"payment": internal}))["amount"]["total"] == Decimal(15)


async def test_a_refund_is_blind(bench: Bench) -> None:
    """Nothing can be asked after a refund whose answer was lost, so it is never repeated by itself."""
    _, internal = await paid(bench)
    producer = bench.producer("refund")
    assert producer.kind_of(producer.request(exchange({"payment": internal, "request_id": "1"}))) is Kind.BLIND
    assert not producer.repeat_unknown
    bench.sandbox.faults.append(Fault("transaction", "cut_after"))
    with pytest.raises(Unknown):
        await bench.call("refund", {"payment": internal})
    assert bench.sandbox.effects["reverse"] == 1


@pytest.mark.parametrize(("mode", "result"), [("rejected", "failed"), ("pending", "pending")])
async def test_a_refund_can_be_refused_or_wait(bench: Bench, mode: str, result: str) -> None:
    """The reply says how far the refund is."""
    _, internal = await paid(bench)
    bench.sandbox.site.refunds = mode
    assert (await bench.call("refund", {"payment": internal}))["result"] == result


async def test_a_pending_refund_that_fails_leaves_the_money_refundable(bench: Bench) -> None:
    """After the failure the whole amount can be sent back again."""
    _, internal = await paid(bench)
    bench.sandbox.site.refunds = "pending"
    await bench.call("refund", {"payment": internal})
    with pytest.raises(Refused):
        await bench.call("refund", {"payment": internal})
    bench.clock.advance(121)
    assert (await bench.call("refund", {"payment": internal}))["result"] == "pending"


async def test_a_query_may_hide_refunds(bench: Bench) -> None:
    """The documents contradict each other, so the sandbox does both; the query is a hint."""
    request_id, internal = await paid(bench)
    bench.sandbox.refund_at_console(internal)
    assert (await bench.query(request_id))["payments"][0]["refunded"] is True
    bench.sandbox.site.show_refunded = False
    assert (await bench.query(request_id))["payments"][0]["refunded"] is False


@pytest.mark.parametrize(
    ("action", "session_state", "result"), [("confirm", "paid", "done"), ("cancel", "pending", "done")]
)
async def test_a_payment_that_waits_is_confirmed_or_cancelled(
    bench: Bench, action: str, session_state: str, result: str
) -> None:
    """With requires_confirmation the money moves only after our word."""
    reply = await bench.create(requires_confirmation=True)
    payment = bench.sandbox.pay(reply["request_id"])
    assert (await bench.query(reply["request_id"]))["state"] == "action_needed"
    body = {"internal_reference": str(payment.internal_reference), "request_id": reply["request_id"]}
    answer = await bench.call(f"transaction?action={action}", body)
    assert answer["result"] == result
    assert (await bench.query(reply["request_id"]))["state"] == session_state


@pytest.mark.parametrize("action", ["confirm", "cancel"])
async def test_a_confirmation_whose_answer_was_lost_is_found(bench: Bench, action: str) -> None:
    """The session tells whether the confirmation took place."""
    reply = await bench.create(requires_confirmation=True)
    payment = bench.sandbox.pay(reply["request_id"])
    body = {"internal_reference": str(payment.internal_reference), "request_id": reply["request_id"]}
    address = f"transaction?action={action}"
    assert bench.producer(address).kind_of(bench.producer(address).request(exchange(body))) is Kind.VERIFIABLE
    assert await bench.verify(address, body) is None
    bench.sandbox.faults.append(Fault("transaction", "cut_after"))
    with pytest.raises(Unknown):
        await bench.call(address, body)
    found = await bench.verify(address, body)
    assert found is not None
    assert found.body["result"] == "done"
    assert found.reference == body["internal_reference"]


async def test_a_preauthorisation_is_collected_once(bench: Bench) -> None:
    """Checkout takes the held money; a second time is refused."""
    request_id, internal = await paid(bench, type="checkin")
    body = {"internal_reference": internal, "amount": "80.00", "request_id": request_id}
    producer = bench.producer("transaction?action=checkout")
    assert producer.kind_of(producer.request(exchange(body))) is Kind.BLIND
    assert (await bench.call("transaction?action=checkout", body))["amount"]["total"] == Decimal(80)
    with pytest.raises(Refused):
        await bench.call("transaction?action=checkout", body)


async def test_a_preauthorisation_can_change(bench: Bench) -> None:
    """Reauthorization sets another amount."""
    request_id, internal = await paid(bench, type="checkin")
    await bench.call("transaction?action=reauthorization", {"internal_reference": internal, "amount": "90.00"})
    assert (await bench.query(request_id))["payments"][0]["from"]["total"] == Decimal(90)


async def test_only_an_approved_payment_goes_back(bench: Bench) -> None:
    """A refused payment, and one that nobody knows, cannot be reversed."""
    reply = await bench.create()
    payment = bench.sandbox.pay(reply["request_id"], Card.DENIED)
    for internal in (str(payment.internal_reference), "999999"):
        with pytest.raises(Refused):
            await bench.call("refund", {"payment": internal})


async def test_a_verified_reply_has_the_same_keys_as_an_answered_one(bench: Bench) -> None:
    """A route cannot tell whether the answer came or was asked for."""
    replies = []
    for reference in ("A-1", "A-2"):
        reply = await bench.create(reference=reference, requires_confirmation=True)
        payment = bench.sandbox.pay(reply["request_id"])
        body = {"internal_reference": str(payment.internal_reference), "request_id": reply["request_id"]}
        answer = await bench.call("transaction?action=confirm", body)
        found = await bench.verify("transaction?action=confirm", body)
        assert found is not None
        replies += [sorted(answer), sorted(found.body)]
    assert all(one == replies[0] for one in replies)
