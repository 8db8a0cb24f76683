"""Notifications: verified, on disk before the answer, and every refusal counted."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from caravana.component.placetopay.consumer import NotificationConsumer
from caravana.component.placetopay.sandbox import NotificationPlan
from caravana.component.placetopay.sandbox.notification import Notifier
from caravana.kit.errors import ConfigurationError
from caravana.kit.serving import serve
from caravana.kit.uri import Uri
from tests.component.placetopay.harness import Bench, Receiver

PATH = "/placetopay/placetopay"
DATE = "2026-11-23T10:20:00-05:00"


@dataclass
class Door:
    """A running consumer and what came through it."""

    bench: Bench
    url: str
    consumer: NotificationConsumer
    receiver: Receiver

    async def post(self, raw: bytes) -> tuple[int, dict[str, str]]:
        """Return status and headers of the answer to `raw`."""
        async with aiohttp.ClientSession() as http, http.post(self.url + PATH, data=raw) as response:
            return response.status, dict(response.headers)


def consume(bench: Bench, receiver: Receiver, query: str = "") -> NotificationConsumer:
    """Return the consumer of `placetopay:notification`."""
    consumer = bench.component.endpoint(Uri.parse(f"placetopay:notification{query}")).consumer(receiver)
    assert isinstance(consumer, NotificationConsumer)
    return consumer


@pytest.fixture
async def door(bench: Bench) -> AsyncIterator[Door]:
    """A hub that listens, known to the sandbox."""
    receiver = Receiver()
    consumer = consume(bench, receiver)
    await consumer.start()
    async with serve(bench.context.listener.app) as url:
        bench.sandbox.site.notification_url = url + PATH
        yield Door(bench, url, consumer, receiver)
        await consumer.stop()
        await bench.sandbox.close()


def notification(secret: str = "ABCD1234", algorithm: str = "sha256", **changes: Any) -> bytes:
    """Return a signed notification; `changes` come after the signature."""
    joined = f"181348APPROVED{DATE}{secret}".encode()
    digest = hashlib.new(algorithm, joined).hexdigest()
    content = {
        "status": {"status": "APPROVED", "reason": "00", "message": "ok", "date": DATE},
        "requestId": 181348,
        "reference": "CV7K2M-1",
        "signature": f"sha256:{digest}" if algorithm == "sha256" else digest,
        **changes,
    }
    return json.dumps(content).encode()


async def test_a_final_session_is_told_once(door: Door) -> None:
    """The customer pays, the sandbox tells it, the message names the session and holds no signature."""
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.notifier.delivered()
    assert [one.answered for one in door.bench.sandbox.notifier.deliveries] == [200]
    arrival = door.receiver.arrivals[0]
    assert arrival.body == {
        "provider": "placetopay",
        "event": f"181348:APPROVED:{DATE.replace('10:20', '10:00')}",
        "kind": "payment",
        "request_id": "181348",
        "payment": None,
        "reference": "CV7K2M-1",
        "status": "APPROVED",
        "date": DATE.replace("10:20", "10:00"),
        "object": "181348",
        "connection": "placetopay",
    }
    assert arrival.key == f"181348:APPROVED:{DATE.replace('10:20', '10:00')}"
    assert arrival.business_keys == (("payment", "placetopay:181348"),)
    assert (await door.bench.call("query", arrival.body))["state"] == "paid"


async def test_a_doubled_notification_is_one_message(door: Door) -> None:
    """Both are answered 200; the key makes them one."""
    door.bench.sandbox.notifier.plan = NotificationPlan(times=2)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.notifier.delivered()
    assert [one.answered for one in door.bench.sandbox.notifier.deliveries] == [200, 200]
    assert len(door.receiver.arrivals) == 1


@pytest.mark.parametrize("signature", ["wrong", "sha1"])
async def test_a_forged_or_downgraded_notification_changes_nothing(door: Door, signature: str) -> None:
    """It is answered 401 and counted, and PlacetoPay never sends it again."""
    door.bench.sandbox.notifier.plan = NotificationPlan(signature=signature)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.notifier.delivered()
    assert [one.answered for one in door.bench.sandbox.notifier.deliveries] == [401]
    assert door.receiver.arrivals == []
    assert door.consumer.refusals == {"signature": 1}


async def test_a_lost_notification_is_never_sent(door: Door) -> None:
    """With every notification lost the session is still found by asking."""
    door.bench.sandbox.notifier.plans["CV7K2M-1"] = NotificationPlan(times=0)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.notifier.delivered()
    assert door.receiver.arrivals == []
    assert (await door.bench.query(reply["request_id"]))["state"] == "paid"


async def test_a_late_notification_comes_after_its_delay(door: Door) -> None:
    """It waits on the sandbox's clock."""
    door.bench.sandbox.notifier.plan = NotificationPlan(delay=600)
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await asyncio.sleep(0)
    assert door.bench.sandbox.notifier.deliveries == []
    door.bench.clock.advance(600)
    await door.bench.sandbox.notifier.delivered()
    assert len(door.receiver.arrivals) == 1


async def test_a_notification_can_overtake_the_create_call(door: Door) -> None:
    """The message is there before we know the session's number."""
    door.bench.sandbox.notifier.plan = NotificationPlan(early=True)
    reply = await door.bench.create()
    assert [one.body["request_id"] for one in door.receiver.arrivals] == [reply["request_id"]]


async def test_an_expired_session_is_told_by_the_clock(door: Door) -> None:
    """Nobody asks, and still the end is told."""
    reply = await door.bench.create()
    await asyncio.sleep(0)
    door.bench.clock.advance(1801)
    while not door.bench.sandbox.sessions[int(reply["request_id"])].told:
        await asyncio.sleep(0)
    await door.bench.sandbox.notifier.delivered()
    assert [one.body["status"] for one in door.receiver.arrivals] == ["REJECTED"]


async def test_a_notification_without_listener_is_gone(door: Door) -> None:
    """Once means once: a hub that was down is not told again."""
    door.bench.sandbox.site.notification_url = "http://127.0.0.1:9/placetopay/placetopay"
    reply = await door.bench.create()
    door.bench.sandbox.pay(reply["request_id"])
    await door.bench.sandbox.notifier.delivered()
    assert [one.answered for one in door.bench.sandbox.notifier.deliveries] == [None]


async def test_the_previous_key_still_signs(bench: Bench) -> None:
    """Between the change here and the change there both keys count."""
    bench.context.settings.update(secret_key="NEW", previous_secret_key="ABCD1234")
    receiver = Receiver()
    await consume(bench, receiver).start()
    async with serve(bench.context.listener.app) as url, aiohttp.ClientSession() as http:
        for secret, status in (("ABCD1234", 200), ("NEW", 200), ("OLDER", 401)):
            async with http.post(url + PATH, data=notification(secret)) as response:
                assert response.status == status


async def test_the_old_algorithm_counts_where_it_is_set(bench: Bench) -> None:
    """A site that has not moved yet is taken with SHA-1."""
    bench.context.settings["signature"] = "sha1"
    await consume(bench, Receiver()).start()
    async with (
        serve(bench.context.listener.app) as url,
        aiohttp.ClientSession() as http,
        http.post(url + PATH, data=notification(algorithm="sha1")) as response,
    ):
        assert response.status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"requestId": 181349},
        {"status": {"status": "REJECTED", "date": DATE}},
        {"status": {"status": "APPROVED", "date": "2026-11-23T10:20:01-05:00"}},
        {"signature": None},
        {"signature": ""},
    ],
)
async def test_an_altered_notification_is_refused(door: Door, changes: dict[str, Any]) -> None:
    """Number, status and date are covered by the signature."""
    assert (await door.post(notification(**changes)))[0] == 401
    assert door.receiver.arrivals == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 5000,
        notification(status="APPROVED"),
        notification(requestId=None),
        notification(requestId=True),
        notification(requestId=1.5),
        notification(requestId="1; drop"),
        notification(requestId=[1]),
        notification(status={"status": 5, "date": DATE}),
        notification(status={"status": "APPROVED"}),
        notification(reference={"a": 1}),
        notification(reference="\ud800"),
        notification(signature=5),
        b'{"requestId": 1e999999, "status": {"status": "APPROVED", "date": "x"}}',
        b'{"requestId": NaN, "status": {"status": "APPROVED", "date": "x"}}',
    ],
)
async def test_what_is_no_notification_is_told_so(door: Door, raw: bytes) -> None:
    """Anything else is 400, never a 5xx, and nothing is stored."""
    assert (await door.post(raw))[0] == 400
    assert door.receiver.arrivals == []
    assert door.consumer.refusals == {"malformed": 1}


@pytest.mark.parametrize("written", [181348, "181348", 181348.0], ids=["number", "text", "fraction"])
async def test_the_number_counts_however_it_is_written(door: Door, written: object) -> None:
    """The signature covers the number without decimals."""
    assert (await door.post(notification(requestId=written)))[0] == 200
    assert door.receiver.arrivals[0].body["request_id"] == "181348"


async def test_a_large_body_is_cut_off(door: Door) -> None:
    """More than the limit is 413."""
    assert (await door.post(b" " * 65_537))[0] == 413
    assert door.consumer.refusals == {"too_large": 1}


async def test_a_full_disk_is_not_acknowledged(door: Door) -> None:
    """What could not be stored is answered 503 with a time to come again."""
    door.receiver.full = True
    status, headers = await door.post(notification())
    assert (status, headers["Retry-After"]) == (503, "7")


async def test_a_recurring_charge_is_marked(door: Door) -> None:
    """Without a session's number it is taken under its internal reference and marked."""
    door.bench.sandbox.notifier.tell_recurring(900, "CV-R")
    await door.bench.sandbox.notifier.delivered()
    body = door.receiver.arrivals[0].body
    assert (body["recurring"], body["request_id"], body["payment"]) == (True, None, "900")


async def test_a_stopped_consumer_listens_no_more(door: Door) -> None:
    """Its address is free again, and taken once only while it listens."""
    with pytest.raises(ConfigurationError, match="taken"):
        await consume(door.bench, Receiver()).start()
    await door.consumer.stop()
    assert (await door.post(notification()))[0] == 404
    await door.consumer.start()


async def test_a_schedule_is_repeatable(bench: Bench) -> None:
    """The same seed gives the same fate to the same reference, about in the shares asked for."""
    lost = NotificationPlan(times=0)
    notifier = Notifier(bench.clock, bench.sandbox.site, schedule=[(0.3, lost)], seed=7)
    session = type("Session", (), {})
    fates = []
    for number in range(200):
        session.reference = f"A{number}"  # type: ignore[attr-defined]  # all that a plan looks at
        fates.append(notifier.plan_for(session) is lost)  # type: ignore[arg-type]  # see above
    assert 40 < sum(fates) < 80
