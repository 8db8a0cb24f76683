"""Route files of a further catalogue: those of the first one, with names and records of its own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_NAME = re.compile(r"(?<![{\w])catalogue(?![a-z.])")
"""The catalogue in names of routes, lanes, callables and records; not in placeholders and words."""
_WARES = re.compile(r"\bwares:(?=\w)")
_RECORDS = re.compile(r"\bstate:wares\b")
_PLACEHOLDER = re.compile(r"\{\{catalogue\.(\w+)(:[^{}]*)?\}\}")


@dataclass(frozen=True)
class Copy:
    """A route file as it is for one catalogue; `catalogue`: its name, empty: the first one's.

    `values`: what stands for the placeholders `catalogue.<name>`; others are filled in as everywhere.
    """

    file: Path
    catalogue: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name, as problems name it."""
        return f"{self.file.name} ({self.catalogue})" if self.catalogue else self.file.name

    def __str__(self) -> str:
        """Return where it stands."""
        return str(self.file.with_name(self.name))

    def read_text(self, encoding: str = "utf-8") -> str:
        """Return the routes. Raises `OSError`."""
        text = _PLACEHOLDER.sub(lambda found: self.values.get(found[1], found[0]), self.file.read_text(encoding))
        if not self.catalogue:
            return text
        named = _NAME.sub(f"catalogue_{self.catalogue}", text)
        return _RECORDS.sub(f"state:wares.{self.catalogue}", _WARES.sub(f"wares:{self.catalogue}/", named))
