"""Search domains: Odoo's prefix notation, made into a test on records."""

import ast
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from caravana.component.odoo.sandbox.errors import ServerError
from caravana.component.odoo.sandbox.field import X2MANY, Field
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env, Record
from caravana.component.odoo.sandbox.values import check_datetime

Test = Callable[[Record], bool]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
TEXTUAL = ("like", "ilike", "not like", "not ilike", "=like", "=ilike")
OPERATORS = frozenset(
    [*COMPARE, *TEXTUAL, "=", "!=", "<>", "in", "not in", "=?", "child_of", "parent_of", "any", "not any"]
)


@dataclass(frozen=True)
class Leaf:
    """One condition: the field's own name (a dotted path keeps its tail), the operator and the checked value."""

    field: Field
    tail: str
    op: str
    value: Any


def parse_text(text: str) -> list[Any]:
    """Return the domain written as Python literals in `text`."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise ServerError(f"Domain cannot be read: {error}") from error
    return list(found)


def matches(record: Record, domain: Iterable[Any]) -> bool:
    """Return whether `record` fits `domain`."""
    test, _ = compile_domain(record.env, record.meta, domain)
    return test(record)


def compile_domain(env: Env, model: Model, domain: Iterable[Any]) -> tuple[Test, list[Leaf]]:
    """Return a test for `domain`, and those of its conditions that every found record fulfils.

    Raises ServerError for unknown fields and operators, and for datetimes that are not naive whole seconds.
    """
    terms = list(domain or [])
    tests: list[Test] = []
    certain: list[Leaf] = []
    while terms:
        test, leaf = _take(env, model, terms)
        tests.append(test)
        if leaf is not None:
            certain.append(leaf)
    if len(tests) == 1:
        return tests[0], certain
    return (lambda record: all(test(record) for test in tests)), certain


def _take(env: Env, model: Model, terms: list[Any]) -> tuple[Test, Leaf | None]:
    if not terms:
        raise ServerError("Domain() invalid: an operator lacks its conditions")
    term = terms.pop(0)
    if term in ("&", "|"):
        left, right = _take(env, model, terms)[0], _take(env, model, terms)[0]
        if term == "&":
            return (lambda record: left(record) and right(record)), None
        return (lambda record: left(record) or right(record)), None
    if term == "!":
        inner = _take(env, model, terms)[0]
        return (lambda record: not inner(record)), None
    if not isinstance(term, list | tuple) or len(term) != 3:
        raise ServerError(f"Domain() invalid item in domain: {term!r}")
    return _leaf(env, model, tuple(term))


def _leaf(env: Env, model: Model, term: tuple[Any, ...]) -> tuple[Test, Leaf | None]:
    if term[0] in (0, 1) and not isinstance(term[0], str):
        truth = term[0] == term[2]
        return (lambda _: truth), None
    name, op, value = term
    head, _, tail = str(name).partition(".")
    field = model.fields.get(head)
    if field is None or op not in OPERATORS:
        raise ServerError(f"Invalid field {model.name}.{name} in condition {term!r}")
    if tail:
        return _path(env, field, tail, op, value), None
    leaf = Leaf(field, tail, "!=" if op == "<>" else op, _check(field, op, value))
    return _condition(env, leaf), leaf


def _check(field: Field, op: str, value: Any) -> Any:
    if field.type == "datetime" and value not in (False, None):
        return [check_datetime(one) for one in value] if isinstance(value, list | tuple) else check_datetime(value)
    if op in ("in", "not in"):
        return list(value) if isinstance(value, list | tuple) else [value]
    return value


def _path(env: Env, field: Field, tail: str, op: str, value: Any) -> Test:
    if not field.comodel:
        raise ServerError(f"Invalid field {field.name}.{tail} in condition ({field.name!r}, {op!r}, {value!r})")
    test, _ = compile_domain(env, env.store.model(field.comodel), [(tail, op, value)])
    return lambda record: any(test(one) for one in _linked(record, field))


def _linked(record: Record, field: Field) -> list[Record]:
    value = record.value(field)
    ids = value if field.type in X2MANY else [value] if value else []
    return list(record.env.browse(field.comodel, ids))


def _condition(env: Env, leaf: Leaf) -> Test:
    field, op, value = leaf.field, leaf.op, leaf.value
    if op in ("any", "not any"):
        inner, _ = compile_domain(env, env.store.model(field.comodel), value)
        return lambda record: any(inner(one) for one in _linked(record, field)) == (op == "any")
    if op in ("child_of", "parent_of"):
        wanted = set(value if isinstance(value, list | tuple) else [value])
        return lambda record: _in_tree(record, field, wanted)
    if field.comodel and isinstance(value, str):
        pattern = _text_test("=" if op == "!=" else op.removeprefix("not "), value)
        negative = op == "!=" or op.startswith("not ")
        return lambda record: any(pattern(one.display_name) for one in _linked(record, field)) != negative
    if field.type in X2MANY:
        return _many_test(field, op, value)
    return _scalar_test(field, op, value)


def _in_tree(record: Record, field: Field, wanted: set[int]) -> bool:
    start = [record] if field.column == "id" else _linked(record, field)
    for node in start:
        one: Record | None = node
        while one is not None:
            if one.id in wanted:
                return True
            one = one.parent_id if "parent_id" in one.meta.columns else None
    return False


def _many_test(field: Field, op: str, value: Any) -> Test:
    negative = op in ("!=", "not in")
    if value in (False, None, [False]):
        return lambda record: (not record.value(field)) != negative
    wanted = set(value if isinstance(value, list) else [value])
    return lambda record: bool(wanted.intersection(record.value(field))) != negative


def _scalar_test(field: Field, op: str, value: Any) -> Test:
    if op == "=?":
        if value in (False, None):
            return lambda _: True
        op = "="
    if op in ("in", "not in"):
        wanted = {False if one is None else one for one in value}
        negative = op == "not in"
        return lambda record: (_seen(record, field) in wanted) != negative
    if op in ("=", "!="):
        sought, negative = field.empty if value in (None, False) and value != 0 else value, op == "!="
        return lambda record: (_seen(record, field) == sought) != negative
    if op in COMPARE:
        compare = COMPARE[op]
        return lambda record: _compare(compare, _seen(record, field), value)
    test = _text_test(op.removeprefix("not "), str(value))
    negative = op.startswith("not ")
    return lambda record: test(_seen(record, field)) != negative


def _seen(record: Record, field: Field) -> Any:
    """Return the value as searches see it: datetimes in whole seconds."""
    value = record.value(field)
    return value[:19] if field.type == "datetime" and value else value


def _compare(compare: Callable[[Any, Any], bool], seen: Any, value: Any) -> bool:
    if seen is False or value is False:
        return False
    try:
        return compare(seen, value)
    except TypeError:
        return False


def _text_test(op: str, value: str) -> Callable[[Any], bool]:
    if op == "=":
        return lambda text: bool(text == value)
    pattern = re.escape(value).replace("%", ".*").replace("_", ".")
    whole = pattern if op.startswith("=") else f".*{pattern}.*"
    found = re.compile(whole, re.DOTALL | (re.IGNORECASE if op.endswith("ilike") else 0))
    return lambda text: bool(found.fullmatch(str(text or "")))
