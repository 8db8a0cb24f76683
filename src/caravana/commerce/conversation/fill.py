"""Texts of a dialogue with what is known filled in: `{company}`, `{card.price}`, and for lists `{item.name}`."""

import re
from collections.abc import Mapping
from typing import Any

from caravana.commerce.texts import LOCALES
from caravana.kit.money import Money

NAME = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")


def value_of(scope: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a dotted name; None where nothing does."""
    found: Any = scope
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def fill(text: str, scope: Mapping[str, Any], language: str) -> str:
    """Return the text with every name replaced; an amount of money as the language writes it, nothing where nothing is known."""
    return NAME.sub(lambda match: shown(value_of(scope, match[1]), language), text).strip()


def shown(value: Any, language: str) -> str:
    """Return a value as people read it."""
    if isinstance(value, Mapping) and {"amount", "currency"} <= value.keys():
        return Money.of(value["amount"], value["currency"]).format(LOCALES[language])
    return "" if value is None else str(value)
