"""An amount in the parts that PayPhone asks for, in whole cents that add up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from caravana.kit.money import Money

VAT = "valueAddedTax"
TOLERANCE = Decimal("0.01")
"""What rounding may have put too much into base and tax, for each tax given."""


@dataclass(frozen=True)
class Tax:
    """One tax contained in an amount: `amount` on the taxable `base`, in the major unit."""

    kind: str
    amount: Decimal
    base: Decimal


@dataclass(frozen=True)
class Parts:
    """Cents: `amount` = `without_tax` + `with_tax` + `tax`. `with_tax` is the taxed base, without its tax."""

    amount: int
    without_tax: int
    with_tax: int
    tax: int


def split(money: Money, taxes: Sequence[Tax]) -> Parts:
    """Return the parts of `money`; without taxes all of it is untaxed.

    Only IVA counts: PayPhone knows no other, and Ecuador's IVA is due on the others as well, so that their sums stand in
    its base or in what is untaxed. Raises `ValueError` when the taxes are more than the amount.
    """
    vat = [one for one in taxes if one.kind == VAT and one.amount > 0]
    base = sum((one.base for one in vat), Decimal(0))
    tax = sum((one.amount for one in vat), Decimal(0))
    rest = money.amount - base - tax
    if rest < 0:
        if -rest > TOLERANCE * len(vat) or base + rest < 0:
            raise ValueError(f"base and IVA together are {base + tax}, more than the amount {money.amount}")
        base, rest = base + rest, Decimal(0)
    return Parts(money.minor, *_whole([rest, base, tax], money))


def _whole(parts: Sequence[Decimal], money: Money) -> list[int]:
    """Cents of `parts`, which add up to `money`: what rounding down leaves goes to the largest remainders."""
    exact = [part * (Decimal(money.minor) / money.amount) for part in parts]
    cents = [int(one.to_integral_value(ROUND_FLOOR)) for one in exact]
    missing = money.minor - sum(cents)
    for index in sorted(range(len(cents)), key=lambda one: cents[one] - exact[one])[:missing]:
        cents[index] += 1
    return cents
