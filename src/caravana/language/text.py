"""How a value reads as text: Java's rules, because routes written for Camel compare and print by them."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_text(value: Any) -> str:
    """Return `value` inside a text: None is empty, everything else as `java_text`."""
    if type(value) is str:
        return value
    return "" if value is None else java_text(value)


def java_text(value: Any) -> str:
    """Return what Java's `String.valueOf` (or Camel's conversion to String) gives for the like of `value`.

    `true`, `null`, `2.0`, `1.0E10`, `{a=1, b=[x, y]}`; bytes are read as UTF-8; moments as `java.util.Date` in UTC.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{java_text(key)}={java_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(map(java_text, value)) + "]"
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def double_text(value: float) -> str:
    """Return `value` as Java's `Double.toString`: plain from 0.001 up to below ten million, else with `E`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(Decimal(repr(value)), "f")
        return plain if "." in plain else plain + ".0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    figures = "".join(map(str, digits))
    power = int(exponent) + len(figures) - 1
    return f"{'-' if sign else ''}{figures[0]}.{figures[1:] or '0'}E{power}"


def moment_text(value: datetime) -> str:
    """Return `value` as `java.util.Date` prints it where the time zone is UTC."""
    moment = value.astimezone(UTC) if value.tzinfo else value
    return (
        f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02} "
        f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} UTC {moment.year}"
    )
