"""Amounts: decimals in the major unit with us, whole numbers in the smallest unit at Stripe."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

WHOLE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
"""Currencies that Stripe takes without decimals (its list of 2026). ISK and UGX have none either, but travel with two."""
THOUSANDTHS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
LEAST: Mapping[str, Decimal] = {"USD": Decimal("0.50")}
"""Smallest charge. Stripe's is that of the account's currency; of others it judges itself."""
MOST_UNITS = 99_999_999


def places(currency: str) -> int:
    """Return how many decimals `currency` has at Stripe."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def to_units(amount: Decimal, currency: str) -> int:
    """Return `amount` in the smallest unit. Raises `ValueError` when it has more decimals than there are."""
    units = amount.scaleb(places(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{amount} has more decimals than {currency}")
    if abs(units) > MOST_UNITS:
        raise ValueError("the amount is too large")
    return int(units)


def from_units(units: int, currency: str) -> Decimal:
    """Return the amount of so many smallest units of `currency`, in whichever case Stripe wrote it."""
    return Decimal(units).scaleb(-places(currency.upper()))


def total(units: Any, currency: Any) -> dict[str, Any] | None:
    """Return `{currency, total}` of Stripe's two fields; None where it gives none."""
    if units is None or not currency:
        return None
    return {"currency": str(currency).upper(), "total": from_units(int(units), str(currency))}


def check_charge(amount: Decimal, currency: str) -> None:
    """Raise `ValueError` for an amount that Stripe does not charge."""
    to_units(amount, currency)
    least = LEAST.get(currency)
    if least is not None and amount < least:
        raise ValueError(f"Stripe charges no less than {least} {currency}")
