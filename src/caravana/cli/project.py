"""The company's folder as commands see it: configuration, route files, shipped flows."""

import glob
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.kit.callables import Callables
    from caravana.route import Problem, RouteDocument

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", envvar="CARAVANA_CONFIG")]
DEFAULT = Path("caravana.yaml")


@dataclass
class Project:
    """A configuration with its routes; `problems` are those of reading them."""

    configuration: "Configuration"
    documents: list["RouteDocument"]
    problems: list["Problem"]
    callables: "Callables"


def route_files(configuration: "Configuration") -> list[Path]:
    """Return the route files that the configuration names, sorted, each once."""
    found = {name for pattern in configuration.routes for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207 -- patterns may be absolute
    return [Path(name) for name in sorted(found)]


def load_project(path: Path) -> Project:
    """Read configuration and routes; problems of route files are gathered. Raises `ConfigurationError`."""
    from caravana.engine.configuration import read_configuration
    from caravana.kit.callables import Callables
    from caravana.route.files import read_all

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
    """Add a shipped flow's routes and callables. Raises `ConfigurationError` when there is none of that name."""
    from importlib import import_module

    from caravana.route.files import read_all

    flow = import_module("caravana.commerce.flows").load(name, project.configuration)
    documents, problems = read_all(flow.route_files)
    project.documents += documents
    project.problems += problems
    for key, target in flow.callables.items():
        project.callables.register(key, target)
