"""Calling a model's method by name, as all three protocols do."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from caravana.component.odoo.sandbox.access import check_right
from caravana.component.odoo.sandbox.base_methods import BASE, PORTAL, THREAD
from caravana.component.odoo.sandbox.companies import check_companies
from caravana.component.odoo.sandbox.errors import AccessError, ServerError
from caravana.component.odoo.sandbox.model import Method, Model
from caravana.component.odoo.sandbox.records import Env


@cache
def signature(method: Method) -> inspect.Signature:
    """Return the caller's view of a method's parameters."""
    return method.signature


def find_method(model: Model, name: str) -> Method | None:
    """Return the method that callers reach under `name`, or None."""
    found = model.methods.get(name) or BASE.get(name)
    if found is None and model.thread:
        found = THREAD.get(name)
    if found is None and model.portal:
        found = PORTAL.get(name)
    return found


def all_methods(model: Model) -> dict[str, Method]:
    """Return every method that callers reach."""
    more = (THREAD if model.thread else {}) | (PORTAL if model.portal else {})
    return BASE | more | model.methods


def check_private(model: str, name: str) -> None:
    """AccessError for names that start with an underscore."""
    if name.startswith("_"):
        raise AccessError(f"Private methods (such as '{model}.{name}') cannot be called remotely.")


def call(env: Env, model: Model, method: Method, ids: Sequence[int], bound: inspect.BoundArguments) -> Any:
    """Run a method with arguments already bound to its parameters; rights and existence are checked first."""
    check_right(env, model, method.function.__name__)
    records = env.browse(model.name, ids)
    if not method.on_model and not method.reads_missing:
        records.check_exist()
    check_companies(env, records)
    result = method.function(records, *bound.args, **bound.kwargs)
    if method.function.__name__ == "create":
        check_companies(env, env.browse(model.name, result))
    return result


def call_positional(env: Env, model_name: str, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call as XML-RPC and JSON-RPC do: ids first for record methods, context among the keywords."""
    model = env.store.model(model_name)
    check_private(model_name, name)
    method = find_method(model, name)
    if method is None:
        raise ServerError(f"The method '{model_name}.{name}' does not exist", "builtins.AttributeError")
    rest, named = list(args), {key: value for key, value in kwargs.items() if key != "context"}
    ids = [] if method.on_model else _ids(named.pop("ids", None) if not rest else rest.pop(0))
    try:
        bound = signature(method).bind(*rest, **named)
    except TypeError as error:
        raise ServerError(str(error), "builtins.TypeError") from error
    result = call(env.with_context(**(kwargs.get("context") or {})), model, method, ids, bound)
    alone = name == "create" and not isinstance(next(iter(bound.arguments.values())), list | tuple)
    return result[0] if alone else result


def _ids(given: Any) -> list[int]:
    if isinstance(given, bool) or given is None:
        return []
    return [given] if isinstance(given, int) else list(given)
