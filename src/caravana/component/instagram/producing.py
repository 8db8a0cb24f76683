"""What the calls share."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.component.instagram.line import Line
from caravana.kit.graph.producing import GraphProducer

MADE = "instagram.made"
"""Scope of posts and comments that we made: id at Meta → key of the effect."""
SETTLE = timedelta(minutes=1)
"""How long Meta may still work on a call whose answer was lost (our guess: it documents no figure)."""
SKEW = timedelta(minutes=2)
"""How far Meta's clock and ours may be apart."""


class InstagramProducer(GraphProducer[Line]):
    """A call over one account."""

    scheme = "instagram"


def moment(text: Any) -> datetime | None:
    """Return a time as lists have it (`2026-11-20T18:20:04+0000`)."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def is_since(one: Mapping[str, Any], time: datetime) -> bool:
    """Whether a member of a list was made at `time` or later; one that does not say may have been."""
    made = moment(one.get("timestamp"))
    return made is None or made >= time.replace(microsecond=0)


def same_text(one: Any, other: Any) -> bool:
    """Whether two texts are the same but for spaces, which Meta may tidy up."""
    return str(one or "").split() == str(other or "").split()
