"""Stripe's request bodies: forms with brackets, `line_items[0][price_data][currency]=usd`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def encode(values: Mapping[str, Any]) -> str:
    """Return `values`, nested dicts and lists of texts, whole numbers and booleans, as a form. None is left out."""
    return urlencode([pair for name, value in values.items() for pair in _pairs(name, value)])


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _pairs(f"{name}[{inner}]", one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, one in enumerate(value):
            yield from _pairs(f"{name}[{place}]", one)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif value is not None:
        yield name, str(value)
