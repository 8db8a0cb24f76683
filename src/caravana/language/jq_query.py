"""jq over the body or another source (facts: camel-jq, 4.x): one result is itself, several are a list, none is null.

Camel runs a Java writing of jq, Caravana jq itself; what looks outside the message is refused. jq's numbers are
doubles: one with more than 17 digits loses the rest.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from caravana.kit import json
from caravana.kit.effect import Kind
from caravana.kit.errors import ExpressionError
from caravana.kit.exchange import Exchange
from caravana.language.node import Node, refuse, strongest
from caravana.language.text import java_text

_TEXT = re.compile(r'"(?:[^"\\]|\\[^(])*"|#[^\n]*')
"""Texts without a program inside them, and remarks: nothing in them is a function's name."""
_OUTSIDE = re.compile(
    r"\$(?:ENV|__prog_args)\b|(?<![.\w$])(?:env|input|inputs|input_filename|input_line_number|debug|stderr|halt"
    r"|halt_error|import|include|modulemeta|get_search_list|builtins|localtime|mktime|strflocaltime)\b(?!\s*:)"
)
_CLOCK = re.compile(r"(?<![.\w$])now\b(?!\s*:)")
_BARE_CONSTANT = re.compile(r"(?<![.\w$])constant\(\s*([A-Za-z_]\w*)\s*\)")
_READERS: dict[str, Callable[[Exchange], Mapping[str, Any]]] = {
    "header": lambda exchange: exchange.headers,
    "property": lambda exchange: exchange.properties,
    "variable": lambda exchange: exchange.variables,
}
_DEFINED = (
    'def _of($kind; $name): $given[$kind][if $kind == "header" then $name | ascii_downcase else $name end];'
    + "".join(
        f'def {name}($name): _of("{name}"; $name);'
        f'def {name}($name; $other): _of("{name}"; $name) as $found'
        " | if $found == null then $other | tostring else $found end;"
        for name in _READERS
    )
    + "def constant($text): $text; def constant($text; $other): $text; def body: $given.body;"
)
"""Camel's own functions, over what `_given` hands in beside the source."""


def jq_node(text: str, origin: Node, change: Callable[[Any], Any] | None = None) -> Node:
    """Return the node of what the program `text` makes of `origin`; `change` is laid over each result.

    Raises `ConfigurationError` when the program cannot be read, or looks outside the message.
    """
    program = compile_program(text)
    plain = _TEXT.sub('""', text)
    wanted = frozenset(name for name in (*_READERS, "body") if re.search(rf"(?<![.\w$]){name}\b", plain))

    def run(exchange: Exchange) -> Any:
        found = _results(program, _document(origin.run(exchange)), _given(exchange, wanted))
        values = found if change is None else [change(one) for one in found]
        return values if len(values) > 1 else values[0] if values else None

    return Node(run, strongest((origin, Node(run, Kind.READ if _CLOCK.search(plain) else Kind.PURE))))


def holds(found: Any) -> bool:
    """Return what a result is as a predicate: only true, and a list, that is several results, that is not empty."""
    return bool(found) if isinstance(found, bool | list) else False


@lru_cache(maxsize=512)
def compile_program(text: str) -> Any:
    """Return the compiled program, which reads `{source, given}`. Raises `ConfigurationError`."""
    plain = _TEXT.sub(lambda found: '"' + " " * (len(found[0]) - 2) + '"', text)
    outside = _OUTSIDE.search(plain)
    if outside:
        raise refuse(f"jq's `{outside[0]}` is refused: it looks outside the message", outside.start())
    import jq  # here, because a hub whose routes use none need not load the library

    own = _BARE_CONSTANT.sub(r'constant("\1")', text)
    try:
        return jq.compile(f". as {{$source, $given}} | {_DEFINED} $source | (\n{own}\n)")
    except ValueError as error:
        raise refuse(f"the jq program cannot be read: {_first(error)}", 0) from None


def _first(error: ValueError) -> str:
    line = str(error).partition("\n")[0].removeprefix("jq: error: ")
    return re.sub(r" at <top-level>.*", "", line).rstrip(": ")


def _given(exchange: Exchange, wanted: frozenset[str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, values in _READERS.items():
        if name in wanted:
            held = {key: None if value is None else java_text(value) for key, value in values(exchange).items()}
            given[name] = {key.lower(): value for key, value in held.items()} if name == "header" else held
    if "body" in wanted:
        given["body"] = None if exchange.body is None else java_text(exchange.body)
    return given


def _document(value: Any) -> str:
    """Return the source as JSON text. Raises `ExpressionError` when it is none."""
    if value is None:
        raise ExpressionError("there is nothing that jq could look into")
    try:
        if isinstance(value, str | bytes):
            json.loads(value)
            return value if isinstance(value, str) else value.decode()
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        raise ExpressionError("the value that jq looks into is no JSON") from None


def _results(program: Any, source: str, given: Mapping[str, Any]) -> list[Any]:
    text = f'{{"source":{source},"given":{json.dumps(given)}}}'
    try:
        return [json.loads(line) for line in program.input_text(text).text().split("\n") if line]
    except ValueError:
        raise ExpressionError("the jq program fails on this message") from None
