"""Options of `timer:`."""

from datetime import timedelta

from pydantic import Field, field_validator

from caravana.kit.options import Duration, Options


class TimerOptions(Options):
    """When it fires; names and defaults are Camel's."""

    delay: Duration = Field("1s", validate_default=True, description="Wait before the first firing.")
    period: Duration = Field("1s", validate_default=True, description="Time between firings; 0 = fire once.")
    fixed_rate: bool = Field(False, description="Firings stand on a fixed grid instead of a period after the last one.")
    repeat_count: int = Field(0, ge=0, description="Number of firings since the start of the hub; 0 = without end.")
    include_metadata: bool = Field(False, description="Set Camel's exchange properties about the timer.")

    @field_validator("delay", "period")
    @classmethod
    def _not_negative(cls, value: timedelta) -> timedelta:
        if value.total_seconds() < 0:
            raise ValueError("must not be negative")
        return value
