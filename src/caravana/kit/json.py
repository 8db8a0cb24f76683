"""JSON for partners and data formats: fractions are read and written exactly, as Decimal."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

LARGEST_EXPONENT = 400
"""Numbers further from 1 than this power of ten are nobody's: `1e999999` written out would keep the hub busy for long."""


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text, numbers with a fraction as Decimal.

    Raises `ValueError`, also for NaN, for numbers of unheard-of size and for what is nested too deeply.
    """
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("the JSON holds a number of unheard-of size") from None
    if abs(value.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("the JSON holds a number of unheard-of size")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def dumps(value: Any, *, indent: int | None = None, skip_none: bool = False) -> str:
    """Return `value` as JSON text; Decimals become numbers with all their digits.

    Raises `TypeError` for what JSON does not know (bytes, dates) and `ValueError` for NaN.
    """
    try:
        if not skip_none:
            return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False, separators=_separators(indent))
    except TypeError:
        pass
    return _write(value, indent, 0, skip_none)


def _separators(indent: int | None) -> tuple[str, str]:
    return (",", ":") if indent is None else (",", ": ")


def _write(value: Any, indent: int | None, depth: int, skip_none: bool) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no JSON number")
        return format(value, "f")
    if isinstance(value, dict):
        members = [
            json.dumps(str(key), ensure_ascii=False)
            + _separators(indent)[1]
            + _write(one, indent, depth + 1, skip_none)
            for key, one in value.items()
            if not (skip_none and one is None)
        ]
        return _join("{", members, "}", indent, depth)
    if isinstance(value, list | tuple):
        return _join("[", [_write(one, indent, depth + 1, skip_none) for one in value], "]", indent, depth)
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _join(begin: str, members: list[str], end: str, indent: int | None, depth: int) -> str:
    if indent is None or not members:
        return begin + ",".join(members) + end
    gap = "\n" + " " * indent * (depth + 1)
    return begin + gap + ("," + gap).join(members) + "\n" + " " * indent * depth + end
