"""A revision: what decides how exchanges run, as the journal keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from caravana.kit import codec

ENGINE_SEMANTICS = 1
"""Raised when the same routes would take other call paths than before."""


@dataclass(frozen=True)
class Revision:
    """What a revision is made of: canonical routes, placeholder values, callables (versions, settings), engine semantics."""

    routes: list[Any]
    placeholders: Mapping[str, str | None]
    callables: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    semantics: int = ENGINE_SEMANTICS

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Revision":
        """Return the revision of a manifest that was kept; one kept before there were settings has none."""
        return cls(**{"settings": {}, **manifest})

    def asked_before(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the settings and the environment variables that it found when it was loaded."""
        known = {name: value for name, value in self.placeholders.items() if value is not None}
        env = {name[4:]: value for name, value in known.items() if name.startswith("env:")}
        return {name: value for name, value in known.items() if not name.startswith("env:")}, env

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest, as it is kept."""
        return {
            "routes": self.routes,
            "placeholders": dict(self.placeholders),
            "callables": dict(self.callables),
            "settings": dict(self.settings),
            "semantics": self.semantics,
        }

    @property
    def hash(self) -> str:
        """The revision's name."""
        return codec.canonical_hash(self.manifest)
