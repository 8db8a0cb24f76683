"""Net of withholding: a customer keeps a percentage of the base and one of the IVA, and proves it later by a comprobante."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from caravana.commerce.matching.candidate import Item
from caravana.kit.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "withholding.yaml"
_HUNDRED_PERCENT = 10_000
"""Percentages are kept in hundredths of a percent."""


@dataclass(frozen=True)
class Withheld:
    """What is kept of one invoice: `income` percent of the base, `vat` percent of the IVA, together `amount`."""

    income: Decimal
    vat: Decimal
    amount: int

    def said(self, tax: str) -> str:
        """Return it in words; `tax`: what the income tax is called."""
        parts = [f"{self.income} % {tax}" if self.income else "", f"{self.vat} % IVA" if self.vat else ""]
        return " + ".join(filter(None, parts))


class Withholding:
    """The percentages that are possible."""

    def __init__(self, income: Sequence[Decimal], vat: Sequence[Decimal]) -> None:
        """`income`: of the base; `vat`: of the IVA."""
        self.income = tuple(income)
        self.vat = tuple(vat)
        self._pairs = [
            (one, other, int(one * 100), int(other * 100))
            for one in (Decimal(0), *self.income)
            for other in (Decimal(0), *self.vat)
            if one or other
        ]

    @classmethod
    def read(cls, table: Any, place: str) -> "Withholding":
        """Return that of `table`: `{income_tax: [...], vat: [...]}`, numbers or `{percent}`. Raises `ConfigurationError`."""
        if not isinstance(table, Mapping):
            raise ConfigurationError("write {income_tax: [1, 2.75], vat: [30, 70]}", place=place)
        income, vat = (_percentages(table.get(name) or (), f"{place}.{name}") for name in ("income_tax", "vat"))
        return cls(income, vat)

    def of(self, item: Item, paid: int) -> list[Withheld]:
        """Return the ways in which `paid` is the open amount of the invoice less what was withheld."""
        kept = item.residual - paid
        if kept <= 0:
            return []
        return [
            Withheld(income, vat, kept)
            for income, vat, first, second in self._pairs
            if (item.tax or not vat) and _share(item.base, first) + _share(item.tax, second) == kept
        ]

    @property
    def most(self) -> tuple[int, int]:
        """The highest percentages, in hundredths."""
        income, vat = (int(max(one, default=Decimal(0)) * 100) for one in (self.income, self.vat))
        return income, vat

    def may_be(self, item: Item, paid: int) -> bool:
        """Whether `paid` is little enough below the open amount."""
        income, vat = self.most
        return 0 < item.residual - paid <= _share(item.base, income) + _share(item.tax, vat)


@cache
def shipped() -> Withholding:
    """Return the percentages of Ecuador that are shipped."""
    return Withholding.read(YAML(typ="safe").load(SHIPPED), str(SHIPPED.name))


def _percentages(given: Sequence[Any], place: str) -> list[Decimal]:
    found = []
    for one in given:
        try:
            percent = Decimal(str(one["percent"] if isinstance(one, Mapping) else one))
        except (InvalidOperation, KeyError):
            raise ConfigurationError(f"`{one}` is no percentage", place=place) from None
        if not 0 < percent <= 100 or percent * 100 % 1:
            raise ConfigurationError(f"`{one}` must be above 0, at most 100, with two places", place=place)
        found.append(percent)
    return list(dict.fromkeys(found))


def _share(amount: int, hundredths: int) -> int:
    """A percentage of cents, rounded half up."""
    return (amount * hundredths + _HUNDRED_PERCENT // 2) // _HUNDRED_PERCENT
