"""Texts to values and back: what each kind of option admits."""

import re
from collections.abc import Callable
from typing import Any

from caravana.kit.nearest import nearest
from caravana.kit.options import parse_duration
from caravana.route.option import Kind, Option


def has_placeholder(value: object) -> bool:
    """Return whether a value still waits for `{{...}}` to be filled in."""
    return isinstance(value, str) and "{{" in value


def convert(option: Option, value: object) -> Any:
    """Return `value` (a text, or a value of Python) as the option's kind wants it.

    A text with a placeholder is returned as it is. Raises `ValueError` saying what is admitted.
    """
    if has_placeholder(value):
        return value
    return _CONVERTERS[option.kind](option, value)


def text_of(value: object) -> str:
    """Return a scalar as a route file writes it: `true`, not `True`."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _text(option: Option, value: object) -> str:
    text = text_of(value)
    if option.choices and text not in option.choices:
        raise ValueError(_choices(option, text))
    return text


def _choices(option: Option, text: str) -> str:
    hint = nearest(text, option.choices)
    listed = ", ".join(f"`{one}`" for one in option.choices)
    return f"`{option.key}` cannot be `{text}`; it must be {listed}" + (f": {hint}" if hint else "")


def _flag(option: Option, value: object) -> bool:
    text = text_of(value).strip().lower()
    if text not in {"true", "false"}:
        raise ValueError(f"`{option.key}` must be true or false, not `{value}`")
    return text == "true"


def _integer(option: Option, value: object) -> int:
    text = text_of(value).strip()
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise ValueError(f"`{option.key}` must be a whole number, not `{value}`")
    return int(text)


def _float(option: Option, value: object) -> float:
    text = text_of(value).strip()
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text):
        raise ValueError(f"`{option.key}` must be a number, not `{value}`")
    return float(text)


def _duration(option: Option, value: object) -> int:
    try:
        return round(parse_duration(value).total_seconds() * 1000)
    except (ValueError, OverflowError):
        raise ValueError(f"`{option.key}` must be milliseconds (500) or a duration (1m30s), not `{value}`") from None


_CONVERTERS: dict[Kind, Callable[[Option, object], Any]] = {
    Kind.TEXT: _text,
    Kind.URI: _text,
    Kind.FLAG: _flag,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _float,
    Kind.DURATION: _duration,
}

SCALARS = frozenset(_CONVERTERS)
"""Kinds whose value is one scalar of the file."""
