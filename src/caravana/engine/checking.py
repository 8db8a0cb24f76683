"""Judging route files before they run: spelling, names, addresses, expressions, callables, and what a reader should know."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from caravana.engine.configuration import Configuration
from caravana.engine.listener import HubListener
from caravana.engine.metrics import Metrics
from caravana.engine.program import Assembler, CompiledRoute, Program, applies, error_handler_of, split_generic
from caravana.engine.registry import Components, component_classes
from caravana.kit.callables import Callables
from caravana.kit.clock import Clock, SystemClock
from caravana.kit.component import Consumer, Endpoint, Local, Producer
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange, Headers
from caravana.kit.ports import Accepted, Arrival, Flow, Outcome, Receiver
from caravana.kit.uri import Uri
from caravana.language import REFUSED_FUNCTIONS, SIMPLE_FUNCTIONS, SIMPLE_OPERATORS, compile_expression
from caravana.pattern.java import PARENTS
from caravana.route import (
    Problem,
    RouteDocument,
    RouteFileError,
    Severity,
    check,
    enabled,
    inspect_text,
    read_file,
    resolve,
    walk,
)
from caravana.route import model as m
from caravana.route.dataformat import DATA_FORMATS
from caravana.route.expression import DataFormat, Expression
from caravana.route.placeholders import Settings
from caravana.route.problem import nearest, warning
from caravana.route.support import Declared, Row, support_table
from caravana.route.walk import expressions

ANSWERING = ("platform-http", "rest")
"""Schemes whose sender waits for the route's answer."""
HARMLESS = (Kind.PURE, Kind.READ)


class MissingConnection(ConfigurationError):
    """A route names a connection that the configuration does not have."""


class CheckContext:
    """The hub as components see it while routes are judged (`caravana.kit.ports.Context`): nothing runs or is stored.

    What only this machine lacks (a secret, a connection when no configuration is given) is gathered in `missing`, so
    that route files can be judged where they are written.
    """

    def __init__(
        self,
        configuration: Configuration | None,
        callables: Callables,
        clock: Clock | None = None,
        *,
        strict: bool = False,
    ) -> None:
        """`configuration` None: connections are taken as they are named; `strict`: what is missing is an error."""
        self._strict = strict
        self.configuration = configuration
        self.callables = callables
        self.clock = clock or SystemClock()
        self.listener = HubListener("http://localhost", Metrics())
        self.store = _NoStore()
        self.missing: list[str] = []

    def connection(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a connection. Raises `MissingConnection`."""
        if self.configuration is None:
            self._miss(f"connection `{name}` is not judged: there is no configuration")
            raise MissingConnection(f"there is no connection `{name}`")
        settings = self.configuration.connections.get(name)
        if settings is None:
            known = self.configuration.connections
            raise ConfigurationError(f"there is no connection `{name}`", suggestion=nearest(name, known) or "add it")
        return {key: self._filled(value) for key, value in settings.items()}

    def _filled(self, value: Any) -> Any:
        assert self.configuration is not None
        try:
            return self.configuration.filled(value)
        except ConfigurationError as error:
            if self._strict:
                raise
            self._miss(str(error))
            return "not-set"

    def _miss(self, text: str) -> None:
        if text not in self.missing:
            self.missing.append(text)

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting, as the hub would."""
        configuration = self.configuration or Configuration()
        section, _, rest = name.partition(".")
        if section == "company" and rest in type(configuration.company).model_fields:
            return getattr(configuration.company, rest)
        if name == "profile":
            return configuration.profile
        if section == "branches":
            return configuration.branches.get(rest, default) if rest else configuration.branches
        return configuration.settings.get(name, default)

    def secret(self, name: str) -> str:
        """Return the secret, or a stand-in that is noted."""
        return str(self._filled(f"{{{{secret:{name}}}}}")) if self.configuration else "not-set"

    def wake(self, topic: str) -> None:
        """Nobody listens."""

    def listen(self, topic: str, action: Any) -> None:
        """Nothing ever happens here."""


class _NoStore:
    async def get(self, scope: str, key: str) -> Any:
        return None

    async def put(self, scope: str, key: str, value: Any) -> None:
        return None

    async def find(self, scope: str, prefix: str = "", limit: int = 1000) -> list[tuple[str, Any]]:
        return []


class _Door(Receiver):
    """A receiver at which nothing arrives."""

    go_live = None
    reply_accepted = False

    def __init__(self, source: str) -> None:
        self._source = source

    @property
    def route_id(self) -> str:
        return "check"

    @property
    def source(self) -> str:
        return self._source

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        return []

    async def request(self, arrival: Arrival, *, timeout: Any = None) -> Outcome:
        return Outcome("", "failed")

    async def cursor(self) -> Any:
        return None

    async def busy(self) -> bool:
        return False


class _Anything(Local):
    async def process(self, exchange: Exchange, flow: Flow) -> None:
        return None


class _Unjudged(Endpoint):
    """Stands for an endpoint whose connection nobody has configured."""

    def producer(self) -> Local:
        return _Anything()

    def consumer(self, receiver: Receiver) -> Consumer:
        raise MissingConnection("not judged")


class EngineRegistry:
    """What the linter asks of the floors above (`caravana.route.registry.Registry`)."""

    def __init__(self, context: CheckContext) -> None:
        """`context`: settings and callables."""
        self._context = context
        self.components = Components(context)

    @property
    def schemes(self) -> Collection[str]:
        """Schemes that have a component."""
        return self.components.schemes

    @property
    def callables(self) -> Collection[str]:
        """Names of the registered callables, and of the objects whose methods they are."""
        names = [one.name for one in self._context.callables]
        return list(dict.fromkeys([*names, *(name.partition(".")[0] for name in names)]))

    @property
    def exceptions(self) -> Collection[str]:
        """Java names that clauses may use."""
        return PARENTS

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`, or a stand-in when its connection is not configured."""
        try:
            found = self.components.endpoint(uri)
            if self._context.configuration is None:
                _needs_nothing(found)
        except MissingConnection:
            return _Unjudged(uri, None, self._context)
        return found

    def sender(self, uri: Uri) -> Producer | Local:
        """Return the output side at `uri`. Raises `ConfigurationError`."""
        try:
            return self.endpoint(uri).producer()
        except MissingConnection:
            return _Anything()

    def address(self, uri: Uri, *, consumer: bool) -> None:
        """Judge an endpoint with its options. Raises `ConfigurationError`."""
        if not consumer:
            self.sender(uri)
            return
        _, own = split_generic(uri)
        try:
            self.endpoint(own).consumer(_Door(f"{own.scheme}:{own.path}"))
        except MissingConnection:
            return

    def expression(self, expression: Expression) -> None:
        """Judge an expression. Raises `ConfigurationError`."""
        compile_expression(
            expression.language,
            expression.text,
            expression.options,
            clock=self._context.clock,
            callables=self._context.callables,
            properties=Settings(placeholders_of(self._context.configuration), {}),
        )

    def data_format(self, data_format: DataFormat) -> None:
        """Judge the data format's name. Raises `ConfigurationError`."""
        if data_format.name not in DATA_FORMATS:
            raise ConfigurationError(
                f"there is no data format `{data_format.name}`", suggestion=nearest(data_format.name, DATA_FORMATS)
            )


def _needs_nothing(endpoint: Endpoint) -> None:
    """Raise `MissingConnection` when the output side needs a connection that nobody has configured."""
    try:
        endpoint.producer()
    except MissingConnection:
        raise
    except ConfigurationError:
        return


@dataclass(frozen=True)
class PolicyRow:
    """The redelivery policy that holds in `route` for `errors` (empty: all that no clause takes); delays in ms."""

    route: str
    errors: str
    handler: str
    policy: m.RedeliveryPolicy


@dataclass(frozen=True)
class Judgement:
    """All findings in the order of files and lines, and the program when there is one worth looking at."""

    problems: tuple[Problem, ...]
    program: Program | None
    policies: tuple[PolicyRow, ...] = ()

    @property
    def errors(self) -> int:
        """How many problems refuse the files."""
        return sum(one.severity is Severity.ERROR for one in self.problems)


def read_all(paths: Iterable[Path]) -> tuple[list[RouteDocument], list[Problem]]:
    """Return what can be read of the files, and every problem; a file that cannot be opened is one."""
    documents: list[RouteDocument] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            problems += _unreadable(path)
            continue
        document, found = inspect_text(text, str(path))
        documents.append(document)
        problems += found
    return documents, problems


def _unreadable(path: Path) -> Sequence[Problem]:
    try:
        read_file(path)
    except RouteFileError as error:
        return error.problems
    return ()


def judge(
    documents: Sequence[RouteDocument],
    problems: Sequence[Problem] = (),
    *,
    configuration: Configuration | None = None,
    callables: Callables | None = None,
) -> Judgement:
    """Judge `documents` as one set of routes; `problems` are those of reading them."""
    return _Judge(configuration, callables or Callables()).judge(documents, problems)


class _Judge:
    def __init__(self, configuration: Configuration | None, callables: Callables) -> None:
        self.callables = callables
        self.problems: list[Problem] = []
        self.placeholders = placeholders_of(configuration)
        for name, path in (configuration.callables if configuration else {}).items():
            self._register(name, path)
        self.context = CheckContext(configuration, callables)
        self.registry = EngineRegistry(self.context)

    def _register(self, name: str, path: str) -> None:
        try:
            self.callables.register_path(name, path)
        except ConfigurationError as error:
            self.problems.append(Problem(Severity.ERROR, m.Location("callables"), str(error), error.suggestion))

    def judge(self, documents: Sequence[RouteDocument], problems: Sequence[Problem]) -> Judgement:
        self.problems += problems
        resolved = [self._resolved(document) for document in documents]
        misread = any(one.severity is Severity.ERROR for one in problems)
        found = check(resolved, self.registry)
        self.problems += [one for one in found if not (misread and one.message.endswith("has no branch"))]
        program = self._assembled(resolved)
        if program is not None:
            self.problems += self._undeclared(resolved)
            self.problems += self._risky(program)
        self.problems += [warning(text, m.Location("configuration")) for text in self.context.missing]
        unique = dict.fromkeys(self.problems)
        ordered = tuple(sorted(unique, key=lambda one: one.location))
        return Judgement(ordered, program, tuple(_policies(resolved)))

    def _resolved(self, document: RouteDocument) -> RouteDocument:
        try:
            made = resolve(document, self.placeholders).model
        except RouteFileError as error:
            self.problems += error.problems
            return document
        return replace(made, items=tuple(enabled(item) for item in made.items if not item.disabled))

    def _assembled(self, documents: Sequence[RouteDocument]) -> Program | None:
        """Build the program; None when the files hold errors. What the linter has said already is not said again."""
        assembler = Assembler(clock=self.context.clock, callables=self.callables, endpoint=self.registry.endpoint)
        if any(one.severity is Severity.ERROR and "YAML" in one.message for one in self.problems):
            return None
        try:
            program = assembler.assemble(documents, self.placeholders)
        except RouteFileError:
            return None
        said = [one for one in self.problems if one.severity is Severity.ERROR]
        self.problems += [one for one in assembler.problems if not any(_same(one, other) for other in said)]
        return None if any(one.severity is Severity.ERROR for one in self.problems) else program

    def _undeclared(self, documents: Sequence[RouteDocument]) -> Iterator[Problem]:
        """Callables of which nobody said what kind of effect they have."""
        for document in documents:
            for item in document.items:
                for node in walk(item):
                    for name in _callables_of(node):
                        if name in self.callables and not self.callables.get(name).declared:
                            text = f"nobody declared what kind of effect the callable `{name}` has: it counts as blind"
                            hint = "decorate it with @pure, @read, @idempotent or @blind of caravana.kit.callables"
                            yield warning(text, node.location, hint)

    def _risky(self, program: Program) -> Iterator[Problem]:
        """Answering routes that change something and cannot tell a repetition from a new request."""
        for route in program.routes.values():
            if route.uri.scheme not in ANSWERING or route.intake.key is not None or route.intake.reply_accepted:
                continue
            found = next(self._effects(route, program, {route.id}), None)
            if found is not None:
                text = f"the route `{route.id}` answers a caller, changes something (`{found}`) and has no `key`"
                hint = "a caller that repeats its request does it twice: add key=${header.…} to `from`"
                yield warning(text, route.model.from_.location, hint)

    def _effects(self, route: CompiledRoute, program: Program, seen: set[str]) -> Iterator[str]:
        """Yield what the route and those that it calls change."""
        for node in walk(route.model):
            if isinstance(node, m.To):
                yield from self._effect_of(Uri.parse(node.uri, node.parameters), program, seen)
            if isinstance(node, m.ToD) and "${" not in node.uri:
                yield from self._effect_of(Uri.parse(node.uri, node.parameters), program, seen)
            for name in _callables_of(node) if isinstance(node, m.Bean | m.Process) else ():
                if name in self.callables and self.callables.get(name).kind not in HARMLESS:
                    yield name

    def _effect_of(self, uri: Uri, program: Program, seen: set[str]) -> Iterator[str]:
        if uri.scheme in ("direct", "seda"):
            called = program.routes.get(program.addresses.get(f"{uri.scheme}:{uri.path}", ""))
            if called is not None and called.id not in seen:
                seen.add(called.id)
                yield from self._effects(called, program, seen)
            return
        producer = self.registry.sender(uri)
        if not isinstance(producer, Local) and _kind_of(producer) not in HARMLESS:
            yield f"{uri.scheme}:{uri.path}"


def placeholders_of(configuration: Configuration | None) -> dict[str, str]:
    """Return the configured values of placeholders as texts."""
    return {name: as_text(value) for name, value in configuration.placeholders.items()} if configuration else {}


def as_text(value: Any) -> str:
    """Return a placeholder's value as route files want it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(found: Problem, told: Problem) -> bool:
    """Whether two floors tell of one mistake: the same words, or the same name near by."""
    if told.message in found.message:
        return True
    near = found.file == told.file and found.line <= told.line <= found.line + 3
    return _named(found) == _named(told) != "" and (near or found.message.startswith("two routes"))


def _named(problem: Problem) -> str:
    """Return the name that a problem is about: the first in backticks."""
    return problem.message.partition("`")[2].partition("`")[0]


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


def _policies(documents: Sequence[RouteDocument]) -> Iterator[PolicyRow]:
    configurations = [one for document in documents for one in document.configurations]
    for document in documents:
        for route in document.routes:
            applying = [one for one in configurations if applies(one, route)]
            handler = error_handler_of(route, applying, document)
            name, kind = route.id or "(no id)", handler.spec.key
            if isinstance(handler, m.NoErrorHandler):
                continue
            shared = [clause for one in applying for clause in one.on_exception]
            for clause in [*route.on_exception, *shared, *document.clauses]:
                short = ", ".join(one.rpartition(".")[2] for one in clause.exception)
                yield PolicyRow(name, short, kind, m.effective(clause, handler))
            yield PolicyRow(name, "", kind, m.effective(None, handler))


def readers_of(name: str, settings: Mapping[str, Any]) -> list[str]:
    """Return the schemes of the components that read connection `name`: the one of that name, else those it fits."""
    readers = {cls.scheme: cls.connection for cls in component_classes().values() if cls.connection is not None}
    if name in readers:
        return [name]
    fitting = []
    for scheme, model in readers.items():
        known = {*model.model_fields, *(field.alias for field in model.model_fields.values())}
        if settings.keys() <= known:
            fitting.append(scheme)
    return fitting


def support_rows() -> tuple[Row, ...]:
    """Return the support table of this installation: routes, languages, functions, components."""
    schemes = {
        scheme: frozenset(field.alias or name for name, field in cls.options.model_fields.items())
        for scheme, cls in component_classes().items()
    }
    return support_table(Declared(SIMPLE_FUNCTIONS, SIMPLE_OPERATORS, schemes, REFUSED_FUNCTIONS))
