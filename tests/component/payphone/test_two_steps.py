"""The two steps: the customer pays, we confirm within five minutes, or PayPhone gives the money back. Every way it can go."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.payphone.sandbox import Card
from caravana.kit.effect import Kind
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.sandbox import Fault
from caravana.testing.harness import START, make_exchange
from tests.component.payphone.till import Till, named

LATE = 330
"""Seconds after which a payment that was not confirmed is given back for sure."""


async def test_the_customer_pays_and_comes_back(till: Till) -> None:
    """The return names the payment, we confirm it, and it is paid, with nothing of the card but its last digits."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    told = till.component.returned({"id": str(payment.id), "clientTransactionId": "CV7-1"})
    found = await till.confirm(reply, told)
    assert (found["state"], found["final"]) == ("paid", True)
    assert found["paid_total"] == {"currency": "USD", "total": Decimal("115.00")}
    [one] = found["payments"]
    assert (one["internal_reference"], one["method_name"], one["last_digits"]) == (str(payment.id), "Visa", "11")
    assert (one["authorization"], one["date"]) == (f"W{payment.id}", "2026-11-23T10:00:00-05:00")
    till.pass_by(minutes=6)
    assert till.sandbox.kept_total() == 11500


async def test_what_is_not_confirmed_is_given_back(till: Till) -> None:
    """Six minutes after the payment the money is with the customer again, and confirming comes too late; the query says so."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.pass_by(minutes=6)
    assert_unconfirmed(await till.confirm(reply, payment.id), payment.id)
    assert till.sandbox.kept_total() == 0
    found = await till.query(reply)
    assert (found["state"], [one["refunded"] for one in found["payments"]]) == ("cancelled", [True])


@pytest.mark.parametrize("shown", [1, 3])
async def test_a_customer_who_never_comes_back_is_found_by_asking(till: Till, shown: int) -> None:
    """The sweep asks, learns the payment's number and that it waits for us, and confirms: however PayPhone shows it so far."""
    till.sandbox.store.shows_unconfirmed = shown
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.pass_by(minutes=1)
    found = await till.query(reply)
    assert (found["state"], found["final"], found["paid_total"]) == ("action_needed", False, None)
    [one] = found["payments"]
    assert (one["internal_reference"], one["state"]) == (str(payment.id), "action_needed")
    assert (await till.confirm(reply, one["internal_reference"]))["state"] == "paid"
    till.pass_by(minutes=6)
    assert till.sandbox.kept_total() == 11500


async def test_where_the_query_does_not_know_buttons_it_is_said(till: Till) -> None:
    """PayPhone is not asked in vain: the attempt waits for return or notification, and the reply says why."""
    await till.set(queryCovers=False)
    reply = await till.create()
    till.sandbox.pay("CV7-1")
    found = await till.query(reply)
    assert (found["state"], found["final"], found["payments"]) == ("pending", False, [])
    assert "queryCovers" in found["message"]
    assert till.sandbox.calls["query"] == 0


@pytest.mark.parametrize("asked", [True, False])
async def test_a_payment_that_is_named_waits_for_us_though_the_query_knows_nothing(till: Till, asked: bool) -> None:
    """A notification names a payment that the query does not know: only Confirm can tell, so it is tried."""
    till.sandbox.store.query_covers = False
    await till.set(queryCovers=asked)
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    found = await till.query(reply, payment=str(payment.id))
    assert (found["state"], found["paid_total"]) == ("action_needed", None)
    assert (await till.confirm(reply, found["payments"][0]["internal_reference"]))["state"] == "paid"


async def test_a_double_return_is_one_payment(till: Till) -> None:
    """The customer loads the return page twice: both confirmations say the same, and PayPhone did it once."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    first, second = [await till.confirm(reply, payment.id) for _ in range(2)]
    assert first == second
    assert till.sandbox.effects["confirm"] == 1


async def test_a_refused_card_ends_the_attempt(till: Till) -> None:
    """The bank said no: nothing was charged, and the customer presses pay again for another page."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1", Card.DENIED)
    found = await till.confirm(reply, payment.id)
    assert (found["state"], found["final"], found["paid_total"]) == ("cancelled", True, None)
    assert "rechazada" in found["message"]


async def test_a_customer_who_cancels(till: Till) -> None:
    """He pressed cancel on PayPhone's page: the attempt is over without money."""
    reply = await till.create()
    payment = till.sandbox.leave("CV7-1")
    found = await till.confirm(reply, payment.id)
    assert (found["state"], [one["refunded"] for one in found["payments"]]) == ("cancelled", [False])


async def test_a_page_that_nobody_used_expires(till: Till) -> None:
    """Ten minutes for the page and five for Confirm: from then on no money can have stayed."""
    reply = await till.create()
    till.pass_by(minutes=14)
    assert (await till.query(reply))["state"] == "pending"
    till.pass_by(minutes=1)
    found = await till.query(reply)
    assert (found["state"], found["final"]) == ("expired", True)


async def test_a_late_return_does_not_revive_what_was_given_back(till: Till) -> None:
    """The customer opens the return address a quarter of an hour later: no money, and no error that hides it."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.pass_by(minutes=16)
    found = await till.query(reply, payment=str(payment.id))
    assert (found["state"], found["final"], found["paid_total"]) == ("cancelled", True, None)


async def test_a_confirmed_payment_is_paid_for_ever(till: Till) -> None:
    """An approved payment that outlived the time for Confirm was confirmed: asking later says paid."""
    reply = await till.paid()
    till.pass_by(hours=1)
    found = await till.query({**reply, "expiration": (START + timedelta(minutes=10)).isoformat()})
    assert (found["state"], found["final"]) == ("paid", True)


# Another's payment.


async def test_a_made_up_return_changes_nothing(till: Till) -> None:
    """Somebody opens the return address with a number of his own: PayPhone knows none such, and the true one still counts."""
    reply = await till.create()
    for junk in ({"id": "999"}, {"id": "9" * 30}, {"id": "x"}, {"id": ["1"]}, {}):
        told = till.component.returned(junk)
        if told is not None:
            assert_unconfirmed(await till.confirm(reply, told), told)
    assert till.sandbox.effects["confirm"] == 0
    payment = till.sandbox.pay("CV7-1")
    assert (await till.confirm(reply, payment.id))["state"] == "paid"


def assert_unconfirmed(found: dict[str, Any], payment: object) -> None:
    """Check that the reply names the payment that PayPhone does not know, and neither calls it money nor ends the attempt."""
    assert (found["state"], found["final"], found["payments"]) == ("pending", False, [])
    assert (found["paid_total"], found["unconfirmed"]) == (None, str(payment))


async def test_nought_names_no_payment(till: Till) -> None:
    """Nothing is confirmed under it, so that whoever comes back without having paid may go on."""
    assert [till.component.returned({"id": one}) for one in ("0", "000", 0)] == [None, None, None]


async def test_an_address_that_is_not_there_proves_nothing(till: Till) -> None:
    """A 404 without PayPhone's code may be a proxy's: it says nothing about the payment."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.sandbox.faults.append(Fault("confirm", "status", status=404))
    with pytest.raises(Refused):
        await till.confirm(reply, payment.id)


@pytest.mark.parametrize("covers", [True, False])
async def test_a_return_when_all_is_over_names_what_nobody_knows(till: Till, covers: bool) -> None:
    """Page and time for Confirm are over, and nothing is known of the payment that the browser names: that is what is said."""
    till.sandbox.store.query_covers = False
    await till.set(queryCovers=covers)
    reply = await till.create()
    till.pass_by(minutes=16)
    found = await till.query(reply, payment="999")
    assert (found["state"], found["final"], found["unconfirmed"]) == ("expired", True, "999")
    assert "unconfirmed" not in await till.query(reply)


async def test_a_cheap_payment_pays_no_dear_order(till: Till) -> None:
    """The number of a payment of another attempt is refused, and that payment stays as it was."""
    cheap, dear = await till.create(reference="CV8-1", amount="1.00"), await till.create()
    payment = till.sandbox.pay(cheap["request_id"])
    assert_unconfirmed(await till.confirm(dear, payment.id), payment.id)
    assert not payment.confirmed


# Lost answers.


async def test_a_lost_confirmation_is_repeated(till: Till) -> None:
    """Confirming is repeated while the five minutes last: it charges nothing twice, and not to confirm gives the money back."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    body, first = {**named(reply), "payment": payment.id}, till.effect()
    till.sandbox.faults.append(Fault("confirm", "cut_after"))
    with pytest.raises(Unknown):
        await till.call("confirm", body, first)
    till.pass_by(seconds=10)
    assert till.producer("confirm").kind is Kind.VERIFIABLE
    assert await till.verify("confirm", body, first) is None
    second = till.effect(attempt=2, intended_at=first.intended_at)
    assert (await till.call("confirm", body, second))["state"] == "paid"
    assert till.sandbox.effects["confirm"] == 1


async def test_a_confirmation_that_never_arrived_is_repeated(till: Till) -> None:
    """The line was cut before PayPhone heard it: the second call confirms, in time."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.sandbox.faults.append(Fault("confirm", "cut_before"))
    with pytest.raises(Unknown):
        await till.confirm(reply, payment.id)
    till.pass_by(minutes=4)
    assert (await till.confirm(reply, payment.id, till.effect(attempt=2)))["state"] == "paid"


async def test_a_refused_repetition_is_no_answer_until_the_query_has_spoken(till: Till) -> None:
    """Where PayPhone answers a Confirm once, a repetition is refused; later the query shows that the money stayed."""
    till.sandbox.store.confirm_repeats = False
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    body, first = {**named(reply), "payment": payment.id}, till.effect()
    till.sandbox.faults.append(Fault("confirm", "cut_after"))
    with pytest.raises(Unknown):
        await till.call("confirm", body, first)
    with pytest.raises(Unknown, match="confirmed before"):
        await till.call("confirm", body, till.effect(attempt=2, intended_at=first.intended_at))
    assert await till.verify("confirm", body, first) is None
    till.pass_by(seconds=LATE)
    found = await till.verify("confirm", body, first)
    assert found is not None
    assert found.body["state"] == "paid"


async def test_the_hub_was_away_and_the_money_went_back(till: Till) -> None:
    """The hub died in the call and came back too late: the query shows no money, and nothing is booked."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    body, first = {**named(reply), "payment": payment.id}, till.effect()
    till.pass_by(hours=1)
    found = await till.verify("confirm", body, first)
    assert found is not None
    assert (found.body["state"], found.body["final"]) == ("cancelled", True)


async def test_a_query_that_knows_nothing_proves_no_money_given_back(till: Till) -> None:
    """The answer was lost after PayPhone had confirmed; a query that covers no button, whatever was set, says nothing of that."""
    till.sandbox.store.query_covers = till.sandbox.store.confirm_repeats = False
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    body, first = {**named(reply), "payment": payment.id}, till.effect()
    till.sandbox.faults.append(Fault("confirm", "cut_after"))
    with pytest.raises(Unknown):
        await till.call("confirm", body, first)
    assert await till.verify("confirm", body, first) is None
    till.pass_by(seconds=LATE)
    with pytest.raises(NeedsPerson, match="PayPhone Business"):
        await till.verify("confirm", body, first)
    assert till.sandbox.kept_total() == 11500


async def test_what_nobody_can_tell_is_for_a_person(till: Till) -> None:
    """The query knows nothing, a repetition proves nothing, and the five minutes are over: a person looks at PayPhone's page."""
    await till.set(queryCovers=False)
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    body, first = {**named(reply), "payment": payment.id}, till.effect()
    assert await till.verify("confirm", body, first) is None
    till.pass_by(seconds=LATE)
    with pytest.raises(NeedsPerson, match="PayPhone Business"):
        await till.verify("confirm", body, first)
    await till.set(confirmRepeats=True)
    assert await till.verify("confirm", body, first) is None


async def test_an_answer_that_is_no_json_is_an_unknown_outcome(till: Till) -> None:
    """A page of a proxy in place of PayPhone's answer says nothing about the payment."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.sandbox.faults.append(Fault("confirm", "not_json"))
    with pytest.raises(Unknown) as caught:
        await till.confirm(reply, payment.id)
    assert caught.value.code == "not_json"


# Tokens.


async def test_what_was_prepared_with_the_old_token_is_confirmed_with_it(till: Till) -> None:
    """The token is changed while a customer pays: his payment needs the one that it was prepared with."""
    reply = await till.create()
    payment = till.sandbox.pay("CV7-1")
    till.sandbox.store.token, till.sandbox.store.old_token = "token-2", "token-1"
    await till.set(token="token-2")
    assert_unconfirmed(await till.confirm(reply, payment.id), payment.id)
    await till.set(previousToken="token-1")
    assert (await till.confirm(reply, payment.id))["state"] == "paid"
    assert (await till.create(reference="CV8-1"))["state"] == "pending"
    assert till.sandbox.payments["CV8-1"].token == "token-2"


async def test_a_payment_that_is_not_named_cannot_be_confirmed(till: Till) -> None:
    """Confirming needs the payment's number; without it nothing is sent."""
    reply = await till.create()
    with pytest.raises(Refused, match="payment"):
        till.producer("confirm").request(make_exchange(named(reply)))
