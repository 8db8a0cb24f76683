"""What a reader of good route files should know: callables of unknown kind, requests that a repetition does twice."""

import json
from collections.abc import Iterator, Mapping, Sequence

from caravana.engine.check_registry import EngineRegistry
from caravana.engine.program import CompiledRoute, Program
from caravana.kit.callables import Callables
from caravana.kit.clock import SystemClock
from caravana.kit.component import Local, Producer
from caravana.kit.effect import Kind
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.redaction import is_sensitive_parameter
from caravana.kit.uri import Uri
from caravana.route import Problem, RouteDocument, walk
from caravana.route import model as m
from caravana.route.fan_steps import fixed_addresses
from caravana.route.problem import warning
from caravana.route.walk import expressions

ANSWERING = ("platform-http", "rest")
"""Schemes whose sender waits for the route's answer."""
HARMLESS = (Kind.PURE, Kind.READ)


class Cautions:
    """Finds warnings in routes that can run."""

    def __init__(self, registry: EngineRegistry, callables: Callables) -> None:
        """`registry`: the components; `callables`: those registered."""
        self._registry = registry
        self._callables = callables

    def undeclared(self, documents: Sequence[RouteDocument]) -> Iterator[Problem]:
        """Callables of which nobody said what kind of effect they have."""
        for document in documents:
            for item in document.items:
                for node in walk(item):
                    for name in _callables_of(node):
                        if name in self._callables and not self._callables.get(name).declared:
                            text = f"nobody declared what kind of effect the callable `{name}` has: it counts as blind"
                            hint = "decorate it with @pure, @read, @idempotent or @blind of caravana.kit.callables"
                            yield warning(text, node.location, hint)

    def risky(self, program: Program) -> Iterator[Problem]:
        """Answering routes that change something and cannot tell a repetition from a new request."""
        for route in program.routes.values():
            intake = route.intake
            guarded = (
                intake.key is not None or intake.repeatable is not None or intake.reply_accepted or _tells_key(route)
            )
            if route.uri.scheme not in ANSWERING or guarded:
                continue
            found = next(self._effects(route, program, {route.id}), None)
            if found is not None:
                text = f"the route `{route.id}` answers a caller, changes something (`{found}`) and has no `key`"
                hint = "a repeated request does it twice: add key=${header.…} to `from`, or say in `repeatable` why not"
                yield warning(text, route.model.from_.location, hint)

    def _effects(self, route: CompiledRoute, program: Program, seen: set[str]) -> Iterator[str]:
        """Yield what the route and those that it calls change."""
        for node in walk(route.model):
            if isinstance(node, m.To):
                yield from self._effect_of(Uri.parse(node.uri, node.parameters), program, seen)
            if isinstance(node, m.ToD) and "${" not in node.uri:
                yield from self._effect_of(Uri.parse(node.uri, node.parameters), program, seen)
            for address in fixed_addresses(node) if isinstance(node, m.Step) else ():
                yield from self._effect_of(Uri.parse(address), program, seen)
            for name in _callables_of(node) if isinstance(node, m.Bean | m.Process) else ():
                if name in self._callables and self._callables.get(name).kind not in HARMLESS:
                    yield name

    def _effect_of(self, uri: Uri, program: Program, seen: set[str]) -> Iterator[str]:
        if uri.scheme in ("direct", "seda"):
            called = program.routes.get(program.addresses.get(f"{uri.scheme}:{uri.path}", ""))
            if called is not None and called.id not in seen:
                seen.add(called.id)
                yield from self._effects(called, program, seen)
            return
        producer = self._registry.sender(uri)
        if not isinstance(producer, Local) and _kind_of(producer) not in HARMLESS:
            yield f"{uri.scheme}:{uri.path}"


def _tells_key(route: CompiledRoute) -> bool:
    """Whether a REST operation tells its callers of the header that makes a repeat a duplicate."""
    told = json.loads(route.uri.options.get("params", "[]"))
    name = route.uri.options.get("keyHeader", "Idempotency-Key")
    return any(one["type"] == "header" and one["name"] == name for one in told)


def exposed(documents: Sequence[RouteDocument]) -> Iterator[Problem]:
    """Yield a warning for each credential that stands in the query of an HTTP address."""
    for document in documents:
        for item in document.items:
            for node in walk(item):
                if str(getattr(node, "uri", "")).startswith(("http:", "https:")):
                    yield from _credentials(node, node.parameters if isinstance(node, m.To | m.ToD) else {})


def _credentials(node: m.Node, parameters: Mapping[str, str]) -> Iterator[Problem]:
    for name, value in parameters.items():
        if is_sensitive_parameter(name) and value and "{{" not in value and "${" not in value:
            text = f"the value of `{name}` looks like a credential: it becomes part of the revision, on disk"
            yield warning(text, node.place(f"parameters.{name}"), "write {{secret:name}}, or name a connection")


def _callables_of(node: m.Node) -> Iterator[str]:
    if isinstance(node, m.Bean):
        bare = node.ref.removeprefix("#bean:").removeprefix("#")
        yield f"{bare}.{node.method}" if node.method else bare
    if isinstance(node, m.Process):
        yield node.ref.removeprefix("#bean:").removeprefix("#")
    for _, expression in expressions(node):
        if expression.language in {"method", "ref"}:
            method = expression.options.get("method")
            yield f"{expression.text}.{method}" if method else expression.text


def _kind_of(producer: Producer) -> Kind:
    """Return the kind of an effect as far as it can be told without a message."""
    try:
        request = producer.request(Exchange("", None, Headers({}), created=SystemClock().now()))
    except Exception:  # what the call needs of the message is not here; many kinds do not depend on it
        request = {}
    try:
        return producer.kind_of(request)
    except Exception:  # it depends on the message: take what holds in general
        return producer.kind
