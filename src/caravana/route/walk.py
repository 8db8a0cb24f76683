"""Going over a route's elements, and leaving out what is disabled."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from caravana.route.element import Node
from caravana.route.expression import Expression

N = TypeVar("N", bound=Node)


def nested(node: Node) -> Iterator[Node]:
    """Yield the elements directly inside `node`, in order."""
    for option in node.spec.options:
        value = getattr(node, option.name)
        found = value if isinstance(value, tuple) else (value,)
        yield from (one for one in found if isinstance(one, Node))


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and every element inside it, outer ones first."""
    yield node
    for inner in nested(node):
        yield from walk(inner)


def expressions(node: Node) -> Iterator[tuple[str, Expression]]:
    """Yield the expressions of `node` itself, each with the Python name of its option."""
    for option in node.spec.options:
        value = getattr(node, option.name)
        if isinstance(value, Expression):
            yield option.name, value


def enabled(node: N) -> N:
    """Return `node` without the elements inside it that are disabled (after placeholders were resolved)."""
    changes: dict[str, Any] = {}
    for option in node.spec.options:
        value = getattr(node, option.name)
        if isinstance(value, Node):
            changes[option.name] = None if value.disabled and not option.required else enabled(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changes[option.name] = tuple(enabled(one) for one in value if not one.disabled)
    return replace(node, **changes) if changes else node
