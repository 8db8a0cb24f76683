"""Where in a route file something stands."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; `line` and `column` count from 1, 0 = unknown (a route made in Python)."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """Return `file:line:column`, as editors understand it."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


NOWHERE = Location()
