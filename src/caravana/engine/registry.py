"""Finding components: every folder of `caravana.component`, and third parties' by entry point.

Which schemes there are is known without importing a component: a hub that uses three of them pays for three. A folder
is named after its scheme (`platform_http` for `platform-http`); what further schemes it serves stands in its
`schemes.txt`. An entry point is named after its scheme.
"""

import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache, partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import caravana.component
from caravana.kit.component import SERVED_BY, Component, Endpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

ENTRY_POINTS = "caravana.components"
FURTHER_SCHEMES = "schemes.txt"
_FIRST_WORD = re.compile("[-_]")
Loader = Callable[[], type[Component]]


@cache
def entry_points(group: str) -> metadata.EntryPoints:
    """Return what is installed under `group`; a process reads all packages' lists only once."""
    return metadata.entry_points(group=group)


def component_loaders() -> dict[str, Loader]:
    """Return by scheme what imports its component. Raises `ConfigurationError` when two claim one scheme."""
    found: dict[str, Loader] = {}
    for scheme, load in (*_own_loaders(), *_foreign_loaders()):
        if scheme in found:
            raise ConfigurationError(f"two components claim the scheme `{scheme}`")
        found[scheme] = load
    return found


def component_classes() -> dict[str, type[Component]]:
    """Import every component; returns the classes by scheme. Raises `ConfigurationError` when two claim one scheme."""
    return {scheme: load() for scheme, load in component_loaders().items()}


def _own_loaders() -> Iterator[tuple[str, Loader]]:
    [place] = caravana.component.__path__
    for folder in pkgutil.iter_modules([place]):
        load = partial(_class_in, f"caravana.component.{folder.name}")
        yield folder.name.replace("_", "-"), load
        further = Path(place, folder.name, FURTHER_SCHEMES)
        for scheme in further.read_text().split() if further.exists() else ():
            yield scheme, load


def _foreign_loaders() -> Iterator[tuple[str, Loader]]:
    for entry in entry_points(ENTRY_POINTS):
        yield entry.name, entry.load


def _class_in(module: str) -> type[Component]:
    [found] = {
        cls
        for _, cls in inspect.getmembers(import_module(module), inspect.isclass)
        if issubclass(cls, Component) and cls is not Component and not inspect.isabstract(cls)
    }
    return found


class Components:
    """The components of one hub, each imported and made when first used."""

    def __init__(self, context: Context, further: Iterable[type[Component]] = ()) -> None:
        """`context`: the hub; `further`: classes beside those found, e.g. an application's own."""
        self._context = context
        self.further = tuple(further)
        self._loaders = component_loaders()
        for cls in self.further:
            self._loaders |= dict.fromkeys((cls.scheme, *cls.schemes), partial(_itself, cls))
        self._by_scheme: dict[str, Component] = {}
        self._made: dict[type[Component], Component] = {}

    @property
    def schemes(self) -> list[str]:
        """Every scheme that an address may begin with."""
        return sorted(self._loaders)

    def get(self, scheme: str) -> Component:
        """Return the component of `scheme`. Raises `ConfigurationError` with the nearest right name."""
        if scheme not in self._by_scheme:
            self._by_scheme[scheme] = self._make(scheme)
        return self._by_scheme[scheme]

    def _make(self, scheme: str) -> Component:
        if scheme not in self._loaders:
            raise ConfigurationError(
                f"no component has the scheme `{scheme}`", suggestion=nearest(scheme, self.schemes) or ""
            )
        cls = self._loaders[scheme]()
        if cls not in self._made:
            self._made[cls] = cls(self._context)
        return self._made[cls]

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`. Raises `ConfigurationError`."""
        component = self.get(uri.scheme)
        if not component.secrets_in_address and "{{secret:" in str(uri):
            raise ConfigurationError(
                f"an address of `{uri.scheme}:` takes no secret", suggestion="write it in the settings of a connection"
            )
        return component.endpoint(uri)

    def of_connection(self, name: str, settings: Mapping[str, Any]) -> Component:
        """Return the component that serves the connection `name`. Raises `ConfigurationError` when none does, or several."""
        found = readers_of(name, settings, self._loaders)
        if len(found) == 1:
            return self.get(found[0])
        may = f"its settings fit several: {', '.join(found)}" if found else "no component has settings like these"
        raise ConfigurationError(
            f"nothing tells which component it belongs to ({may})",
            place=f"connections.{name}",
            suggestion=f"write `{SERVED_BY}: …` there",
        )

    @property
    def forgets(self) -> dict[str, timedelta]:
        """Scopes of the store with records of use for a time only, and for how long, of all components at work."""
        return {scope: age for one in self._made.values() for scope, age in one.forgets.items()}

    async def close(self) -> None:
        """Close the components that were used."""
        for component in self._made.values():
            await component.close()


def _itself(cls: type[Component]) -> type[Component]:
    return cls


def readers_of(name: str, settings: Mapping[str, Any], loaders: Mapping[str, Loader] | None = None) -> list[str]:
    """Return the schemes of the components that read connection `name`.

    That is the one which its setting `component` names; else the one of its own name, or of what of it stands before the
    first `-` or `_`; else those that its settings fit. `loaders`: the components that there are, by default those found.
    """
    known_schemes = component_loaders() if loaders is None else loaders
    told = settings.get(SERVED_BY)
    for scheme in (name, _FIRST_WORD.split(name, maxsplit=1)[0]) if told is None else (str(told),):
        if scheme in known_schemes and known_schemes[scheme]().connection is not None:
            return [scheme]
    return [] if told is not None else _fitting(settings, known_schemes)


def _fitting(settings: Mapping[str, Any], loaders: Mapping[str, Loader]) -> list[str]:
    classes = dict.fromkeys(load() for load in loaders.values())
    readers = {cls.scheme: cls.connection for cls in classes if cls.connection is not None}
    fitting = []
    for scheme, model in readers.items():
        known = {*model.model_fields, *(field.alias for field in model.model_fields.values())}
        if settings.keys() <= known:
            fitting.append(scheme)
    return fitting
