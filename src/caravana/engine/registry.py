"""Finding components: every folder of `caravana.component`, and third parties' by entry point."""

import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import caravana.component
from caravana.kit.component import Component, Endpoint
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

ENTRY_POINTS = "caravana.components"


def component_classes() -> dict[str, type[Component]]:
    """Return every component class by scheme. Raises `ConfigurationError` when two claim one scheme."""
    found: dict[str, type[Component]] = {}
    for cls in _all_classes():
        for scheme in (cls.scheme, *cls.schemes):
            if found.setdefault(scheme, cls) is not cls:
                raise ConfigurationError(f"two components claim the scheme `{scheme}`")
    return found


def _all_classes() -> Iterator[type[Component]]:
    for package in pkgutil.iter_modules(caravana.component.__path__):
        yield from _classes_in(import_module(f"caravana.component.{package.name}"))
    for entry in entry_points(group=ENTRY_POINTS):
        yield entry.load()


def _classes_in(module: ModuleType) -> Iterator[type[Component]]:
    for _, cls in inspect.getmembers(module, inspect.isclass):
        if issubclass(cls, Component) and cls is not Component and not inspect.isabstract(cls):
            yield cls


class Components:
    """The components of one hub, each made when first used."""

    def __init__(self, context: Context, further: Iterable[type[Component]] = ()) -> None:
        """`context`: the hub; `further`: classes beside those found, e.g. an application's own."""
        self._context = context
        self._classes = component_classes() | {scheme: cls for cls in further for scheme in (cls.scheme, *cls.schemes)}
        self._made: dict[type[Component], Component] = {}

    @property
    def schemes(self) -> list[str]:
        """Every scheme that an address may begin with."""
        return sorted(self._classes)

    def get(self, scheme: str) -> Component:
        """Return the component of `scheme`. Raises `ConfigurationError` with the nearest right name."""
        cls = self._classes.get(scheme)
        if cls is None:
            raise ConfigurationError(
                f"no component has the scheme `{scheme}`", suggestion=nearest(scheme, self.schemes) or ""
            )
        if cls not in self._made:
            self._made[cls] = cls(self._context)
        return self._made[cls]

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`. Raises `ConfigurationError`."""
        return self.get(uri.scheme).endpoint(uri)

    async def close(self) -> None:
        """Close the components that were used."""
        for component in self._made.values():
            await component.close()


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
