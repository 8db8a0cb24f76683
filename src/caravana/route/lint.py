"""The linter: what is wrong with routes beyond their spelling."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.uri import Uri
from caravana.route import model as m
from caravana.route.convert import has_placeholder
from caravana.route.document import RouteDocument
from caravana.route.element import Node
from caravana.route.expression import Expression
from caravana.route.fan_steps import fixed_addresses
from caravana.route.location import Location
from caravana.route.problem import Problem, error, warning
from caravana.route.registry import Registry
from caravana.route.walk import enabled, expressions, walk

SIMPLE_TEXTS = {m.Log: "message", m.ThrowException: "message", m.ToD: "uri"}
"""Options that are Simple texts without being written as expressions."""

_EVALUATED = re.compile(r"\$(?:simple)?\{(?:[^{}]|\{[^{}]*\})*\}")

IN_MEMORY = ("direct", "seda")
"""Schemes whose names lead to a route of the same hub."""


def check(documents: Sequence[RouteDocument], registry: Registry | None = None) -> tuple[Problem, ...]:
    """Return all findings about `documents` as one set of routes, in the order of files and lines.

    Without `registry` only the routes themselves are judged; with it also addresses and their options, expressions,
    data formats, callables and error classes. Disabled elements are not judged. Texts that hold a placeholder are
    left out of judgement, so resolve first for a full one.
    """
    items = [enabled(item) for document in documents for item in document.items if not item.disabled]
    found = [*_routes(items), *_configurations(items)]
    for item in items:
        found.extend(_element(item))
    if registry is not None:
        for item in items:
            found.extend(_against(item, registry))
        found.extend(_callables(items, registry))
        found.extend(_addresses(items, registry))
    return tuple(sorted(found, key=lambda problem: problem.location))


def _routes(items: Sequence[Node]) -> Iterator[Problem]:
    """Names that stand twice, and calls into nowhere."""
    routes = [item for item in items if isinstance(item, m.Route)]
    yield from _twice("route id", ((route.id, route.location) for route in routes if route.id))
    for route in routes:
        inner = (node for node in walk(route) if node is not route)
        yield from _twice("element id in this route", ((node.id, node.location) for node in inner if node.id))
    begins = [address for route in routes if (address := _local(route.from_.uri))]
    places = ((address, route.from_.location) for route in routes if (address := _local(route.from_.uri)))
    yield from _twice("beginning of a route", ((name, place) for name, place in places if name.startswith("direct:")))
    for item in items:
        yield from _nowhere(item, begins)
    names = [(bean.name, bean.location) for item in items if isinstance(item, m.Beans) for bean in item.beans]
    yield from _twice("bean", names)


def _twice(what: str, names: Iterable[tuple[str, Location]]) -> Iterator[Problem]:
    listed = list(names)
    count = Counter(name for name, _ in listed)
    for name, place in listed:
        if count[name] > 1:
            count[name] = -count[name]
        elif count[name] < 0:
            yield error(f"the {what} `{name}` stands twice", place)


def _local(uri: str) -> str:
    """Return `scheme:name` of an address inside the hub, else an empty text."""
    scheme, _, name = uri.partition(":")
    inside = scheme in IN_MEMORY and not has_placeholder(uri) and "${" not in uri
    return f"{scheme}:{name.removeprefix('//')}" if inside else ""


def _nowhere(item: Node, begins: Sequence[str]) -> Iterator[Problem]:
    for node in walk(item):
        target = _local(getattr(node, "uri", "") or getattr(node, "dead_letter_uri", "").partition("?")[0])
        if target and not isinstance(node, m.From) and target not in begins:
            yield error(f"no route begins at `{target}`", node.place("uri"), nearest(target, begins))
    for node, address in _fixed(item):
        target = _local(address.partition("?")[0])
        if target and target not in begins:
            yield error(f"no route begins at `{target}`", node.place("expression"), nearest(target, begins))


def _fixed(item: Node) -> Iterator[tuple[Node, str]]:
    """Yield the addresses that stand as constants in recipient lists and enrichers."""
    for node in walk(item):
        if isinstance(node, m.RecipientList | m.Enrich):
            yield from ((node, address) for address in fixed_addresses(node))


def _configurations(items: Sequence[Node]) -> Iterator[Problem]:
    """Route configurations that do not exist, and a second global handler."""
    known = [item.id for item in items if isinstance(item, m.RouteConfiguration) and item.id]
    for route in items:
        wanted = (route.route_configuration_id or "").split(",") if isinstance(route, m.Route) else []
        for name in filter(None, (one.strip() for one in wanted)):
            if not has_placeholder(name) and not any(fnmatchcase(one, name) for one in known):
                place = route.place("route_configuration_id")
                yield error(f"there is no routeConfiguration `{name}`", place, nearest(name, known))
    handlers = [item for item in items if isinstance(item, m.ErrorHandler)]
    for handler in handlers[1:]:
        yield error("a second global errorHandler", handler.location, "keep one, or write it in a routeConfiguration")


def _element(item: Node) -> Iterator[Problem]:
    for node in walk(item):
        if isinstance(node, m.Choice) and not node.when and node.otherwise is None:
            yield error("`choice` has no branch", node.location, "write `when`")
        if isinstance(node, m.OnException) and node.handled and node.continued:
            yield error("`handled` and `continued` exclude each other", node.place("continued"), "keep one")
        if isinstance(node, m.To) and _looks_evaluated(node):
            yield warning(
                "`to` sends to the address as it stands: `${…}` is not evaluated", node.place("uri"), "use toD"
            )
        if isinstance(node, m.RedeliveryPolicy) and node.back_off_multiplier and not node.use_exponential_back_off:
            message = "`backOffMultiplier` changes nothing without `useExponentialBackOff: true`"
            yield warning(message, node.place("back_off_multiplier"))


def _looks_evaluated(node: m.To) -> bool:
    """Whether the address holds an expression; of `file:` the option `fileName` is one, as in Camel."""
    return "${" in f"{node.uri} {node.parameters}" and not node.uri.startswith("file:")


def _judge(act: Callable[[], None], place: Location) -> Iterator[Problem]:
    try:
        act()
    except ConfigurationError as wrong:
        yield error(wrong.message, place, wrong.suggestion)


def _against(item: Node, registry: Registry) -> Iterator[Problem]:
    for node in walk(item):
        for name, expression in (*expressions(node), *_texts(node)):
            place = expression.location if expression.location.line else node.place(name)
            if not has_placeholder(expression.text):
                yield from _judge(lambda one=expression: registry.expression(one), place)  # type: ignore[misc]
        if isinstance(node, m.Marshal | m.Unmarshal):
            yield from _judge(lambda one=node: registry.data_format(one.data_format), node.place("data_format"))  # type: ignore[misc]
        yield from _errors(node, registry)


def _texts(node: Node) -> Iterator[tuple[str, Expression]]:
    name = SIMPLE_TEXTS.get(type(node))
    text = getattr(node, name) if name else None
    if name and text:
        yield name, Expression("simple", text)


def _errors(node: Node, registry: Registry) -> Iterator[Problem]:
    """Error classes that nobody knows."""
    named = [*getattr(node, "exception", ()), getattr(node, "exception_type", None)]
    for name in filter(None, named):
        if not has_placeholder(name) and name.rpartition(".")[2] not in registry.exceptions:
            place = node.place("exception" if hasattr(node, "exception") else "exception_type")
            yield error(f"unknown error class `{name}`", place, nearest(name.rpartition(".")[2], registry.exceptions))


def _callables(items: Sequence[Node], registry: Registry) -> Iterator[Problem]:
    """Names of Python callables that nobody registered."""
    beans = [bean.name for item in items if isinstance(item, m.Beans) for bean in item.beans]
    known = [*beans, *registry.callables]
    for item in items:
        for node in walk(item):
            for name, place in _names(node):
                bare = name.removeprefix("#bean:").removeprefix("#")
                if not has_placeholder(bare) and bare not in known and bare.partition(".")[0] not in known:
                    yield error(f"no callable or bean is registered under `{bare}`", place, nearest(bare, known))


def _names(node: Node) -> Iterator[tuple[str, Location]]:
    if isinstance(node, m.Bean | m.Process):
        yield node.ref, node.place("ref")
    if isinstance(node, m.Split | m.Multicast | m.RecipientList | m.Enrich) and node.aggregation_strategy:
        yield node.aggregation_strategy.rpartition(".")[2], node.place("aggregation_strategy")
    for name, expression in expressions(node):
        if expression.language in {"method", "ref"}:
            place = expression.location if expression.location.line else node.place(name)
            yield expression.text, place


def _addresses(items: Sequence[Node], registry: Registry) -> Iterator[Problem]:
    for item in items:
        for node in walk(item):
            text = getattr(node, "uri", None) or getattr(node, "dead_letter_uri", None)
            if text and not text.startswith("{{"):
                yield from _address(node, text, registry)


def _address(node: Node, text: str, registry: Registry) -> Iterator[Problem]:
    place = node.place("uri") if hasattr(node, "uri") else node.place("dead_letter_uri")
    scheme = text.partition(":")[0]
    if "${" in scheme or has_placeholder(scheme):
        return
    if scheme not in registry.schemes:
        yield error(f"no component has the scheme `{scheme}`", place, nearest(scheme, registry.schemes))
        return
    parameters = getattr(node, "parameters", {})
    texts = [text, *parameters.values()]
    if any("{{" in one.replace("{{secret:", "") for one in texts):
        return
    evaluated = isinstance(node, m.ToD | m.WireTap) and any("${" in one for one in texts)
    yield from _judge(lambda: _endpoint(node, text, parameters, registry, evaluated=evaluated), place)


def _endpoint(node: Node, text: str, parameters: Mapping[str, str], registry: Registry, *, evaluated: bool) -> None:
    """Judge one address. Raises `ConfigurationError`."""
    if evaluated:
        fixed = {name: _EVALUATED.sub("${}", value) for name, value in parameters.items()}
        registry.evaluated(Uri.parse(_EVALUATED.sub("${}", text), fixed))
    else:
        registry.address(Uri.parse(text, parameters), consumer=isinstance(node, m.From))
