"""Options of `cron:`."""

from pydantic import Field

from caravana.kit.options import Options


class CronOptions(Options):
    """When it fires."""

    schedule: str = Field(
        description="Cron expression: 5 fields (minute hour day month weekday), 6 with seconds before, 7 with a year behind."
    )
    time_zone: str = Field(
        "", description="IANA name of the zone the times stand in; default: setting company.timezone."
    )
