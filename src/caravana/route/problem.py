"""What is wrong with a route file: every finding at once, each with its place and the nearest right name.

CaravanaError
└── ConfigurationError
    └── RouteFileError      a file that cannot be used; carries all problems found in it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.route.location import NOWHERE, Location


class Severity(StrEnum):
    """`error`: the file is refused. `warning`: it is used, and the reader should know something."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One finding: `message` says what is wrong, `suggestion` what to write instead (may be empty)."""

    severity: Severity
    location: Location
    message: str
    suggestion: str = ""

    @property
    def file(self) -> str:
        """The file's name as it was given to the reader."""
        return self.location.file

    @property
    def line(self) -> int:
        """The line, from 1; 0 = unknown."""
        return self.location.line

    @property
    def column(self) -> int:
        """The column, from 1; 0 = unknown."""
        return self.location.column

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity.value,
            "message": self.message,
            "suggestion": self.suggestion,
        }

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Problem":
        """Return the problem that `as_json` gave."""
        location = Location(told["file"], told["line"], told["column"])
        return cls(Severity(told["severity"]), location, told["message"], told["suggestion"])

    def __str__(self) -> str:
        """Return one line: place, severity, message, suggestion."""
        place = f"{self.location}: " if str(self.location) else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{place}{self.severity}: {self.message}{hint}"


def error(message: str, location: Location = NOWHERE, suggestion: str = "") -> Problem:
    """Return a problem that refuses the file."""
    return Problem(Severity.ERROR, location, message, suggestion)


def warning(message: str, location: Location = NOWHERE, suggestion: str = "") -> Problem:
    """Return a problem that the file survives."""
    return Problem(Severity.WARNING, location, message, suggestion)


class RouteFileError(ConfigurationError):
    """A route file, or a route made in Python, cannot be used; `problems` holds all findings, warnings too."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """`problems` in the order of the file."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def raise_errors(problems: Sequence[Problem]) -> None:
    """Raise `RouteFileError` with all `problems` when one of them is an error."""
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise RouteFileError(problems)
