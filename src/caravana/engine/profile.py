"""A profile is test or live as a whole: what does not fit it, told before anything starts."""

from collections.abc import Iterator

from caravana.engine.branch_mistakes import CONNECTIONS, connections_of
from caravana.engine.configuration import Configuration
from caravana.engine.registry import Components, readers_of
from caravana.kit.component import Side
from caravana.kit.errors import ConfigurationError


def misfits(configuration: Configuration, components: Components) -> Iterator[ConfigurationError]:
    """Yield what forbids to start `configuration`: a live profile without its line, and connections of the other side."""
    if configuration.profile == "live" and configuration.go_live is None:
        yield ConfigurationError(
            "`profile` says live, but there is no `go_live`",
            suggestion="set go_live to the moment from which on records are the hub's, e.g. 2027-01-01T00:00:00-05:00",
        )
    yield from _of_another_kind(configuration, components)
    sides = list(_sides(configuration, components))
    fitting = next((one for one in sides if one.profile == configuration.profile), None)
    for side in sides:
        if side.profile != configuration.profile:
            yield _mixed(configuration.profile, side, fitting)


def _of_another_kind(configuration: Configuration, components: Components) -> Iterator[ConfigurationError]:
    """Yield the settings of branches that name a connection of another component than they need."""
    for name, branch in configuration.branches.items():
        for field in CONNECTIONS:
            for connection in connections_of(getattr(branch, field)):
                if connection not in configuration.connections:  # told when the configuration was read
                    continue
                readers = readers_of(connection, configuration.connections[connection])
                if readers and not any(components.get(one).branch_setting == field for one in readers):
                    yield ConfigurationError(
                        f"the connection `{connection}` is one of `{readers[0]}:`, and no `{field}`",
                        place=f"branches.{name}.{field}",
                    )


def refuse_misfits(configuration: Configuration, components: Components) -> None:
    """Raise `ConfigurationError` with everything that does not fit the profile."""
    found = list(misfits(configuration, components))
    if found:
        raise ConfigurationError("\n".join(map(str, found)))


def _sides(configuration: Configuration, components: Components) -> Iterator[Side]:
    """Yield what the connections say of themselves; one whose settings are wrong is told of elsewhere."""
    for name, settings in configuration.connections.items():
        for scheme in readers_of(name, settings):
            try:
                side = components.get(scheme).side(name)
            except ConfigurationError:
                continue
            if side is not None:
                yield side


def _mixed(profile: str, side: Side, fitting: Side | None) -> ConfigurationError:
    if fitting is None:
        told = f"`{side.setting}` ({side.shown}) is {side.profile}, but `profile` says {profile}"
    else:
        told = f"`{side.setting}` ({side.shown}) is {side.profile}, but `profile` and `{fitting.setting}` say {profile}"
    return ConfigurationError(told, suggestion="use test credentials with test ones and live ones with live ones")
