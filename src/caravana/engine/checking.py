"""Judging route files before they run: spelling, names, addresses, expressions, callables, and what a reader should know."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from caravana.engine.cautions import Cautions, exposed
from caravana.engine.check_context import CheckContext
from caravana.engine.check_registry import EngineRegistry
from caravana.engine.configuration import Configuration
from caravana.engine.loose_ends import loose_ends, place_in, wrong_connections
from caravana.engine.opening import keyring
from caravana.engine.policies import PolicyRow, policies
from caravana.engine.profile import misfits
from caravana.engine.program import Assembler, Program
from caravana.engine.programs import placeholders_of
from caravana.engine.project import Project
from caravana.engine.registry import Components
from caravana.kit.callables import Callables
from caravana.kit.component import Component
from caravana.kit.errors import ConfigurationError
from caravana.route import (
    Problem,
    RouteDocument,
    RouteFileError,
    Severity,
    check,
    enabled,
    resolve,
)
from caravana.route import model as m
from caravana.route.problem import warning


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


def judge(
    documents: Sequence[RouteDocument],
    problems: Sequence[Problem] = (),
    *,
    configuration: Configuration | None = None,
    callables: Callables | None = None,
    components: Iterable[type[Component]] = (),
) -> Judgement:
    """Judge `documents` as one set of routes; `problems` are those of reading them, `components` beside those found."""
    return _Judge(configuration, callables or Callables(), components).judge(documents, problems)


def judge_project(project: Project) -> Judgement:
    """Judge a whole project: its routes, and what its configuration says of routes and connections that are not there."""
    configuration = project.configuration
    judge_ = _Judge(configuration, project.callables, ())
    judgement = judge_.judge(project.documents, project.problems)
    judgement = _at_their_connection(judgement, wrong_connections(configuration, judge_.registry.components))
    if judgement.program is None:
        return judgement
    found = loose_ends(configuration, judge_.registry.components, judgement.program.routes)
    return replace(judgement, problems=(*judgement.problems, *found))


def _at_their_connection(judgement: Judgement, wrong: Iterable[Problem]) -> Judgement:
    """Tell a wrong setting of a connection once, where it stands, and not at each step that calls the partner."""
    problems = list(judgement.problems)
    for one in wrong:
        others = [each for each in problems if each.severity is Severity.WARNING or each.message not in one.message]
        if len(others) < len(problems):
            problems = [replace(one, severity=Severity.ERROR), *others]
    return replace(judgement, problems=tuple(problems))


class _Judge:
    def __init__(
        self, configuration: Configuration | None, callables: Callables, components: Iterable[type[Component]]
    ) -> None:
        self.callables = callables
        self.problems: list[Problem] = []
        self.placeholders = placeholders_of(configuration)
        for name, path in (configuration.callables if configuration else {}).items():
            self._register(name, path)
        self.context = CheckContext(configuration, callables, further=components)
        self.registry = EngineRegistry(self.context)

    def _register(self, name: str, path: str) -> None:
        try:
            self.callables.register_path(name, path)
        except ConfigurationError as error:
            self.problems.append(Problem(Severity.ERROR, m.Location("callables"), _told(error), error.suggestion))

    def judge(self, documents: Sequence[RouteDocument], problems: Sequence[Problem]) -> Judgement:
        self.problems += problems
        resolved = [self._resolved(document) for document in documents]
        misread = any(one.severity is Severity.ERROR for one in problems)
        found = check(resolved, self.registry)
        self.problems += [one for one in found if not (misread and one.message.endswith("has no branch"))]
        program = self._assembled(resolved)
        if program is not None:
            cautions = Cautions(self.registry, self.callables)
            self.problems += cautions.undeclared(resolved)
            self.problems += cautions.risky(program)
            self.problems += exposed(resolved)
            self.problems += self._services(program)
        self.problems += [warning(text, m.Location("configuration")) for text in self.context.missing]
        if self.context.configuration is not None:
            self.problems += _unusable_keys(self.context.configuration)
            self.problems += _misfits(self.context.configuration, self.registry.components)
        unique = dict.fromkeys(self.problems)
        ordered = tuple(sorted(unique, key=lambda one: one.location))
        return Judgement(ordered, program, tuple(policies(resolved)))

    def _resolved(self, document: RouteDocument) -> RouteDocument:
        try:
            made = resolve(document, self.placeholders).model
        except RouteFileError as error:
            self.problems += error.problems
            return document
        return replace(made, items=tuple(enabled(item) for item in made.items if not item.disabled))

    def _services(self, program: Program) -> Iterator[Problem]:
        """What is wrong with the consumers that REST operations become: the linter sees only what a file holds."""
        for route in program.routes.values() if self.context.configuration is not None else ():
            try:
                self.registry.address(route.uri, consumer=True)
            except ConfigurationError as error:
                place = route.model.from_.place("uri")
                yield Problem(Severity.ERROR, place, _told(error), error.suggestion)

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


def _told(error: ConfigurationError) -> str:
    """What is wrong, with its place; what to do instead stands in the problem's suggestion."""
    return f"{error.place}: {error.message}" if error.place else error.message


def _unusable_keys(configuration: Configuration) -> Sequence[Problem]:
    """Keys of the journal that are not there on this machine, or are none."""
    try:
        keyring(configuration)
    except ConfigurationError as error:
        return [warning(str(error), m.Location("configuration"))]
    return ()


def _misfits(configuration: Configuration, components: Components) -> Iterator[Problem]:
    """What does not fit the profile: the hub refuses to start with it."""
    for one in misfits(configuration, components):
        if one.place:
            place = place_in(configuration, *one.place.split("."))
            yield Problem(Severity.ERROR, place, f"`{one.place}`: {one.message}", one.suggestion)
        else:
            yield Problem(Severity.ERROR, m.Location("configuration"), one.message, one.suggestion)


def _same(found: Problem, told: Problem) -> bool:
    """Whether two floors tell of one mistake: the same words, or the same name near by."""
    if told.message in found.message:
        return True
    near = found.file == told.file and found.line <= told.line <= found.line + 3
    return _named(found) == _named(told) != "" and (near or found.message.startswith("two routes"))


def _named(problem: Problem) -> str:
    """Return the name that a problem is about: the first in backticks."""
    return problem.message.partition("`")[2].partition("`")[0]
