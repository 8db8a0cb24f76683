"""Comparing values of different types, by Camel's coercion (facts: camel-support ObjectHelper and PredicateBuilder, 4.x).

One declared departure: Camel compares a fraction with a whole number as whole numbers (9.5 > 9 is false there); here
numbers are compared exactly, because amounts of money pass through these comparisons.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.kit.errors import ExpressionError
from caravana.language.text import java_text

_WHOLE = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_whole(text: str) -> bool:
    """Tell whether `text` is a whole number as Camel sees it: digits after an optional minus."""
    return _WHOLE.fullmatch(text) is not None


def is_number(value: Any) -> bool:
    """Tell whether `value` is a number; a boolean is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def to_number(text: str) -> int | Decimal | None:
    """Return the number that `text` writes, or None."""
    if _WHOLE.fullmatch(text):
        return int(text) if len(text) <= 4000 else None
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def truth(value: Any) -> bool:
    """Return what `value` is as a predicate: null, empty text, `false` and an empty list are false, all else is true."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, str):
        return value.strip().lower() not in ("", "false")
    if isinstance(value, list | tuple | set | frozenset):
        return bool(value)
    return value is not None


def equal(left: Any, right: Any, *, ignore_case: bool = False) -> bool:
    """Tell whether the two are equal once one is converted to the other's type."""
    if left is None or right is None:
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        return _equal_texts(left, right, ignore_case)
    if isinstance(left, bool) or isinstance(right, bool):
        return _equal_booleans(left, right)
    if is_number(left) or is_number(right):
        return _equal_numbers(left, right)
    if isinstance(left, datetime) or isinstance(right, datetime):
        return _moment(left) == _moment(right) if _moment(left) and _moment(right) else False
    if isinstance(left, str | bytes) and isinstance(right, str | bytes):
        return _equal_texts(java_text(left), java_text(right), ignore_case)
    return bool(left == right) or (
        (isinstance(left, str) or isinstance(right, str)) and java_text(left) == java_text(right)
    )


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1. Raises `ExpressionError` when the two have no order."""
    if type(left) is int and type(right) is int:
        return _order(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _compare_texts(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return _order(_boolean(left), _boolean(right))
    if is_number(left) or is_number(right):
        return _compare_numbers(left, right)
    first, second = _moment(left), _moment(right)
    if first is not None and second is not None:
        return _order(first, second)
    if isinstance(left, str | bytes) and isinstance(right, str | bytes):
        return _compare_texts(java_text(left), java_text(right))
    raise ExpressionError(f"`{type(left).__name__}` and `{type(right).__name__}` have no order")


def contains(holder: Any, value: Any, *, ignore_case: bool = False) -> bool:
    """Tell whether text holds a text, or a list an element; of a map the keys are looked at."""
    if holder is None or value is None:
        return holder is value
    if isinstance(holder, str | bytes):
        whole, part = java_text(holder), java_text(value)
        return part.lower() in whole.lower() if ignore_case else part in whole
    if isinstance(holder, Mapping | list | tuple | set | frozenset):
        return _any_contains(holder, value) if ignore_case else any(equal(one, value) for one in holder)
    return equal(value, holder, ignore_case=ignore_case)


def elements(value: Any) -> list[Any]:
    """Return what Camel iterates over: the elements of a list, the parts of a comma text, else the value alone."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [value]


def exact(number: Any) -> Decimal | int:
    """Return a number so that comparisons and sums are exact: a float by its shortest writing."""
    return Decimal(repr(number)) if isinstance(number, float) else number


def _any_contains(holder: Iterable[Any], value: Any) -> bool:
    part = java_text(value).lower()
    return any(part in java_text(one).lower() for one in holder)


def _equal_texts(left: str, right: str, ignore_case: bool) -> bool:
    if left == right:
        return True
    first, second = (to_number(left), to_number(right)) if is_whole(left) and is_whole(right) else (None, None)
    if first is not None and second is not None:
        return first == second
    return ignore_case and left.lower() == right.lower()


def _equal_booleans(left: Any, right: Any) -> bool:
    if isinstance(left, bool) and isinstance(right, bool):
        return left is right
    if isinstance(left, str) or isinstance(right, str):
        return _boolean(left) is _boolean(right)
    return False


def _equal_numbers(left: Any, right: Any) -> bool:
    first, second = _number(left), _number(right)
    if first is None or second is None:
        return isinstance(left, str | bytes) and java_text(left) == java_text(right)
    return first == second


def _compare_texts(left: str, right: str) -> int:
    if is_whole(left) and is_whole(right):
        first, second = to_number(left), to_number(right)
        if first is not None and second is not None:
            return _order(first, second)
    return _order(left, right)


def _compare_numbers(left: Any, right: Any) -> int:
    first, second = _number(left), _number(right)
    if first is not None and second is not None:
        return _order(first, second)
    if isinstance(left, str | bytes) or isinstance(right, str | bytes):
        return _order(java_text(left), java_text(right))
    raise ExpressionError(f"`{type(left).__name__}` and `{type(right).__name__}` have no order")


def _order(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() == "true"
    raise ExpressionError(f"`{type(value).__name__}` cannot be compared with a boolean")


def _number(value: Any) -> Decimal | int | None:
    if is_number(value):
        return exact(value)
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(milliseconds=1) if value.tzinfo else None
    return to_number(java_text(value)) if isinstance(value, str | bytes) else None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
