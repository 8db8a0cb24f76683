"""When and where a branch is open."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES: Mapping[str, tuple[str, ...]] = {
    "es": ("Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
SEVERAL: Mapping[str, tuple[str, str]] = {"es": ("{} y {}", "{} a {}"), "en": ("{} and {}", "{} to {}")}
"""Two days, and more, that follow each other and have the same hours."""
CLOSED: Mapping[str, str] = {"es": "cerrado", "en": "closed"}


def hours(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Return whether the branch is open now, with its hours, days of the same hours together, and address."""
    place = scope["place"]
    told: Mapping[str, str] = place.get("hours") or {}
    known = {"hours": written(told, language), "address": place.get("address") or ""}
    if not told:
        return "unknown", known
    return ("open" if is_open(told, datetime.fromisoformat(scope["now"])) else "closed"), known


def written(told: Mapping[str, str], language: str) -> str:
    """Return the hours as people read them."""
    names, lines = NAMES[language], []
    for spans, days in groupby(range(len(DAYS)), key=lambda number: told.get(DAYS[number])):
        first, *between = days
        name = names[first]
        if between:
            last = names[between[-1]]
            name = SEVERAL[language][len(between) > 1].format(name, last.lower() if language == "es" else last)
        if spans is not None:
            lines.append(f"{name}: {CLOSED[language] if spans == 'closed' else _shown(spans)}")
    return "\n".join(lines)


def _shown(spans: str) -> str:
    return ", ".join(one.strip().replace("-", " – ") for one in spans.split(","))


def is_open(told: Mapping[str, str], now: datetime) -> bool:
    """Whether the branch is open at `now`, a moment in its own zone."""
    spans = told.get(DAYS[now.weekday()], "closed")
    clock = now.strftime("%H:%M")
    return spans != "closed" and any(
        begin.strip() <= clock < end.strip() for begin, _, end in (one.partition("-") for one in spans.split(","))
    )
