"""JSONPath over the body or another source (facts: camel-jsonpath, 4.x).

A path to one place gives its value and fails where a step is missing; any other gives a list. Filters follow RFC 9535:
on a map they look at its values, where Camel's library looks at the map itself.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.language.node import Node, Run, refuse
from caravana.language.text import java_text

Key = str | int
Query = Callable[[Any], Any]
_LENGTH = re.compile(r"(.+)\.(?:length|size)\(\)")
_EASY = re.compile(r"\s*([^$\s][^\s'\"]*)\s+(==|!=|<=|>=|<|>|=~|in|nin|contains)\s+(.+?)\s*")
_MISSING = object()


def path_node(text: str, origin: Node, *, suppress: bool = False) -> Node:
    """Return the node of what the path `text` finds in `origin`; `suppress`: a missing step gives null.

    Raises `ConfigurationError` with the column where the path is wrong.
    """
    query = compile_path(text, suppress=suppress)
    return Node(lambda exchange: query(document(origin.run(exchange))), origin.kind)


def source_of(text: str, *, bare: str = "") -> Node:
    """Return the node of a `source` option: `body`, `header:x`, `exchangeProperty:x` (`property:x`), `variable:x`.

    `bare`: the kind that a name without one has. Raises `ConfigurationError`.
    """
    kind, _, name = text.partition(":") if ":" in text or not bare else (bare, "", text)
    if text == "body":
        return Node(lambda exchange: exchange.body)
    if name:
        runs: dict[str, Run] = {
            "header": lambda exchange: exchange.headers.get(name),
            "exchangeProperty": lambda exchange: exchange.properties.get(name),
            "property": lambda exchange: exchange.properties.get(name),
            "variable": lambda exchange: exchange.variables.get(name),
        }
        if kind in runs:
            return Node(runs[kind])
    raise ConfigurationError(
        f"`{text}` is no source", suggestion="write body, header:x, exchangeProperty:x or variable:x"
    )


def document(value: Any) -> Any:
    """Return `value` as JSON data: text and bytes are parsed. Raises `ExpressionError` when they are no JSON."""
    if isinstance(value, str | bytes):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ExpressionError("the value that a JSONPath looks into is no JSON") from None
    if not isinstance(value, dict | list):
        raise ExpressionError(f"a JSONPath cannot look into {'null' if value is None else type(value).__name__}")
    return value


@lru_cache(maxsize=512)
def compile_path(text: str, *, suppress: bool = False) -> Query:
    """Return a function from JSON data to what the path finds. Raises `ConfigurationError`."""
    length = _LENGTH.fullmatch(text)
    if length:
        inner = compile_path(length[1], suppress=suppress)
        return lambda data: _length(inner(data))
    path = _compiled(text)
    keys, singular = _leading_keys(path)
    if singular:
        return _one(text, keys, suppress)

    def many(data: Any) -> list[Any]:
        if _reach(data, keys) is _MISSING:
            return list(_missing([], text, suppress))
        return list(path.findall(data))

    return many


@lru_cache(maxsize=512)
def compile_easy(text: str) -> Query | None:
    """Return the query of Camel's short predicate (`order.status == 'paid'`), or None when `text` is none."""
    match = _EASY.fullmatch(text)
    if match is None or text.startswith("$"):
        return None
    before, _, last = match[1].rpartition(".")
    test = _compiled(f"$[?(@.{last} {match[2]} {match[3]})]")
    holders = _compiled(f"$.{before}" if before else "$..*")

    def query(data: Any) -> list[Any]:
        found = holders.findall(data)
        candidates = [one for item in found for one in (item if isinstance(item, list) else [item])]
        return list(test.findall([*([] if before else [data]), *candidates]))

    return query


def as_json(value: Any) -> Any:
    """Return what `writeAsString` gives: JSON text of the value, of each element of a list, of each value of a map."""
    if isinstance(value, list):
        return [_json(one) for one in value]
    if isinstance(value, dict):
        return {key: _json(one) for key, one in value.items()}
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=java_text)


def _compiled(text: str) -> Any:
    import jsonpath  # takes a tenth of a second, and many hubs have no JSONPath
    from jsonpath.exceptions import JSONPathError

    try:
        return jsonpath.compile(text)
    except JSONPathError as error:
        token = getattr(error, "token", None)
        raise refuse(
            f"the JSONPath cannot be read: {str(error).splitlines()[0]}", max(0, getattr(token, "index", 0))
        ) from None
    except (ValueError, RecursionError, IndexError, KeyError, re.error):
        raise refuse("the JSONPath cannot be read", 0) from None


def _leading_keys(path: Any) -> tuple[tuple[Key, ...], bool]:
    """Return the names and indexes with which the path begins, and whether it holds nothing else."""
    from jsonpath import JSONPath  # as above
    from jsonpath.selectors import IndexSelector, NameSelector

    keys: list[Key] = []
    segments: Sequence[Any] = getattr(path, "segments", ())
    for segment in segments:
        selectors = segment.selectors
        if type(segment).__name__ != "JSONPathChildSegment" or len(selectors) != 1:
            return tuple(keys), False
        if type(selectors[0]) is NameSelector:
            keys.append(selectors[0].name)
        elif type(selectors[0]) is IndexSelector:
            keys.append(selectors[0].index)
        else:
            return tuple(keys), False
    return tuple(keys), isinstance(path, JSONPath)


def _one(text: str, keys: tuple[Key, ...], suppress: bool) -> Query:
    def one(data: Any) -> Any:
        found = _reach(data, keys)
        return _missing(None, text, suppress) if found is _MISSING else found

    return one


def _reach(data: Any, keys: tuple[Key, ...]) -> Any:
    for key in keys:
        if isinstance(key, str):
            if not isinstance(data, dict) or key not in data:
                return _MISSING
        elif not isinstance(data, list) or not -len(data) <= key < len(data):
            return _MISSING
        data = data[key]
    return data


def _missing(instead: Any, text: str, suppress: bool) -> Any:
    if suppress:
        return instead
    raise ExpressionError(f"the JSONPath `{text}` leads nowhere in this message")


def _length(found: Any) -> int | None:
    return len(found) if isinstance(found, list | dict | str) else None
