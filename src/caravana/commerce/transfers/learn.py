"""Learning: which payer pays for which customer, as persons decided."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.matching import Habits
from caravana.commerce.matching.learning import Habit
from caravana.commerce.transfers.mapping import TransferMapping, Variables, as_credit, chosen_of
from caravana.kit.callables import pure


class Learn(TransferMapping):
    """What is kept of a person's decision, and of its undoing."""

    @pure
    def habit_key(self, variables: Variables) -> str | None:
        """Return under which key it is kept that this payer pays for this customer; None when nothing names the payer."""
        habit = Habits().learned(as_credit(variables["item"]), chosen_of(variables)["customer"])
        return None if habit is None else Habits.key(habit.payer, habit.customer)

    @pure
    def learned(self, variables: Variables) -> dict[str, Any] | None:
        """Return the habit after a person decided so."""
        return self._habit(variables, "learned")

    @pure
    def lowered(self, variables: Variables) -> dict[str, Any] | None:
        """Return the habit after a match was undone; None when nothing was learned of it."""
        return self._habit(variables, "lowered")

    def _habit(self, variables: Variables, way: str) -> dict[str, Any] | None:
        kept, chosen = variables["habit"], chosen_of(variables)
        habits = Habits() if kept is None else Habits({Habits.key(kept["payer"], kept["customer"]): read_habit(kept)})
        habit: Habit | None = getattr(habits, way)(as_credit(variables["item"]), chosen["customer"])
        if habit is None:
            return None if kept is None else dict(kept)
        return {**habit.as_record(), "name": chosen.get("customer_name")}


def read_habit(record: Mapping[str, Any]) -> Habit:
    """Return a habit as the store keeps it."""
    return Habit(**{name: record[name] for name in Habit.__dataclass_fields__ if name in record})
