"""The support table: one row for every name of Camel's catalogue, with exactly one state, computed from the code.

What routes admit is read from the classes of the model and from the tables of languages and data formats. Simple's
functions and operators and the components belong to other floors and are given as `Declared`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from caravana.route import model as m
from caravana.route.catalogue import catalogue
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.element import ElementSpec, Node
from caravana.route.language import LANGUAGES, OpenSpec
from caravana.route.reader import TOP_KEYS
from caravana.route.refusal import HANDLER, reason

OPERATORS = (
    *("==", "=~", "!=", "!=~", ">", ">=", "<", "<=", "contains", "!contains", "~~", "!~~", "regex", "!regex"),
    *("startsWith", "!startsWith", "starts with", "endsWith", "!endsWith", "ends with", "in", "!in", "range", "!range"),
    *("is", "!is", "&&", "||", "++", "--", "? :", "?:", "~>", "?~>", "$init{ }init$"),
)
"""Simple's operators of Camel 4.18; the catalogue does not list them (manual page of the language, November 2026)."""

CLASSES: dict[str, type[Node]] = {
    **m.STEPS,
    **m.ERROR_HANDLERS,
    "route": m.Route,
    "from": m.From,
    "routeConfiguration": m.RouteConfiguration,
    "onException": m.OnException,
    "redeliveryPolicy": m.RedeliveryPolicy,
    "rest": m.Rest,
    "get": m.Verb,
    "restConfiguration": m.RestConfiguration,
    "beans": m.BeanDeclaration,
    "when": m.When,
    "otherwise": m.Otherwise,
    "doCatch": m.DoCatch,
    "doFinally": m.DoFinally,
}
"""The class of every element of a file that is supported, by its key."""
_LATER = "not supported yet"


class State(StrEnum):
    """What a name of Camel's catalogue means here."""

    SUPPORTED = "supported"
    IGNORED = "ignored"  # read with a warning; it cannot change the result
    REFUSED = "refused"


@dataclass(frozen=True)
class Row:
    """One name: `kind` of thing, `name`, `option` of it (empty = the thing itself), its state and why.

    `reason` of a supported option: how it is not as in Camel. `state` None is a hole in the table, which a test turns
    into a failure.
    """

    kind: str
    name: str
    option: str
    state: State | None
    reason: str = ""


@dataclass(frozen=True)
class Declared:
    """What other floors declare: functions (name → meaning), operators, components (scheme → option names).

    The mappings of refused functions, components and options (by scheme) give reasons for what is not supported;
    `departures` (by scheme and option) say where a supported option is not as in Camel.
    """

    functions: Mapping[str, str] = field(default_factory=dict)
    operators: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refused_functions: Mapping[str, str] = field(default_factory=dict)
    refused_components: Mapping[str, str] = field(default_factory=dict)
    refused_options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    departures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def support_table(declared: Declared) -> tuple[Row, ...]:
    """Return the whole table, in the order top level, steps, languages, data formats, functions, components."""
    known = catalogue()
    return (
        *_elements(known),
        *_open("language", known["languages"], LANGUAGES),
        *_open("data format", known["dataFormats"], DATA_FORMATS),
        *(_refused("load balancer", name, "", _LATER) for name in known["loadBalancers"]),
        *_functions(known["functions"], declared),
        *_operators(declared),
        *_components(known["components"], declared),
    )


def as_json(rows: tuple[Row, ...]) -> list[dict[str, Any]]:
    """Return the table as JSON-able values."""
    return [
        {"kind": row.kind, "name": row.name, "option": row.option, "state": row.state, "reason": row.reason}
        for row in rows
    ]


def _supported(kind: str, name: str, option: str = "", why: str = "") -> Row:
    return Row(kind, name, option, State.SUPPORTED, why)


def _refused(kind: str, name: str, option: str, why: str) -> Row:
    return Row(kind, name, option, State.REFUSED, why)


def _elements(known: Mapping[str, Any]) -> Iterator[Row]:
    for name, described in known["elements"].items():
        kind = "top level" if name in known["top"] else "step" if name in known["steps"] else "element"
        row = _element(kind, name)
        yield row
        for option in described["options"]:
            if row.state is State.REFUSED:
                yield _refused(kind, name, option, row.reason)
            else:
                yield _element_option(kind, name, option)


def _element(kind: str, name: str) -> Row:
    if name in CLASSES or name in TOP_KEYS or name == "onWhen":
        return _supported(kind, name)
    if name in HANDLER:
        return _refused(kind, name, "", HANDLER[name])
    return _refused(kind, name, "", reason("top" if kind == "top level" else "step", name))


def _element_option(kind: str, name: str, option: str) -> Row:
    if name == "errorHandler":
        supported = option in m.ERROR_HANDLERS
        return _supported(kind, name, option) if supported else _refused(kind, name, option, HANDLER[option])
    spec = CLASSES[name].spec
    return _judged(kind, name, option, spec.by_key, spec)


def _judged(kind: str, name: str, option: str, supported: Mapping[str, Any], spec: ElementSpec | OpenSpec) -> Row:
    if option in supported:
        return _supported(kind, name, option, getattr(spec, "departures", {}).get(option, ""))
    if option in spec.ignored:
        return Row(kind, name, option, State.IGNORED, spec.ignored[option])
    if option in spec.refused:
        return _refused(kind, name, option, spec.refused[option])
    return Row(kind, name, option, None)


def _open(kind: str, known: Mapping[str, Any], specs: Mapping[str, OpenSpec]) -> Iterator[Row]:
    for name, described in known.items():
        spec = specs.get(name)
        if spec is None:
            yield _refused(kind, name, "", reason(kind, name))
            yield from (_refused(kind, name, option, reason(kind, name)) for option in described["options"])
            continue
        yield _supported(kind, name)
        for option in described["options"]:
            yield _judged(kind, name, option, {spec.text_key: None, **spec.options}, spec)


def function_name(signature: str) -> str:
    """Return the bare name of a function: `abs(exp)` and `header.name` give `abs` and `header`."""
    for index, sign in enumerate(signature):
        if sign in "(.:[":
            return signature[:index]
    return signature


def _functions(known: list[str], declared: Declared) -> Iterator[Row]:
    for signature in known:
        name = function_name(signature)
        if name in declared.functions:
            yield _supported("function", signature, "", declared.functions[name])
        else:
            yield _refused("function", signature, "", declared.refused_functions.get(name, _LATER))


def _operators(declared: Declared) -> Iterator[Row]:
    for name in OPERATORS:
        if name in declared.operators:
            yield _supported("operator", name, "", declared.operators[name])
        else:
            yield _refused("operator", name, "", _LATER)


def _components(known: Mapping[str, str], declared: Declared) -> Iterator[Row]:
    for scheme, options in known.items():
        admitted = declared.components.get(scheme)
        why = declared.refused_components.get(scheme, _LATER)
        refused, other = declared.refused_options.get(scheme, {}), declared.departures.get(scheme, {})
        yield _supported("component", scheme) if admitted is not None else _refused("component", scheme, "", why)
        for option in options.split():
            if admitted is not None and option in admitted:
                yield _supported("component", scheme, option, other.get(option, ""))
            else:
                yield _refused("component", scheme, option, refused.get(option, why))
        for option in sorted(other.keys() - set(options.split())):
            yield _supported("component", scheme, option, other[option])
    for scheme in sorted(declared.components.keys() - known.keys()):
        yield _supported("component", scheme, "", "Caravana's own")
