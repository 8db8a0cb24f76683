"""An amount in PayPhone's parts: whole cents that add up, whatever the taxes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caravana.component.payphone.cents import Parts, Tax, split
from caravana.kit.money import Money

VAT = "valueAddedTax"


def usd(text: str) -> Money:
    """Return dollars."""
    return Money(Decimal(text), "USD")


def tax(amount: str, base: str, kind: str = VAT) -> Tax:
    """Return a tax on a base."""
    return Tax(kind, Decimal(amount), Decimal(base))


def test_without_taxes_all_of_it_is_untaxed() -> None:
    """An order of which no taxes are told is charged as untaxed."""
    assert split(usd("115.00"), []) == Parts(11500, 11500, 0, 0)


def test_a_taxed_and_an_untaxed_part() -> None:
    """1.00 with 15 % IVA and 2.00 without make 3.15, the example of PayPhone's own guide."""
    assert split(usd("3.15"), [tax("0.15", "1.00")]) == Parts(315, 200, 100, 15)


def test_a_rate_of_nothing_is_untaxed() -> None:
    """What is taxed at 0 % is no taxed base to PayPhone."""
    assert split(usd("10.00"), [tax("0", "10.00")]) == Parts(1000, 1000, 0, 0)


def test_other_taxes_stay_in_what_they_are_part_of() -> None:
    """ICE of 10 on 100 is in the base of IVA: PayPhone is told of IVA alone, and the sum is right."""
    taxes = [tax("10.00", "100.00", "ice"), tax("16.50", "110.00")]
    assert split(usd("126.50"), taxes) == Parts(12650, 0, 11000, 1650)


def test_fractions_of_a_cent_go_to_the_largest_remainder() -> None:
    """Base 86.954 and IVA 13.046 of 100.00: the cent that is missing goes where most was cut off."""
    assert split(usd("100.00"), [tax("13.046", "86.954")]) == Parts(10000, 0, 8695, 1305)


def test_rounding_that_put_a_cent_too_much_into_the_taxes() -> None:
    """Two lines rounded up make a cent more than the amount: the base gives it back."""
    assert split(usd("2.29"), [tax("0.15", "1.00"), tax("0.15", "1.00")]) == Parts(229, 0, 199, 30)


def test_taxes_of_more_than_the_amount_are_refused() -> None:
    """Base and IVA beyond the amount are a mistake of whoever asks, and no rounding."""
    with pytest.raises(ValueError, match="more than the amount"):
        split(usd("100.00"), [tax("15.00", "100.00")])


@given(st.integers(1, 10**7), st.integers(0, 10**10), st.integers(0, 10**10))
def test_the_parts_always_add_up(cents: int, base: int, amount: int) -> None:
    """For any amount and any taxes within it, to any fraction of a cent, the parts are whole and their sum is the amount."""
    money = Money(Decimal(cents) / 100, "USD")
    whole = max(1, base + amount)
    shares = [Decimal(one) * money.amount / whole for one in (amount, base)]
    given_tax, taxed = (one.quantize(Decimal("0.00001"), rounding="ROUND_DOWN") for one in shares)
    parts = split(money, [Tax(VAT, given_tax, taxed)])
    assert parts.without_tax + parts.with_tax + parts.tax == parts.amount == cents
    assert min(parts.without_tax, parts.with_tax, parts.tax) >= 0
