"""PayPhone's notification: a doorbell that nobody signs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from caravana.component.payphone.sandbox import NotificationPlan
from caravana.component.payphone.sandbox.payment import HOLDER, PAYER
from caravana.kit.codec import dumps
from caravana.kit.ports import Unavailable
from caravana.kit.uri import Uri
from caravana.testing.harness import Inbox
from tests.component.payphone.till import Till

PATH = "/payphone/payphone/NotificacionPago"


@pytest.fixture
async def door(till: Till) -> AsyncIterator[Inbox]:
    """The public port with the receiver behind it, and PayPhone that knows its address."""
    await till.set(notification=True)
    inbox = Inbox("payphone:notification")
    consumer = till.component.endpoint(Uri.parse("payphone:notification")).consumer(inbox)
    async with till.hub.listening() as url:
        await consumer.start()
        till.sandbox.store.notification_url = url + PATH
        yield inbox
        await till.sandbox.notifier.delivered()
        await consumer.stop()


async def post(till: Till, content: Any) -> tuple[int, Any]:
    """Post something to the door, and return status and answer."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    async with (
        aiohttp.ClientSession() as web,
        web.post(till.sandbox.store.notification_url, data=raw) as answer,
    ):
        return answer.status, await answer.json()


async def test_it_names_the_payment_and_is_answered(till: Till, door: Inbox) -> None:
    """Checkout, payment and reference come in, and PayPhone reads that it is stored."""
    await till.create()
    payment = till.sandbox.pay("CV7-1")
    await till.sandbox.notifier.delivered()
    [arrival] = door.accepted
    told = {name: arrival.body[name] for name in ("kind", "request_id", "reference", "payment", "connection")}
    assert told == {
        "kind": "payment",
        "request_id": "CV7-1",
        "reference": "CV7-1",
        "payment": str(payment.id),
        "connection": "payphone",
    }
    assert till.sandbox.notifier.deliveries[0].answered == {"Response": True, "ErrorCode": "000"}


async def test_a_second_one_is_answered_as_such(till: Till, door: Inbox) -> None:
    """A double comes in once, and PayPhone reads 333."""
    till.sandbox.notifier.plan = NotificationPlan(times=2)
    await till.create()
    till.sandbox.pay("CV7-1")
    await till.sandbox.notifier.delivered()
    assert len(door.accepted) == 1
    assert sorted(one.answered["ErrorCode"] for one in till.sandbox.notifier.deliveries) == ["000", "333"]


async def test_nothing_of_card_and_payer_comes_in(till: Till, door: Inbox) -> None:
    """First digits, national id, mail and phone, which PayPhone sends, are dropped before anything is stored."""
    await till.create()
    till.sandbox.pay("CV7-1")
    await till.sandbox.notifier.delivered()
    text = dumps([door.accepted[0].body, dict(door.accepted[0].headers), door.accepted[0].key]).decode()
    assert [one for one in ("411111", HOLDER, *PAYER.values()) if one in text] == []


async def test_a_made_up_one_is_only_a_question(till: Till, door: Inbox) -> None:
    """Anybody may ring: what it says of a payment that is none leads to no money."""
    reply = await till.create()
    made_up = {"StoreId": "tienda-1", "TransactionId": 999, "ClientTransactionId": "CV7-1", "StatusCode": 3}
    assert await post(till, made_up) == (200, {"Response": True, "ErrorCode": "000"})
    found = await till.query(reply, payment=door.accepted[0].body["payment"])
    assert found["paid_total"] is None


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 400, "malformed"),
        (b"[]", 400, "malformed"),
        ({"StoreId": "tienda-1"}, 400, "malformed"),
        (
            {"StoreId": "tienda-1", "TransactionId": "x", "ClientTransactionId": "CV7-1", "StatusCode": 3},
            400,
            "malformed",
        ),
        ({"StoreId": "other", "TransactionId": 1, "ClientTransactionId": "CV7-1", "StatusCode": 3}, 400, "store"),
        (b" " * 70_000, 413, "too_large"),
    ],
)
async def test_junk_is_turned_away(till: Till, door: Inbox, content: Any, status: int, reason: str) -> None:
    """What is no notification of this store is refused with its reason, and nothing is stored."""
    answered, said = await post(till, content)
    assert (answered, said["error"]) == (status, reason)
    assert door.accepted == []


async def test_it_is_answered_only_when_it_is_on_disk(till: Till, door: Inbox) -> None:
    """While the journal takes nothing PayPhone reads 503, and not that it is stored."""
    door.failure = Unavailable("disk full", retry_after=7)
    content = {"StoreId": "tienda-1", "TransactionId": 1, "ClientTransactionId": "CV7-1", "StatusCode": 3}
    assert (await post(till, content))[0] == 503


async def test_without_payphones_approval_there_is_no_door(till: Till) -> None:
    """Where PayPhone has approved no notifications, nobody can ring."""
    consumer = till.component.endpoint(Uri.parse("payphone:notification")).consumer(Inbox())
    async with till.hub.listening() as url, aiohttp.ClientSession() as web:
        await consumer.start()
        async with web.post(url + PATH, data=b"{}") as answer:
            assert answer.status == 404
        await consumer.stop()
