"""Simple's functions that read the exchange: body, headers, properties, variables, error, route, settings, callables."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from caravana.kit.errors import ConfigurationError, ExpressionError
from caravana.kit.exchange import Exchange
from caravana.kit.invoke import find_callable
from caravana.language.call import Builder, Call
from caravana.language.convert import Type, convert_to, find_type
from caravana.language.invoke import call_node
from caravana.language.jq_query import jq_node
from caravana.language.json_path import path_node, source_of
from caravana.language.node import Node, fixed, refuse
from caravana.language.ognl import splits_path
from caravana.language.scan import Source, arguments, bracket_end, has_function
from caravana.language.text import as_text, java_text

BODY = Node(lambda exchange: exchange.body)
_EXCEPTION = Node(lambda exchange: exchange.exception)
_SCOPES = ("global:", "route:", "header:")
Pick = Callable[[Exchange], Mapping[str, Any]]


def _headers(exchange: Exchange) -> Mapping[str, Any]:
    return exchange.headers


def _properties(exchange: Exchange) -> Mapping[str, Any]:
    return exchange.properties


def _variables(exchange: Exchange) -> Mapping[str, Any]:
    return exchange.variables


def check_variable(name: str, at: int = 0) -> None:
    """Raise `ConfigurationError` for a variable outside the exchange: nothing would keep it over a restart."""
    for scope in _SCOPES:
        if name.startswith(scope):
            raise refuse(f"variables of the scope `{scope}` are not kept", at, "use a variable of the exchange")


def _keyed(pick: Pick) -> Builder:
    """Return the builder of `name.key`, `name:key`, `name[key]`, each with a path behind the key."""

    def build(call: Call) -> Node:
        rest = call.rest
        if rest.text.startswith("["):
            end = bracket_end(rest, 0)
            return call.follow(_by_key(call, pick, _unquoted(rest.part(1, end))), rest.part(end + 1))
        whole = rest.part(2 if rest.text.startswith("?.") else 1)
        if rest.text[:1] not in (".", ":", "?") or not whole.text:
            raise refuse(f"`{call.name}` needs a name behind it: `{call.name}.name`", call.at)
        end = splits_path(whole.text)
        if end == len(whole.text):
            return _by_key(call, pick, whole)
        if not end:
            raise refuse("a name is missing here", whole.at)
        path = call.follow(_by_key(call, pick, whole.part(0, end)), whole.part(end))
        return path if has_function(whole.text) else _whole_first(pick, whole.text, path)

    return build


def _unquoted(key: Source) -> Source:
    inside = key.strip()
    quoted = len(inside.text) > 1 and inside.text[0] in "'\"" and inside.text[-1] == inside.text[0]
    return inside.part(1, len(inside.text) - 1) if quoted else inside


def _by_key(call: Call, pick: Pick, key: Source) -> Node:
    if pick is _variables:
        check_variable(key.text, key.at)
    if not key.text:
        raise refuse("a name is missing here", key.at)
    if has_function(key.text):
        name = call.compiler.template(key, escapes=False)
        return Node(lambda exchange: pick(exchange).get(as_text(name.run(exchange))), name.kind)
    if key.text.endswith(")"):
        raise refuse(f"`{key.text}` is no name", key.at)
    text = key.text
    return Node(lambda exchange: pick(exchange).get(text))


def _whole_first(pick: Pick, name: str, path: Node) -> Node:
    """A name may hold dots: the whole is looked up first, then its first part is followed (as Camel does)."""

    def run(exchange: Exchange) -> Any:
        found = pick(exchange).get(name)
        return path.run(exchange) if found is None else found

    return Node(run, path.kind)


def _all(pick: Pick, keyed: Builder) -> Builder:
    def build(call: Call) -> Node:
        if not call.rest.text:
            return Node(lambda exchange: dict(pick(exchange)))
        if call.rest.text in (".size", ".size()", ".length()"):
            return Node(lambda exchange: len(pick(exchange)))
        return keyed(call)

    return build


def _body(call: Call) -> Node:
    return call.follow(BODY)


def _exception(call: Call) -> Node:
    if call.rest.text.lower() == ".stacktrace":
        raise refuse("`exception.stackTrace` is refused: a stack of the engine says nothing of the route", call.at)
    if call.rest.text == ".message":
        return Node(lambda exchange: None if exchange.exception is None else str(exchange.exception))
    return call.follow(_EXCEPTION)


def _type(source: Source) -> Type:
    try:
        return find_type(source.text.strip("'\" "))
    except ConfigurationError as error:
        raise refuse(error.message, source.at, error.suggestion) from None


def _body_as(call: Call) -> Node:
    wanted = _type(call.sources(1, 1)[0])
    return Node(lambda exchange: convert_to(exchange.body, wanted))


def _mandatory_body_as(call: Call) -> Node:
    wanted = _type(call.sources(1, 1)[0])

    def run(exchange: Exchange) -> Any:
        if exchange.body is None:
            raise ExpressionError("the body is null")
        return convert_to(exchange.body, wanted)

    return Node(run)


def _keyed_as(pick: Pick) -> Builder:
    def build(call: Call) -> Node:
        key, type_name = call.sources(2, 2)
        wanted, value = _type(type_name), _by_key(call, pick, _unquoted(key)).run
        return Node(lambda exchange: convert_to(value(exchange), wanted))

    return build


def pretty(value: Any) -> str:
    """Return `value` as indented JSON where it is JSON (a map, a list, or text that reads so), else as text."""
    if isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError:
            return java_text(value)
        if not isinstance(value, dict | list):
            return java_text(value)
    if isinstance(value, dict | list):
        return json.dumps(value, indent=2, ensure_ascii=False, default=java_text)
    return as_text(value)


def _bean(call: Call) -> Node:
    text = call.named()
    name, given = text, None
    bracket = text.text.find("(")
    if bracket >= 0:
        end = bracket_end(text, bracket)
        if end != len(text.text) - 1:
            raise refuse("nothing may stand behind the arguments", text.at + end + 1)
        name, given = text.part(0, bracket), arguments(text.part(bracket + 1, end))
    registered = find_callable(call.compiler.scope.callables, callable_name(name.text))
    return call_node(registered, None if given is None else [call.compiler.operand(one) for one in given])


def callable_name(text: str) -> str:
    """Return the registered name that `name`, `name.method`, `name?method=method` or `name::method` stands for."""
    return text.strip().replace("?method=", ".").replace("::", ".")


def _looked_into(call: Call) -> tuple[Source, Node]:
    """Return the text of an embedded language and what it looks into: the body, or the source named before a comma."""
    text = call.named()
    source, comma, rest = text.text.partition(",")
    if comma and source.strip().partition(":")[0] in ("header", "exchangeProperty", "property", "variable"):
        return text.part(len(text.text) - len(rest)).strip(), source_of(source.strip())
    return text, BODY


def _jsonpath(call: Call) -> Node:
    text, origin = _looked_into(call)
    return path_node(_unquoted(text).text, origin)


def _jq(call: Call) -> Node:
    text, origin = _looked_into(call)
    return jq_node(text.text, origin)


MESSAGE_FUNCTIONS: dict[str, tuple[Builder, str]] = {
    "body": (_body, "The body, or a path into it: `body.x`, `body[x]`, `body?.x.size()`."),
    "bodyAs": (_body_as, "The body converted to a type."),
    "mandatoryBodyAs": (_mandatory_body_as, "The body converted to a type; null is an error."),
    "bodyOneLine": (
        lambda call: call.alone(Node(lambda exchange: "".join(as_text(exchange.body).splitlines()))),
        "The body as text without line breaks.",
    ),
    "prettyBody": (lambda call: call.alone(Node(lambda exchange: pretty(exchange.body))), "The body as indented JSON."),
    "header": (_keyed(_headers), "A header (names ignore case), or a path into its value."),
    "headerAs": (_keyed_as(_headers), "A header converted to a type."),
    "headers": (_all(_headers, _keyed(_headers)), "All headers; with a name, one header."),
    "exchangeProperty": (_keyed(_properties), "A property of the exchange, or a path into its value."),
    "variable": (_keyed(_variables), "A variable of the exchange, or a path into its value."),
    "variableAs": (_keyed_as(_variables), "A variable converted to a type."),
    "variables": (_all(_variables, _keyed(_variables)), "All variables; with a name, one variable."),
    "exchangeId": (lambda call: call.alone(Node(lambda exchange: exchange.id)), "The id of the exchange."),
    "id": (lambda call: call.alone(Node(lambda exchange: exchange.id)), "The message's id, which is the exchange's."),
    "routeId": (lambda call: call.alone(Node(lambda exchange: exchange.route_id)), "The id of the route."),
    "exception": (
        _exception,
        "The error being handled, or a path into it: `exception.message`, `exception.statusCode`.",
    ),
    "bean": (_bean, "What a registered Python callable returns: `bean:name.method(args)`."),
    "jsonpath": (_jsonpath, "What a JSONPath finds in the body, or in `header:x`: `jsonpath($.a)`."),
    "jq": (_jq, "What a jq program makes of the body, or of `header:x`: `jq(.a)`, `jq(header:x,.a)`."),
    "null": (lambda call: call.alone(fixed(None)), "Null."),
}
"""Builder and meaning of each function."""
