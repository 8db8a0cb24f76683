"""What is measured, what is wanted, and what the machine could do at best."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Figure:
    """One measured figure; `wanted` is a floor where more is better, else a ceiling."""

    name: str
    database: str
    value: float
    unit: str
    wanted: float | None = None
    more_is_better: bool = True
    raw: float | None = None
    raw_name: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the figure is reached; None when nothing is wanted of it."""
        if self.wanted is None:
            return None
        return self.value >= self.wanted if self.more_is_better else self.value <= self.wanted

    @property
    def verdict(self) -> str:
        """Return yes, or by how much it is missed."""
        if self.met is None:
            return ""
        if self.met:
            return "yes"
        if not self.wanted:
            return "missed"
        if self.value > 2 * self.wanted:
            return f"missed: {self.value / self.wanted:.1f} times as much"
        return f"missed by {abs(self.value - self.wanted) / self.wanted:.0%}"

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able values."""
        return {**asdict(self), "met": self.met}


def amount(value: float | None, unit: str = "") -> str:
    """Return a number as people read it."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 or value == int(value) else 2 if abs(value) < 10 else 1
    return f"{value:,.{digits}f} {unit}".strip()
