"""The little Python that server actions and record getters may hold, read from its syntax tree: nothing is executed blindly."""

import ast
from collections.abc import Mapping
from typing import Any

from caravana.component.odoo.sandbox.errors import ServerError
from caravana.component.odoo.sandbox.records import Env, Record, Records
from caravana.component.odoo.sandbox.writing import update

CALLS: dict[str, Any] = {"int": int, "str": str, "float": float, "len": len}


def run_code(action: Record, record: Record) -> Any:
    """Run an action's assignments and calls with `record` at hand; return what it put into `action`.

    Understood: literals, names, attributes of records, subscripts, `get`, `browse`, `write`, int, str, float and len.
    Raises ServerError for anything else.
    """
    names: dict[str, Any] = {"record": record, "records": record, "env": record.env}
    names["model"] = record.env.browse(record.meta.name, [])
    for statement in _parse(action.code or "", "exec").body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            names[statement.targets[0].id] = evaluate(statement.value, names)
        elif isinstance(statement, ast.Expr):
            evaluate(statement.value, names)
        else:
            raise _unknown(statement)
    return names.get("action")


def get_record(env: Env, model: str, getter: str, payload: Mapping[str, Any]) -> Record | None:
    """Return the record that a record getter finds for an incoming payload, or None."""
    names = {"model": env.browse(model, []), "payload": payload, "env": env}
    found = evaluate(_parse(getter, "eval").body, names)
    ids = found.ids if isinstance(found, Records) else ()
    record = env.one(found.meta.name, ids[0]) if ids and isinstance(ids[0], int) else None
    return record if record and record.exists else None


def _parse(code: str, mode: str) -> Any:
    try:
        return ast.parse(code.strip(), mode=mode)
    except SyntaxError as error:
        raise ServerError(str(error), "builtins.SyntaxError") from error


def evaluate(node: ast.AST, names: Mapping[str, Any]) -> Any:
    """Return the value of one expression."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return _name(node.id, names)
        case ast.Dict():
            return {
                evaluate(key, names): evaluate(value, names)
                for key, value in zip(node.keys, node.values, strict=True)
                if key is not None
            }
        case ast.List() | ast.Tuple():
            return [evaluate(one, names) for one in node.elts]
        case ast.Subscript():
            return _item(evaluate(node.value, names), evaluate(node.slice, names))
        case ast.Attribute():
            return _attribute(evaluate(node.value, names), node.attr)
        case ast.Call():
            return _call(node, names)
    raise _unknown(node)


def _name(name: str, names: Mapping[str, Any]) -> Any:
    if name in names:
        return names[name]
    if name in CALLS:
        return CALLS[name]
    raise ServerError(f"name '{name}' is not defined", "builtins.NameError")


def _item(holder: Any, key: Any) -> Any:
    if isinstance(holder, Env):
        return holder.browse(str(key), [])
    return holder[key]


def _attribute(holder: Any, name: str) -> Any:
    if isinstance(holder, Record) and (name == "id" or name in holder.meta.columns):
        return getattr(holder, name)
    if isinstance(holder, Records) and name == "env":
        return holder.env
    raise ServerError(f"'{holder!r}' has no attribute '{name}' here", "builtins.AttributeError")


def _call(node: ast.Call, names: Mapping[str, Any]) -> Any:
    args = [evaluate(one, names) for one in node.args]
    if isinstance(node.func, ast.Name) and node.func.id in CALLS:
        return CALLS[node.func.id](*args)
    if isinstance(node.func, ast.Attribute):
        holder, method = evaluate(node.func.value, names), node.func.attr
        if method == "get" and isinstance(holder, Mapping):
            return holder.get(*args)
        if method == "browse" and isinstance(holder, Records):
            return holder.env.browse(holder.meta.name, args[0] if isinstance(args[0], list) else args)
        if method == "write" and isinstance(holder, Record):
            return update(holder.env.browse(holder.meta.name, [holder.id]), args[0])
    raise _unknown(node)


def _unknown(node: ast.AST) -> ServerError:
    return ServerError(f"not understood here: {ast.unparse(node)}")
