"""The operators of Simple: their names, and what each does with two values (facts: Camel 4.18, PredicateBuilder)."""

import re
from collections.abc import Callable
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.language.coerce import (
    compare,
    contains,
    elements,
    equal,
    exact,
    is_number,
    is_whole,
    to_number,
    truth,
)
from caravana.language.convert import Type, find_type
from caravana.language.node import Node, Run, fixed, refuse, strongest
from caravana.language.text import as_text, java_text

Test = Callable[[Any, Any], bool]
_RANGE = re.compile(r"([0-9]+)\.\.([0-9]+)")

SIMPLE_OPERATORS: dict[str, str] = {
    "==": "Equal, after conversion of one side to the other's type.",
    "=~": "Equal, ignoring case.",
    "!=": "Not equal.",
    "!=~": "Not equal, ignoring case.",
    ">": "Greater; numbers are compared exactly (Camel drops the fraction when one side is whole).",
    ">=": "Greater or equal.",
    "<": "Less.",
    "<=": "Less or equal.",
    "contains": "The text holds a text, the list an element, the map a key.",
    "!contains": "Does not contain.",
    "~~": "Contains, ignoring case.",
    "!~~": "Does not contain, ignoring case.",
    "regex": "The whole text matches the pattern (written for Python's `re`, nearly Java's).",
    "!regex": "Does not match the pattern.",
    "in": "One of a list, or of a comma text without blanks.",
    "!in": "None of a list.",
    "range": "Within `from..to`, both included.",
    "!range": "Outside `from..to`.",
    "is": "Of the named type (`String`, `java.util.Map` ...).",
    "!is": "Not of the named type.",
    "startsWith": "The text begins with a text.",
    "starts with": "The text begins with a text.",
    "!startsWith": "The text does not begin with a text.",
    "endsWith": "The text ends with a text.",
    "ends with": "The text ends with a text.",
    "!endsWith": "The text does not end with a text.",
    "&&": "Both sides hold; `&&` and `||` are taken from left to right, neither binds closer.",
    "||": "One of the sides holds.",
    "++": "One more; directly behind a function.",
    "--": "One less; directly behind a function.",
    "? :": "Ternary: `${header.n} > 5 ? 'many' : 'few'` as the whole expression.",
    "?:": "Elvis: `${header.name} ?: 'unknown'` as the whole expression; replaces null, false, empty.",
}
"""The operators that Simple expressions may use, with their meaning."""


def _ordered(test: Callable[[int], bool]) -> Test:
    # Camel 4.x: two nulls count as equal for <, <= and >=, one null never holds.
    both_null = test(0) or test(-1)

    def ordered(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return both_null and left is right
        return test(compare(left, right))

    return ordered


def _begins(left: Any, right: Any) -> bool:
    return left is right if left is None or right is None else java_text(left).startswith(java_text(right))


def _ends(left: Any, right: Any) -> bool:
    return left is right if left is None or right is None else java_text(left).endswith(java_text(right))


def _matches(left: Any, right: Any) -> bool:
    return left is not None and re.fullmatch(as_text(right), java_text(left)) is not None


def _within(left: Any, right: Any) -> bool:
    bounds = _RANGE.fullmatch(as_text(right))
    if bounds is None:
        raise ValueError("a range is written `from..to`")
    return left is not None and compare(left, int(bounds[1])) >= 0 and compare(left, int(bounds[2])) <= 0


_TESTS: dict[str, Test] = {
    "==": equal,
    "=~": lambda left, right: equal(left, right, ignore_case=True),
    ">": _ordered(lambda order: order > 0),
    ">=": _ordered(lambda order: order >= 0),
    "<": _ordered(lambda order: order < 0),
    "<=": _ordered(lambda order: order <= 0),
    "contains": contains,
    "~~": lambda left, right: contains(left, right, ignore_case=True),
    "regex": _matches,
    "in": lambda left, right: any(equal(left, one) for one in elements(right)),
    "range": _within,
    "is": lambda left, right: find_type(as_text(right)).holds(left),
    "startsWith": _begins,
    "endsWith": _ends,
}
_NEGATIONS = {"!=": "==", "!=~": "=~", "!~~": "~~"}
_SPELLINGS = {"starts with": "startsWith", "ends with": "endsWith"}
COMPARISONS = frozenset(SIMPLE_OPERATORS) - {"&&", "||", "++", "--", "? :", "?:"}
"""The operators that stand between two values."""


def comparison(operator: str, left: Node, right: Node, at: int) -> Node:
    """Return the node of `left operator right`.

    Raises `ConfigurationError` (with the column of index `at`) for a fixed pattern, range or type that is wrong.
    """
    kind = strongest((left, right))
    name = _SPELLINGS.get(operator, operator)
    negated = name.startswith("!")
    name = _NEGATIONS.get(name) or (name[1:] if negated else name)
    fast = _prepared(name, left.run, right, at)
    run = fast or _general(_TESTS[name], left.run, right.run)
    return Node((lambda exchange: not run(exchange)) if negated else run, kind)


def _general(test: Test, left: Run, right: Run) -> Run:
    return lambda exchange: test(left(exchange), right(exchange))


def _prepared(name: str, left: Run, right: Node, at: int) -> Run | None:
    """Return a test whose fixed right side was looked at beforehand, or None where that gains nothing."""
    if not right.fixed:
        return None
    if name == "==" and type(right.value) is str and not is_whole(right.value):
        return _same_text(left, right.value)
    if name == "regex":
        return _fixed_pattern(left, right.value, at)
    if name == "is":
        return _fixed_type(left, right.value, at)
    if name == "range" and not _RANGE.fullmatch(as_text(right.value)):
        raise refuse("a range is written `'from..to'` with whole numbers", at)
    if name == "in":
        return _general(_TESTS["in"], left, fixed(elements(right.value)).run)
    return None


def _same_text(left: Run, text: str) -> Run:
    def same(exchange: Exchange) -> bool:
        value = left(exchange)
        return value == text if type(value) is str else equal(value, text)

    return same


def _fixed_pattern(left: Run, text: Any, at: int) -> Run:
    try:
        pattern = re.compile(as_text(text))
    except (re.error, OverflowError, RecursionError) as error:
        raise refuse(f"the pattern cannot be read: {error}", at) from None

    def matches(exchange: Exchange) -> bool:
        value = left(exchange)
        return value is not None and pattern.fullmatch(java_text(value)) is not None

    return matches


def _fixed_type(left: Run, name: Any, at: int) -> Run:
    try:
        wanted: Type = find_type(as_text(name))
    except ConfigurationError as error:
        raise refuse(error.message, at, error.suggestion) from None
    return lambda exchange: wanted.holds(left(exchange))


def choose(condition: Node, yes: Node, no: Node) -> Node:
    """Return the node that is `yes` where `condition` holds, else `no`."""
    test, first, second = condition.run, yes.run, no.run
    return Node(
        lambda exchange: first(exchange) if truth(test(exchange)) else second(exchange), strongest((condition, yes, no))
    )


def step(node: Node, by: int) -> Node:
    """Return `node` followed by `++` or `--`: a whole number, in the type that came in (text stays text)."""

    def run(exchange: Exchange) -> Any:
        value = node.run(exchange)
        number = value if is_number(value) else to_number(as_text(value))
        if number is None:
            raise ValueError("`++` and `--` need a number")
        result = int(exact(number)) + by
        return str(result) if isinstance(value, str) else type(value)(result)

    return Node(run, node.kind)
