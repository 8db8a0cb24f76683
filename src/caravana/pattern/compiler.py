"""From the route model to processors: one function per element, found by its class."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, TypeVar

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.component import Endpoint
from caravana.kit.effect import Kind
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from caravana.language import Expression as Compiled
from caravana.language import compile_expression
from caravana.pattern.processor import Processor, Scope
from caravana.route.model import Expression, Node, Step

S = TypeVar("S", bound=Step)
Guard = Callable[[Node, str, Processor], Processor]
_MAKERS: dict[type[Step], Callable[[Any, str, "Compiler"], Processor]] = {}


def compiles(
    kind: type[S],
) -> Callable[[Callable[[S, str, "Compiler"], Processor]], Callable[[S, str, "Compiler"], Processor]]:
    """Declare the function that turns a step of class `kind` at a call path into its processor."""

    def register(maker: Callable[[S, str, "Compiler"], Processor]) -> Callable[[S, str, "Compiler"], Processor]:
        _MAKERS[kind] = maker
        return maker

    return register


class Compiler:
    """Compiles the steps of one route. `guard` wraps each step in the route's error handling; doTry works without it."""

    def __init__(
        self,
        route_id: str,
        *,
        clock: Clock,
        callables: Callables,
        endpoint: Callable[[Uri], Endpoint],
        guard: Guard | None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`endpoint` gives the endpoint at an address; `guard` None: errors go straight to the caller.

        `settings`: what `${properties:x}` and `${env.X}` may ask for.
        """
        self.route_id = route_id
        self.clock = clock
        self.callables = callables
        self.endpoint = endpoint
        self.guard = guard
        self.settings = settings

    def unguarded(self) -> "Compiler":
        """Return a compiler whose steps have no error handler (the block of a doTry, the steps of a clause)."""
        twin = copy(self)
        twin.guard = None
        return twin

    def block(self, steps: Sequence[Step], base: str) -> Processor:
        """Return the processor of `steps`, one after the other; call paths begin with `base`."""
        names = step_names(steps)
        parts = [self.step(step, base + name) for step, name in zip(steps, names, strict=True) if not step.disabled]
        if not parts:
            return _nothing
        return parts[0] if len(parts) == 1 else _sequence(parts)

    def step(self, step: Step, path: str) -> Processor:
        """Return the processor of one step at `path`."""
        processor = _MAKERS[type(step)](step, path, self)
        return processor if self.guard is None else self.guard(step, path, processor)

    def expression(self, model: Expression) -> Compiled:
        """Return the expression, compiled. Raises `ConfigurationError`."""
        return self._compiled(model.language, model.text, model.options)

    def condition(self, model: Expression) -> Compiled:
        """Return the predicate, compiled. Raises `ConfigurationError`."""
        return self._compiled(model.language, model.text, model.options, predicate=True)

    def simple(self, text: str) -> Compiled:
        """Return a Simple text, compiled. Raises `ConfigurationError`."""
        return self._compiled("simple", text, {})

    def _compiled(self, language: str, text: str, options: Mapping[str, Any], *, predicate: bool = False) -> Compiled:
        return compile_expression(
            language,
            text,
            options,
            clock=self.clock,
            callables=self.callables,
            properties=self.settings,
            predicate=predicate,
        )


def supported() -> frozenset[type[Step]]:
    """Return the classes of steps that have a processor."""
    return frozenset(_MAKERS)


def step_names(steps: Sequence[Step]) -> list[str]:
    """Return each step's part of the call path: its id, else its type and ordinal among its siblings of that type."""
    counts: dict[str, int] = {}
    names: list[str] = []
    for step in steps:
        key = step.spec.key
        counts[key] = counts.get(key, 0) + 1
        names.append(step.id or f"{key}{counts[key]}")
    return names


def evaluator(expression: Compiled, path: str) -> Callable[[Exchange, Scope], Any]:
    """Return a coroutine function that evaluates; what looks at clock, random or the world is remembered at `path`."""

    async def recorded(exchange: Exchange, scope: Scope) -> Any:
        return await scope.remember(
            scope.prefix + path, expression.kind, expression.text, lambda: expression.evaluate(exchange)
        )

    async def pure(exchange: Exchange, scope: Scope) -> Any:
        return expression.evaluate(exchange)

    return pure if expression.kind is Kind.PURE else recorded


def predicate(expression: Compiled, path: str) -> Callable[[Exchange, Scope], Any]:
    """Return a coroutine function that tells whether the expression holds."""

    async def recorded(exchange: Exchange, scope: Scope) -> bool:
        return bool(
            await scope.remember(
                scope.prefix + path, expression.kind, expression.text, lambda: expression.matches(exchange)
            )
        )

    async def pure(exchange: Exchange, scope: Scope) -> bool:
        holds: bool = expression.matches(exchange)
        return holds

    return pure if expression.kind is Kind.PURE else recorded


async def _nothing(exchange: Exchange, scope: Scope) -> None:
    return None


def _sequence(parts: list[Processor]) -> Processor:
    async def run(exchange: Exchange, scope: Scope) -> None:
        for part in parts:
            await part(exchange, scope)

    return run
