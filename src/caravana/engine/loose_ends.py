"""Settings of a good form that lead nowhere: a route, a connection or a partner's option that is not there."""

from collections.abc import Collection, Iterable, Iterator

from caravana.engine.configuration import Configuration
from caravana.engine.registry import Components, readers_of
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.route.location import Location
from caravana.route.problem import Problem, error, warning


def refuse_unknown_modes(configuration: Configuration, routes: Collection[str]) -> None:
    """Raise `ConfigurationError` with each mode of something that is not there: what was meant would stay live."""
    found = list(_modes(configuration, routes))
    if found:
        raise ConfigurationError("\n".join(str(one) for one in found))


def loose_ends(configuration: Configuration, components: Components, routes: Collection[str]) -> Iterator[Problem]:
    """Yield what in `configuration` names something that is not there; `routes`: the ids of all routes."""
    yield from _modes(configuration, routes)
    yield from _connections(configuration, components)
    yield from _limits(configuration)


def _modes(configuration: Configuration, routes: Collection[str]) -> Iterator[Problem]:
    """A mode under a wrong name would leave the right one live."""
    for name in configuration.modes.routes:
        if name not in routes:
            place = place_in(configuration, "modes", "routes", name)
            yield error(f"`modes.routes`: there is no route `{name}`", place, nearest(name, routes))
    for name in _unknown_connections(configuration, configuration.modes.connections):
        place = place_in(configuration, "modes", "connections", name)
        yield error(f"`modes.connections`: there is no connection `{name}`", place, _hint(configuration, name))


def _limits(configuration: Configuration) -> Iterator[Problem]:
    for name in _unknown_connections(configuration, configuration.limits.connections):
        place = place_in(configuration, "limits", "connections", name)
        yield warning(f"`limits.connections`: there is no connection `{name}`", place, _hint(configuration, name))


def _unknown_connections(configuration: Configuration, names: Iterable[str]) -> list[str]:
    """Names of the form `scheme:name` without settings; of `http:` and `https:` a host needs none."""
    return [
        one
        for one in names
        if not one.startswith(("http:", "https:")) and one.partition(":")[2] not in configuration.connections
    ]


def _hint(configuration: Configuration, name: str) -> str:
    pairs = configuration.connections.items()
    known = [f"{scheme}:{one}" for one, settings in pairs for scheme in readers_of(one, settings)]
    return nearest(name, known) or "write scheme:name, e.g. odoo:odoo"


def place_in(configuration: Configuration, *names: str) -> Location:
    """Return where in its file the setting of these names stands."""
    name = configuration.file.name if configuration.file is not None else "configuration"
    line = configuration.line_of(*names)
    return Location(name, line, min(line, 1))


def _connections(configuration: Configuration, components: Components) -> Iterator[Problem]:
    """Settings that their component refuses, also of a connection that no route uses yet."""
    for name, settings in configuration.connections.items():
        place, readers = place_in(configuration, "connections", name), readers_of(name, settings)
        if not readers:
            yield warning(f"`connections.{name}`: no component has settings like these", place)
        for scheme in readers:
            try:
                components.get(scheme).connection_settings(name)
            except ConfigurationError as wrong:
                yield warning(str(wrong), place)
