"""What the company tells by itself, and its lists."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp

from caravana.kit.payment import Operation
from caravana.kit.uri import Uri
from caravana.testing.harness import Inbox
from caravana.testing.payment.company import Notice
from caravana.testing.payment.played import Played, needs, played
from caravana.testing.payment.till import STORE, Till, named


class News(Played):
    """Notifications, events, and the list of a day."""

    @needs(Operation.NOTIFICATION)
    @played
    async def test_a_notification_wakes_and_is_never_believed(self, till: Till) -> None:
        """It names the checkout, comes in once, and says nothing that a question would not: here nobody has paid."""
        reply = await till.create()
        async with self._door(till) as (inbox, post):
            notice = till.company.notice(reply)
            assert await post(notice) < 300
            assert await post(notice) < 300
        [arrival] = inbox.accepted
        assert arrival.body["connection"] == STORE
        assert arrival.body["provider"] == till.component.scheme
        assert reply["request_id"] == arrival.body["request_id"] or arrival.body["reference"] == "CV7-1"
        asked = {**named(reply), "payment": arrival.body.get("payment")}
        assert (await till.call(Operation.QUERY, asked))["paid_total"] is None

    @needs(Operation.NOTIFICATION)
    @played
    async def test_a_forged_notification_changes_nothing(self, till: Till) -> None:
        """Without the company's proof nothing comes in; a company that proves nothing only rings the bell."""
        reply = await till.create()
        async with self._door(till) as (inbox, post):
            status = await post(till.company.notice(reply, forged=True))
            junk = [await post(Notice(till.company.notice(reply).path, one)) for one in (b"", b"{", b"[]", b"\xff")]
        assert all(400 <= one < 500 for one in junk)
        if till.component.capabilities.signed_notifications != "none":
            assert (status in (400, 401, 403), inbox.accepted) == (True, [])

    @asynccontextmanager
    async def _door(self, till: Till) -> AsyncIterator[tuple[Inbox, Callable[[Notice], Awaitable[int]]]]:
        """The public port with the company's receiver behind it, and what posts to it."""
        inbox = Inbox("pay:notification")
        consumer = till.pay.endpoint(Uri.parse("pay:notification")).consumer(inbox)
        async with till.hub.listening() as url, aiohttp.ClientSession() as web:
            await consumer.start()

            async def post(notice: Notice) -> int:
                async with web.post(url + notice.path, data=notice.content, headers=dict(notice.headers)) as answer:
                    return answer.status

            yield inbox, post
            await consumer.stop()

    @needs(Operation.EVENTS)
    @played
    async def test_the_list_of_events_tells_what_happened(self, till: Till) -> None:
        """A payment is on it, once, each event under a name of its own; after the last there is nothing."""
        since = till.clock.now() - timedelta(minutes=1)
        reply, _ = await till.sold()
        told = await till.call(Operation.EVENTS, {"since": since.isoformat(), "connection": STORE})
        names = [one["event"] for one in told["events"]]
        about = [
            one for one in told["events"] if reply["request_id"] == one["request_id"] or one["reference"] == "CV7-1"
        ]
        assert len(set(names)) == len(names)
        assert [one["kind"] for one in about if one["kind"] == "payment"]
        last = {"since": since.isoformat(), "after": names[-1], "connection": STORE}
        assert (await till.call(Operation.EVENTS, last))["events"] == []

    @needs(Operation.LISTING)
    @played
    async def test_the_list_of_a_day_has_its_payments(self, till: Till) -> None:
        """What was paid that day stands on it with its amount."""
        _, found = await till.sold()
        day = till.clock.now().date().isoformat()
        told = await till.call(Operation.LISTING, {"day": day, "connection": STORE})
        assert {"payments", "refunds", "disputes", "payouts", "whole"} <= told.keys()
        text = json.dumps(told["payments"], default=str)
        assert str(found["payments"][-1]["internal_reference"]) in text
        assert "115" in text
