"""Settings of a good form that lead nowhere: a route, a connection or a partner's option that is not there."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

from caravana.engine.configuration import Configuration
from caravana.engine.program import CompiledRoute
from caravana.engine.registry import Components, readers_of
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.route.location import Location
from caravana.route.problem import Problem, error, warning

WITHIN = ("direct",)
"""Schemes whose routes run within the exchange that calls them, in its mode."""


def refuse_unknown_modes(
    configuration: Configuration, components: Components, routes: Mapping[str, CompiledRoute]
) -> None:
    """Raise `ConfigurationError` with each mode of something that is not there: what was meant would stay live."""
    found = list(_modes(configuration, components, routes))
    if found:
        raise ConfigurationError("\n".join(str(one) for one in found))


def loose_ends(
    configuration: Configuration, components: Components, routes: Mapping[str, CompiledRoute]
) -> Iterator[Problem]:
    """Yield what in `configuration` names something that is not there; `routes`: all of them by id."""
    yield from _modes(configuration, components, routes)
    yield from wrong_connections(configuration, components)
    yield from _limits(configuration, components)
    yield from unheld(configuration, components)


def _modes(
    configuration: Configuration, components: Components, routes: Mapping[str, CompiledRoute]
) -> Iterator[Problem]:
    """A mode under a wrong name would leave the right one live."""
    for name in configuration.modes.routes:
        place = place_in(configuration, "modes", "routes", name)
        if not any(fnmatchcase(one, name) for one in routes):
            yield error(f"`modes.routes`: there is no route `{name}`", place, nearest(name, routes))
        elif name in routes and routes[name].uri.scheme in WITHIN:
            text = f"`modes.routes`: `{name}` begins at `direct:` and runs in the mode of the routes that call it"
            yield error(text, place, "write the modes of those")
    for name in _unknown_connections(configuration, components, configuration.modes.connections):
        place = place_in(configuration, "modes", "connections", name)
        yield error(f"`modes.connections`: there is no connection `{name}`", place, _hint(configuration, name))


def _limits(configuration: Configuration, components: Components) -> Iterator[Problem]:
    for name in _unknown_connections(configuration, components, configuration.limits.connections):
        place = place_in(configuration, "limits", "connections", name)
        yield warning(f"`limits.connections`: there is no connection `{name}`", place, _hint(configuration, name))


def _unknown_connections(configuration: Configuration, components: Components, names: Iterable[str]) -> list[str]:
    """Names of the form `scheme:name` without component or settings; of `http:` and `https:` a host needs none."""
    parts = ((one, *one.partition(":")[::2]) for one in names)
    return [
        one
        for one, scheme, name in parts
        if scheme not in ("http", "https")
        and (scheme not in components.schemes or name not in configuration.connections)
    ]


def _hint(configuration: Configuration, name: str) -> str:
    pairs = configuration.connections.items()
    known = [f"{scheme}:{one}" for one, settings in pairs for scheme in readers_of(one, settings)]
    same = next((f"write `{one}`" for one in known if one.endswith(f":{name}")), "")
    return same or nearest(name, known) or "write scheme:name, e.g. odoo:odoo"


def place_in(configuration: Configuration, *names: str) -> Location:
    """Return where in its file the setting of these names stands."""
    name = configuration.file.name if configuration.file is not None else "configuration"
    line = configuration.line_of(*names)
    return Location(name, line, min(line, 1))


def unheld(configuration: Configuration, components: Components) -> Iterator[Problem]:
    """Yield what is set and does not hold at a connection, because its partner has a rule of its own; each once."""
    told: set[str] = set()
    for name, settings in configuration.connections.items():
        for scheme in readers_of(name, settings):
            try:
                found = components.get(scheme).cautions(name)
            except ConfigurationError:  # a wrong setting is told by itself
                continue
            for one in found:
                if one.message not in told:
                    told.add(one.message)
                    yield warning(one.message, place_in(configuration, "settings", one.subject), one.remedy)


def wrong_connections(configuration: Configuration, components: Components) -> Iterator[Problem]:
    """Yield settings that their component refuses, also of a connection that no route uses yet."""
    for name, settings in configuration.connections.items():
        place, readers = place_in(configuration, "connections", name), readers_of(name, settings)
        if not readers:
            yield warning(f"`connections.{name}`: no component has settings like these", place)
        for scheme in readers:
            try:
                components.get(scheme).connection_settings(name)
            except ConfigurationError as wrong:
                yield warning(str(wrong), place)
