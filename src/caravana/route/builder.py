"""Routes written in Python; the same model as a file gives.

route("pay-notify").from_("platform-http:/pay", http_method_restrict="POST").to("direct:next").build()
"""

from collections.abc import Mapping
from typing import Any, Self

from caravana.route import model
from caravana.route.builder_steps import StepsBuilder
from caravana.route.builder_value import (
    constant,
    dead_letter_channel,
    default_error_handler,
    exchange_property,
    header,
    json_format,
    jsonpath,
    make,
    method,
    no_error_handler,
    parameters_of,
    predicate,
    redelivery,
    ref,
    simple,
    variable,
)
from caravana.route.element import Node
from caravana.route.expression import Expression
from caravana.route.problem import RouteFileError, error


class OnExceptionBuilder(StepsBuilder):
    """A clause with its steps."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Keep the clause's own options."""
        super().__init__()
        self._values = values

    def build(self) -> model.OnException:
        """Return the clause."""
        return make(model.OnException, **self._values, steps=self._steps())


class RouteBuilder(StepsBuilder):
    """A route: `from_` says where it begins, step methods follow, `build` ends."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Keep the route's own options."""
        super().__init__()
        self._values = values
        self._from: dict[str, Any] | None = None
        self._clauses: list[model.OnException] = []

    def from_(
        self,
        uri: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        variable_receive: str | None = None,
        id: str | None = None,  # noqa: A002 - Camel's word
        description: str | None = None,
        **options: Any,
    ) -> Self:
        """Say where the route begins. Raises `RouteFileError` when it was said before."""
        if self._from is not None:
            raise RouteFileError([error("a route begins once: `from_` stands twice")])
        found = parameters_of(options, parameters)
        about = {"id": id, "description": description, "variable_receive": variable_receive}
        self._from = {"uri": uri, "parameters": found, **about}
        return self

    def error_handler(self, handler: model.ErrorHandler) -> Self:
        """Give the route its own error handler."""
        self._values["error_handler"] = handler
        return self

    def on_exception(self, *clauses: OnExceptionBuilder) -> Self:
        """Give the route clauses of its own scope."""
        self._clauses.extend(clause.build() for clause in clauses)
        return self

    def build(self) -> model.Route:
        """Return the route; blocks still open are closed. Raises `RouteFileError` without `from_`."""
        if self._from is None:
            raise RouteFileError([error(f"the route `{self._values.get('id')}` has no `from_`")])
        begin = make(model.From, **self._from, steps=self._steps())
        return make(model.Route, **self._values, on_exception=tuple(self._clauses), from_=begin)


class RestBuilder:
    """A REST service: each verb method adds an operation."""

    def __init__(self, values: dict[str, Any]) -> None:
        """Keep the service's own options."""
        self._values = values
        self._verbs: dict[str, list[model.Verb]] = {}

    def _verb(self, name: str, path: str, to: str, more: dict[str, Any]) -> Self:
        self._verbs.setdefault(name, []).append(make(model.Verb, path=path, to=make(model.To, uri=to), **more))
        return self

    def get(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a GET operation."""
        return self._verb("get", path, to, more)

    def post(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a POST operation."""
        return self._verb("post", path, to, more)

    def put(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a PUT operation."""
        return self._verb("put", path, to, more)

    def patch(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a PATCH operation."""
        return self._verb("patch", path, to, more)

    def delete(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a DELETE operation."""
        return self._verb("delete", path, to, more)

    def head(self, path: str = "", *, to: str, **more: Any) -> Self:
        """Add a HEAD operation."""
        return self._verb("head", path, to, more)

    def build(self) -> model.Rest:
        """Return the service."""
        return make(model.Rest, **self._values, **{name: tuple(verbs) for name, verbs in self._verbs.items()})


def route(id: str | None = None, **options: Any) -> RouteBuilder:  # noqa: A002 - Camel's word
    """Begin a route: `group`, `route_configuration_id`, `auto_startup`, `startup_order`, `precondition` ..."""
    return RouteBuilder({"id": id, **options})


def on_exception(
    *exception: str,
    policy: model.RedeliveryPolicy | None = None,
    handled: Expression | bool | None = None,
    continued: Expression | bool | None = None,
    **options: Any,
) -> OnExceptionBuilder:
    """Begin a clause for errors of these classes: `on_when`, `retry_while`, `use_original_message` ..."""
    values = {"redelivery_policy": policy, "handled": predicate(handled), "continued": predicate(continued), **options}
    return OnExceptionBuilder({"exception": exception, **values})


def route_configuration(
    id: str | None = None,  # noqa: A002 - Camel's word
    *clauses: OnExceptionBuilder,
    error_handler: model.ErrorHandler | None = None,
    **options: Any,
) -> model.RouteConfiguration:
    """Return error handling that routes share."""
    made = tuple(clause.build() for clause in clauses)
    return make(model.RouteConfiguration, id=id, on_exception=made, error_handler=error_handler, **options)


def rest(path: str = "", **options: Any) -> RestBuilder:
    """Begin a REST service."""
    return RestBuilder({"path": path, **options})


def rest_configuration(**options: Any) -> model.RestConfiguration:
    """Return the settings of all REST services."""
    return make(model.RestConfiguration, **options)


def param(name: str, type: str = "path", **options: Any) -> model.Param:  # noqa: A002 - Camel's word
    """Return a parameter of an operation: `required`, `data_type`, `default_value`, `allowable_values` ..."""
    return make(model.Param, name=name, type=type, **options)


def response_message(code: str, message: str, **options: Any) -> model.ResponseMessage:
    """Return an answer of an operation, for the OpenAPI document."""
    return make(model.ResponseMessage, code=code, message=message, **options)


def security(key: str, scopes: str = "") -> model.Security:
    """Return the bearer tokens that an operation takes: those of the setting `<key>.clients` with the scopes."""
    return make(model.Security, key=key, scopes=scopes)


def beans(*declared: model.BeanDeclaration) -> model.Beans:
    """Return a `beans` entry."""
    return model.Beans(beans=declared)


def bean(name: str, type: str, *arguments: Any, **properties: Any) -> model.BeanDeclaration:  # noqa: A002 - Camel's word
    """Return the declaration of a bean: `type` called with positional and named values."""
    positions = {str(index): value for index, value in enumerate(arguments)}
    return make(model.BeanDeclaration, name=name, type=type, constructors=positions, properties=properties)


def document(*parts: Node | RouteBuilder | RestBuilder | OnExceptionBuilder, file: str = "") -> model.RouteDocument:
    """Return what a file with these parts would give; builders are built."""
    return model.RouteDocument(tuple(part if isinstance(part, Node) else part.build() for part in parts), file)


__all__ = [
    "bean",
    "beans",
    "constant",
    "dead_letter_channel",
    "default_error_handler",
    "document",
    "exchange_property",
    "header",
    "json_format",
    "jsonpath",
    "method",
    "no_error_handler",
    "on_exception",
    "param",
    "redelivery",
    "ref",
    "response_message",
    "rest",
    "rest_configuration",
    "route",
    "route_configuration",
    "security",
    "simple",
    "variable",
]
