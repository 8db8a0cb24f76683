"""PayPhone's times: they name no offset and are those of its country; and its hours for giving money back. Pure."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo


def moment(text: Any, zone: str) -> datetime | None:
    """Return the moment that PayPhone writes, aware; None when it cannot be read. One with an offset keeps it."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(zone))


def too_late(paid: datetime | None, now: datetime, zone: str, until: time) -> str:
    """Return why a payment cannot be given back at `now`, in words; empty when it can.

    `paid`: when it was paid, or None where that is not known; `until`: the last hour of the same day.
    """
    here = now.astimezone(ZoneInfo(zone))
    if paid is not None and paid.astimezone(ZoneInfo(zone)).date() != here.date():
        day = paid.astimezone(ZoneInfo(zone)).date()
        return f"it was paid on {day}, and PayPhone gives money back on the same day only"
    if here.time() >= until:
        return f"it is {here:%H:%M} ({zone}), and PayPhone gives money back until {until:%H:%M} of the same day only"
    return ""
