"""The company's folder as commands see it: configuration, route files, shipped flows."""

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.engine.project import Project
    from caravana.kit.callables import Callables
    from caravana.route import Problem, RouteDocument

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", envvar="CARAVANA_CONFIG")]
DEFAULT = Path("caravana.yaml")


def route_files(configuration: "Configuration") -> list[Path]:
    """Return the route files that the configuration names, sorted, each once."""
    found = {name for pattern in configuration.routes for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207 -- patterns may be absolute
    return [Path(name) for name in sorted(found)]


def load_project(path: Path) -> "Project":
    """Read configuration and routes; problems of route files are gathered. Raises `ConfigurationError`."""
    from caravana.engine.configuration import read_configuration

    return load_routes(read_configuration(path))


def load_routes(configuration: "Configuration") -> "Project":
    """Read the routes that a configuration names; problems are gathered.

    Raises `ConfigurationError` for the flows' settings, with all that the connections lack, too.
    """
    from caravana.engine.project import Project
    from caravana.kit.callables import Callables
    from caravana.kit.errors import ConfigurationError
    from caravana.route.files import read_all

    _importable(configuration)
    documents, problems = read_all(route_files(configuration))
    callables = Callables()
    wrong: list[str] = []
    for name in _flows(configuration):
        try:
            more, further = _add_flow(name, configuration, callables)
        except ConfigurationError as error:
            wrong.append(str(error))
            continue
        documents, problems = more + documents, problems + further  # the company says what holds for all services
    if wrong:
        lines = [line for text in (*wrong, *configuration.unset()) for line in text.splitlines()]
        raise ConfigurationError("\n".join(dict.fromkeys(lines)))
    return Project(configuration, documents, problems, callables)


def _importable(configuration: "Configuration") -> None:
    """Let `callables` name modules beside the configuration file."""
    import sys

    folder = str(configuration.file.parent if configuration.file is not None else Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _flows(configuration: "Configuration") -> list[str]:
    """Return the shipped flows that run; nothing is imported where there are none."""
    from importlib import import_module

    if not configuration.flows:
        return []
    found: list[str] = import_module("caravana.commerce.flows").names(configuration.flows)
    return found


def _add_flow(
    name: str, configuration: "Configuration", callables: "Callables"
) -> "tuple[list[RouteDocument], list[Problem]]":
    """Register a shipped flow's callables; returns its routes. Raises `ConfigurationError` when there is none of that name."""
    from importlib import import_module

    from caravana.engine.check_context import CheckContext
    from caravana.route.files import read_all

    components = CheckContext(configuration, callables, strict=True)
    flow = import_module("caravana.commerce.flows").load(name, configuration, components)
    for key, target in flow.callables.items():
        callables.register(key, target)
    return read_all(flow.route_files)
