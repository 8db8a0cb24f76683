"""Giving a payment back: whole, the same day, until eight in the evening in Ecuador, and never twice."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.effect import Kind
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.payment import Unsupported
from caravana.kit.sandbox import Fault
from caravana.testing.harness import START, make_exchange
from tests.component.payphone.till import Till

EIGHT = datetime(2026, 11, 24, 1, tzinfo=UTC)
"""20:00 in Guayaquil on the day of these tests."""


def refund(found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the body of a refund of the whole payment."""
    names = {name: found[name] for name in ("request_id", "connection")}
    usual = {"reference": "CV7-1-R1", "payment": found["payments"][0]["internal_reference"], "amount": None}
    return {**names, **usual, **changes}


async def test_a_payment_goes_back_on_its_day(till: Till) -> None:
    """All of it, under our reference; PayPhone numbers no refunds, so the payment's own number names it."""
    found = await till.paid()
    reply = await till.call("refund", refund(found, amount=Decimal(115)))
    assert (reply["result"], reply["reference"], reply["refund"]) == ("done", "CV7-1-R1", reply["payment"])
    assert till.sandbox.kept_total() == 0
    assert (await till.call("refund_query", refund(found)))["result"] == "done"


@pytest.mark.parametrize("known", [True, False])
async def test_at_eight_it_is_too_late(till: Till, known: bool) -> None:
    """A second before eight it is done; at eight the hub says why not, and what to do, without asking PayPhone to."""
    found = await till.paid()
    till.clock.advance((EIGHT - till.clock.now()).total_seconds())
    body = refund(found, date=found["payments"][0]["date"] if known else None)
    with pytest.raises(Unsupported, match=r"20:00 .* bank transfer"):
        await till.call("refund", body)
    assert till.sandbox.calls["reverse"] == 0
    till.clock.advance(-1)
    assert (await till.call("refund", body))["result"] == "done"


@pytest.mark.parametrize("known", [True, False])
async def test_the_next_morning_it_is_too_late(till: Till, known: bool) -> None:
    """Whether the day is told or must be asked for, nothing but a question goes out."""
    found = await till.paid()
    till.pass_by(hours=24)
    with pytest.raises(Unsupported, match="paid on 2026-11-23"):
        await till.call("refund", refund(found, date=found["payments"][0]["date"] if known else None))
    assert till.sandbox.calls["reverse"] == 0
    assert till.sandbox.calls["query"] == (0 if known else 1)


@pytest.mark.parametrize("paid", [None, "115.00"])
async def test_a_part_is_never_given_back(till: Till, paid: str | None) -> None:
    """PayPhone gives back the whole or nothing, and the hub says so before it asks."""
    found = await till.paid()
    with pytest.raises(Unsupported, match="whole payment only"):
        await till.call("refund", refund(found, amount="15.00", paid=paid))
    assert till.sandbox.calls["reverse"] == 0


async def test_where_the_query_knows_nothing_a_part_cannot_be_told_from_the_whole(till: Till) -> None:
    """An amount is only compared; where nothing tells what was paid, it must be left out."""
    found = await till.paid()
    await till.set(queryCovers=False)
    with pytest.raises(Unsupported, match="nothing tells"):
        await till.call("refund", refund(found, amount="115.00"))
    assert (await till.call("refund", refund(found)))["result"] == "done"
    with pytest.raises(Unsupported, match="PayPhone Business"):
        await till.call("refund_query", refund(found))


async def test_the_old_tokens_payment_goes_back_with_the_old_token(till: Till) -> None:
    """A payment is given back with the token that it was prepared with."""
    found = await till.paid()
    till.sandbox.store.token, till.sandbox.store.old_token = "token-2", "token-1"
    await till.set(token="token-2", previousToken="token-1")
    assert (await till.call("refund", refund(found)))["result"] == "done"


async def test_a_lost_refund_is_found(till: Till) -> None:
    """The answer was lost: the payment shows that it went back, so nothing is asked a second time."""
    found = await till.paid()
    till.sandbox.faults.append(Fault("reverse", "cut_after"))
    with pytest.raises(Unknown):
        await till.call("refund", refund(found))
    told = await till.verify("refund", refund(found))
    assert told is not None
    assert told.body["result"] == "done"
    assert till.sandbox.effects["reverse"] == 1


async def test_a_refund_that_never_arrived_is_asked_for_again(till: Till) -> None:
    """The payment stands, so the call is repeated: PayPhone gives a payment back once at most."""
    found = await till.paid()
    till.sandbox.faults.append(Fault("reverse", "cut_before"))
    with pytest.raises(Unknown):
        await till.call("refund", refund(found))
    assert await till.verify("refund", refund(found)) is None
    assert (await till.call("refund", refund(found), till.effect(attempt=2)))["result"] == "done"


async def test_a_refund_that_cannot_be_told_is_for_a_person(till: Till) -> None:
    """Asked for twice, refused the second time, and the payment shows as it was: a person looks at PayPhone's page."""
    found = await till.paid()
    till.clock.advance((EIGHT - START).total_seconds())
    with pytest.raises(Unknown, match="repeated refund"):
        await till.call("refund", refund(found), till.effect(attempt=2))
    with pytest.raises(NeedsPerson, match="look there"):
        await till.verify("refund", refund(found), till.effect(attempt=2))


async def test_without_a_query_a_lost_refund_is_blind(till: Till) -> None:
    """Where PayPhone cannot be asked, an unknown outcome is in doubt."""
    found = await till.paid()
    made = till.producer("refund")
    assert made.kind_of(made.request(make_exchange(refund(found)))) is Kind.VERIFIABLE
    await till.set(queryCovers=False)
    made = till.producer("refund")
    assert made.kind_of(made.request(make_exchange(refund(found)))) is Kind.BLIND


async def test_a_payment_that_stands_was_not_given_back(till: Till) -> None:
    """Asking after a refund that nobody made says so."""
    found = await till.paid()
    assert (await till.call("refund_query", refund(found)))["result"] == "failed"
    assert (await till.call("refund_query", refund(found, payment="999")))["result"] == "pending"


async def test_what_was_never_paid_cannot_go_back(till: Till) -> None:
    """PayPhone's refusal stays one."""
    with pytest.raises(Refused):
        await till.call("refund", {"reference": "CV7-1-R1", "payment": "999"})
