"""Reading the routes again while the hub runs: all of them are taken, or none."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from caravana.engine.configuration import Configuration, Modes
from caravana.engine.hub import Hub
from caravana.engine.program import Program
from caravana.engine.project import Project
from caravana.journal import JournalError
from caravana.kit.errors import ConfigurationError
from caravana.route import Location, Problem, RouteFileError, Severity
from caravana.route.problem import error

log = structlog.get_logger("caravana.routes")

TAKEN = ("routes", "flows", "callables", "placeholders", "modes")
"""Sections of the configuration that make the routes and say what they do; all others are read at the start only."""


class Fate(StrEnum):
    """What became of a route."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Reloaded:
    """The outcome.

    `routes` by id, empty when the files were refused; `problems` of the files, warnings too; `modes` says of each that is another
    one now what it was and is (`connections.odoo:odoo`: `shadow → live`); `restart` names the settings and callables that differ
    from those that run and need a restart.
    """

    revision: str
    routes: Mapping[str, Fate] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    restart: tuple[str, ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether everything runs on as it was."""
        return any(one.severity is Severity.ERROR for one in self.problems)

    def counts(self) -> dict[str, int]:
        """Return how many routes have each fate."""
        return {fate.value: sum(one is fate for one in self.routes.values()) for fate in Fate}

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "refused": self.refused,
            "revision": self.revision,
            "routes": dict(self.routes),
            "problems": [one.as_json() for one in self.problems],
            "restart": list(self.restart),
            "modes": dict(self.modes),
        }


class Reloader:
    """Reads a company's folder again and hands it to the hub. One reading at a time."""

    def __init__(self, hub: Hub, read: Callable[[], Configuration], load: Callable[[Configuration], Project]) -> None:
        """`read` gives the configuration as it is on disk now, `load` the routes of one; both raise `ConfigurationError`."""
        self._hub = hub
        self._read = read
        self._load = load
        self._lock = asyncio.Lock()

    async def __call__(self) -> Reloaded:
        """Take the routes as they are on disk now, or none of them; never raises for what is wrong with the files."""
        async with self._lock:
            reloaded = await self._reload()
        _tell(reloaded)
        return reloaded

    async def _reload(self) -> Reloaded:
        restart: tuple[str, ...] = ()
        modes = self._hub.configuration.modes
        try:
            wanted = await asyncio.to_thread(self._read)
            restart = tuple(differing(self._hub.configuration, wanted))
            project, problems = await asyncio.to_thread(self._judged, wanted)
            restart += tuple(f"callables.{name} (its Python code)" for name in project.callables.outdated())
            if any(one.severity is Severity.ERROR for one in problems):
                return Reloaded(self._hub.revision, problems=problems, restart=restart)
            before, after = await self._hub.turn(project)
        except RouteFileError as refusal:
            return Reloaded(self._hub.revision, problems=refusal.problems, restart=restart)
        except (ConfigurationError, JournalError) as refusal:
            return Reloaded(self._hub.revision, problems=(_problem(refusal),), restart=restart)
        except Exception as fault:  # of a consumer that could not start: what ran runs on
            log.exception("routes.turn_failed")
            problem = error(f"{type(fault).__name__}: {fault}", Location("routes"))
            return Reloaded(self._hub.revision, problems=(problem,), restart=restart)
        changed = dict(changes(modes, wanted.modes))
        return Reloaded(self._hub.revision, dict(sorted(fates(before, after))), problems, restart, changed)

    def _judged(self, wanted: Configuration) -> tuple[Project, tuple[Problem, ...]]:
        """Judge the routes with what runs on of the configuration; in a thread, so that the loop goes on meanwhile."""
        from caravana.engine.checking import judge  # the linter: a hub that never reads its routes again does without

        taken = {name: getattr(wanted, name) for name in TAKEN}
        project = self._load(self._hub.configuration.model_copy(update=taken))
        judgement = judge(
            project.documents,
            project.problems,
            configuration=project.configuration,
            callables=project.callables,
            components=self._hub.components.further,
        )
        return project, judgement.problems


def fates(before: Program, after: Program) -> Iterator[tuple[str, Fate]]:
    """Yield what becomes of each route on the way from one program to another."""
    for route_id in before.routes.keys() - after.routes.keys():
        yield route_id, Fate.REMOVED
    for route in after.routes.values():
        old = before.route(route.id)
        if old is None:
            yield route.id, Fate.ADDED
        else:
            yield route.id, Fate.UNCHANGED if old.same_as(route) else Fate.CHANGED


def changes(before: Modes, after: Modes) -> Iterator[tuple[str, str]]:
    """Yield each mode that is another one now, with what it was and is; a dash where nothing said so."""
    old, new = _written(before), _written(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield name, f"{old.get(name, '–')} → {new.get(name, '–')}"


def _written(modes: Modes) -> dict[str, str]:
    named = {f"routes.{name}": mode for name, mode in modes.routes.items()}
    named |= {f"connections.{name}": mode for name, mode in modes.connections.items()}
    return {"default": modes.default, **named}


def differing(running: Configuration, wanted: Configuration) -> Iterator[str]:
    """Yield the names of settings that need a restart to become what is wanted: `limits.live`, `connections.odoo`."""
    for name in type(running).model_fields:
        if name not in TAKEN:
            yield from _differing(name, getattr(running, name), getattr(wanted, name))


def _differing(place: str, running: Any, wanted: Any) -> Iterator[str]:
    if running == wanted:
        return
    old, new = _parts(running), _parts(wanted)
    if not (old or new) or "." in place:
        yield place
        return
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            yield f"{place}.{name}"
        else:
            yield from _differing(f"{place}.{name}", old[name], new[name])


def _parts(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    return {name: getattr(value, name) for name in getattr(type(value), "model_fields", ())}


def _problem(refusal: ConfigurationError | JournalError) -> Problem:
    if isinstance(refusal, ConfigurationError):
        text = f"{refusal.place}: {refusal.message}" if refusal.place else refusal.message
        return error(text, Location("configuration"), refusal.suggestion)
    return error(str(refusal), Location("journal"))


def _tell(reloaded: Reloaded) -> None:
    for problem in reloaded.problems:
        log.warning("routes.problem", problem=str(problem))
    for name in reloaded.restart:
        log.warning("routes.needs_restart", setting=name)
    if reloaded.refused:
        log.error("routes.refused", revision=reloaded.revision[:12])
    else:
        log.info("routes.reloaded", revision=reloaded.revision[:12], **reloaded.counts(), modes=dict(reloaded.modes))
