"""Texts of a dialogue with what is known filled in: `{company}`, `{card.price}`, and for lists `{item.name}`.

`{cart.items|pieza|piezas}` counts: `1 pieza`, `2 piezas`.
"""

import re
from collections.abc import Mapping
from typing import Any

from caravana.commerce.texts import LOCALES
from caravana.kit.money import Money

NAME = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)(?:\|([^{}|]+)\|([^{}|]+))?\}")
_GAP_AND_NAME = re.compile(f" ?{NAME.pattern}")


def value_of(scope: Mapping[str, Any], name: str) -> Any:
    """Return what stands under a dotted name; None where nothing does."""
    found: Any = scope
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def fill(text: str, scope: Mapping[str, Any], language: str) -> str:
    """Return the text with every name replaced; an amount of money as the language writes it.

    Where nothing is known nothing is said: the blank before it goes too, and so does a line that said nothing else.
    """
    lines = [(line, _filled(line, scope, language)) for line in text.splitlines()]
    return "\n".join(filled for line, filled in lines if filled.strip() or not NAME.search(line)).strip()


def _filled(line: str, scope: Mapping[str, Any], language: str) -> str:
    def known(match: re.Match[str]) -> str:
        value = shown(value_of(scope, match[1]), language)
        if value and match[2]:
            value = f"{value} {match[2] if value == '1' else match[3]}"
        return f"{' ' if match[0].startswith(' ') else ''}{value}" if value else ""

    return _GAP_AND_NAME.sub(known, line)


def shown(value: Any, language: str) -> str:
    """Return a value as people read it."""
    if isinstance(value, Mapping) and {"amount", "currency"} <= value.keys():
        return Money.of(value["amount"], value["currency"]).format(LOCALES[language])
    return "" if value is None else str(value)
