"""Aggregation strategies: how the results of parts become one."""

from collections.abc import Callable
from typing import Any

from caravana.kit.callables import Callables
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange

Strategy = Callable[[Exchange | None, Exchange], Exchange]


def _grouped_body(old: Exchange | None, new: Exchange) -> Exchange:
    result = new.copy() if old is None else old
    result.body = [new.body] if old is None else [*result.body, new.body]
    return result


def _latest(old: Exchange | None, new: Exchange) -> Exchange:
    return new


def _original(old: Exchange | None, new: Exchange) -> Exchange:
    return new if old is None else old


def _text(old: Exchange | None, new: Exchange) -> Exchange:
    result = new.copy() if old is None else old
    result.body = ("" if old is None else str(result.body)) + ("" if new.body is None else str(new.body))
    return result


BUILT_IN: dict[str, Strategy] = {
    "GroupedBodyAggregationStrategy": _grouped_body,
    "UseLatestAggregationStrategy": _latest,
    "UseOriginalAggregationStrategy": _original,
    "StringAggregationStrategy": _text,
}


def strategy(name: str | None, callables: Callables) -> Strategy | None:
    """Return the strategy that a route names: `#bean`, a callable's name, or a built-in by its Java name.

    Raises `ConfigurationError` for an unknown or impure one.
    """
    if name is None:
        return None
    bare = name.removeprefix("#class:").removeprefix("#bean:").removeprefix("#")
    built_in = BUILT_IN.get(bare.rsplit(".", 1)[-1])
    if built_in is not None:
        return built_in
    found = callables.get(bare)
    if found.kind is not Kind.PURE:
        raise ConfigurationError(f"the strategy `{bare}` must be declared pure", suggestion="decorate it with @pure")
    function: Callable[..., Any] = found.function
    return lambda old, new: function(old, new)
