"""How a step calls a registered Python callable: what its parameters get, and what becomes of its result.

Parameters are filled by name: `exchange`, `message` (the exchange, too), `body`, `headers`, `properties`, `variables`; the
first parameter of another name gets the body. Further ones need a default.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from caravana.kit.callables import Callables, Registered
from caravana.kit.effect import Effect
from caravana.kit.errors import CallableFailed, CaravanaError, ConfigurationError
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.nearest import nearest

SUPPLY: Mapping[str, Callable[[Exchange], Any]] = {
    "exchange": lambda exchange: exchange,
    "message": lambda exchange: exchange,
    "body": lambda exchange: exchange.body,
    "headers": lambda exchange: exchange.headers,
    "properties": lambda exchange: exchange.properties,
    "variables": lambda exchange: exchange.variables,
}
"""What fills a parameter of each name."""
_PARTS: dict[str, tuple[str, ...]] = {
    "exchange": ("body", "headers", "properties", "variables"),
    "message": ("body", "headers"),
}
_REDELIVERY = "camelredeliver"


@dataclass(frozen=True)
class Invocation:
    """One callable, ready to be called; `wanted` names what it gets, in order."""

    registered: Registered
    wanted: tuple[str, ...]

    @property
    def asynchronous(self) -> bool:
        """Whether it is a coroutine function."""
        return inspect.iscoroutinefunction(self.registered.function)

    def call(self, exchange: Exchange) -> Any:
        """Call it on `exchange` itself; a coroutine function returns its coroutine.

        Errors of Caravana's own pass; any other becomes the cause of a `CallableFailed`.
        """
        with named(self.registered.name):
            return self.registered.function(*[SUPPLY[name](exchange) for name in self.wanted])

    async def call_and_wait(self, exchange: Exchange) -> Any:
        """Call it on `exchange` itself, wait for it if need be, and return the result. Raises as `call` does."""
        return await self.finish(self.call(exchange))

    async def finish(self, result: Any) -> Any:
        """Return what `result` of `call` comes to. Raises as `call` does."""
        if not inspect.isawaitable(result):
            return result
        with named(self.registered.name):
            return await result

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the callable's name and the parts of `exchange` that it gets: the canonical input of a recorded call."""
        parts = dict.fromkeys(part for name in self.wanted for part in _PARTS.get(name, (name,)))
        return {"callable": self.registered.name, **{part: _plain(getattr(exchange, part)) for part in parts}}

    def exchange_for(self, request: Mapping[str, Any], effect: Effect) -> Exchange:
        """Return an exchange of copies of what `request` holds: a recorded callable changes nothing but by its result."""
        parts = deepcopy(dict(request))
        exchange = Exchange(
            effect.exchange_id,
            parts.get("body"),
            Headers(parts.get("headers") or {}),
            created=effect.intended_at,
            branch=effect.branch,
        )
        exchange.properties = parts.get("properties") or {}
        exchange.variables = parts.get("variables") or {}
        return exchange


def find_callable(callables: Callables, name: str, method: str = "") -> Registered:
    """Return the callable `name`, or its `method`; an object's name alone stands for its only method.

    Raises `ConfigurationError` with the nearest registered name when there is none, or several.
    """
    full = f"{name}.{method}" if method else name
    if full in callables:
        return callables.get(full)
    methods = [one.name for one in callables if one.name.startswith(f"{name}.")]
    if not method and len(methods) == 1:
        return callables.get(methods[0])
    if methods:
        short = ", ".join(one.removeprefix(f"{name}.") for one in methods)
        raise ConfigurationError(f"`{full}` names no callable", suggestion=f"its methods are {short}")
    raise ConfigurationError(
        f"no callable is registered under `{full}`", suggestion=nearest(full, [one.name for one in callables])
    )


def plan_invocation(registered: Registered) -> Invocation:
    """Return how `registered` is called. Raises `ConfigurationError` for a parameter that nothing fills."""
    return Invocation(registered, wanted_by(registered, SUPPLY))


def wanted_by(registered: Registered, supply: Collection[str]) -> tuple[str, ...]:
    """Return what `registered` is given by position, of the names in `supply`.

    Raises `ConfigurationError` for a parameter that nothing fills.
    """
    signature = signature_of(registered)
    if signature is None:
        return ("body",)
    wanted: list[str] = []
    for position, parameter in enumerate(signature.parameters.values()):
        name = _supplied(parameter, supply, first=not wanted)
        if name is not None and len(wanted) == position:
            wanted.append(name)
        else:
            _check_default(registered, parameter, supply)
    return tuple(wanted)


def signature_of(registered: Registered) -> inspect.Signature | None:
    """Return the callable's signature; None for one written in C that tells none."""
    try:
        return inspect.signature(registered.function)
    except (TypeError, ValueError):
        return None


def _supplied(parameter: inspect.Parameter, supply: Collection[str], *, first: bool) -> str | None:
    """What fills `parameter`, which is given by position."""
    if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
        return None
    if parameter.name in supply:
        return parameter.name
    return "body" if first else None


def _check_default(registered: Registered, parameter: inspect.Parameter, supply: Collection[str]) -> None:
    optional = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    if parameter.default is parameter.empty and not optional:
        raise ConfigurationError(
            f"`{registered.name}` has a parameter `{parameter.name}` that nothing fills",
            suggestion=f"name it one of {', '.join(supply)}, or give it a default",
        )


def _plain(part: Any) -> Any:
    """Headers as a dict, without what the engine's redelivery writes there: the second attempt asks for the same."""
    if not isinstance(part, Headers):
        return part
    return {name: value for name, value in part.items() if not name.lower().startswith(_REDELIVERY)}


@contextmanager
def named(name: str) -> Iterator[None]:
    """Give what the callable `name` raises its place in the error tree: raises `CallableFailed` for what has none."""
    try:
        yield
    except CaravanaError:
        raise
    except Exception as error:
        raise CallableFailed(f"the callable `{name}` raised {type(error).__name__}") from error
