"""Sessions: opened, asked for and cancelled, the component against its sandbox over loopback."""

from datetime import timedelta
from decimal import Decimal

import pytest

from caravana.component.placetopay.sandbox import Card
from caravana.kit.codec import canonical_hash, dumps, loads
from caravana.kit.effect import Kind
from caravana.kit.errors import Refused, Unknown
from caravana.kit.sandbox import Fault
from tests.component.placetopay.harness import NOW, Bench, effect, exchange, order


async def test_a_created_session_gives_number_and_link(bench: Bench) -> None:
    """Creating answers with the session's number as text, its link, and the state pending."""
    reply = await bench.create()
    assert reply["request_id"] == "181348"
    assert reply["process_url"].startswith(bench.context.settings["url"] + "/session/181348/")
    assert (reply["state"], reply["final"], reply["reference"]) == ("pending", False, "CV7K2M-1")


async def test_the_request_depends_on_the_body_only(bench: Bench) -> None:
    """Two runs ask for the same, without authentication, so that the hash in the journal is stable."""
    producer = bench.producer("create")
    first, second = (producer.request(exchange(order())) for _ in range(2))
    assert canonical_hash(first) == canonical_hash(second)
    assert "auth" not in first
    assert loads(dumps(first)) == first


async def test_a_session_before_the_first_attempt_has_no_payments(bench: Bench) -> None:
    """PlacetoPay writes null for no attempts; we write an empty list."""
    reply = await bench.create()
    asked = await bench.query(reply["request_id"])
    assert asked["payments"] == []
    assert asked["paid_total"] is None
    assert asked["process_url"] == reply["process_url"]


async def test_an_approved_session_is_paid(bench: Bench) -> None:
    """After an approving card the query says paid, with the amount as Decimal and the payment's own number as text."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"])
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"]) == ("paid", True)
    assert asked["paid_total"] == {"currency": "USD", "total": Decimal(115)}
    payment = asked["payments"][0]
    assert payment["internal_reference"] == "643"
    assert payment["from"] == payment["to"] == {"currency": "USD", "total": Decimal(115)}
    assert payment["last_digits"] == "0081"


async def test_the_first_digits_and_the_expiration_of_a_card_stay_out(bench: Bench) -> None:
    """PlacetoPay sends them and the payer's data; nothing of it reaches the reply."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"])
    raw = bench.sandbox.session(reply["request_id"]).shown(show_refunded=True)
    assert "411076" in str(raw)
    assert "Inventada" in str(raw)
    text = str(await bench.query(reply["request_id"]))
    assert "411076" not in text
    assert "1230" not in text
    assert "Inventada" not in text


@pytest.mark.parametrize(
    ("card", "before", "after"),
    [
        (Card.PENDING_APPROVED, "pending", "paid"),
        (Card.PENDING_REJECTED, "pending", "pending"),
        (Card.SLOW, "pending", "paid"),
    ],
)
async def test_a_pending_card_is_decided_later(bench: Bench, card: Card, before: str, after: str) -> None:
    """A pending attempt becomes approved or rejected after a while on the sandbox's clock."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], card)
    assert (await bench.query(reply["request_id"]))["state"] == before
    bench.clock.advance(200)
    assert (await bench.query(reply["request_id"]))["state"] == after


async def test_a_refused_attempt_leaves_the_session_open(bench: Bench) -> None:
    """A session with a refused attempt is pending and can still be paid with another card."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], Card.DENIED)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"], asked["payments"][0]["state"]) == ("pending", False, "failed")
    bench.sandbox.pay(reply["request_id"])
    asked = await bench.query(reply["request_id"])
    assert [one["state"] for one in asked["payments"]] == ["failed", "paid"]


async def test_ten_refused_attempts_end_a_session(bench: Bench) -> None:
    """After ten tries the session is over, failed."""
    reply = await bench.create()
    for _ in range(10):
        bench.sandbox.pay(reply["request_id"], Card.DENIED)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"], asked["reason"]) == ("failed", True, "XN")


async def test_a_session_expires_by_the_clock(bench: Bench) -> None:
    """A session that nobody pays is expired after its expiration."""
    reply = await bench.create(expiration=(NOW + timedelta(minutes=6)).isoformat())
    bench.clock.advance(361)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"]) == ("expired", True)


async def test_a_late_approval_counts_after_the_expiration(bench: Bench) -> None:
    """An attempt under way at the expiration is waited for, and its approval is money."""
    reply = await bench.create(expiration=(NOW + timedelta(minutes=5)).isoformat())
    bench.clock.advance(250)
    bench.sandbox.pay(reply["request_id"], Card.SLOW)
    bench.clock.advance(100)
    assert (await bench.query(reply["request_id"]))["state"] == "pending"
    bench.clock.advance(100)
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


async def test_part_payments_add_up(bench: Bench) -> None:
    """With part payments a session is part paid until all came."""
    reply = await bench.create(taxes=None, allow_partial=True)
    bench.sandbox.pay(reply["request_id"], amount=Decimal(40))
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"], asked["paid_total"]["total"]) == ("part_paid", False, Decimal(40))
    bench.sandbox.pay(reply["request_id"])
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


async def test_a_part_paid_session_can_expire(bench: Bench) -> None:
    """PARTIAL_EXPIRED is part paid and final: what came is money."""
    reply = await bench.create(taxes=None, allow_partial=True)
    bench.sandbox.pay(reply["request_id"], amount=Decimal(40))
    bench.clock.advance(1801)
    asked = await bench.query(reply["request_id"])
    assert (asked["status"], asked["state"], asked["final"]) == ("PARTIAL_EXPIRED", "part_paid", True)


async def test_a_preauthorisation_is_authorised_not_paid(bench: Bench) -> None:
    """A session of type checkin that was approved holds the money without taking it."""
    reply = await bench.create(type="checkin")
    bench.sandbox.pay(reply["request_id"])
    assert (await bench.query(reply["request_id"]))["state"] == "authorised"


async def test_cancelling_closes_a_session(bench: Bench) -> None:
    """A cancelled session answers cancelled and takes no payment."""
    reply = await bench.create()
    cancelled = await bench.call("cancel", {"request_id": reply["request_id"]})
    assert (cancelled["state"], cancelled["final"]) == ("cancelled", True)
    with pytest.raises(ValueError, match="takes no payment"):
        bench.sandbox.pay(reply["request_id"])


@pytest.mark.parametrize("card", [Card.APPROVED, Card.PENDING_APPROVED])
async def test_cancelling_a_paid_or_running_session_is_refused(bench: Bench, card: Card) -> None:
    """Money that came or is on its way cannot be cancelled away."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], card)
    with pytest.raises(Refused):
        await bench.call("cancel", reply["request_id"])


async def test_a_cancel_whose_answer_was_lost_is_found(bench: Bench) -> None:
    """The session shows whether the cancel took place: not before it, and after it with the session."""
    reply = await bench.create()
    assert await bench.verify("cancel", reply["request_id"]) is None
    bench.sandbox.faults.append(Fault("cancel", "cut_after"))
    with pytest.raises(Unknown):
        await bench.call("cancel", reply["request_id"])
    found = await bench.verify("cancel", reply["request_id"])
    assert found is not None
    assert found.body["state"] == "cancelled"


async def test_a_create_whose_answer_was_lost_may_be_repeated(bench: Bench) -> None:
    """Create is blind and declared harmless: the orphan takes no money, the repeat gives a link."""
    producer = bench.producer("create")
    assert (producer.kind, producer.repeat_unknown) == (Kind.BLIND, True)
    bench.sandbox.faults.append(Fault("createSession", "cut_after"))
    with pytest.raises(Unknown):
        await bench.create()
    reply = await producer.send(producer.request(exchange(order())), effect())
    assert reply.reference == "181349"
    assert bench.sandbox.effects["createSession"] == 2


async def test_every_call_has_its_kind(bench: Bench) -> None:
    """Query is a read, cancel can be verified."""
    assert bench.producer("query").kind is Kind.READ
    assert bench.producer("cancel").kind is Kind.VERIFIABLE


@pytest.mark.parametrize(
    "body", [None, {}, {"request_id": "12a"}, {"request_id": True}, "../admin", {"request_id": None}]
)
async def test_a_query_without_a_number_is_refused(bench: Bench, body: object) -> None:
    """Only a number can stand in the address of a session."""
    with pytest.raises(Refused, match="body does not fit"):
        await bench.call("query", body)


async def test_an_unknown_session_is_refused(bench: Bench) -> None:
    """A number that PlacetoPay does not know is a refusal, not a doubt."""
    with pytest.raises(Refused) as caught:
        await bench.query("999")
    assert caught.value.status == 404
