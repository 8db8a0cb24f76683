"""The expression languages: from text and options to a value and a predicate."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.kit.exchange import Exchange
from caravana.kit.invoke import find_callable
from caravana.language.convert import convert_to, find_type
from caravana.language.function_message import callable_name, check_variable, pretty
from caravana.language.invoke import call_node
from caravana.language.jq_query import holds, jq_node
from caravana.language.json_path import as_json, compile_easy, compile_path, document, path_node, source_of
from caravana.language.node import Node, Scope, fixed, strongest
from caravana.language.options import Settings
from caravana.language.scan import Source, has_function
from caravana.language.simple import Simple
from caravana.language.text import as_text

_SUPPRESS = "SUPPRESS_EXCEPTIONS"
_COLLECTIONS = ("List", "ArrayList", "Collection")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a language makes of a text: its value, and the value that decides where a predicate is wanted."""

    value: Node
    test: Node
    typed: bool = False
    """Whether `value` is of the wanted `resultType` already."""


Compiler = Callable[[str, Settings, Scope, bool], Compiled]


def _both(node: Node) -> Compiled:
    return Compiled(node, node)


def _simple(text: str, settings: Settings, scope: Scope, predicate: bool) -> Compiled:
    if settings.flag("nested"):
        raise ConfigurationError("`nested` is refused: a message's text would be run as an expression")
    source, simple = settings.source(text), Simple(scope)
    if predicate:
        return _both(simple.predicate(source))
    value = simple.expression(source)
    if settings.flag("trimResult"):
        value = _changed(value, lambda found: found.strip() if isinstance(found, str) else found)
    if settings.flag("pretty"):
        value = _changed(value, pretty)
    try:
        test = simple.predicate(source)
    except ConfigurationError as error:
        test = _failing(error)
    return Compiled(Node(value.run, strongest((value, test)), value.fixed, value.value), test)


def _changed(node: Node, change: Callable[[Any], Any]) -> Node:
    run = node.run
    return fixed(change(node.value)) if node.fixed else Node(lambda exchange: change(run(exchange)), node.kind)


def _failing(error: ConfigurationError) -> Node:
    """A template that is no predicate is still an expression: asking it as a predicate fails on the message."""
    text = str(error)

    def run(_exchange: Exchange) -> Any:
        raise ExpressionError(f"is no predicate: {text}")

    return Node(run)


def _constant(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    return _both(fixed(settings.source(text).text))


def _header(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    name = _name(settings.source(text))
    return _both(Node(lambda exchange: exchange.headers.get(name)))


def _property(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    name = _name(settings.source(text))
    return _both(Node(lambda exchange: exchange.properties.get(name)))


def _variable(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    name = _name(settings.source(text))
    check_variable(name)
    return _both(Node(lambda exchange: exchange.variables.get(name)))


def _name(source: Source) -> str:
    if not source.text:
        raise ConfigurationError("a name is missing")
    return source.text


def _callable(text: str, settings: Settings, scope: Scope, _predicate: bool) -> Compiled:
    name = callable_name(_name(settings.source(text)))
    return _both(call_node(find_callable(scope.callables, name)))


def _method(text: str, settings: Settings, scope: Scope, predicate: bool) -> Compiled:
    if settings.text("beanType"):
        raise ConfigurationError("`beanType` names a Java class", suggestion="register a callable and write `ref`")
    name, method = text.strip() or settings.text("ref"), settings.text("method")
    if settings.text("scope", "Singleton") != "Singleton":
        raise ConfigurationError("callables live as long as the hub", suggestion="leave `scope` out")
    bean = Simple(scope).template(Source(f"${{bean:{name}{'.' + method if method else ''}}}"))
    return _both(bean)


def _jsonpath(text: str, settings: Settings, scope: Scope, _predicate: bool) -> Compiled:
    source = settings.source(text)
    suppress = settings.flag("suppressExceptions") or _suppresses(settings.text("option"))
    origin = source_of(settings.text("source", "body"))
    if not source.text:
        raise ConfigurationError("a JSONPath is missing")
    if settings.flag("allowSimple", default=True) and has_function(source.text):
        node = _dynamic_path(Simple(scope).template(source, escapes=False), origin, suppress)
    else:
        easy = compile_easy(source.text) if settings.flag("allowEasyPredicate", default=True) else None
        node = _query(easy, origin) if easy else path_node(source.text, origin, suppress=suppress)
    single = settings.flag("unpackArray") or _wants_one(settings.text("resultType"))
    value = _changed(node, _unpacked) if single else node
    return Compiled(_changed(value, as_json) if settings.flag("writeAsString") else value, node)


def _suppresses(option: str) -> bool:
    names = [name.strip() for name in option.split(",") if name.strip()]
    for name in names:
        if name != _SUPPRESS:
            raise ConfigurationError(
                f"the JSONPath option `{name}` is not supported", suggestion=f"only {_SUPPRESS} is"
            )
    return bool(names)


def _wants_one(result_type: str) -> bool:
    return bool(result_type) and result_type.rpartition(".")[2] not in _COLLECTIONS


def _unpacked(found: Any) -> Any:
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _query(query: Callable[[Any], Any], origin: Node) -> Node:
    return Node(lambda exchange: query(document(origin.run(exchange))), origin.kind)


def _dynamic_path(text: Node, origin: Node, suppress: bool) -> Node:
    compile_path("$")  # imports the library now, not in the middle of the first message

    def run(exchange: Exchange) -> Any:
        path = as_text(text.run(exchange))
        query = compile_easy(path) or compile_path(path, suppress=suppress)
        return query(document(origin.run(exchange)))

    return Node(run, strongest((text, origin)))


def _jq(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    source = settings.source(text)
    if not source.text:
        raise ConfigurationError("a jq program is missing")
    origin = source_of(settings.text("source", "body"), bare="variable")
    name = settings.text("resultType")
    wanted = find_type(name) if name else None
    value = jq_node(source.text, origin, None if wanted is None else lambda found: convert_to(found, wanted))
    return Compiled(value, _changed(value, holds), typed=True)


def _tokenize(text: str, settings: Settings, _scope: Scope, _predicate: bool) -> Compiled:
    token = settings.text("token", text).replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
    origin = source_of(settings.text("source", "body"))
    group = settings.text("group", "0")
    if not token or not group.isdecimal():
        raise ConfigurationError("`tokenize` needs a token, and for `group` a whole number")
    try:
        pattern = re.compile(token if settings.flag("regex") else re.escape(token))
    except re.error as error:
        raise ConfigurationError(f"the token is no pattern: {error}") from None
    skip, size, glue = settings.flag("skipFirst"), int(group), settings.text("groupDelimiter", token)

    def run(exchange: Exchange) -> list[str]:
        parts = [part for part in pattern.split(as_text(origin.run(exchange))) if part][1 if skip else 0 :]
        return [glue.join(parts[at : at + size]) for at in range(0, len(parts), size)] if size else parts

    return _both(Node(run, origin.kind))


COMPILERS: dict[str, tuple[Compiler, str]] = {
    "simple": (_simple, "Templates and predicates: `Order ${header.id}`, `${body[total]} > 100`."),
    "constant": (_constant, "The text as it is written."),
    "header": (_header, "The header of this name."),
    "exchangeProperty": (_property, "The property of the exchange of this name."),
    "variable": (_variable, "The variable of the exchange of this name."),
    "jsonpath": (_jsonpath, "What a JSONPath finds in the body or another source."),
    "jq": (_jq, "What a jq program makes of the body or another source."),
    "method": (_method, "What the registered Python callable of this name returns."),
    "ref": (_callable, "What the registered Python callable of this name returns."),
    "python": (_callable, "What the registered Python callable of this name returns; source text is not run."),
    "tokenize": (_tokenize, "The parts of a text between tokens."),
}
"""Compiler and meaning of each language."""

_TYPED = frozenset({"trim", "resultType"})
OPTIONS: dict[str, frozenset[str]] = {
    "simple": _TYPED | {"trimResult", "pretty", "nested"},
    "constant": _TYPED,
    "header": frozenset({"trim"}),
    "exchangeProperty": frozenset({"trim"}),
    "variable": frozenset({"trim"}),
    "jsonpath": _TYPED
    | {
        "suppressExceptions",
        "allowSimple",
        "allowEasyPredicate",
        "unpackArray",
        "writeAsString",
        "option",
        "source",
    },
    "jq": _TYPED | {"source"},
    "method": _TYPED | {"ref", "method", "beanType", "scope", "validate"},
    "ref": _TYPED,
    "python": _TYPED,
    "tokenize": _TYPED | {"token", "regex", "group", "groupDelimiter", "skipFirst", "source"},
}
"""The options that each language knows."""
