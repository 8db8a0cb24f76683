"""Paths into values behind a function: `.key`, `?.key`, `[0]`, `[last]`, `[key]`, `.method(...)`."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from caravana.kit.errors import ExpressionError
from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest
from caravana.language.methods import PROPERTIES, call_method, method_names
from caravana.language.node import Node, Run, refuse, strongest
from caravana.language.scan import Source, arguments, bracket_end, has_function, opening_at
from caravana.language.text import as_text

_NAME = re.compile(r"(\??)\.\s*([^\W\d][\w$-]*)")
_LAST = re.compile(r"last(?:\s*-\s*([0-9]+))?")

Step = Callable[[Any, Exchange], Any]
Compile = Callable[[Source], Node]
_MISSING = object()


def walk(start: Node, path: Source, operand: Compile, template: Compile) -> Node:
    """Return `start` followed by `path`; `operand` compiles a method's argument, `template` an index with functions.

    Raises `ConfigurationError` where the path cannot be read.
    """
    if not path.text:
        return start
    steps: list[Step] = []
    parts = [start]
    position = 0
    while position < len(path.text):
        step, used, position = _step(path, position, operand, template)
        steps.append(step)
        parts.extend(used)
    return Node(_chain(start.run, steps), strongest(parts))


def _chain(run: Run, steps: list[Step]) -> Run:
    if len(steps) == 1:
        only = steps[0]
        return lambda exchange: only(run(exchange), exchange)

    def chained(exchange: Exchange) -> Any:
        value = run(exchange)
        for step in steps:
            value = step(value, exchange)
        return value

    return chained


def _step(path: Source, position: int, operand: Compile, template: Compile) -> tuple[Step, list[Node], int]:
    text = path.text
    bracket = position + (text[position] == "?")
    if text.startswith("[", bracket):
        end = bracket_end(path, bracket)
        step, used = _index(path.part(bracket + 1, end).strip(), text[position] == "?", template)
        return step, used, end + 1
    match = _NAME.match(text, position)
    if match is None:
        raise refuse("expected `.name`, `?.name` or `[index]` here", path.at + position)
    safe, name, end = bool(match[1]), match[2], match.end()
    if not text.startswith("(", end):
        return _member(name, safe), [], end
    close = bracket_end(path, end)
    given = [operand(one) for one in arguments(path.part(end + 1, close))]
    if name not in method_names():
        raise refuse(f"the method `{name}()` is not supported", path.at + match.start(2), nearest(name, method_names()))
    return _method(name, given, safe), given, close + 1


def _member(name: str, safe: bool) -> Step:
    def step(value: Any, _exchange: Exchange) -> Any:
        if type(value) is dict:
            return value.get(name)
        if value is None and safe:
            return None
        return member_of(value, name)

    return step


def member_of(value: Any, name: str) -> Any:
    """Return what `.name` gives: a map's key, a property of an error, else a method without arguments.

    Raises `ExpressionError` when the value has none.
    """
    if value is None:
        raise ExpressionError(f"`.{name}` is asked of null; write `?.{name}` if it may be missing")
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, BaseException) and name in PROPERTIES:
        return PROPERTIES[name](value)
    return call_method(value, name, [])


def _method(name: str, given: list[Node], safe: bool) -> Step:
    runs = [node.run for node in given]

    def step(value: Any, exchange: Exchange) -> Any:
        if value is None:
            if safe:
                return None
            raise ExpressionError(f"`.{name}()` is asked of null; write `?.{name}()` if it may be missing")
        return call_method(value, name, [run(exchange) for run in runs])

    return step


def _index(inside: Source, safe: bool, template: Compile) -> tuple[Step, list[Node]]:
    key = inside.text
    if has_function(key):
        node = template(inside)
        return (lambda value, exchange: _at(value, as_text(node.run(exchange)), safe, key)), [node]
    if len(key) >= 2 and key[0] in "'\"" and key[-1] == key[0]:
        key = key[1:-1]
    if not key:
        raise refuse("an index is missing here", inside.at)

    def step(value: Any, _exchange: Exchange) -> Any:
        if type(value) is dict:
            found = value.get(key, _MISSING)
            if found is not _MISSING:
                return found
        return _at(value, key, safe, key)

    return step, []


def _at(value: Any, key: str, safe: bool, shown: str) -> Any:
    """Return the element; `shown` is the index as the route wrote it, for errors: a computed one may be personal data."""
    if value is None and safe:
        return None
    if isinstance(value, Mapping):
        found = value.get(key)
        return value.get(int(key)) if found is None and key.isdecimal() and int(key) in value else found
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"`[{shown}]` is asked of {'null' if value is None else type(value).__name__}")
    position = _position(key, len(value), shown)
    if not 0 <= position < len(value):
        if safe:
            return None
        raise ExpressionError(f"`[{shown}]` lies outside a list of {len(value)}")
    return value[position]


def _position(key: str, length: int, shown: str) -> int:
    last = _LAST.fullmatch(key)
    if last:
        return length - 1 - int(last[1] or 0)
    if not (key.isascii() and key.isdecimal()):
        raise ExpressionError(f"`[{shown}]` is no index of a list")
    return int(key)


def splits_path(text: str) -> int:
    """Return the index where a name ends and a path into its value may begin, or the length of `text`."""
    for index, sign in enumerate(text):
        if sign in ".[" or (sign == "?" and text[index + 1 : index + 2] in (".", "[")):
            return index
        if opening_at(text, index):
            break
    return len(text)
