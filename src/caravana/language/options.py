"""The options of one expression: read by name, checked against what the language knows."""

from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.language.scan import Source

_EVERYWHERE = frozenset({"id", "description", "note", "expression"})
"""Keys that describe and change nothing."""


class Settings:
    """Options as a route file gives them: texts or YAML's own types."""

    def __init__(self, language: str, values: dict[str, Any], known: frozenset[str]) -> None:
        """Raises `ConfigurationError` for an option that the language does not know."""
        for name in values:
            if name not in known and name not in _EVERYWHERE:
                raise ConfigurationError(
                    f"the language `{language}` has no option `{name}`", suggestion=nearest(name, known)
                )
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """Return the option as text; unset or null is `default`."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return the option as a boolean. Raises `ConfigurationError` unless it is true or false."""
        value = self.text(name, str(default)).strip().lower()
        if value not in ("true", "false"):
            raise ConfigurationError(f"the option `{name}` must be true or false")
        return value == "true"

    def source(self, text: str) -> Source:
        """Return the expression's text, without blanks around it unless `trim` is off."""
        whole = Source(text)
        return whole.strip() if self.flag("trim", default=True) else whole
