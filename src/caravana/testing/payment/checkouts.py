"""Checkouts: opened, paid, refused, closed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from caravana.kit.errors import Refused
from caravana.kit.payment import Operation, State
from caravana.testing.harness import make_exchange
from caravana.testing.payment.played import Played, needs, played
from caravana.testing.payment.till import STORE, Till, named

AMOUNTS = ("1.00", "115.00", "1234.56", "19.99")
WITHOUT_MONEY = {State.PENDING, State.FAILED, State.CANCELLED, State.EXPIRED}


class Checkouts(Played):
    """From the opening of a page to its end."""

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
