"""Two to five open invoices whose sum is the credit: a bounded search in integer cents."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from caravana.commerce.matching.candidate import Item

FEWEST, MOST = 2, 5
WIDEST = 40
"""Of so many open invoices of one customer the oldest are looked at."""
BUDGET = 400_000
"""Sums that are looked at for one credit: a size that would need more is not searched."""


@dataclass(frozen=True)
class Combination:
    """The invoices of the smallest size that fit, when there is one such set alone.

    `chance`: how many sets of up to this size would fit an amount by chance; near 0 when the hit means something.
    """

    items: tuple[Item, ...]
    chance: float


@dataclass(frozen=True)
class Search:
    """`found`: sets of the smallest size that fit, two at most; `sums`: sets that were looked at up to that size."""

    found: tuple[tuple[Item, ...], ...]
    sums: int


def search(items: Sequence[Item], amount: int) -> Search:
    """Return the sets of the fewest invoices whose open amounts add up to `amount`."""
    usable = [one for one in items if one.residual < amount][:WIDEST]
    sums = 0
    for size in range(FEWEST, min(MOST, len(usable)) + 1):
        sums += comb(len(usable), size)
        if comb(len(usable), (size + 1) // 2) > BUDGET:
            break
        found = _of_size(usable, size, amount)
        if found:
            return Search(found, sums)
    return Search((), sums)


def only(items: Sequence[Item], amount: int) -> Combination | None:
    """Return the single smallest set that fits; None when there is none, or several."""
    done = search(items, amount)
    if len(done.found) != 1:
        return None
    return Combination(done.found[0], done.sums / max(amount, 1))


def _of_size(items: Sequence[Item], size: int, amount: int) -> tuple[tuple[Item, ...], ...]:
    """Sets of one size, two at most: half of each is looked up by its sum."""
    half = size // 2
    sums: dict[int, list[tuple[int, ...]]] = {}
    for one in combinations(range(len(items)), half):
        sums.setdefault(sum(items[place].residual for place in one), []).append(one)
    found: list[tuple[int, ...]] = []
    for other in combinations(range(len(items)), size - half):
        rest = amount - sum(items[place].residual for place in other)
        for one in sums.get(rest, ()):
            if one[-1] < other[0]:
                found.append((*one, *other))
                if len(found) > 1:
                    return tuple(tuple(items[place] for place in each) for each in found)
    return tuple(tuple(items[place] for place in each) for each in found)
