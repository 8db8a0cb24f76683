"""Whether what Dátil shows of a document is what it was sent, however it writes numbers and moments by now."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any


def same(sent: Any, shown: Any) -> bool:
    """Whether all that was `sent` stands in `shown`, which may hold more."""
    if isinstance(sent, dict):
        return isinstance(shown, dict) and all(
            same(one, shown.get(name)) for name, one in sent.items() if one not in (None, "")
        )
    if isinstance(sent, list):
        return (
            isinstance(shown, list)
            and len(sent) == len(shown)
            and all(same(one, other) for one, other in zip(sent, shown, strict=True))
        )
    return bool(_plain(sent) == _plain(shown))


def _plain(value: Any) -> Any:
    """A number however it is written, a moment however its zone is, a word without spaces around it."""
    if value is None or isinstance(value, bool):
        return value if value is None else str(value).lower()
    written = str(value).strip()
    try:
        return Decimal(written)
    except InvalidOperation:
        pass
    try:
        return datetime.fromisoformat(written).timestamp()
    except ValueError:
        return written


__all__ = ["same"]
