"""Notifications: verified on the raw bytes, on disk before the answer, each change once, and every refusal counted."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from caravana.component.stripe.consumer import NotificationConsumer
from caravana.component.stripe.event import KINDS
from caravana.component.stripe.sandbox import Card, Plan
from caravana.kit.errors import ConfigurationError
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.stripe.harness import NOW, SECRET, Bench, Receiver, payment_of

PATH = "/stripe/stripe"


@dataclass
class Door:
    """A running consumer and what came through it."""

    bench: Bench
    url: str
    consumer: NotificationConsumer
    receiver: Receiver

    async def post(self, raw: bytes, signature: str | None) -> tuple[int, dict[str, str]]:
        """Return status and headers of the answer to `raw`."""
        headers = {} if signature is None else {"Stripe-Signature": signature}
        async with aiohttp.ClientSession() as http, http.post(self.url + PATH, data=raw, headers=headers) as response:
            return response.status, dict(response.headers)

    @property
    def answers(self) -> list[int | None]:
        """What every try was answered."""
        return [one.answered for one in self.bench.sandbox.webhooks.deliveries]

    def bodies(self, kind: str) -> list[dict[str, Any]]:
        """Return what came in of one type of event."""
        return [one.body for one in self.receiver.arrivals if one.body["type"] == kind]


def consume(bench: Bench, receiver: Receiver, query: str = "") -> NotificationConsumer:
    """Return the consumer of `stripe:notification`."""
    consumer = bench.component.endpoint(Uri.parse(f"stripe:notification{query}")).consumer(receiver)
    assert isinstance(consumer, NotificationConsumer)
    return consumer


@pytest.fixture
async def door(bench: Bench) -> AsyncIterator[Door]:
    """A hub that listens, known to the sandbox."""
    receiver = Receiver()
    consumer = consume(bench, receiver)
    await consumer.start()
    async with serve(bench.context.listener.app) as url:
        bench.sandbox.account.enabled_events = ",".join(KINDS)
        bench.sandbox.send_to(url + PATH)
        yield Door(bench, url, consumer, receiver)
        await consumer.stop()
        await bench.sandbox.close()


def event(**changes: Any) -> bytes:
    """Return an event as Stripe posts it."""
    thing = {"id": "pi_1", "object": "payment_intent", "status": "succeeded", "metadata": {"reference": "CV7K2M-1"}}
    content = {
        "id": "evt_1",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(NOW.timestamp()),
        "data": {"object": thing},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "payment_intent.succeeded",
        **changes,
    }
    return json.dumps(content).encode()


def signed(raw: bytes, off: int = 0, secret: str = SECRET) -> str:
    """Return the header that signs `raw`, `off` seconds from now."""
    time = int(NOW.timestamp()) + off
    return f"t={time},v1={hmac.new(secret.encode(), f'{time}.'.encode() + raw, hashlib.sha256).hexdigest()}"


async def test_a_payment_is_told_with_names_only(door: Door) -> None:
    """What comes in names session, payment and reference, and is a reason to ask; nothing else of the event is kept."""
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.webhooks.delivered()
    assert set(door.answers) == {200}
    [told] = door.bodies("checkout.session.completed")
    payment = payment_of(await door.bench.call("query", told))
    assert told.pop("event").startswith("evt_")
    assert told == {
        "provider": "stripe",
        "kind": "payment",
        "type": "checkout.session.completed",
        "request_id": reply["request_id"],
        "payment": payment,
        "reference": "CV7K2M-1",
        "status": "complete",
        "date": "2026-11-23T15:00:00+00:00",
        "object": reply["request_id"],
        "connection": "stripe",
    }
    arrival = door.receiver.arrivals[0]
    assert arrival.lane == f"stripe:{payment}"
    assert ("payment", f"stripe:{payment}") in arrival.business_keys


async def test_all_events_of_a_life_are_taken(door: Door) -> None:
    """Payment, refund that fails, dispute that is won, payout that fails: each comes in with its kind and object."""
    sandbox, bench = door.bench.sandbox, door.bench
    reply = await bench.create()
    sandbox.pay(reply["request_id"], Card.REFUND_FAILS)
    await bench.call("refund", {"reference": "R1", "request_id": reply["request_id"], "amount": "5.00"})
    bench.clock.advance(200)
    other = await bench.paid(reference="CV7K2M-2")
    dispute = sandbox.dispute(payment_of(other))
    for status in ("under_review", "won"):
        sandbox.disputes.become(dispute, status)
    sandbox.pay_out(fails=True)
    for _ in range(3):
        bench.clock.advance(172_800)
        sandbox.world.calendar.settle()
    await sandbox.webhooks.delivered()
    kinds = {one.body["type"]: one.body["kind"] for one in door.receiver.arrivals}
    assert kinds == {
        "checkout.session.completed": "payment",
        "payment_intent.succeeded": "payment",
        "refund.created": "refund",
        "refund.updated": "refund",
        "refund.failed": "refund",
        "charge.dispute.created": "dispute",
        "charge.dispute.funds_withdrawn": "dispute",
        "charge.dispute.updated": "dispute",
        "charge.dispute.closed": "dispute",
        "charge.dispute.funds_reinstated": "dispute",
        "payout.paid": "payout",
        "payout.failed": "payout",
        "payout.reconciliation_completed": "payout",
    }
    assert door.bodies("refund.failed")[0]["reference"] == "R1"
    assert door.bodies("charge.dispute.closed")[0]["payment"] == payment_of(other)


async def test_a_doubled_event_and_its_twin_are_one_message(door: Door) -> None:
    """The same event again, and the same change under another name: all are answered 200, one comes in."""
    door.bench.sandbox.webhooks.plan = Plan(times=2)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.webhooks.delivered()
    raw = event()
    twin = event(id="evt_2")
    assert [(await door.post(one, signed(one)))[0] for one in (raw, twin, raw)] == [200, 200, 200]
    assert set(door.answers) == {200}
    names = [one.body["event"] for one in door.receiver.arrivals]
    assert names.count("evt_1") == 1
    assert "evt_2" not in names
    assert len(door.bodies("checkout.session.completed")) == 1


async def test_another_change_of_the_same_object_comes_in(door: Door) -> None:
    """A refund may be updated more than once: only what is alike in all is a twin."""
    thing = {"id": "re_1", "object": "refund", "status": "pending", "payment_intent": "pi_1"}
    for number, status in enumerate(("requires_action", "succeeded")):
        raw = event(id=f"evt_{number}", type="refund.updated", data={"object": {**thing, "status": status}})
        assert (await door.post(raw, signed(raw)))[0] == 200
    assert [one["status"] for one in door.bodies("refund.updated")] == ["requires_action", "succeeded"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [("wrong", "signature"), ("v0", "signature"), ("none", "signature"), ("stale", "time"), ("future", "time")],
)
async def test_a_forged_or_untimely_event_changes_nothing(door: Door, form: str, reason: str) -> None:
    """It is answered 401 and counted by reason."""
    door.bench.sandbox.webhooks.plans["checkout.session.completed"] = Plan(signature=form)
    door.bench.sandbox.webhooks.plan = Plan(times=0)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.webhooks.delivered()
    assert door.answers == [401]
    assert door.receiver.arrivals == []
    assert door.consumer.refusals == {reason: 1}


async def test_an_event_that_was_not_taken_comes_again_freshly_signed(door: Door) -> None:
    """While the disk is full it is 503; an hour later Stripe signs anew and it comes in."""
    door.bench.sandbox.webhooks.plan = Plan(times=0)
    door.bench.sandbox.webhooks.plans["checkout.session.completed"] = Plan()
    door.receiver.full = True
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.webhooks.delivered()
    door.receiver.full = False
    door.bench.clock.advance(3600)
    door.bench.sandbox.world.calendar.settle()
    await door.bench.sandbox.webhooks.delivered()
    assert door.answers == [503, 200]
    assert len(door.receiver.arrivals) == 1


async def test_what_was_not_taken_is_no_twin(door: Door) -> None:
    """A change is remembered only once it is on disk."""
    raw, twin = event(), event(id="evt_2")
    door.receiver.full = True
    status, headers = await door.post(raw, signed(raw))
    assert (status, headers["Retry-After"]) == (503, "7")
    door.receiver.full = False
    assert (await door.post(twin, signed(twin)))[0] == 200
    assert [one.body["event"] for one in door.receiver.arrivals] == ["evt_2"]


async def test_while_the_secret_is_rolled_both_count(door: Door) -> None:
    """Stripe signs with both; a hub that knows only the old one, and later only the new one, takes every event."""
    new = door.bench.sandbox.webhooks.roll(overlap=3600)
    raw = event()
    both = f"{signed(raw, secret=new)},{signed(raw).partition(',')[2]}"
    assert (await door.post(raw, both))[0] == 200
    door.bench.context.settings.update(webhookSecret=new, previousWebhookSecret=SECRET)
    second = consume(door.bench, door.receiver)
    assert second._places[PATH].settings.secrets == (new, SECRET)


async def test_an_event_can_overtake_the_create_call(door: Door) -> None:
    """The message is there before we know the session's name."""
    door.bench.sandbox.webhooks.plans["checkout.session.completed"] = Plan(early=True)
    reply = await door.bench.create()
    assert [one["request_id"] for one in door.bodies("checkout.session.completed")] == [reply["request_id"]]


async def test_an_unknown_type_is_kept_and_says_why_it_is_ignored(door: Door) -> None:
    """Somebody subscribed to more than the hub takes: it is on disk, has no kind, and is answered 200."""
    raw = event(
        type="customer.created", data={"object": {"id": "cus_1", "object": "customer", "email": "x@example.com"}}
    )
    assert (await door.post(raw, signed(raw)))[0] == 200
    [told] = door.bodies("customer.created")
    assert told["kind"] is None
    assert "customer.created" in told["ignored"]
    assert "x@example.com" not in str(told)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"object": "event"}',
        event(data={}),
        event(data={"object": []}),
        event(id=None),
        event(id="x" * 300),
        event(type=5),
        event(created="soon"),
        event(created=-1),
        event(created=10**30),
        event(data={"object": {"id": "\ud800", "object": "payment_intent"}}),
        event(data={"object": {"id": "pi_1", "object": "payment_intent", "metadata": ["a"]}}),
        event(data={"object": {"id": "pi_1", "object": "payment_intent", "status": []}}),
        event(data={"object": {"id": "pi_1", "object": "payment_intent", "\ud800": 1}}),
        b'{"a":' * 5000,
    ],
)
async def test_what_is_no_event_is_refused(door: Door, raw: bytes) -> None:
    """Rightly signed nonsense is a clear 400, and nothing is half stored."""
    assert (await door.post(raw, signed(raw)))[0] == 400
    assert door.receiver.arrivals == []
    assert door.consumer.refusals == {"malformed": 1}


async def test_a_large_body_is_refused_unread(bench: Bench) -> None:
    """413 beyond the option `maxBody`."""
    receiver = Receiver()
    consumer = consume(bench, receiver, "?maxBody=100")
    await consumer.start()
    async with serve(bench.context.listener.app) as url:
        status, _ = await Door(bench, url, consumer, receiver).post(b"x" * 101, "t=1,v1=a")
    assert status == 413


async def test_without_a_secret_nothing_is_believed(bench: Bench) -> None:
    """An account may live by its list of events alone: what is posted to it all the same is refused and counted."""
    del bench.context.settings["webhookSecret"]
    receiver = Receiver()
    consumer = consume(bench, receiver)
    await consumer.start()
    raw = event()
    async with serve(bench.context.listener.app) as url:
        status, _ = await Door(bench, url, consumer, receiver).post(raw, signed(raw))
    assert (status, consumer.refusals, receiver.arrivals) == (401, {"no_secret": 1}, [])


async def test_only_notifications_are_received(bench: Bench) -> None:
    """Other operations are sent to."""
    with pytest.raises(ConfigurationError, match="cannot be consumed"):
        bench.component.endpoint(Uri.parse("stripe:query")).consumer(Receiver())
    with pytest.raises(ConfigurationError, match="cannot be sent"):
        bench.component.endpoint(Uri.parse("stripe:notification")).producer()
