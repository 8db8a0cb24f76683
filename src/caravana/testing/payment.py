"""What every component of a payment company fulfils (`caravana.kit.payment`), as tests to inherit.

    class TestMercurio(PaymentContract):
        component = MercurioComponent

        @asynccontextmanager
        async def company(self, clock):
            async with serve(sandbox.app()) as url:
                yield MercurioCompany(sandbox, url)

Everything goes through `pay:`, as the card flow's calls do. Not collected by itself: its name begins with no `Test`.
"""

import asyncio
import json
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import aiohttp
import pytest

from caravana.component.pay import PayComponent
from caravana.kit import codec
from caravana.kit.clock import ManualClock
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, Refused, Transient, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Operation, PaymentComponent, State, Unsupported
from caravana.kit.uri import Uri
from caravana.testing.harness import START, Hub, Inbox, make_effect, make_exchange

STORE = "store"
"""The connection of the contract's merchant account."""
AMOUNTS = ("1.00", "115.00", "1234.56", "19.99")
WITHOUT_MONEY = {State.PENDING, State.FAILED, State.CANCELLED, State.EXPIRED}
Body = dict[str, Any]


@dataclass(frozen=True)
class Notice:
    """A notification as the company posts it to `path` of the listener."""

    path: str
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Company(ABC):
    """An imitation of the company, played by a test. `reply` is always what `create` answered."""

    settings: Mapping[str, Any]
    """Of the connection, its address among them."""
    marks: Sequence[str] = ()
    """Texts that the company's answers hold of card and payer, and that no reply may repeat."""

    @abstractmethod
    async def pay(self, reply: Body) -> None:
        """Play the customer who pays all; nothing is notified."""

    @abstractmethod
    async def refuse(self, reply: Body) -> None:
        """Play the customer whose card is refused."""

    @abstractmethod
    def lose(self, operation: Operation, *, done: bool) -> None:
        """Let the answer to the next call of `operation` be lost: after it was carried out, or without that."""

    @abstractmethod
    def count(self, operation: Operation) -> int:
        """Return how often a call of `operation` changed something."""

    @abstractmethod
    def notice(self, reply: Body, *, forged: bool = False) -> Notice:
        """Return what the company posts when the checkout is paid; `forged`: with a wrong proof of its sender."""

    async def settle(self) -> None:
        """Let the company settle the day's payments, where parts can be refunded only then."""


@dataclass
class Till:
    """A component with its company, asked as the engine asks."""

    component: PaymentComponent
    pay: PayComponent
    hub: Hub
    company: Company
    clock: ManualClock
    extra: Mapping[str, Any]

    def order(self, **changes: Any) -> Body:
        """Return what `create` is asked for: 115.00 USD, unless changed."""
        expiration = self.clock.now() + timedelta(minutes=30)
        usual = {
            "reference": "CV7-1",
            "description": "Pedido S00007",
            "amount": Decimal("115.00"),
            "currency": "USD",
            "return_url": "https://hub.example/pay/abc/return?lang=es",
            "cancel_url": "https://hub.example/pay/abc",
            "ip_address": "192.0.2.1",
            "user_agent": "Mozilla/5.0",
            "locale": "es_EC",
            "expiration": expiration.isoformat(timespec="seconds"),
            "connection": STORE,
        }
        return {**usual, **changes}

    def producer(self, operation: Operation) -> Producer:
        """Return the producer at `pay:<operation>`."""
        made = self.pay.endpoint(Uri.parse(f"pay:{operation}")).producer()
        assert isinstance(made, Producer)
        return made

    async def call(self, operation: Operation, body: Body, effect: Effect | None = None) -> Body:
        """Return the reply of `operation`."""
        made, asked = self.producer(operation), make_exchange(body)
        request = made.request(asked)
        handed = made.handing(request)
        reply = await handed.send(request, effect or make_effect(key=f"{operation}-{body.get('reference')}"))
        handed.receive(asked, reply)
        self._judge(asked)
        found: Body = asked.body
        return found

    def _judge(self, asked: Exchange) -> None:
        """Whatever is answered can be stored, names its account, and holds nothing of card or payer."""
        text = codec.dumps(asked.body)
        assert [one for one in self.company.marks if one in str(text)] == []
        assert asked.body["connection"] == STORE

    async def create(self, **changes: Any) -> Body:
        """Open a checkout."""
        return await self.call(Operation.CREATE, self.order(**{**self.extra, **changes}))

    async def query(self, reply: Body) -> Body:
        """Ask how a checkout stands, with what is known of its end."""
        return await self.call(Operation.QUERY, {**named(reply), "expiration": reply.get("expiration")})

    async def paid(self, reply: Body) -> Body:
        """Let the customer pay, say yes where the company waits for that, and return how the checkout stands."""
        await self.company.pay(reply)
        found = await self.query(reply)
        if found["state"] == State.ACTION_NEEDED:
            found = await self.call(Operation.CONFIRM, with_payment(reply, found))
        return found

    async def sold(self, **changes: Any) -> tuple[Body, Body]:
        """Return a paid checkout, and how it stands."""
        reply = await self.create(**changes)
        return reply, await self.paid(reply)

    def refund(self, found: Body, **changes: Any) -> Body:
        """Return the body of a refund of the one payment of a checkout."""
        amount = found["paid_total"]
        usual = {**with_payment(found, found), "reference": "CV7-1-R1", "currency": amount["currency"], "amount": None}
        return {**usual, "reason": "Devolución", **changes}

    def has(self, *operations: Operation) -> bool:
        """Whether the company has these operations."""
        return set(operations) <= self.component.capabilities.operations


def named(reply: Body) -> Body:
    """Return what names a checkout."""
    return {name: reply[name] for name in ("reference", "request_id", "connection")}


def with_payment(reply: Body, found: Body) -> Body:
    """Return what names a checkout and the payment in it."""
    known = [one["internal_reference"] for one in found["payments"] if one["internal_reference"]]
    return {**named(reply), "payment": known[-1] if known else None}


T = TypeVar("T", bound="PaymentContract")


def played(test: Callable[[T, Till], Awaitable[None]]) -> Callable[[T], None]:
    """Make a test of a coroutine that takes a till."""

    def run(self: T) -> None:
        async def play() -> None:
            async with self.till() as till:
                await test(self, till)

        asyncio.run(play())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def needs(*operations: Operation) -> Callable[[Callable[[T], None]], Callable[[T], None]]:
    """Skip the test for a company without one of these operations."""

    def mark(test: Callable[[T], None]) -> Callable[[T], None]:
        def run(self: T) -> None:
            missing = [one.value for one in operations if one not in self.component.capabilities.operations]
            if missing:
                pytest.skip(f"{self.component.title} has no {', '.join(missing)}")
            test(self)

        run.__name__, run.__doc__ = test.__name__, test.__doc__
        return run

    return mark


class PaymentContract(ABC):
    """Inherit, name the component and its imitation, and pytest runs the contract."""

    component: ClassVar[type[PaymentComponent]]
    """The class under test."""
    waits: ClassVar[Mapping[str, Any]] = {}
    """What `create` is asked for besides, so that an approved payment waits for our `confirm`; nothing: it always does."""

    @abstractmethod
    def company(self, clock: ManualClock) -> AbstractAsyncContextManager[Company]:
        """Serve the imitation, whose clock this is, while the block runs."""

    @asynccontextmanager
    async def till(self, **extra: Any) -> AsyncIterator[Till]:
        """Run component and company over loopback."""
        clock = ManualClock(START)
        async with self.company(clock) as company:
            hub = Hub(clock=clock, connections={STORE: dict(company.settings)}, settings={"cards.stores": STORE})
            component = self.component(hub)
            hub.components[STORE] = component
            till = Till(component, PayComponent(hub), hub, company, clock, extra)
            try:
                yield till
            finally:
                await component.close()

    # What it says of itself.

    def test_its_capabilities_fit_together(self) -> None:
        """A checkout can be opened and asked about; what the flags say has its operation."""
        can = self.component.capabilities
        assert {Operation.CREATE, Operation.QUERY} <= can.operations
        assert (can.must_confirm_within is None) or Operation.CONFIRM in can.operations
        assert (Operation.LISTING in can.operations) is (can.listing_days is not None)
        assert not can.sweep.by_events or Operation.EVENTS in can.operations
        assert (Operation.CAPTURE in can.operations) is (Operation.VOID in can.operations)
        assert can.reference_max >= 10
        assert can.sweep.every.total_seconds() >= 1

    @played
    async def test_account_and_origin_hold_no_secret(self, till: Till) -> None:
        """The account names the merchant in Odoo, the origin is where browsers are sent: neither tells a credential."""
        origin, account = till.component.origin(STORE), till.component.account(STORE)
        parts = urlsplit(origin)
        assert (parts.scheme in {"http", "https"}, bool(parts.netloc), parts.path) == (True, True, "")
        settings = till.component.connection_settings(STORE)
        secret = [v.get_secret_value() for v in dict(settings).values() if hasattr(v, "get_secret_value")]
        assert account
        assert [one for one in secret if one and one in account + origin] == []

    @played
    async def test_what_it_cannot_do_is_an_explicit_error(self, till: Till) -> None:
        """An operation that the company lacks is `Unsupported`, and nothing is sent."""
        for operation in set(Operation) - till.component.capabilities.operations - {Operation.NOTIFICATION}:
            with pytest.raises(Unsupported) as caught:
                till.producer(operation).request(make_exchange({"connection": STORE}))
            assert caught.value.code == "unsupported"

    @played
    async def test_whatever_the_browser_brings_back_is_only_a_hint(self, till: Till) -> None:
        """Any parameters of a return give a name or nothing, never an error."""
        junk: list[dict[str, Any]] = [{}, {"id": "x" * 3000}, {"id": ["1", "2"]}, {"lang": "es", "id": None}]
        for one in junk:
            found = till.component.returned(one)
            assert found is None or isinstance(found, str)

    # Checkouts.

    @played
    async def test_a_checkout_is_open(self, till: Till) -> None:
        """What was opened is found again under its names, with the amount that was asked, and nothing in it is paid."""
        reply = await till.create()
        assert reply["process_url"].startswith(till.component.origin(STORE) + "/")
        assert (reply["reference"], reply["state"], reply["final"]) == ("CV7-1", State.PENDING, False)
        assert isinstance(reply["request_id"], str)
        assert reply["provider"] == till.component.scheme
        found = await till.query(reply)
        assert (found["request_id"], found["reference"]) == (reply["request_id"], "CV7-1")
        assert (found["state"], found["final"], found["paid_total"]) == (State.PENDING, False, None)

    @played
    async def test_every_amount_is_exact_to_the_cent(self, till: Till) -> None:
        """What was asked is what is paid, as a Decimal with its currency, whatever the company writes on the wire."""
        for number, amount in enumerate(AMOUNTS):
            reply, found = await till.sold(amount=Decimal(amount), reference=f"CV8-{number}")
            assert found["paid_total"] == {"currency": "USD", "total": Decimal(amount)}
            assert isinstance(found["paid_total"]["total"], Decimal)
            assert reply["reference"] == found["reference"]

    @played
    async def test_a_paid_checkout_tells_its_payment(self, till: Till) -> None:
        """The payment has the company's name, amount, time with offset, and of the card nothing but four digits."""
        _, found = await till.sold()
        assert (found["state"], found["final"]) == (State.PAID, True)
        [payment] = [one for one in found["payments"] if one["state"] == State.PAID]
        assert isinstance(payment["internal_reference"], str)
        assert payment["from"] == {"currency": "USD", "total": Decimal("115.00")}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)", payment["date"])
        assert payment["last_digits"] is None or re.fullmatch(r"\d{1,4}", payment["last_digits"])

    @played
    async def test_a_refused_card_brings_no_money(self, till: Till) -> None:
        """After a refusal nothing is paid; the checkout is over, or takes another card."""
        reply = await till.create()
        await till.company.refuse(reply)
        found = await till.query(reply)
        assert (found["state"] in WITHOUT_MONEY, found["paid_total"]) == (True, None)
        assert [one for one in found["payments"] if one["state"] in (State.PAID, State.PART_PAID)] == []

    @played
    async def test_a_checkout_ends_with_its_time(self, till: Till) -> None:
        """When its time is over a checkout that nobody paid is expired, for ever."""
        reply = await till.create()
        till.clock.advance(timedelta(hours=25).total_seconds())
        found = await till.query(reply)
        assert (found["state"], found["final"], found["paid_total"]) == (State.EXPIRED, True, None)

    @needs(Operation.CANCEL)
    @played
    async def test_a_cancelled_checkout_is_over(self, till: Till) -> None:
        """After we closed it nobody can pay there."""
        reply = await till.create()
        found = await till.call(Operation.CANCEL, named(reply))
        assert (found["state"], found["final"], found["paid_total"]) == (State.CANCELLED, True, None)
        assert (await till.query(reply))["state"] == State.CANCELLED

    @needs(Operation.CANCEL)
    @played
    async def test_what_is_paid_cannot_be_cancelled(self, till: Till) -> None:
        """Closing a paid checkout is refused, and it stays paid: states go forward only."""
        reply, _ = await till.sold()
        with pytest.raises(Refused):
            await till.call(Operation.CANCEL, named(reply))
        till.clock.advance(timedelta(days=2).total_seconds())
        assert (await till.query(reply))["state"] == State.PAID

    @played
    async def test_a_body_that_does_not_fit_is_refused_before_any_call(self, till: Till) -> None:
        """Too long a reference, an amount of nothing, and a fraction of a cent never reach the company."""
        longest = till.component.capabilities.reference_max
        for change in ({"reference": "x" * (longest + 1)}, {"amount": Decimal(0)}, {"amount": Decimal("1.005")}):
            with pytest.raises(Refused):
                till.producer(Operation.CREATE).request(make_exchange(till.order(**change)))
        assert till.company.count(Operation.CREATE) == 0

    # Unknown outcomes.

    @played
    async def test_a_lost_opening_harms_nobody(self, till: Till) -> None:
        """A checkout whose answer was lost is opened again: the same one by our key, or another while the first is nobody's."""
        effect = make_effect(key="opening")
        till.company.lose(Operation.CREATE, done=True)
        with pytest.raises((Unknown, Transient)):
            await till.call(Operation.CREATE, till.order(), effect)
        made = till.producer(Operation.CREATE)
        request = made.request(make_exchange(till.order()))
        handed = made.handing(request)
        kind = handed.kind_of(request)
        assert kind is Kind.IDEMPOTENT or (kind is Kind.BLIND and handed.repeat_unknown) or kind is Kind.VERIFIABLE
        if kind is Kind.VERIFIABLE:
            assert await handed.verify(request, effect) is not None
            return
        reply = await till.call(Operation.CREATE, till.order(), effect)
        assert (await till.paid(reply))["state"] == State.PAID
        if kind is Kind.IDEMPOTENT:
            assert till.company.count(Operation.CREATE) == 1

    @played
    async def test_a_lost_question_is_asked_again(self, till: Till) -> None:
        """Asking changes nothing, so it is a read."""
        reply = await till.create()
        made = till.producer(Operation.QUERY)
        request = made.request(make_exchange(named(reply)))
        assert (made.kind, made.kind_of(request)) == (Kind.READ, Kind.READ)
        assert made.handing(request).connection_of(request, None) == f"{till.component.scheme}:{STORE}"
        till.company.lose(Operation.QUERY, done=False)
        with suppress(Unknown, Transient):  # a client may have asked again by itself
            await till.query(reply)
        assert (await till.query(reply))["state"] == State.PENDING

    @needs(Operation.CANCEL)
    @played
    async def test_a_lost_cancellation_is_known_afterwards(self, till: Till) -> None:
        """Once or not at all, and one can tell which."""
        reply = await till.create()
        await self._lost(till, Operation.CANCEL, named(reply))
        assert (await till.query(reply))["state"] == State.CANCELLED

    @needs(Operation.CONFIRM)
    def test_a_lost_confirmation_is_known_afterwards(self) -> None:
        """The money moved or it did not, and one can tell which."""

        async def play() -> None:
            async with self.till(**self.waits) as till:
                reply = await till.create()
                await till.company.pay(reply)
                found = await till.query(reply)
                assert (found["state"], found["final"]) == (State.ACTION_NEEDED, False)
                await self._lost(till, Operation.CONFIRM, with_payment(reply, found))
                assert (await till.query(reply))["state"] == State.PAID

        asyncio.run(play())

    @needs(Operation.REFUND)
    @played
    async def test_a_lost_refund_is_never_made_twice(self, till: Till) -> None:
        """By our key, by asking, or by leaving it to a person."""
        _, found = await till.sold()
        await self._lost(till, Operation.REFUND, till.refund(found))
        assert till.company.count(Operation.REFUND) == 1

    async def _lost(self, till: Till, operation: Operation, body: Body) -> None:
        """Carry out `operation` whose answer is lost, and do what its kind says: it must have happened once."""
        made = till.producer(operation)
        request = made.request(make_exchange(body))
        handed, effect = made.handing(request), make_effect(key=f"lost-{operation}")
        kind = handed.kind_of(request)
        if kind is Kind.VERIFIABLE:
            assert await _told(handed, request, effect) is None, "not done, and yet it is found"
        till.company.lose(operation, done=True)
        with pytest.raises((Unknown, Transient)) as caught:
            await handed.send(request, effect)
        assert isinstance(caught.value, Unknown) or kind is Kind.READ, "it may have been done: that is Unknown"
        match kind:
            case Kind.IDEMPOTENT:
                await handed.send(request, effect)
            case Kind.VERIFIABLE:
                assert await _told(handed, request, effect) is not None, "done, and yet it is not found"
            case Kind.BLIND:
                assert not handed.repeat_unknown
        assert till.company.count(operation) == 1

    # Refunds.

    @needs(Operation.REFUND)
    @played
    async def test_a_whole_refund(self, till: Till) -> None:
        """All goes back, under our reference and the company's own name; a second time it is refused."""
        _, found = await till.sold()
        reply = await till.call(Operation.REFUND, till.refund(found))
        assert (reply["reference"], reply["result"] in ("done", "pending")) == ("CV7-1-R1", True)
        assert (reply["payment"], reply["provider"]) == (found["payments"][-1]["internal_reference"], found["provider"])
        assert reply["amount"] in (None, {"currency": "USD", "total": Decimal("115.00")})
        with pytest.raises(Refused):
            await till.call(Operation.REFUND, till.refund(found, reference="CV7-1-R2"))

    @needs(Operation.REFUND)
    @played
    async def test_a_part_goes_back_where_the_company_can(self, till: Till) -> None:
        """Always, after settlement only, or never: as its capabilities say, and never by sending back another amount."""
        _, found = await till.sold()
        part, can = till.refund(found, amount=Decimal("15.00")), till.component.capabilities.partial_refund
        if can != "always":
            with pytest.raises(Refused):
                await till.call(Operation.REFUND, part)
            assert till.company.count(Operation.REFUND) == 0
        if can == "never":
            return
        await till.company.settle()
        reply = await till.call(Operation.REFUND, part)
        assert reply["amount"] == {"currency": "USD", "total": Decimal("15.00")}
        with pytest.raises(Refused):
            await till.call(Operation.REFUND, till.refund(found, amount=Decimal("100.01"), reference="CV7-1-R2"))

    @needs(Operation.REFUND, Operation.REFUND_QUERY)
    @played
    async def test_a_refund_is_found_again(self, till: Till) -> None:
        """The company tells how far it is."""
        _, found = await till.sold()
        body = till.refund(found)
        reply = await till.call(Operation.REFUND, body)
        told = await till.call(Operation.REFUND_QUERY, {**body, "refund": reply["refund"]})
        assert (told["refund"], told["result"] in ("done", "pending")) == (reply["refund"], True)

    # Money that is only held.

    @needs(Operation.CAPTURE, Operation.VOID)
    @played
    async def test_money_that_is_held_is_taken_or_given_up(self, till: Till) -> None:
        """A hold is no payment; it is taken by `capture`, and given up by `void`."""
        for number, operation in enumerate((Operation.CAPTURE, Operation.VOID)):
            reply = await till.create(hold=True, reference=f"CV9-{number}")
            await till.company.pay(reply)
            found = await till.query(reply)
            assert (found["state"], found["paid_total"]) == (State.AUTHORISED, None) or found["state"] == "authorised"
            body = {**with_payment(reply, found), "amount": None, "currency": "USD"}
            assert (await till.call(operation, body))["result"] == "done"
            assert till.company.count(operation) == 1

    # News.

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


async def _told(producer: Producer, request: Any, effect: Effect) -> Reply | None:
    """Return what is found of a call; that there is nothing to be found may be told by an error, too."""
    try:
        return await producer.verify(request, effect)
    except (Transient, Unknown):
        raise
    except EffectError:
        return None


__all__ = ["Company", "Notice", "PaymentContract", "Till"]
