"""The partners' imitations that live in the component folders: found by looking, built by their own `build`."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

import caravana.component
from caravana.kit.clock import Clock
from caravana.kit.errors import ConfigurationError


@dataclass(frozen=True)
class Imitation:
    """One imitation: its name, usual port, what it is, the names of its settings, and how it is built."""

    name: str
    port: int
    doc: str
    settings: tuple[str, ...]
    build: Callable[[Clock, Mapping[str, str]], Any]

    def app(self, clock: Clock, settings: Mapping[str, str]) -> tuple[ASGIApp, int, dict[str, dict[str, str]]]:
        """Return the application, its port (setting `port`, else the usual one), and by name what connections to it need.

        That is what they say beside the address.

        Raises `ConfigurationError` for a setting that it does not have or cannot read.
        """
        own = dict(settings)
        try:
            port = int(own.pop("port", self.port))
            unknown = own.keys() - set(self.settings) if self.settings else set()
            if unknown:
                raise ValueError(f"there is no setting `{min(unknown)}`; there are: {', '.join(self.settings)}")
            sandbox = self.build(clock, own)
            return sandbox.app(), port, sandbox.connections() or {self.name: sandbox.connection()}
        except ValueError as error:
            raise ConfigurationError(str(error), place=f"sandbox {self.name}") from None


def imitations() -> dict[str, Imitation]:
    """Return every imitation of this installation by name: each `caravana.component.*.sandbox` with a `build`."""
    found = {}
    for package in pkgutil.iter_modules(caravana.component.__path__, "caravana.component."):
        name = f"{package.name}.sandbox"
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        if hasattr(module, "build"):
            doc = (module.__doc__ or "").strip().partition("\n")[0]
            settings = tuple(getattr(module, "SETTINGS", ()))
            found[module.NAME] = Imitation(module.NAME, module.PORT, doc, settings, module.build)
    return dict(sorted(found.items()))
