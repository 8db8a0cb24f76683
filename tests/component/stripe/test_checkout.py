"""Checkouts: opened, asked for and closed, the component against its sandbox over loopback."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.stripe.sandbox import Card
from caravana.kit.codec import canonical_hash, dumps, loads
from caravana.kit.effect import Kind
from caravana.kit.errors import Refused, Unknown
from caravana.kit.sandbox import Fault
from tests.component.stripe.harness import NOW, Bench, exchange, order, payment_of, usd


async def test_an_opened_page_gives_name_and_link(bench: Bench) -> None:
    """Creating answers with the session's name, its link, and the state pending."""
    reply = await bench.create()
    assert reply["request_id"].startswith("cs_test_")
    assert reply["process_url"] == f"{bench.context.settings['url']}/c/pay/{reply['request_id']}"
    assert (reply["state"], reply["final"], reply["reference"]) == ("pending", False, "CV7K2M-1")
    assert (reply["provider"], reply["connection"], reply["amount"]) == ("stripe", "stripe", usd("115.00"))
    assert reply["payments"] == []


async def test_the_request_depends_on_the_body_only(bench: Bench) -> None:
    """Two runs ask for the same, without key and time, so that the hash in the journal is stable."""
    producer = bench.producer("create")
    first, second = (producer.request(exchange(order())) for _ in range(2))
    assert canonical_hash(first) == canonical_hash(second)
    assert loads(dumps(first)) == first


async def test_stripe_is_told_minor_units_and_the_reference_three_times(bench: Bench) -> None:
    """Session, its metadata and the metadata of the payment carry it, for Stripe copies none of them to another."""
    reply = await bench.paid()
    session = bench.sandbox.session(reply["request_id"])
    intent = bench.sandbox.sessions.intent_of(session)
    assert session["amount_total"] == 11_500
    assert session["client_reference_id"] == session["metadata"]["reference"] == "CV7K2M-1"
    assert intent is not None
    assert intent["metadata"] == {"reference": "CV7K2M-1"}
    assert (session["locale"], session["customer_email"]) == ("es-419", "prueba@example.com")


async def test_an_approved_checkout_is_paid(bench: Bench) -> None:
    """After a good card the query says paid, with Decimal amounts, brand and last digits, and the payment's own name."""
    asked = await bench.paid()
    assert (asked["state"], asked["final"], asked["paid_total"]) == ("paid", True, usd("115.00"))
    [payment] = asked["payments"]
    assert payment["internal_reference"].startswith("pi_")
    assert payment["from"] == payment["to"] == usd("115.00")
    assert (payment["franchise"], payment["last_digits"], payment["state"]) == ("visa", "4242", "paid")


async def test_what_stripe_knows_of_card_and_payer_stays_out(bench: Bench) -> None:
    """Client secret, expiry, fingerprint, name and address, which Stripe sends, do not reach the reply."""
    asked = await bench.paid()
    charge = next(iter(bench.sandbox.all("charge")))
    intent = next(iter(bench.sandbox.all("payment_intent")))
    told = [
        intent["client_secret"],
        "2034",
        charge["payment_method_details"]["card"]["fingerprint"],
        charge["billing_details"]["name"],
        "payer@example.com",
        "prueba@example.com",
    ]
    assert [one for one in told if one in str(asked)] == []


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (Card.DECLINED, "generic_decline"),
        (Card.INSUFFICIENT_FUNDS, "insufficient_funds"),
        (Card.EXPIRED, "expired_card"),
    ],
)
async def test_a_declined_card_leaves_the_page_open(bench: Bench, card: Card, reason: str) -> None:
    """The try has failed with Stripe's reason, the page can be paid with another card, and then it is paid."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], card)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"], asked["reason"]) == ("pending", False, reason)
    assert asked["payments"][0]["state"] == "failed"
    assert asked["payments"][0]["last_digits"] == card[-4:]
    bench.sandbox.pay(reply["request_id"])
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


async def test_a_wrong_answer_to_the_bank_is_a_failed_try(bench: Bench) -> None:
    """A 3DS card is paid when the payer answers, and refused when he does not."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], Card.CHALLENGE, right=False)
    asked = await bench.query(reply["request_id"])
    assert asked["payments"][0]["reason"] == "payment_intent_authentication_failure"
    bench.sandbox.pay(reply["request_id"], Card.CHALLENGE)
    assert (await bench.query(reply["request_id"]))["state"] == "paid"


@pytest.mark.parametrize(("account", "end"), [(Card.DEBIT, "paid"), (Card.DEBIT_FAILS, "failed")])
async def test_a_debit_is_decided_later(bench: Bench, account: Card, end: str) -> None:
    """A page that is complete is not paid yet; days later it is, or it never will be."""
    reply = await bench.create()
    bench.sandbox.pay(reply["request_id"], account)
    asked = await bench.query(reply["request_id"])
    assert (asked["status"], asked["state"], asked["final"]) == ("complete", "pending", False)
    bench.clock.advance(200)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"]) == (end, True)


async def test_a_page_expires_by_the_clock(bench: Bench) -> None:
    """A page that nobody pays is expired after its expiration."""
    reply = await bench.create(expiration=(NOW + timedelta(hours=1)).isoformat())
    assert reply["expiration"] == "2026-11-23T16:00:00+00:00"
    bench.clock.advance(3601)
    asked = await bench.query(reply["request_id"])
    assert (asked["state"], asked["final"], asked["process_url"]) == ("expired", True, None)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (None, timedelta(hours=24)),
        (timedelta(minutes=30), timedelta(minutes=35)),
        (timedelta(minutes=5), timedelta(minutes=35)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=3), timedelta(hours=23, minutes=55)),
    ],
)
async def test_an_expiration_is_moved_to_where_stripe_takes_it(
    bench: Bench, asked: timedelta | None, got: timedelta
) -> None:
    """Stripe takes 30 minutes to 24 hours; the reply tells what it became."""
    reply = await bench.create(expiration=None if asked is None else (NOW + asked).isoformat())
    assert datetime.fromisoformat(reply["expiration"]) - NOW == got


async def test_a_repeated_call_is_the_same_call(bench: Bench) -> None:
    """An answer that was lost comes again under the same key, also minutes later: one page was opened."""
    producer = bench.producer("create")
    request = producer.request(exchange(order(expiration=(NOW + timedelta(minutes=30)).isoformat())))
    effect = bench.effect("one-key")
    bench.sandbox.faults.append(Fault("checkout.sessions.create", "cut_after"))
    with pytest.raises(Unknown):
        await producer.send(request, effect)
    bench.clock.advance(120)
    reply = await producer.send(request, effect)
    assert bench.sandbox.effects["checkout.sessions.create"] == 1
    assert [one["id"] for one in bench.sandbox.all("checkout.session")] == [reply.reference]


async def test_after_the_life_of_a_key_the_page_is_found_by_our_reference(bench: Bench) -> None:
    """What was made is found among the pages of that time; what was not made is not."""
    assert await bench.verify("create", order()) is None
    made = await bench.create()
    found = await bench.verify("create", order())
    assert found is not None
    assert found.body["request_id"] == made["request_id"]
    assert await bench.verify("create", order(reference="CV7K2M-2")) is None


async def test_a_saved_failure_does_not_hide_what_was_made(bench: Bench) -> None:
    """Stripe answers a key with the same 500 for ever; the page that was opened all the same is found."""
    producer = bench.producer("create")
    request, effect = producer.request(exchange(order())), bench.effect("one-key")
    bench.sandbox.faults.append(Fault("checkout.sessions.create", "status", status=500))
    with pytest.raises(Unknown):
        await producer.send(request, effect)
    with pytest.raises(Unknown) as caught:
        await producer.send(request, effect)
    assert caught.value.code == "saved"
    other = await bench.create()  # as if the first call had come through
    assert (await producer.send(request, effect)).reference == other["request_id"]


async def test_a_saved_failure_is_left_behind_when_nothing_was_made(bench: Bench) -> None:
    """Once Stripe can no longer be at it, the call is made under another key, once."""
    producer = bench.producer("create")
    request, effect = producer.request(exchange(order())), bench.effect("one-key")
    bench.sandbox.faults.append(Fault("checkout.sessions.create", "status", status=500))
    for _ in range(2):
        with pytest.raises(Unknown):
            await producer.send(request, effect)
    bench.clock.advance(121)
    first, second = [await producer.send(request, effect) for _ in range(2)]
    assert first.reference == second.reference
    assert bench.sandbox.effects["checkout.sessions.create"] == 1


async def test_cancelling_closes_a_page(bench: Bench) -> None:
    """A closed page answers cancelled and takes no payment."""
    reply = await bench.create()
    cancelled = await bench.call("cancel", {"request_id": reply["request_id"]})
    assert (cancelled["state"], cancelled["final"]) == ("cancelled", True)
    assert (await bench.query(reply["request_id"]))["state"] == "cancelled"
    with pytest.raises(ValueError, match="takes no payment"):
        bench.sandbox.pay(reply["request_id"])


async def test_cancelling_what_is_paid_is_refused(bench: Bench) -> None:
    """Money that came cannot be cancelled away."""
    asked = await bench.paid()
    with pytest.raises(Refused):
        await bench.call("cancel", asked["request_id"])


async def test_cancelling_what_is_over_tells_how_it_ended(bench: Bench) -> None:
    """A page that has expired meanwhile is as good as closed: nobody can pay there."""
    reply = await bench.create(expiration=(NOW + timedelta(hours=1)).isoformat())
    bench.clock.advance(3601)
    assert (await bench.call("cancel", reply["request_id"]))["state"] == "expired"


async def test_a_cancel_whose_answer_was_lost_is_found(bench: Bench) -> None:
    """The session shows whether the cancel took place: not before it, and after it with the session."""
    reply = await bench.create()
    assert await bench.verify("cancel", reply["request_id"]) is None
    await bench.call("cancel", reply["request_id"])
    found = await bench.verify("cancel", reply["request_id"])
    assert found is not None
    assert found.body["state"] == "cancelled"


async def test_a_checkout_is_found_by_payment_and_by_reference(bench: Bench) -> None:
    """A notification may name the payment alone; our reference finds a fresh page at once, and an old payment by search."""
    asked = await bench.paid()
    for body in ({"payment": payment_of(asked)}, {"reference": "CV7K2M-1"}):
        found = await bench.call("query", body)
        assert (found["request_id"], found["state"]) == (asked["request_id"], "paid")
    bench.clock.advance(3 * 86_400)
    assert (await bench.call("query", {"reference": "CV7K2M-1"}))["request_id"] == asked["request_id"]
    with pytest.raises(Refused) as caught:
        await bench.call("query", {"reference": "NOBODY"})
    assert caught.value.code == "resource_missing"


async def test_every_call_has_its_kind(bench: Bench) -> None:
    """Queries are reads; what changes something is idempotent for less than the day that Stripe keeps keys."""
    for address in ("query", "refund_query", "events", "listing", "intent?action=query"):
        assert bench.producer(address).kind is Kind.READ
    for address in ("create", "cancel", "capture", "void", "refund", "intent?action=create", "intent?action=confirm"):
        producer = bench.producer(address)
        assert producer.kind is Kind.IDEMPOTENT
        assert producer.key_lifetime is not None
        assert producer.key_lifetime < timedelta(hours=24)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "0.49"}, "no less than 0.50 USD"),
        ({"amount": "10.005"}, "more decimals than USD"),
        ({"amount": "1000000"}, "too large"),
        ({"amount": "-1"}, "greater than 0"),
        ({"amount": "NaN"}, "finite"),
        ({"currency": "usd"}, "currency"),
        ({"reference": "x" * 201}, "at most 200"),
        ({"reference": None}, "reference"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"expiration": "2026-11-23T16:00:00"}, "timezone"),
        ({"expiration": 5}, "ISO 8601"),
        ({"description": "card 4242424242424242"}, "holds a card number"),
        ({"card": "4242424242424242"}, "there is no such option"),
    ],
)
async def test_what_stripe_would_not_take_is_refused_in_words(bench: Bench, change: dict[str, Any], words: str) -> None:
    """Nothing is sent, and the error names the key without its value."""
    with pytest.raises(Refused, match=words) as caught:
        await bench.create(**change)
    assert caught.value.code == "body"
    assert "4242424242424242" not in str(caught.value)
    assert bench.sandbox.calls == {}


async def test_a_half_dollar_can_be_charged(bench: Bench) -> None:
    """The least amount goes through, a float to the cent as it is written."""
    assert (await bench.create(amount="0.50"))["amount"] == usd("0.50")
    assert (await bench.create(reference="F", amount=0.7))["amount"]["total"] == Decimal("0.70")


@pytest.mark.parametrize(
    "body", [None, {}, {"request_id": "12"}, "../admin", {"payment": "cs_1"}, {"request_id": True}]
)
async def test_a_query_without_a_name_is_refused(bench: Bench, body: object) -> None:
    """Only a name of Stripe's can stand in an address."""
    with pytest.raises(Refused, match="body does not fit"):
        await bench.call("query", body)


async def test_an_unknown_page_is_refused(bench: Bench) -> None:
    """A name that Stripe does not know is a refusal, not a doubt."""
    with pytest.raises(Refused) as caught:
        await bench.query("cs_test_nobody")
    assert (caught.value.status, caught.value.code) == (404, "resource_missing")


async def test_in_shadow_a_cancel_is_imagined(bench: Bench) -> None:
    """The page of the reply is closed and brought nothing; what a new page would be called, nobody can tell."""
    producer = bench.producer("cancel")
    reply = producer.would(producer.request(exchange("cs_test_1")), bench.effect("k"))
    assert reply is not None
    assert (reply.body["state"], reply.body["payments"]) == ("cancelled", [])
    create = bench.producer("create")
    assert create.would(create.request(exchange(order())), bench.effect("k")) is None
