"""Money that goes back, and money that is only held."""

from decimal import Decimal

import pytest

from caravana.kit.errors import Refused
from caravana.kit.payment import Operation, State
from caravana.testing.payment.played import Played, needs, played
from caravana.testing.payment.till import Till, with_payment


class Refunds(Played):
    """Refunds, whole and in part; holds, taken and given up."""

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
