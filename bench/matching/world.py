"""An invented company's open invoices, as its books have them. Knows nothing of the matcher."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.matching.people import Customer, customer

TODAY = date(2026, 11, 20)
PRICES = (1_500, 2_500, 3_500, 4_999, 8_000, 10_000, 12_000, 15_000, 25_000, 45_000)
"""Bases that recur: subscriptions, maintenance, rents."""


@dataclass(frozen=True)
class Invoice:
    """An open invoice, in cents. `number`: `001-001-000000123`."""

    id: int
    customer: int
    number: str
    day: date
    base: int
    tax: int
    residual: int

    @property
    def total(self) -> int:
        """Base and IVA."""
        return self.base + self.tax

    @property
    def sequence(self) -> str:
        """The last part of the number, without zeros."""
        return str(int(self.number[8:]))


@dataclass
class World:
    """Customers and their open invoices."""

    customers: list[Customer]
    invoices: list[Invoice]

    def __post_init__(self) -> None:
        """Sort the invoices by customer."""
        self.of: dict[int, list[Invoice]] = defaultdict(list)
        for one in self.invoices:
            self.of[one.customer].append(one)


class Books:
    """Makes the world, and further invoices where a scene needs some."""

    def __init__(self, random: Random, invoices: int) -> None:
        """`invoices`: how many are open."""
        self._random = random
        self._last: dict[str, int] = {
            one: random.randint(200, 60_000) for one in ("001-001", "001-002", "002-001", "003-001")
        }
        self.world = World([], [])
        while len(self.world.invoices) < invoices:
            one = self.add_customer()
            for _ in range(min(60, 1 + int(random.lognormvariate(1.6, 0.9)))):
                self.add_invoice(one)

    def add_customer(self, made: Customer | None = None) -> Customer:
        """Add a customer, invented unless given."""
        one = made or customer(self._random, len(self.world.customers) + 1)
        self.world.customers.append(one)
        return one

    def add_invoice(self, whose: Customer, base: int | None = None) -> Invoice:
        """Add an open invoice."""
        random = self._random
        point = random.choices(list(self._last), (55, 20, 15, 10))[0]
        self._last[point] += random.choice((1, 1, 1, 2, 3))
        base = base or self._base()
        tax = (base * 15 + 50) // 100 if random.random() < 0.88 else 0
        total = base + tax
        paid = random.randrange(1, total) if random.random() < 0.03 else 0
        day = TODAY - timedelta(days=random.randint(1, 150))
        made = Invoice(
            len(self.world.invoices) + 1, whose.id, f"{point}-{self._last[point]:09d}", day, base, tax, total - paid
        )
        self.world.invoices.append(made)
        self.world.of[whose.id].append(made)
        return made

    def _base(self) -> int:
        if self._random.random() < 0.12:
            return self._random.choice(PRICES)
        return min(4_000_000, 500 + int(self._random.lognormvariate(9.6, 1.2)))
