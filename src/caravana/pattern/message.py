"""Patterns that change the message: set, remove, convert, marshal (Message Translator, Content Enricher by hand)."""

import fnmatch
import re
from collections.abc import Callable, Iterable
from typing import Any

from caravana.kit import json
from caravana.kit.errors import NotConvertible
from caravana.kit.exchange import Exchange
from caravana.language.convert import convert
from caravana.language.function_message import check_variable
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.send import check_variables
from caravana.route import model as m

BRANCH = "CaravanaBranch"
"""Property by which a route gives a message the branch that it has found for it."""


@compiles(m.SetBody)
def set_body(step: m.SetBody, path: str, compiler: Compiler) -> Processor:
    """The body becomes the expression's result."""
    value = evaluator(compiler.expression(step.expression), path)

    async def process(exchange: Exchange, scope: Scope) -> None:
        exchange.body = await value(exchange, scope)

    return process


@compiles(m.Transform)
def transform(step: m.Transform, path: str, compiler: Compiler) -> Processor:
    """The same as `set_body`."""
    return set_body(m.SetBody(expression=step.expression), path, compiler)


def _setter(
    name: str, expression: m.Expression, path: str, compiler: Compiler, put: Callable[[Exchange, str, Any], None]
) -> Processor:
    value = evaluator(compiler.expression(expression), path)
    naming = compiler.simple(name) if "${" in name else None

    async def process(exchange: Exchange, scope: Scope) -> None:
        target = name if naming is None else str(naming.evaluate(exchange))
        put(exchange, target, await value(exchange, scope))

    return process


def _put_header(exchange: Exchange, name: str, value: Any) -> None:
    exchange.headers[name] = value


def _put_property(exchange: Exchange, name: str, value: Any) -> None:
    exchange.properties[name] = value
    if name == BRANCH and exchange.branch is None and value:
        exchange.branch = str(value)


def _put_variable(exchange: Exchange, name: str, value: Any) -> None:
    exchange.variables[name] = value


@compiles(m.SetHeader)
def set_header(step: m.SetHeader, path: str, compiler: Compiler) -> Processor:
    """One header becomes the expression's result."""
    return _setter(step.name, step.expression, path, compiler, _put_header)


@compiles(m.SetProperty)
def set_property(step: m.SetProperty, path: str, compiler: Compiler) -> Processor:
    """One property becomes the expression's result."""
    return _setter(step.name, step.expression, path, compiler, _put_property)


@compiles(m.SetVariable)
def set_variable(step: m.SetVariable, path: str, compiler: Compiler) -> Processor:
    """One variable becomes the expression's result."""
    check_variable(step.name)
    return _setter(step.name, step.expression, path, compiler, _put_variable)


def _all(processors: list[Processor]) -> Processor:
    async def process(exchange: Exchange, scope: Scope) -> None:
        for one in processors:
            await one(exchange, scope)

    return process


@compiles(m.SetHeaders)
def set_headers(step: m.SetHeaders, path: str, compiler: Compiler) -> Processor:
    """Several headers, in order."""
    return _all([set_header(one, f"{path}/{index}", compiler) for index, one in enumerate(step.headers)])


@compiles(m.SetVariables)
def set_variables(step: m.SetVariables, path: str, compiler: Compiler) -> Processor:
    """Several variables, in order."""
    return _all([set_variable(one, f"{path}/{index}", compiler) for index, one in enumerate(step.variables)])


@compiles(m.RemoveHeader)
def remove_header(step: m.RemoveHeader, path: str, compiler: Compiler) -> Processor:
    """Take one header away."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        exchange.headers.pop(step.name, None)

    return process


@compiles(m.RemoveProperty)
def remove_property(step: m.RemoveProperty, path: str, compiler: Compiler) -> Processor:
    """Take one property away."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        exchange.properties.pop(step.name, None)

    return process


@compiles(m.RemoveVariable)
def remove_variable(step: m.RemoveVariable, path: str, compiler: Compiler) -> Processor:
    """Take one variable away."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        exchange.variables.pop(step.name, None)

    return process


@compiles(m.RemoveHeaders)
def remove_headers(step: m.RemoveHeaders, path: str, compiler: Compiler) -> Processor:
    """Take away the headers that fit a pattern."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        for name in _fitting(list(exchange.headers), step.pattern, step.exclude_pattern):
            del exchange.headers[name]

    return process


@compiles(m.RemoveProperties)
def remove_properties(step: m.RemoveProperties, path: str, compiler: Compiler) -> Processor:
    """Take away the properties that fit a pattern."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        for name in _fitting(list(exchange.properties), step.pattern, step.exclude_pattern):
            del exchange.properties[name]

    return process


def _fitting(names: Iterable[str], pattern: str, exclude: str | None) -> list[str]:
    return [name for name in names if _fits(name, pattern) and not (exclude and _fits(name, exclude))]


def _fits(name: str, pattern: str) -> bool:
    """Camel's pattern: the name, a name ending in `*`, or a regular expression; case does not count."""
    if fnmatch.fnmatchcase(name.lower(), pattern.lower()):
        return True
    try:
        return re.fullmatch(pattern, name, re.IGNORECASE) is not None
    except re.error:
        return False


@compiles(m.ConvertBodyTo)
def convert_body_to(step: m.ConvertBodyTo, path: str, compiler: Compiler) -> Processor:
    """Convert the body to a type."""
    charset = step.charset or "utf-8"

    async def process(exchange: Exchange, scope: Scope) -> None:
        try:
            exchange.body = _converted(exchange.body, step.type, charset)
        except NotConvertible:
            if step.mandatory:
                raise
            exchange.body = None

    return process


def _converted(body: Any, wanted: str, charset: str) -> Any:
    if isinstance(body, bytes) and wanted.rsplit(".", 1)[-1] == "String":
        try:
            return body.decode(charset)
        except (UnicodeDecodeError, LookupError) as error:
            raise NotConvertible(f"the body is no {charset} text: {error}") from error
    if isinstance(body, str) and wanted in ("byte[]", "bytes"):
        return body.encode(charset)
    return convert(body, wanted)


@compiles(m.Marshal)
def marshal(step: m.Marshal, path: str, compiler: Compiler) -> Processor:
    """Write the body as JSON bytes."""
    form = step.data_format
    check_variables(step.variable_send, step.variable_receive)

    async def process(exchange: Exchange, scope: Scope) -> None:
        value = exchange.variables.get(step.variable_send) if step.variable_send else exchange.body
        try:
            text = json.dumps(
                value,
                indent=2 if form.option("prettyPrint") else None,
                skip_none=form.option("include") == "NON_NULL",
            )
        except (TypeError, ValueError) as error:
            raise NotConvertible(f"the body cannot be written as JSON: {error}") from error
        _keep(exchange, step.variable_receive, text.encode())
        if form.option("contentTypeHeader") and not step.variable_receive:
            exchange.headers["Content-Type"] = "application/json"

    return process


@compiles(m.Unmarshal)
def unmarshal(step: m.Unmarshal, path: str, compiler: Compiler) -> Processor:
    """Read JSON into maps and lists."""
    check_variables(step.variable_send, step.variable_receive)

    async def process(exchange: Exchange, scope: Scope) -> None:
        value = exchange.variables.get(step.variable_send) if step.variable_send else exchange.body
        if value in (None, "", b""):
            if not step.allow_null_body:
                raise NotConvertible("the body is empty: there is no JSON to read")
            _keep(exchange, step.variable_receive, None)
            return
        _keep(exchange, step.variable_receive, _read_json(value, use_list=step.data_format.option("useList")))

    return process


def _read_json(value: Any, *, use_list: bool) -> Any:
    if isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise NotConvertible(f"the body is no JSON: {error}") from error
    return [value] if use_list and not isinstance(value, list) else value


def _keep(exchange: Exchange, variable: str | None, value: Any) -> None:
    if variable:
        exchange.variables[variable] = value
    else:
        exchange.body = value
