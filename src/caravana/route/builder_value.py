"""Values of routes written in Python: expressions, policies and error handlers, checked as in a file."""

from collections.abc import Mapping
from typing import Any, TypeVar

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.route.address import split_address
from caravana.route.convert import SCALARS, convert, text_of
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.element import Node
from caravana.route.error_handling import DeadLetterChannel, DefaultErrorHandler, NoErrorHandler, RedeliveryPolicy
from caravana.route.expression import DataFormat, Expression
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.option import Kind, Option, camel_case
from caravana.route.problem import RouteFileError, error

N = TypeVar("N", bound=Node)

Text = str
"""A text; with placeholders it may stand for any option."""
Flag = bool | str
Count = int | str


def simple(text: str, **options: Any) -> Expression:
    """Return a Simple expression."""
    return _expression("simple", text, options)


def constant(value: str | float | bool, **options: Any) -> Expression:
    """Return a constant; numbers and booleans become the text that a route file would have."""
    return _expression("constant", text_of(value), options)


def header(name: str, **options: Any) -> Expression:
    """Return the value of a header."""
    return _expression("header", name, options)


def exchange_property(name: str, **options: Any) -> Expression:
    """Return the value of an exchange property."""
    return _expression("exchangeProperty", name, options)


def variable(name: str, **options: Any) -> Expression:
    """Return the value of a variable."""
    return _expression("variable", name, options)


def jsonpath(path: str, **options: Any) -> Expression:
    """Return what a JSONPath finds in the body."""
    return _expression("jsonpath", path, options)


def method(ref: str, name: str | None = None, **options: Any) -> Expression:
    """Return what the callable `ref` (its method `name`) returns."""
    return _expression("method", ref, {"method": name, **options})


def ref(name: str, **options: Any) -> Expression:
    """Return what the expression or callable registered under `name` gives."""
    return _expression("ref", name, options)


def json_format(**options: Any) -> DataFormat:
    """Return the data format json."""
    return DataFormat("json", _options(DATA_FORMATS["json"], options))


def redelivery(**options: Any) -> RedeliveryPolicy:
    """Return a redelivery policy: `maximum_redeliveries=3, redelivery_delay="5s"` ..."""
    return make(RedeliveryPolicy, **options)


def default_error_handler(policy: RedeliveryPolicy | None = None, **options: Any) -> DefaultErrorHandler:
    """Return Camel's default handler."""
    return make(DefaultErrorHandler, redelivery_policy=policy, **options)


def dead_letter_channel(uri: str, policy: RedeliveryPolicy | None = None, **options: Any) -> DeadLetterChannel:
    """Return a dead letter channel that sends what failed to `uri`."""
    return make(DeadLetterChannel, dead_letter_uri=uri, redelivery_policy=policy, **options)


def no_error_handler() -> NoErrorHandler:
    """Return the handler that handles nothing."""
    return NoErrorHandler()


def make(cls: type[N], **values: Any) -> N:
    """Return the element `cls` with `values` converted as its options declare; None = not set.

    Raises `RouteFileError` for an unknown option, a value that does not fit, a Python callable in place of its name.
    """
    given = {name: value for name, value in values.items() if value is not None}
    for name in given.keys() - cls.spec.names:
        raise RouteFileError(
            [error(f"`{cls.spec.key}` has no option `{name}`", suggestion=nearest(name, cls.spec.names))]
        )
    made = {name: _value(cls.spec.option(name), value) for name, value in given.items()}
    if "uri" in made and "parameters" in cls.spec.names:
        try:
            made["uri"], made["parameters"] = split_address(made["uri"], made.get("parameters", {}))
        except ConfigurationError as wrong:
            raise RouteFileError([error(wrong.message, suggestion=wrong.suggestion)]) from None
    return cls(**made)


def parameters_of(options: Mapping[str, Any], named: Mapping[str, Any] | None) -> dict[str, str]:
    """Return endpoint options as texts: Python names of `options` in camelCase, those of `named` as they are."""
    given = {camel_case(name): value for name, value in options.items()} | dict(named or {})
    return {name: text_of(_named(name, value)) for name, value in given.items() if value is not None}


def predicate(value: Expression | bool | None) -> Expression | None:
    """Return an expression; True and False become constants."""
    return constant(value) if isinstance(value, bool) else value


def _value(option: Option, value: Any) -> Any:
    _named(option.name, value)
    if option.kind is Kind.TEXTS:
        return (value,) if isinstance(value, str) else tuple(value)
    if option.kind not in SCALARS:
        return value
    try:
        return convert(option, value)
    except ValueError as wrong:
        raise RouteFileError([error(str(wrong))]) from None


def _named(name: str, value: Any) -> Any:
    """Refuse a Python callable: a route is data, its hash must not depend on an object in memory."""
    if callable(value):
        hint = "register the callable under a name and write that name"
        raise RouteFileError([error(f"`{name}` is a Python callable, not its name", suggestion=hint)])
    return value


def _expression(language: str, text: str, options: Mapping[str, Any]) -> Expression:
    return Expression(language, str(_named(language, text)), _options(LANGUAGES[language], options))


def _options(spec: OpenSpec, options: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in options.items():
        key = camel_case(name)
        if key not in spec.options:
            hint = nearest(key, spec.options)
            raise RouteFileError([error(f"`{spec.name}` has no option `{name}`", suggestion=hint)])
        if value is not None and (converted := _value(spec.options[key], value)) != spec.options[key].default:
            found[key] = converted
    return found
