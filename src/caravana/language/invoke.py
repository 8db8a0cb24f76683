"""Calling registered Python callables from expressions."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from caravana.kit.callables import Registered
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.invoke import SUPPLY, named, signature_of, wanted_by
from caravana.language.node import Node, strongest

_SUPPLY: Mapping[str, Callable[[Exchange], Any]] = {**SUPPLY, "exception": lambda exchange: exchange.exception}


def _bound(registered: Registered) -> Callable[[Exchange], Any]:
    """Return a function of the exchange that calls `registered`.

    A parameter named exchange, message, body, headers, properties, variables or exception gets that; the first parameter of
    another name gets the body. Raises `ConfigurationError` for other parameters without a default.
    """
    function = registered.function
    supply = [_SUPPLY[name] for name in wanted_by(registered, _SUPPLY)]
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
    call = _bound(registered) if given is None else _with_arguments(registered, given)

    def run(exchange: Exchange) -> Any:
        with named(registered.name):
            return call(exchange)

    kind = registered.kind
    return Node(run, strongest((Node(run, kind), *(given or ()))))


def _with_arguments(registered: Registered, given: Sequence[Node]) -> Callable[[Exchange], Any]:
    runs = [node.run for node in given]
    signature = signature_of(registered)
    if signature is not None:
        try:
            signature.bind(*runs)
        except TypeError as error:
            raise ConfigurationError(f"`{registered.name}` cannot be called so: {error}") from None
    function = registered.function
    return lambda exchange: function(*[run(exchange) for run in runs])
