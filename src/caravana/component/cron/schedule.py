"""A cron expression: which moments it names. Pure."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter
from croniter.croniter import CroniterBadDateError, CroniterError

_FIELDS = {5: (2, 4), 6: (3, 5), 7: (3, 5)}
"""Where day of month and day of week stand, by the number of fields."""


class Schedule:
    """The moments of one expression in one zone."""

    def __init__(self, expression: str, zone: str) -> None:
        """Read `expression`, Quartz-like with 5 to 7 fields, blanks also written `+`.

        Raises `ValueError` for a wrong expression or zone, and for weekdays given as numbers: 1 is Monday in a Unix
        crontab and Sunday in Quartz, and no error would ever show the difference.
        """
        fields = expression.replace("+", " ").split()
        if len(fields) not in _FIELDS:
            raise ValueError(f"`schedule` has {len(fields)} fields, not 5, 6 or 7")
        _check_days(fields)
        self._expression = " ".join("*" if one == "?" else one for one in fields)
        self._zone = _zone(zone)
        try:
            croniter(self._expression, second_at_beginning=True)
        except (CroniterError, ValueError, KeyError) as error:
            raise ValueError(f"`schedule` cannot be read: {error}") from None

    def after(self, moment: datetime) -> datetime | None:
        """Return the first moment after `moment` (aware), or None when there is none left."""
        return self._step(moment, backwards=False)

    def last(self, moment: datetime) -> datetime | None:
        """Return the last moment up to and including `moment` (aware), or None when there was none."""
        following = self.after(moment)
        if following is None:
            return self._step(moment, backwards=True)
        before = self._step(following, backwards=True)
        return before if before is None or before <= moment else self._step(moment, backwards=True)

    def _step(self, moment: datetime, *, backwards: bool) -> datetime | None:
        walk = croniter(self._expression, moment.astimezone(self._zone), ret_type=datetime, second_at_beginning=True)
        try:
            found: datetime = walk.get_prev() if backwards else walk.get_next()
        except CroniterBadDateError:
            return None
        return found.astimezone(moment.tzinfo)


def _check_days(fields: list[str]) -> None:
    in_month, in_week = (fields[place] for place in _FIELDS[len(fields)])
    if re.search(r"\d", re.sub(r"#\d", "", in_week).replace("*/1", "*")):
        raise ValueError("`schedule` names weekdays by number, which Unix and Quartz count differently: write MON-FRI")
    if in_month not in ("*", "?") and in_week not in ("*", "?"):
        raise ValueError("`schedule` restricts day of month and day of week: one of them must be ?")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"`timeZone`: `{name}` is no time zone; write e.g. America/Guayaquil") from None
