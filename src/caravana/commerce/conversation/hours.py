"""When and where a branch is open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES: Mapping[str, tuple[str, ...]] = {
    "es": ("Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
CLOSED: Mapping[str, str] = {"es": "cerrado", "en": "closed"}


def hours(scope: Mapping[str, Any], language: str) -> tuple[str, dict[str, Any]]:
    """Return whether the branch is open now, with its hours, one line for each day, and address."""
    place = scope["place"]
    told: Mapping[str, str] = place.get("hours") or {}
    known = {"hours": written(told, language), "address": place.get("address") or ""}
    if not told:
        return "unknown", known
    return ("open" if is_open(told, datetime.fromisoformat(scope["now"])) else "closed"), known


def written(told: Mapping[str, str], language: str) -> str:
    """Return the hours as people read them."""
    names = NAMES[language]
    lines = [
        f"{names[number]}: {CLOSED[language] if told[day] == 'closed' else told[day].replace('-', ' – ')}"
        for number, day in enumerate(DAYS)
        if day in told
    ]
    return "\n".join(lines)


def is_open(told: Mapping[str, str], now: datetime) -> bool:
    """Whether the branch is open at `now`, a moment in its own zone."""
    spans = told.get(DAYS[now.weekday()], "closed")
    clock = now.strftime("%H:%M")
    return spans != "closed" and any(
        begin.strip() <= clock < end.strip() for begin, _, end in (one.partition("-") for one in spans.split(","))
    )
