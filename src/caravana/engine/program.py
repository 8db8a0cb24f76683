"""A program: all routes of one revision, compiled. An exchange ends under the program that it began with."""

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caravana.engine.guard import Handling
from caravana.engine.intake import Intake, read_generic, split_generic
from caravana.engine.revision import Revision
from caravana.engine.scope import RunScope
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock
from caravana.kit.component import Endpoint
from caravana.kit.errors import ConfigurationError, NoConsumer
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from caravana.pattern import Compiler, Processor
from caravana.pattern.send import check_variables, sender
from caravana.route import RouteDocument, canonical, enabled
from caravana.route import model as m
from caravana.route.location import Location
from caravana.route.openapi import openapi
from caravana.route.placeholders import Settings, resolve
from caravana.route.problem import Problem, Severity
from caravana.route.rest_routes import api_path, expand_rest, rest_configuration


@dataclass(frozen=True)
class CompiledRoute:
    """One route, ready to run.

    `uri` is its consumer's address without the generic options; `shared` what of the files beside it holds for it;
    `callables` are the versions of the callables it names, `asked` the placeholders its expressions ask for; `changed`
    names the callables that are other ones now than in the route's revision.
    """

    id: str
    model: m.Route
    uri: Uri
    intake: Intake
    process: Processor
    handling: Handling | None
    shared: tuple[m.Node, ...] = ()
    callables: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str | None] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    def same_as(self, other: "CompiledRoute") -> bool:
        """Whether both do the same (remarks and drawing apart)."""
        return self.definition() == other.definition()

    def definition(self) -> list[Any]:
        """Return all that the route is made of."""
        routes = [canonical(one, descriptive=False) for one in (self.model, *self.shared)]
        return [routes, self.callables, self.asked]


@dataclass
class Program:
    """Compiled routes by id, and by the in-process address at which they begin."""

    revision: Revision
    routes: dict[str, CompiledRoute] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    ad_hoc: Callable[[str], Processor] | None = None
    pages: dict[str, Any] = field(default_factory=dict)
    """JSON documents by the path of the public port where they are read (the OpenAPI document)."""

    def route(self, route_id: str) -> CompiledRoute | None:
        """Return the route `route_id`."""
        return self.routes.get(route_id)

    def has(self, address: str) -> bool:
        """Whether a route begins at `direct:name` or `seda:name`."""
        return address.split("?", 1)[0] in self.addresses

    def at(self, address: str) -> CompiledRoute:
        """Return the route that begins at `direct:name` or `seda:name`. Raises `NoConsumer`."""
        found = self.addresses.get(address.split("?", 1)[0])
        if found is None:
            raise NoConsumer(f"no route begins at `{address}`")
        return self.routes[found]


class Assembler:
    """Builds a program from documents. `problems` collects what is wrong, with file and line."""

    def __init__(self, *, clock: Clock, callables: Callables, endpoint: Callable[[Uri], Endpoint]) -> None:
        """`endpoint` gives the endpoint at an address."""
        self._clock = clock
        self._callables = callables
        self._endpoint = endpoint
        self._settings: Callable[[dict[str, str | None]], Settings] = lambda asked: Settings({}, asked)
        self._asked: dict[str, str | None] = {}
        self.problems: list[Problem] = []

    def assemble(
        self,
        documents: Iterable[RouteDocument],
        placeholders: Mapping[str, str],
        env: Mapping[str, str] | None = None,
    ) -> Program:
        """Return the program; look at `problems` before using it. Raises `RouteFileError` for placeholders.

        `env`: what `{{env:NAME}}` and `${env.NAME}` name, by default the process's environment.
        """
        resolved: list[RouteDocument] = []
        used: dict[str, str | None] = {}
        self._settings = lambda asked: Settings(placeholders, asked, env)
        for document in documents:
            resolution = resolve(document, placeholders, env)
            resolved.append(_without_disabled(resolution.model))
            used |= resolution.used
        self._register_beans(resolved)
        revision = Revision(
            [canonical(document, descriptive=False) for document in resolved],
            used,
            self._callables.versions(),
            self._callables.settings,
        )
        program = Program(revision)
        configurations = [one for document in resolved for one in document.configurations]
        rests = rest_configuration(resolved)
        if rests.api_context_path:
            program.pages["/" + api_path(rests)] = openapi(resolved, rests)
        for document in resolved:
            for route in [*document.routes, *expand_rest(document, rests)]:
                if not route.disabled:
                    self._asked = {}
                    self._add(program, route, document, configurations)
                    used |= self._asked
        program.ad_hoc = lambda address: sender(Uri.parse(address), "to1", self._compiler("", None))
        return program

    def _register_beans(self, documents: list[RouteDocument]) -> None:
        for document in documents:
            for bean in document.beans:
                try:
                    if ":" in bean.type or "." in bean.type:
                        self._callables.register_path(bean.name, bean.type.removeprefix("#class:"))
                    else:
                        self._callables.register(bean.name, self._callables.get(bean.type).function)
                except ConfigurationError as error:
                    self._problem(bean, error)

    def _add(
        self, program: Program, route: m.Route, document: RouteDocument, configurations: list[m.RouteConfiguration]
    ) -> None:
        route_id = route.id or f"route{len(program.routes) + 1}"
        try:
            with self._callables.watched() as named:
                compiled = self._compile(route_id, route, document, configurations)
        except ConfigurationError as error:
            self._problem(route, error)
            return
        if route_id in program.routes:
            self._problem(route, ConfigurationError(f"two routes have the id `{route_id}`"))
            return
        versions = {name: self._callables.get(name).version for name in sorted(named)}
        program.routes[route_id] = replace(compiled, callables=versions, asked=self._asked)
        address = f"{compiled.uri.scheme}:{compiled.uri.path}"
        if compiled.uri.scheme in ("direct", "seda") and program.addresses.setdefault(address, route_id) != route_id:
            self._problem(route, ConfigurationError(f"two routes begin at `{address}`"))

    def _compiler(self, route_id: str, guard: Any) -> Compiler:
        return Compiler(
            route_id,
            clock=self._clock,
            callables=self._callables,
            endpoint=self._endpoint,
            guard=guard,
            settings=self._settings(self._asked),
        )

    def _compile(
        self, route_id: str, route: m.Route, document: RouteDocument, configurations: list[m.RouteConfiguration]
    ) -> CompiledRoute:
        generic, uri = split_generic(Uri.parse(route.from_.uri, route.from_.parameters))
        intake = self._intake(generic, route.from_)
        applying = [one for one in configurations if not one.disabled and applies(one, route)]
        handler = error_handler_of(route, applying, document)
        handling = None
        if not isinstance(handler, m.NoErrorHandler):
            common = [clause for one in applying for clause in one.on_exception] + list(document.clauses)
            handling = Handling(handler, [route.on_exception, common], self._compiler(route_id, None))
        compiler = self._compiler(route_id, handling.guard if handling else None)
        block = self._block(compiler, route)
        process = _received(route.from_.variable_receive, block)
        shared = (*applying, handler, *document.clauses)
        return CompiledRoute(route_id, route, uri, intake, process, handling, shared)

    def _block(self, compiler: Compiler, route: m.Route) -> Processor:
        """Compile the steps; when that fails one by one, so that every wrong one is told."""
        try:
            return compiler.block(route.steps, "")
        except ConfigurationError:
            for step in route.steps:
                try:
                    compiler.unguarded().step(step, "check")
                except ConfigurationError as error:
                    self._problem(step, error)
            if not self.problems:
                raise
        return _NOTHING

    def _intake(self, generic: Mapping[str, str], begin: m.From) -> Intake:
        """Read the generic options, and tell of each wrong one where it stands."""
        given: dict[str, Any] = {}
        for name, text in generic.items():
            try:
                given |= read_generic(name, text, self._compiler("", None).simple)
            except ConfigurationError as error:
                self._problem(begin, error, begin.place(f"parameters.{name}"))
        return Intake(**given)

    def _problem(self, node: m.Node, error: ConfigurationError, place: Location | None = None) -> None:
        text = error.message if not error.place else f"{error.place}: {error.message}"
        found = Problem(Severity.ERROR, place or node.location, text, error.suggestion)
        if found not in self.problems:
            self.problems.append(found)


async def _NOTHING(exchange: Exchange, scope: Any) -> None:  # noqa: N802 -- stands for a route that was refused
    return None


def _received(variable: str | None, block: Processor) -> Processor:
    check_variables(variable)
    if variable is None:
        return block

    async def process(exchange: Exchange, scope: Any) -> None:
        exchange.variables[variable] = exchange.body
        await block(exchange, scope)

    return process


def applies(configuration: m.RouteConfiguration, route: m.Route) -> bool:
    """Whether a route configuration holds for a route: an unnamed one for all, others by id or pattern."""
    if configuration.id is None:
        return True
    wanted = [one.strip() for one in (route.route_configuration_id or "").split(",") if one.strip()]
    return any(fnmatch.fnmatchcase(configuration.id, one) for one in wanted)


def error_handler_of(
    route: m.Route, configurations: list[m.RouteConfiguration], document: RouteDocument
) -> m.ErrorHandler:
    """Return the handler that holds: the route's, else its configurations', else the file's, else Camel's default."""
    shared = next((one.error_handler for one in configurations if one.error_handler is not None), None)
    return route.error_handler or shared or document.error_handler or m.DefaultErrorHandler()


async def run_route(route: CompiledRoute, exchange: Exchange, scope: RunScope) -> None:
    """Run a route on `exchange`; call paths begin with the scope's prefix."""
    before, exchange.route_id = exchange.route_id, route.id
    if route.changed:
        await scope.run.tell_changed(route.changed)
    if route.handling is not None and route.handling.keeps_original:
        scope = RunScope(scope.run, scope.prefix, exchange.copy(), scope.depth)
    try:
        await route.process(exchange, scope)
    finally:
        exchange.route_id = before


def _without_disabled(document: RouteDocument) -> RouteDocument:
    return replace(document, items=tuple(enabled(item) for item in document.items if not item.disabled))
