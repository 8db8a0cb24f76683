"""What expressions compile to: a closure over the exchange, with the effect kind of what it looks at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange

Run = Callable[[Exchange], Any]
_WEIGHT = {Kind.PURE: 0, Kind.READ: 1, Kind.IDEMPOTENT: 2, Kind.VERIFIABLE: 3, Kind.BLIND: 4}


@dataclass(frozen=True, slots=True)
class Node:
    """A compiled part of an expression; a `fixed` one gives `value` whatever the exchange."""

    run: Run
    kind: Kind = Kind.PURE
    fixed: bool = False
    value: Any = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What compiling may refer to.

    `properties`: the placeholder values by name, None where there are none to ask; `timezone`: of date patterns that
    name none.
    """

    clock: Clock
    callables: Callables
    properties: Mapping[str, str] | None = None
    timezone: tzinfo = UTC


def fixed(value: Any) -> Node:
    """Return a node that always gives `value`."""
    return Node(lambda _exchange: value, fixed=True, value=value)


def strongest(nodes: Iterable[Node]) -> Kind:
    """Return the kind that a whole made of `nodes` has: that of its most careful part."""
    return max((node.kind for node in nodes), key=_WEIGHT.__getitem__, default=Kind.PURE)


def refuse(message: str, at: int, suggestion: str = "") -> ConfigurationError:
    """Return the error for what stands at index `at` of an expression's text; it is shown as a column from 1."""
    return ConfigurationError(message, place=f"column {at + 1}", suggestion=suggestion)
