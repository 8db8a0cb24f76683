"""Options of `review:items`."""

from datetime import timedelta

from pydantic import Field

from caravana.kit.options import Duration, Options


class ReviewOptions(Options):
    """Which items become messages, and when."""

    delay: Duration = Field(timedelta(seconds=10), description="Time between two looks at the list.")
    most: int = Field(
        100, ge=1, le=1000, description="Items told at once, the oldest first; of all others one tells how many."
    )
    circuit_after: Duration = Field(
        timedelta(minutes=15), description="How long a partner must be away before its circuit is an item."
    )
    without: str = Field(
        "", description="Routes whose exchanges are no items here, as id or pattern, with commas between."
    )
