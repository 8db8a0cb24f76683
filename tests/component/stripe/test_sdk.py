"""Stripe's own library against the sandbox: what somebody else's client understands is imitated rightly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from caravana.component.stripe.sandbox import Card, StripeSandbox, build
from caravana.component.stripe.sandbox.wire import Thing
from caravana.kit.clock import ManualClock
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.component.stripe.harness import KEY, NOW, SECRET

stripe: Any = pytest.importorskip("stripe")

FIELDS: dict[str, str] = {
    "event": "id object api_version created data livemode pending_webhooks request type",
    "checkout.session": (
        "id object amount_total amount_subtotal currency status payment_status payment_intent client_reference_id metadata url "
        "expires_at success_url cancel_url livemode created"
    ),
    "payment_intent": (
        "id amount amount_received amount_capturable currency status latest_charge next_action last_payment_error metadata "
        "client_secret capture_method canceled_at cancellation_reason"
    ),
    "charge": (
        "id amount amount_captured amount_refunded balance_transaction captured disputed paid refunded status payment_intent "
        "payment_method_details failure_code failure_message outcome"
    ),
    "refund": (
        "id amount currency charge payment_intent status reason failure_reason balance_transaction failure_balance_transaction "
        "metadata"
    ),
    "dispute": (
        "id amount currency charge payment_intent status reason evidence_details balance_transactions is_charge_refundable"
    ),
    "payout": (
        "id amount arrival_date status reconciliation_status failure_code failure_message automatic balance_transaction"
    ),
    "balance_transaction": (
        "id amount fee net currency type source status available_on reporting_category fee_details exchange_rate"
    ),
}
"""Kind → fields that a hub needs, by the library's source and Stripe's documents."""


class Merchant:
    """The library as a shop uses it, and the sandbox that it talks to."""

    def __init__(self, sandbox: StripeSandbox, url: str, clock: ManualClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.client = stripe.StripeClient(KEY, base_addresses={"api": url}, max_network_retries=0)

    async def call(self, act: Callable[..., Any], *given: Any, **options: Any) -> Any:
        """Return what a call of the library brings; it waits, so it runs beside us."""
        return await asyncio.to_thread(act, *given, **options)

    async def open(self, **changes: Any) -> Any:
        """Open a session for 20.00 USD."""
        price = {"currency": "usd", "unit_amount": 2000, "product_data": {"name": "Pedido"}}
        params = {
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "client_reference_id": "A-1",
            "metadata": {"reference": "A-1"},
            "payment_intent_data": {"metadata": {"own": "yes"}},
            "success_url": "https://shop.example/ok",
            "cancel_url": "https://shop.example/no",
            **changes,
        }
        return await self.call(self.client.v1.checkout.sessions.create, params)

    async def paid(self) -> Any:
        """Return the session after its customer has paid."""
        session = await self.open()
        self.sandbox.pay(session.id)
        return await self.call(
            self.client.v1.checkout.sessions.retrieve, session.id, {"expand": ["payment_intent.latest_charge"]}
        )


@pytest.fixture
async def merchant() -> AsyncIterator[Merchant]:
    """A shop at the sandbox."""
    clock = ManualClock(NOW)
    sandbox = build(clock, {"secret_key": KEY, "webhook_secret": SECRET})
    async with serve(sandbox.app()) as url:
        yield Merchant(sandbox, url, clock)
        await sandbox.close()


async def test_a_session_is_opened_paid_and_read(merchant: Merchant) -> None:
    """The library builds its objects from the answers, also of expanded ones; the session's metadata is not the payment's."""
    session = await merchant.paid()
    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 2000)
    assert session.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert session.payment_intent.metadata.to_dict() == {"own": "yes"}


async def test_a_session_is_expired_once(merchant: Merchant) -> None:
    """The second time the library raises what Stripe refuses."""
    session = await merchant.open()
    expire = merchant.client.v1.checkout.sessions.expire
    assert (await merchant.call(expire, session.id)).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        await merchant.call(expire, session.id)


async def test_intents_are_confirmed_captured_and_cancelled(merchant: Merchant) -> None:
    """A hold is taken in part, another given up, a challenge gives its address."""
    intents = merchant.client.v1.payment_intents
    params = {"amount": 5000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    hold = await merchant.call(intents.create, {**params, "capture_method": "manual"})
    assert (hold.status, hold.amount_capturable) == ("requires_capture", 5000)
    taken = await merchant.call(intents.capture, hold.id, {"amount_to_capture": 3000})
    assert (taken.status, taken.amount_received) == ("succeeded", 3000)
    made = await merchant.call(intents.create, {"amount": 5000, "currency": "usd", "payment_method": "pm_card_visa"})
    assert (await merchant.call(intents.confirm, made.id)).status == "succeeded"
    asks = {**params, "payment_method": "pm_card_authenticationRequired", "return_url": "https://shop.example/back"}
    challenged = await merchant.call(intents.create, asks)
    assert challenged.next_action.redirect_to_url.url.startswith("http://127.0.0.1")
    dropped = await merchant.call(intents.cancel, challenged.id, {"cancellation_reason": "abandoned"})
    assert dropped.cancellation_reason == "abandoned"


async def test_a_decline_is_a_card_error(merchant: Merchant) -> None:
    """With code, decline code and the intent."""
    params = {"amount": 5000, "currency": "usd", "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
    with pytest.raises(stripe.CardError) as caught:
        await merchant.call(merchant.client.v1.payment_intents.create, params)
    assert (caught.value.http_status, caught.value.code) == (402, "card_declined")
    assert caught.value.error.decline_code == "generic_decline"
    assert caught.value.error.payment_intent.status == "requires_payment_method"


async def test_refunds_are_made_up_to_what_was_paid(merchant: Merchant) -> None:
    """Part and rest; beyond it Stripe refuses, and says what is left."""
    session, refunds = await merchant.paid(), merchant.client.v1.refunds
    intent = session.payment_intent.id
    part = await merchant.call(refunds.create, {"payment_intent": intent, "amount": 500, "reason": "duplicate"})
    assert (part.status, part.charge) == ("succeeded", session.payment_intent.latest_charge.id)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        await merchant.call(refunds.create, {"payment_intent": intent, "amount": 1501})
    await merchant.call(refunds.create, {"payment_intent": intent})
    charge = await merchant.call(merchant.client.v1.charges.retrieve, part.charge)
    assert (charge.refunded, charge.amount_refunded) == (True, 2000)


async def test_a_dispute_is_answered_and_won(merchant: Merchant) -> None:
    """Opened by the test card, answered with evidence, decided later; the money is taken and given back."""
    session = await merchant.open()
    merchant.sandbox.pay(session.id, Card.DISPUTE)
    merchant.clock.advance(100)
    disputes = merchant.client.v1.disputes
    [dispute] = (await merchant.call(disputes.list, {})).data
    assert dispute.status == "needs_response"
    params = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}
    assert (await merchant.call(disputes.update, dispute.id, params)).status == "under_review"
    merchant.clock.advance(100)
    after = await merchant.call(disputes.retrieve, dispute.id)
    assert (after.status, sum(one.net for one in after.balance_transactions)) == ("won", -1500)


@pytest.mark.parametrize(
    "status",
    [
        "needs_response",
        "under_review",
        "won",
        "lost",
        "warning_needs_response",
        "warning_under_review",
        "warning_closed",
        "prevented",
        "appeal_needs_response",
        "appeal_under_review",
    ],
)
async def test_a_dispute_can_stand_in_each_of_its_states(merchant: Merchant, status: str) -> None:
    """Ten of them; only those that end it close it."""
    session = await merchant.paid()
    dispute = merchant.sandbox.dispute(session.payment_intent.id)
    merchant.sandbox.disputes.become(dispute, status)
    found = await merchant.call(merchant.client.v1.disputes.retrieve, dispute["id"])
    closed = "charge.dispute.closed" in merchant.sandbox.events()
    assert (found.status, closed) == (status, status in {"won", "lost", "warning_closed", "prevented"})


async def test_events_are_listed_by_type_and_time_both_ways(merchant: Merchant) -> None:
    """`type`, `types`, `created` and both cursors; both kinds of type at once are refused."""
    for _ in range(3):
        await merchant.paid()
        merchant.clock.advance(10)
    events = merchant.client.v1.events
    by_type = await merchant.call(events.list, {"type": "checkout.session.completed"})
    assert len(by_type.data) == 3
    several = await merchant.call(events.list, {"types": ["checkout.session.completed", "payment_intent.succeeded"]})
    assert len(several.data) == 6
    start = int(NOW.timestamp())
    late = await merchant.call(
        events.list, {"type": "checkout.session.completed", "created": {"gt": start, "lte": start + 10}}
    )
    assert [one.created for one in late.data] == [start + 10]
    page = await merchant.call(events.list, {"limit": 2})
    older = await merchant.call(events.list, {"limit": 2, "starting_after": page.data[-1].id})
    newer = await merchant.call(events.list, {"limit": 2, "ending_before": older.data[0].id})
    assert (page.has_more, [one.id for one in newer.data]) == (True, [one.id for one in page.data])
    with pytest.raises(stripe.InvalidRequestError):
        await merchant.call(events.list, {"type": "a", "types": ["b"]})


async def test_the_library_walks_through_all_pages(merchant: Merchant) -> None:
    """Its own iterator finds each intent once."""
    for _ in range(7):
        await merchant.paid()
    listed = await merchant.call(merchant.client.v1.payment_intents.list, {"limit": 3})
    found = await merchant.call(lambda: [one.id for one in listed.auto_paging_iter()])
    assert len(set(found)) == len(found) == 7


async def test_a_payout_adds_up(merchant: Merchant) -> None:
    """Its balance transactions are found by it, and it says when the list is whole."""
    await merchant.paid()
    await merchant.paid()
    payout = merchant.sandbox.pay_out()
    listed = await merchant.call(merchant.client.v1.balance_transactions.list, {"payout": payout["id"]})
    assert [one.type for one in listed.data] == ["payout", "charge", "charge"]
    assert sum(one.net for one in listed.data) == 0
    found = await merchant.call(merchant.client.v1.payouts.retrieve, payout["id"])
    assert (found.status, found.reconciliation_status) == ("pending", "in_progress")
    merchant.clock.advance(172_800)
    found = await merchant.call(merchant.client.v1.payouts.retrieve, payout["id"])
    assert (found.status, found.reconciliation_status) == ("paid", "completed")


async def test_the_same_key_is_the_same_call(merchant: Merchant) -> None:
    """Replayed; with other parameters it is an idempotency error; a saved 500 is replayed, too."""
    create = merchant.client.v1.payment_intents.create
    params, options = {"amount": 5000, "currency": "usd"}, {"idempotency_key": "k1"}
    first, second = [await merchant.call(create, params, options) for _ in range(2)]
    assert first.id == second.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(stripe.IdempotencyError):
        await merchant.call(create, {**params, "amount": 5001}, options)
    merchant.sandbox.faults.append(Fault("payment_intents.create", "status", status=500))
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            await merchant.call(create, params, {"idempotency_key": "k2"})
        assert caught.value.http_status == 500
    assert merchant.sandbox.effects["payment_intents.create"] == 1


async def test_a_key_at_work_is_a_conflict(merchant: Merchant) -> None:
    """While the first call is slow, a second with its key is 409; afterwards it is replayed."""
    merchant.sandbox.faults.append(Fault("payment_intents.create", "slow", delay=30))
    create = merchant.client.v1.payment_intents.create
    given = ({"amount": 5000, "currency": "usd"}, {"idempotency_key": "k"})
    slow = asyncio.create_task(merchant.call(create, *given))
    while not merchant.sandbox.calls["payment_intents.create"]:
        await asyncio.sleep(0.01)
    with pytest.raises(stripe.StripeError) as caught:
        await merchant.call(create, *given)
    assert (caught.value.http_status, caught.value.headers["Stripe-Should-Retry"]) == (409, "true")
    while not slow.done():
        merchant.clock.advance(30)
        await asyncio.sleep(0.01)
    assert (await merchant.call(create, *given)).id == (await slow).id


async def test_refusals_have_their_classes(merchant: Merchant) -> None:
    """A wrong key, a right that is missing, an unknown parameter, a name that there is not, too many calls."""
    wrong = stripe.StripeClient("sk_test_wrong", base_addresses=merchant.client._requestor._options.base_addresses)
    with pytest.raises(stripe.AuthenticationError):
        await merchant.call(wrong.v1.balance.retrieve)
    merchant.sandbox.account.change({"restricted_key": "sk_test_wrong", "denied": "balance.*"})
    with pytest.raises(stripe.PermissionError):
        await merchant.call(wrong.v1.balance.retrieve)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await merchant.open(surprise="x")
    assert (caught.value.code, caught.value.param) == ("parameter_unknown", "surprise")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await merchant.call(merchant.client.v1.payouts.retrieve, "po_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    merchant.sandbox.faults.append(Fault("balance.retrieve", "status", status=429))
    with pytest.raises(stripe.RateLimitError):
        await merchant.call(merchant.client.v1.balance.retrieve)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"expires_at": int(NOW.timestamp()) + 29 * 60}, "expires_at"),
        ({"expires_at": int(NOW.timestamp()) + 25 * 3600}, "expires_at"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"locale": "qu"}, "locale"),
        ({"line_items": []}, "line_items"),
        ({"metadata": {"k": "x" * 501}}, "metadata"),
    ],
)
async def test_a_session_that_stripe_would_not_open(merchant: Merchant, changes: dict[str, Any], param: str) -> None:
    """Its documented limits."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await merchant.open(**changes)
    assert caught.value.param == param


async def test_less_than_half_a_dollar_is_too_small(merchant: Merchant) -> None:
    """As a session and as an intent."""
    price = {"currency": "usd", "unit_amount": 49, "product_data": {"name": "x"}}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await merchant.open(line_items=[{"price_data": price, "quantity": 1}])
    assert caught.value.code == "amount_too_small"


async def test_every_object_has_the_fields_that_a_hub_needs(merchant: Merchant) -> None:
    """After a whole life of payments, refunds, disputes and payouts."""
    session = await merchant.paid()
    merchant.sandbox.refund_at_console(session.payment_intent.id, 100)
    merchant.sandbox.dispute((await merchant.paid()).payment_intent.id)
    merchant.sandbox.pay_out()
    for kind, fields in FIELDS.items():
        things: list[Thing] = list(merchant.sandbox.all(kind))
        assert things, kind
        assert [name for one in things for name in fields.split() if name not in one] == [], kind


async def test_the_library_believes_the_signature(merchant: Merchant) -> None:
    """What the sandbox signs, also with two secrets during a roll, the library verifies; of a changed byte it does not."""
    endpoint = merchant.sandbox.send_to("http://127.0.0.1:9/")
    merchant.sandbox.webhooks.roll()
    await merchant.paid()
    event = next(one for one in merchant.sandbox.all("event") if one["type"] == "checkout.session.completed")
    raw = json.dumps(event, indent=2).encode()
    kept = merchant.sandbox.world.shelf.get("webhook_endpoint", endpoint["id"])
    header = merchant.sandbox.webhooks._signature(kept, raw, "good")
    assert header is not None
    assert header.count("v1=") == 2
    read = stripe.Webhook.construct_event(raw, header, SECRET, tolerance=10**9)
    assert read.data.object.client_reference_id == "A-1"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(raw + b" ", header, SECRET, tolerance=10**9)


async def test_endpoints_are_managed(merchant: Merchant) -> None:
    """Made with a secret that is shown once, changed, switched off, deleted."""
    endpoints = merchant.client.v1.webhook_endpoints
    made = await merchant.call(
        endpoints.create, {"url": "https://hub.example/stripe", "enabled_events": ["payout.paid"]}
    )
    assert made.secret.startswith("whsec_")
    changed = await merchant.call(endpoints.update, made.id, {"enabled_events": ["*"], "disabled": True})
    assert (changed.enabled_events, changed.status) == (["*"], "disabled")
    assert (await merchant.call(endpoints.delete, made.id)).deleted is True
    assert (await merchant.call(endpoints.list, {})).data == []


async def test_intents_are_searched_by_metadata(merchant: Merchant) -> None:
    """What is new is not found for a minute."""
    session = await merchant.paid()
    search, query = merchant.client.v1.payment_intents.search, {"query": "metadata['own']:'yes'"}
    assert (await merchant.call(search, query)).data == []
    merchant.clock.advance(60)
    assert [one.id for one in (await merchant.call(search, query)).data] == [session.payment_intent.id]
