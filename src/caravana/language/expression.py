"""Compiling an expression of any language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Protocol

from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.effect import Kind
from caravana.kit.errors import CaravanaError, ConfigurationError, ExpressionError, NotConvertible, RouteError
from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest
from caravana.language.coerce import truth
from caravana.language.convert import Type, convert_to, find_type
from caravana.language.languages import COMPILERS, OPTIONS
from caravana.language.node import Node, Run, Scope
from caravana.language.options import Settings

_OWN = (ExpressionError, NotConvertible, ConfigurationError)
"""Errors of the expression itself; those of callables and partners go on as they are."""

LANGUAGES: dict[str, str] = {name: doc for name, (_, doc) in COMPILERS.items()}
"""The expression languages, with their meaning."""


class Expression(Protocol):
    """An expression of a route, compiled once."""

    @property
    def kind(self) -> Kind:
        """PURE; READ when it looks at clock or chance; the callable's kind where one is called."""
        ...

    @property
    def text(self) -> str:
        """The text as the route wrote it."""
        ...

    @property
    def language(self) -> str:
        """The name of its language."""
        ...

    def evaluate(self, exchange: Exchange) -> Any:
        """Return the value on this message. Raises `ExpressionError`, or what a callable raised."""
        ...

    def matches(self, exchange: Exchange) -> bool:
        """Return the value as a predicate, by Camel's rules. Raises as `evaluate`."""
        ...


@dataclass(frozen=True, slots=True)
class CompiledExpression:
    """An expression that ran through its language's compiler."""

    language: str
    text: str
    kind: Kind
    value: Run
    test: Run

    def evaluate(self, exchange: Exchange) -> Any:
        """Return the value on this message. Raises `ExpressionError`, or what a callable raised."""
        try:
            return self.value(exchange)
        except _OWN as error:
            raise self._named(error) from error
        except CaravanaError:
            raise
        except Exception as error:
            raise self._broken(error) from error

    def matches(self, exchange: Exchange) -> bool:
        """Return the value as a predicate, by Camel's rules. Raises as `evaluate`."""
        try:
            return truth(self.test(exchange))
        except _OWN as error:
            raise self._named(error) from error
        except CaravanaError:
            raise
        except Exception as error:
            raise self._broken(error) from error

    def _named(self, error: Exception) -> ExpressionError:
        return ExpressionError(f"{self.language} `{self.text}`: {error}")

    def _broken(self, error: Exception) -> ExpressionError:
        return ExpressionError(f"{self.language} `{self.text}` cannot be evaluated ({type(error).__name__})")


def compile_expression(
    language: str,
    text: str,
    options: Mapping[str, Any] | None = None,
    *,
    clock: Clock,
    callables: Callables,
    properties: Mapping[str, str] | None = None,
    timezone: tzinfo = UTC,
    predicate: bool = False,
) -> Expression:
    """Return `text` of `language`, compiled.

    `options` are the language's, by Camel's spelling; `properties` are the placeholder values that `${properties:x}` may
    name; `timezone` is that of dates whose pattern names none. With `predicate` the text must be one: in Simple, values
    and operators instead of a template. Raises `ConfigurationError` with the column within the text.
    """
    compiler = COMPILERS.get(language)
    if compiler is None:
        raise ConfigurationError(f"`{language}` is no expression language", suggestion=nearest(language, COMPILERS))
    settings = Settings(language, dict(options or {}), OPTIONS[language])
    wanted = settings.text("resultType")
    result = find_type(wanted) if wanted else None
    scope = Scope(clock, callables, properties, timezone)
    compiled = compiler[0](text, settings, scope, predicate or (result is not None and result.name == "Boolean"))
    value = compiled.value if compiled.typed else _converted(compiled.value, result)
    return CompiledExpression(language, text, compiled.value.kind, value.run, compiled.test.run)


def _converted(node: Node, result: Type | None) -> Node:
    if result is None:
        return node
    run = node.run
    if node.fixed:
        return _fixed_as(node, result)
    convert: Callable[[Exchange], Any] = lambda exchange: convert_to(run(exchange), result)  # noqa: E731
    return Node(convert, node.kind)


def _fixed_as(node: Node, result: Type) -> Node:
    try:
        value = convert_to(node.value, result)
    except RouteError as error:
        raise ConfigurationError(str(error), place="resultType") from None
    return Node(lambda _exchange: value, fixed=True, value=value)
