"""What is wrong with a bank's file: said once, with the place.

CaravanaError
└── StatementRefused        the file, or a statement of it, is not taken; it is kept with the reason
    └── HeadingsMissing     the headings of a profile are not in a download
"""

from caravana.kit.errors import CaravanaError


class StatementRefused(CaravanaError):
    """Nothing of it becomes money. `line` counts from 1: of the text, or the row of a sheet; None: the file as a whole."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        """`reason`: what is wrong, and where it helps what to do."""
        self.reason = reason
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)


class HeadingsMissing(StatementRefused):
    """The file does not look as the profile says. `found`: how many of its columns stand in the likeliest row."""

    def __init__(self, reason: str, *, found: int, line: int | None = None) -> None:
        """`line`: the likeliest row."""
        super().__init__(reason, line=line)
        self.found = found
