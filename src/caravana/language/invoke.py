"""Calling registered Python callables from expressions."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from caravana.kit.callables import Callables, Registered
from caravana.kit.errors import CallableFailed, CaravanaError, ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.language.node import Node, nearest, strongest

_SUPPLY: dict[str, Callable[[Exchange], Any]] = {
    "exchange": lambda exchange: exchange,
    "body": lambda exchange: exchange.body,
    "headers": lambda exchange: exchange.headers,
    "properties": lambda exchange: exchange.properties,
    "variables": lambda exchange: exchange.variables,
    "exception": lambda exchange: exchange.exception,
}


def find_callable(callables: Callables, name: str) -> Registered:
    """Return the callable `name`; an object's name alone stands for its only method.

    Raises `ConfigurationError` with the nearest registered name.
    """
    if name in callables:
        return callables.get(name)
    methods = [one.name for one in callables if one.name.startswith(f"{name}.")]
    if len(methods) == 1:
        return callables.get(methods[0])
    if methods:
        raise ConfigurationError(f"`{name}` has several methods", suggestion=f"write one of {', '.join(methods)}")
    raise ConfigurationError(
        f"no callable is registered under `{name}`", suggestion=nearest(name, [one.name for one in callables])
    )


def bind_callable(registered: Registered) -> Callable[[Exchange], Any]:
    """Return a function of the exchange that calls `registered`.

    A parameter named exchange, body, headers, properties, variables or exception gets that; the first parameter of
    another name gets the body. Raises `ConfigurationError` for other parameters without a default.
    """
    function = registered.function
    supply = [_SUPPLY[name] for name in _parameters(registered)]
    if len(supply) == 1:
        only = supply[0]
        return lambda exchange: function(only(exchange))
    return lambda exchange: function(*[one(exchange) for one in supply])


def call_node(registered: Registered, given: Sequence[Node] | None = None) -> Node:
    """Return the node that calls `registered`, with the values of `given` where the route writes arguments.

    What it raises is wrapped as `CallableFailed`, unless it is an error of Caravana's own.
    Raises `ConfigurationError` for a coroutine function: an expression is evaluated at once.
    """
    if inspect.iscoroutinefunction(registered.function):
        raise ConfigurationError(
            f"`{registered.name}` is asynchronous, an expression cannot wait for it",
            suggestion="call it in a `bean` step",
        )
    call = bind_callable(registered) if given is None else _with_arguments(registered, given)

    def run(exchange: Exchange) -> Any:
        try:
            return call(exchange)
        except CaravanaError:
            raise
        except Exception as error:
            raise CallableFailed(f"the callable `{registered.name}` raised {type(error).__name__}") from error

    kind = registered.kind
    return Node(run, strongest((Node(run, kind), *(given or ()))))


def _with_arguments(registered: Registered, given: Sequence[Node]) -> Callable[[Exchange], Any]:
    runs = [node.run for node in given]
    signature = _signature(registered)
    if signature is not None:
        try:
            signature.bind(*runs)
        except TypeError as error:
            raise ConfigurationError(f"`{registered.name}` cannot be called so: {error}") from None
    function = registered.function
    return lambda exchange: function(*[run(exchange) for run in runs])


def _signature(registered: Registered) -> inspect.Signature | None:
    try:
        return inspect.signature(registered.function)
    except (TypeError, ValueError):
        return None


def _parameters(registered: Registered) -> list[str]:
    signature = _signature(registered)
    if signature is None:
        return ["body"]
    wanted: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
            _check_default(registered, parameter)
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            break
        if parameter.name in _SUPPLY:
            wanted.append(parameter.name)
        elif not wanted:
            wanted.append("body")
        else:
            _check_default(registered, parameter)
            break
    return wanted


def _check_default(registered: Registered, parameter: inspect.Parameter) -> None:
    if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
        raise ConfigurationError(
            f"`{registered.name}` has a parameter `{parameter.name}` that nothing fills",
            suggestion=f"name it one of {', '.join(_SUPPLY)}, or give it a default",
        )
