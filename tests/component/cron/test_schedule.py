"""Cron expressions: which moments they name."""

from datetime import UTC, datetime

import pytest

from caravana.component.cron.schedule import Schedule
from tests.component.harness import START


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("30 * * * *", datetime(2026, 11, 23, 15, 30, tzinfo=UTC)),
        ("0/10 * * * * ?", datetime(2026, 11, 23, 15, 0, 10, tzinfo=UTC)),
        ("0+0+8+?+*+MON-FRI", datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ("0 0 8 L * ?", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        ("0 0 8 ? * MON#1", datetime(2026, 12, 7, 8, tzinfo=UTC)),
        ("0 0 0 1 1 ? 2028", datetime(2028, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_next_moment(expression: str, expected: datetime) -> None:
    """Five, six and seven fields name the moments that their signs say."""
    assert Schedule(expression, "UTC").after(START) == expected


def test_times_stand_in_their_zone() -> None:
    """Half past two in Guayaquil is half past seven in UTC."""
    assert Schedule("30 2 * * *", "America/Guayaquil").after(START) == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def test_last_moment_includes_the_present_one() -> None:
    """The last moment up to now is now when the schedule names it, else the one before."""
    assert Schedule("0 15 * * *", "UTC").last(START) == START
    assert Schedule("1 15 * * *", "UTC").last(START) == datetime(2026, 11, 22, 15, 1, tzinfo=UTC)


def test_a_schedule_that_has_passed_names_nothing() -> None:
    """A year in the past leaves no next moment."""
    assert Schedule("0 0 0 1 1 ? 2020", "UTC").after(START) is None


@pytest.mark.parametrize(
    ("expression", "zone", "reason"),
    [
        ("* * *", "UTC", "3 fields"),
        ("61 * * * *", "UTC", "cannot be read"),
        ("nonsense * * * *", "UTC", "cannot be read"),
        ("0 8 * * 1-5", "UTC", "write MON-FRI"),
        ("0 8 1 * MON", "UTC", "one of them must be"),
        ("0 8 * * *", "Ecuador/Guayaquil", "no time zone"),
        ("0 8 * * *", "../etc", "no time zone"),
    ],
)
def test_wrong_schedules_are_refused_with_the_reason(expression: str, zone: str, reason: str) -> None:
    """Unreadable and ambiguous expressions and unknown zones are errors that say what to write."""
    with pytest.raises(ValueError, match=reason):
        Schedule(expression, zone)
