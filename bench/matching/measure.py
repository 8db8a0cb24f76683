"""What is measured of the matcher, and the bars."""

import resource
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.matching.delivery import money
from bench.matching.scene import Right, Transfer, transfers
from bench.matching.world import World
from caravana.commerce.matching import Customer, Decision, Item, Matcher

DEVELOPMENT = (1, 2, 3, 4, 5, 6)
"""Seeds with which the matcher was made. The bars are not measured with them."""
HOLD_OUT = (20261101, 20261102, 20261103)
"""Seeds that were never used while it was made."""
FIRST = 3
"""Proposals among which the right one must be for a person."""
BARS: Mapping[str, float] = {"automatic": 0.88, "precision": 0.998, "recall": 0.95, "seconds": 60.0, "mebibytes": 500.0}


@dataclass
class Tally:
    """Counts of one kind, or of all.

    - `wanted`: credits with exactly one right answer; `automatic`: of these posted by themselves; `posted`: all posted
    - `wrong`: posted otherwise than is right; `stranger`: of these to another customer's invoice
    - `asked`: wanted ones that a person gets; `among`: of these with the right answer among the first three
    """

    wanted: int = 0
    automatic: int = 0
    posted: int = 0
    wrong: int = 0
    stranger: int = 0
    asked: int = 0
    among: int = 0

    def add(self, other: "Tally") -> None:
        """Add the counts of another."""
        for name, one in vars(other).items():
            setattr(self, name, getattr(self, name) + one)

    def as_json(self) -> dict[str, Any]:
        """Return counts and rates."""
        return {
            **vars(self),
            "automatic_rate": _rate(self.automatic, self.wanted),
            "precision": self.precision,
            "recall": self.recall,
        }

    @property
    def precision(self) -> float:
        """Share of what was posted that is right."""
        return _rate(self.posted - self.wrong, self.posted)

    @property
    def recall(self) -> float:
        """Share of what persons get where the right answer is among the first three."""
        return _rate(self.among, self.asked)


@dataclass
class Run:
    """One seed: counts by kind, and what it took. `processor`: seconds of it alone, whatever else the machine does."""

    seed: int
    kinds: dict[str, Tally] = field(default_factory=dict)
    told_again: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    mebibytes: float = 0.0

    @property
    def all(self) -> Tally:
        """The counts of all kinds."""
        total = Tally()
        for one in self.kinds.values():
            total.add(one)
        return total

    def missed(self) -> list[str]:
        """Return what falls short of the bars, in words."""
        total, kinds = self.all, Counter({kind: one.posted for kind, one in self.kinds.items()})
        checks = {
            f"automatic {_rate(total.automatic, total.wanted):.1%} < 88 %": _rate(total.automatic, total.wanted)
            >= BARS["automatic"],
            f"precision {total.precision:.2%} < 99.8 %": total.precision >= BARS["precision"],
            f"{kinds['twins']} twins posted": kinds["twins"] == 0,
            f"{kinds['unrelated']} unrelated posted": kinds["unrelated"] == 0,
            f"{kinds['duplicate']} duplicates posted": kinds["duplicate"] == 0,
            f"{total.stranger} to a wrong payer": total.stranger == 0,
            f"among the first three {total.recall:.1%} < 95 %": total.recall >= BARS["recall"],
            f"{self.seconds:.0f} s > 60 s": self.seconds <= BARS["seconds"],
            f"{self.mebibytes:.0f} MiB > 500 MiB": self.mebibytes <= BARS["mebibytes"],
        }
        return [f"seed {self.seed}: {what}" for what, met in checks.items() if not met]


def run(seed: int, count: int, invoices: int) -> Run:
    """Match `count` transfers of a made-up company with about `invoices` open invoices. `mebibytes`: of the whole process."""
    books, told = transfers(seed, count, invoices)
    found, known = money(told)
    items, customers = _items(books.world), _customers(books.world)
    began, before = time.perf_counter(), time.process_time()
    decisions = Matcher(items, customers).match([credit for _, credit in found])
    made = Run(seed, told_again=known, seconds=time.perf_counter() - began, mebibytes=_memory())
    made.processor = time.process_time() - before
    for (transfer, _), decision in zip(found, decisions, strict=True):
        made.kinds.setdefault(transfer.kind, Tally()).add(_judged(transfer, decision))
    return made


def _judged(transfer: Transfer, decision: Decision) -> Tally:
    right, posted = transfer.right, decision.automatic and decision.best is not None
    found = Tally(wanted=int(right.wanted), posted=int(posted))
    if posted and decision.best is not None:
        stranger = decision.best.customer != transfer.customer
        found.wrong = int(not _is_right(right, decision, transfer))
        found.stranger = int(stranger)
        found.automatic = int(right.wanted)
    elif right.wanted:
        found.asked = 1
        found.among = int(any(one.what == right.pays for one in decision.proposals[:FIRST]))
    return found


def _is_right(right: Right, decision: Decision, transfer: Transfer) -> bool:
    """What is not unique (equal invoices of one customer) is right for each of them."""
    assert decision.best is not None
    if decision.best.what == right.pays:
        return True
    amounts = sorted(amount for _, amount in right.pays)
    equal = sorted(amount for _, amount in decision.best.what) == amounts
    return bool(right.pays) and not right.unique and equal and decision.best.customer == transfer.customer


def _items(world: World) -> list[Item]:
    return [
        Item(one.id, f"Fact {one.number}", one.customer, one.residual, one.base, one.tax, one.day)
        for one in world.invoices
    ]


def _customers(world: World) -> list[Customer]:
    return [
        Customer(one.id, one.name, one.tax_id or None, (one.account,) if one.account_known and one.account else ())
        for one in world.customers
    ]


def _memory() -> float:
    """The most that the process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def in_own_process(seeds: Sequence[int], count: int, invoices: int) -> list[Run]:
    """Run each seed in a process of its own, so that memory is that of one run."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    found = []
    for seed in seeds:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found.append(pool.submit(run, seed, count, invoices).result())
    return found
