"""What is matched: credits of a bank, open invoices, customers. Amounts in the currency's minor unit."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

_GROUPS = re.compile(r"\d+")
_SIGNS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class Customer:
    """A customer of the books. `accounts`: bank accounts that the books know as theirs."""

    id: int
    name: str
    tax_id: str | None = None
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """An open invoice. `number`: as the customer reads it; `codes`: further references printed on it or issued for it.

    `total` = `base` + `tax`; `residual`: what is open of it; `due` before `day` is the order in which equals are paid.
    """

    id: int
    number: str
    customer: int
    residual: int
    base: int
    tax: int
    day: date
    due: date | None = None
    codes: tuple[str, ...] = ()
    currency: str = "USD"

    @property
    def total(self) -> int:
        """Base and tax."""
        return self.base + self.tax

    @property
    def age(self) -> tuple[date, date, int]:
        """What makes it older than another."""
        return (self.due or self.day, self.day, self.id)

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups of digits in its number."""
        return tuple(_GROUPS.findall(self.number))


@dataclass(frozen=True)
class Credit:
    """Money that came in. `texts`: the purpose, line by line; `structured`: references made for machines."""

    key: str
    amount: int
    day: date
    texts: tuple[str, ...] = ()
    structured: tuple[str, ...] = ()
    name: str | None = None
    account: str | None = None
    tax_id: str | None = None
    currency: str = "USD"


class Items:
    """The open invoices, by all that they are looked up by."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Keep them."""
        self.all = {one.id: one for one in items}

    @cached_property
    def by_numbers(self) -> dict[tuple[int, ...], list[Item]]:
        """By the numbers in their number: (1, 1, 123) for 001-001-000000123."""
        found: dict[tuple[int, ...], list[Item]] = defaultdict(list)
        for one in self.all.values():
            if len(one.groups) > 1:
                found[tuple(map(int, one.groups))].append(one)
        return found

    @cached_property
    def by_sequence(self) -> dict[int, list[Item]]:
        """By the last of these."""
        found: dict[int, list[Item]] = defaultdict(list)
        for one in self.all.values():
            if one.groups:
                found[int(one.groups[-1])].append(one)
        return found

    @cached_property
    def by_digits(self) -> dict[str, list[Item]]:
        """By all digits of the number without what stands between them."""
        found: dict[str, list[Item]] = defaultdict(list)
        for one in self.all.values():
            found["".join(one.groups)].append(one)
        return found

    @cached_property
    def by_code(self) -> dict[str, list[Item]]:
        """By number and further codes, without signs."""
        found: dict[str, list[Item]] = defaultdict(list)
        for one in self.all.values():
            for code in {squeeze(code) for code in (one.number, *one.codes)}:
                found[code].append(one)
        return found

    @cached_property
    def by_customer(self) -> dict[int, list[Item]]:
        """By customer, oldest first."""
        found: dict[int, list[Item]] = defaultdict(list)
        for one in sorted(self.all.values(), key=lambda one: one.age):
            found[one.customer].append(one)
        return found

    @cached_property
    def by_amount(self) -> dict[tuple[str, int], list[Item]]:
        """By currency and open amount."""
        found: dict[tuple[str, int], list[Item]] = defaultdict(list)
        for one in self.all.values():
            found[one.currency, one.residual].append(one)
        return found


def squeeze(text: str) -> str:
    """Return a code without signs and spaces, in small letters."""
    return _SIGNS.sub("", text.lower())


def oldest_first(items: Iterable[Item]) -> Sequence[Item]:
    """Return them by age."""
    return sorted(items, key=lambda one: one.age)
