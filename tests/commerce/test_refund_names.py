"""What goes back exists once in Odoo's books, under a name: the number of a bank transfer is never taken for the company's."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce import booking, refund
from caravana.commerce.refund_entry import Entry
from caravana.kit.clock import ScaledClock
from tests.commerce.shop import Shop, open_shop
from tests.commerce.test_mapping import STORE, an_attempt
from tests.commerce.test_refunds import bought, entered, outgoing, refunds

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
PAYMENT = {
    "internal_reference": "643",
    "total": Decimal("115.00"),
    "currency": "USD",
    "date": "2026-11-27T10:00:00-05:00",
}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop whose customers pay at PlacetoPay."""
    async with open_shop(tmp_path, ScaledClock(0, 1)) as shop:
        yield shop


async def test_the_same_number_by_page_and_by_transfer_is_two(shop: Shop) -> None:
    """The company numbers its refunds and the bank its transfers: what has one number of both went back twice."""
    order, _ = await bought(shop)
    name = f"CV{order}-1"
    assert (await entered(shop, name, by="page", amount="15.00", number="77"))["booked"]
    assert (await entered(shop, name, amount="20.00", number="77"))["booked"]
    assert sorted(one["amount"] for one in outgoing(shop)) == [15.0, 20.0]
    for by in ("page", "transfer"):
        assert (await entered(shop, name, by=by, amount="5.00", number="77"))["refused"] == "already"
    assert len(outgoing(shop)) == len(await refunds(shop)) == 2


async def test_one_transfer_may_be_for_two_orders(shop: Shop) -> None:
    """A clerk sends one customer's money for two orders in one transfer: each order has its part in the books."""
    for amount in ("15.00", "20.00"):
        order, _ = await bought(shop)
        assert (await entered(shop, f"CV{order}-1", amount=amount, number="77"))["booked"]
    assert sorted(one["amount"] for one in outgoing(shop)) == [15.0, 20.0]


def made(by: str, number: str | None, before: Any = (), **more: Any) -> dict[str, Any]:
    """Return the refund that a person's word becomes."""
    wish = {"refund": None, "payment": None, "amount": "15.00", "made": "2026-11-27", "reason": "", "journal": None}
    wish |= {"by": by, "number": number, **more}
    one = an_attempt(state="paid", final=True, payments=[PAYMENT], connection="placetopay")
    return Entry(wish, one, before, STORE, NOW, "America/Guayaquil").refund()


def identity(one: Mapping[str, Any]) -> str:
    """Return the name of a refund in Odoo, behind that of the account."""
    return booking.refund_id(STORE, one).removeprefix(booking.external_id(STORE, {"internal_reference": ""}))


def test_what_was_entered_before_transfers_had_names_keeps_its_own() -> None:
    """A message that came before and still runs is computed anew: record and name in Odoo must be what they were."""
    before = made("transfer", "77")
    assert ("name" in before, identity(before)) == (False, "refund_77")
    assert identity(made("transfer", None)) == "refund_CV7-2d-1-2d-R1"
    assert identity(made("page", "77", names=True)) == identity(made("page", "77")) == "refund_77"


def test_a_transfer_s_name_is_its_number_at_the_bank_and_the_payment_s() -> None:
    """Without a number it is ours; no other refund has it."""
    assert identity(made("transfer", "77", names=True)) == "transfer_CV7-2d-1_77"
    assert identity(made("transfer", None, names=True)) == "transfer_CV7-2d-1-2d-R1"


def test_the_company_s_news_is_never_taken_for_a_transfer() -> None:
    """Neither what it tells of a refund nor a line of its settlement file, though the number is the same."""
    sent = made("transfer", "77", names=True)
    line = {"number": "77", "payment": "643", "name": "77", "amount": Decimal("15.00"), "day": "2026-11-27"}
    assert (refund.known([sent], "77", None), refund.of_line([sent], line)) == (None, None)
    here = made("page", "77", [sent])
    assert (refund.known([sent, here], "77", None), refund.of_line([sent, here], line)) == (here, here)
