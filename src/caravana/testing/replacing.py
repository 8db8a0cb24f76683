"""Endpoints of a route put aside for a test: what a `to` leads to instead, and where a route begins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from caravana.kit.errors import ConfigurationError
from caravana.kit.uri import Uri
from caravana.route import RouteDocument
from caravana.route import model as m
from caravana.route.element import Node

N = TypeVar("N", bound=Node)
INSIDE = ("direct", "seda")
"""Schemes at which a route may begin without letting anything in from outside."""


def replaced(documents: Sequence[RouteDocument], instead: Mapping[str, str]) -> list[RouteDocument]:
    """Return the documents with each `to`, `toD` and `wireTap` whose id or address fits a pattern sent elsewhere.

    `instead`: pattern with `*`, over the step's id or its address without options, to the new address. Raises
    `ConfigurationError` for a pattern that fits nothing, because a test would then reach the real partner.
    """
    used: set[str] = set()

    def change(node: Node) -> Node:
        if not isinstance(node, m.To | m.ToD | m.WireTap):
            return node
        for pattern, address in instead.items():
            if fnmatchcase(node.uri, pattern) or node.id == pattern:
                used.add(pattern)
                uri = Uri.parse(address)
                return replace(node, uri=f"{uri.scheme}:{uri.path}", parameters=dict(uri.options))
        return node

    made = [replace(one, items=tuple(_changed(item, change) for item in one.items)) for one in documents]
    if idle := instead.keys() - used:
        raise ConfigurationError(
            f"nothing in these routes fits `{min(idle)}`", suggestion="patterns are over addresses and ids"
        )
    return made


def closed(documents: Sequence[RouteDocument]) -> list[RouteDocument]:
    """Return the documents with routes that take nothing from outside by themselves."""

    def shut(node: Node) -> Node:
        if isinstance(node, m.Route) and node.from_.uri.partition(":")[0] not in INSIDE:
            return replace(node, auto_startup=False)
        return node

    return [
        replace(one, items=tuple(shut(item) for item in one.items if not isinstance(item, m.Rest))) for one in documents
    ]


def _changed(node: N, change: Callable[[Node], Node]) -> N:
    changes: dict[str, Any] = {}
    for option in node.spec.options:
        value = getattr(node, option.name)
        if isinstance(value, Node):
            changes[option.name] = _changed(value, change)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[option.name] = tuple(_changed(one, change) for one in value)
    made: Any = change(replace(node, **changes) if changes else node)
    return made  # type: ignore[no-any-return]
