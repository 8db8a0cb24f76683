"""What persons decided, as evidence for the next time: this payer's account, or name, pays for that customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from caravana.commerce.matching.candidate import Credit
from caravana.commerce.matching.normalise import name_words


@dataclass(frozen=True)
class Habit:
    """How often it was decided (`times`) and undone (`undone`) that `payer` pays for `customer`."""

    payer: str
    customer: int
    times: int = 0
    undone: int = 0
    shown: str = ""

    @property
    def weight(self) -> int:
        """What is left of it; nothing counts from 0 down."""
        return self.times - self.undone

    def as_record(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return dict(vars(self))


def payer_of(credit: Credit) -> str | None:
    """Return by what the payer of a credit is known again: the account, else all words of the name; None for neither."""
    if credit.account:
        return f"account:{credit.account}"
    words = sorted(set(name_words(credit.name or "")))
    return f"name:{' '.join(words)}" if len(words) > 1 else None


class Habits:
    """All that was learned, by payer and customer. Methods return what changes; nothing is kept by itself."""

    def __init__(self, habits: Mapping[str, Habit] | None = None) -> None:
        """`habits`: by their keys."""
        self._habits = dict(habits or {})

    @staticmethod
    def key(payer: str, customer: int) -> str:
        """Return the key of one habit."""
        return f"{payer}/{customer}"

    def learned(self, credit: Credit, customer: int) -> Habit | None:
        """Return the habit after a person said that the payer pays for `customer`; None when nothing names the payer."""
        found = self._of(credit, customer)
        return None if found is None else replace(found, times=found.times + 1)

    def lowered(self, credit: Credit, customer: int) -> Habit | None:
        """Return the habit after such a match was undone; None when there is none that could count less."""
        found = self._of(credit, customer)
        return replace(found, undone=found.undone + 1) if found is not None and found.weight > 0 else None

    def customer_of(self, credit: Credit) -> int | None:
        """Return the one customer for whom the payer is known to pay; None when nobody, or several, are."""
        payer = payer_of(credit)
        if payer is None:
            return None
        found = [one for one in self._by_payer().get(payer, ()) if one.weight > 0]
        return found[0].customer if len(found) == 1 else None

    def _by_payer(self) -> dict[str, list[Habit]]:
        if not hasattr(self, "_payers"):
            self._payers: dict[str, list[Habit]] = {}
            for one in self._habits.values():
                self._payers.setdefault(one.payer, []).append(one)
        return self._payers

    def _of(self, credit: Credit, customer: int) -> Habit | None:
        payer = payer_of(credit)
        if payer is None:
            return None
        shown = credit.account or credit.name or ""
        return self._habits.get(self.key(payer, customer)) or Habit(payer, customer, shown=shown)
