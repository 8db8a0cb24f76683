"""The company's folder as commands see it: configuration, route files, shipped flows."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.kit.callables import Callables
    from caravana.route import Problem, RouteDocument

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", envvar="CARAVANA_CONFIG")]
DEFAULT = Path("caravana.yaml")


@dataclass
class Project:
    """A configuration with its routes. `pages` are what shipped flows show to customers: called with the running hub."""

    configuration: "Configuration"
    documents: list["RouteDocument"]
    problems: list["Problem"]
    callables: "Callables"
    placeholders: dict[str, str] = field(default_factory=dict)
    pages: list[Any] = field(default_factory=list)


def route_files(configuration: "Configuration") -> list[Path]:
    """Return the route files that the configuration names, sorted, each once."""
    found = {name for pattern in configuration.routes for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207 -- patterns may be absolute
    return [Path(name) for name in sorted(found)]


def load_project(path: Path) -> Project:
    """Read configuration and routes; problems of route files are gathered. Raises `ConfigurationError`."""
    from caravana.engine.checking import read_all
    from caravana.engine.configuration import read_configuration
    from caravana.kit.callables import Callables

    _importable(path)
    configuration = read_configuration(path)
    documents, problems = read_all(route_files(configuration))
    project = Project(configuration, list(documents), list(problems), Callables())
    for name in configuration.flows:
        _add_flow(project, name)
    return project


def _importable(path: Path) -> None:
    """Let `callables` name modules beside the configuration file."""
    import sys

    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _add_flow(project: Project, name: str) -> None:
    """Add a shipped flow's routes, callables and pages. Raises `ConfigurationError` when there is none of that name."""
    from importlib import import_module

    from caravana.engine.checking import read_all

    flow = import_module("caravana.commerce.flows").load(name, project.configuration)
    documents, problems = read_all(list(flow.route_files))
    project.documents += documents
    project.problems += problems
    pages = getattr(flow, "pages", None)
    if pages is not None:
        project.pages += pages if isinstance(pages, Sequence) else [pages]
    project.placeholders |= dict(getattr(flow, "placeholders", None) or {})
    for key, target in _pairs(flow.callables):
        if isinstance(target, str):
            project.callables.register_path(key, target)
        else:
            project.callables.register(key, target)


def _pairs(callables: Any) -> list[tuple[str, Any]]:
    """Return (name, function or path) pairs of a flow's callables: a mapping, or a set of registered ones."""
    if hasattr(callables, "items"):
        return list(callables.items())
    return [(one.name, one.function) for one in callables]
