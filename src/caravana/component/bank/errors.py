"""What is wrong with a bank's file: said once, with the place.

CaravanaError
└── StatementRefused    the file, or a statement of it, is not taken; it is kept with the reason
"""

from caravana.kit.errors import CaravanaError


class StatementRefused(CaravanaError):
    """Nothing of it becomes money. `line` counts from 1: of the text, or the row of a sheet; None: the file as a whole."""

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        """`reason`: what is wrong, and where it helps what to do."""
        self.reason = reason
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)
