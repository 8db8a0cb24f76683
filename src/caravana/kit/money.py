"""Money: an exact amount with its currency."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, order=False)
class Money:
    """`amount` in the currency's major unit, exact; `currency` is the ISO 4217 code."""

    amount: Decimal
    currency: str

    @classmethod
    def of(cls, amount: Any, currency: str) -> "Money":
        """Return money rounded half up to the currency's places; floats are read by their shortest text, never by their bits."""
        exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
        return cls(exact.quantize(_quantum(currency), rounding=ROUND_HALF_UP), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> "Money":
        """Return money from integer minor units (cents)."""
        return cls(Decimal(units).scaleb(-get_currency_precision(currency)), currency)

    @property
    def minor(self) -> int:
        """The amount in integer minor units (cents)."""
        return int(self.amount.scaleb(get_currency_precision(self.currency)).to_integral_value(ROUND_HALF_UP))

    def __add__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency(other)
        return Money(self.amount - other.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same_currency(other)
        return self.amount <= other.amount

    def format(self, locale: str = "es_EC") -> str:
        """Return the amount as a reader of `locale` writes it."""
        return format_currency(self.amount, self.currency, locale=locale)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added or compared")


def _quantum(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))
