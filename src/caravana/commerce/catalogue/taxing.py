"""What a customer pays: a price with the taxes of the company's fiscal country.

Only what can be added up exactly: percentages and fixed amounts, also those that are in the price already and those that
others are levied on (ICE, then IVA). Others are named. Amounts are rounded as Odoo rounds lines (`round_per_line`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.kit.errors import CaravanaError

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


class UnknownTax(CaravanaError):
    """A tax that the hub cannot compute: `tax` is its number in Odoo."""

    def __init__(self, tax: int, name: str, what: str) -> None:
        """`what`: its kind."""
        super().__init__(f"tax {name} is computed in a way that is not known ({what})")
        self.tax = tax


@dataclass(frozen=True)
class Tax:
    """One sale tax."""

    number: int
    name: str
    amount: Decimal
    kind: str
    included: bool
    carries: bool
    """Whether taxes after it are levied on it too."""
    sequence: int
    company: int | None
    country: int | None

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> "Tax":
        """Return the tax of a record of `account.tax`, as `wares:changes` reads it."""
        return cls(
            number=record["id"],
            name=str(record["name"]),
            amount=Decimal(str(record["amount"] or 0)),
            kind=str(record["amount_type"]),
            included=bool(record["price_include"]),
            carries=bool(record["include_base_amount"]),
            sequence=int(record["sequence"] or 0),
            company=record["company_id"][0] if record["company_id"] else None,
            country=record["country_id"][0] if record["country_id"] else None,
        )


def relevant(taxes: Iterable[Tax], ids: Sequence[int], company: int | None, country: int | None) -> list[Tax]:
    """Return those of a product's taxes that are levied: of the company and of its fiscal country, in their order."""
    wanted = set(ids)
    found = [
        one
        for one in taxes
        if one.number in wanted
        and (company is None or one.company in (None, company))
        and (country is None or one.country in (None, country))
    ]
    return sorted(found, key=lambda one: (one.sequence, one.number))


def paid(price: Decimal, taxes: Sequence[Tax]) -> Decimal:
    """Return what one piece costs with all its taxes, in whole cents. Raises `UnknownTax`."""
    for tax in taxes:
        if tax.kind not in ("percent", "fixed"):
            raise UnknownTax(tax.number, tax.name, tax.kind)
    inside = [one for one in taxes if one.included]
    percent = sum((one.amount for one in inside if one.kind == "percent"), Decimal(0))
    fixed = sum((one.amount for one in inside if one.kind == "fixed"), Decimal(0))
    gross = _cents(price)
    base = total = gross if not inside else _cents((price - fixed) / (1 + percent / HUNDRED))
    if inside:
        total = gross
    for tax in (one for one in taxes if not one.included):
        amount = tax.amount if tax.kind == "fixed" else _cents(base * tax.amount / HUNDRED)
        total += amount
        if tax.carries:
            base += amount
    return _cents(total)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
