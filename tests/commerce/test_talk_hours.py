"""Opening hours as people read them."""

import pytest

from caravana.commerce.conversation.hours import DAYS, written

WEEK = dict.fromkeys(DAYS[:5], "09:00-18:00")


@pytest.mark.parametrize(
    ("told", "language", "shown"),
    [
        (
            {**WEEK, "sat": "09:00-13:00", "sun": "closed"},
            "es",
            "Lunes a viernes: 09:00 – 18:00\nSábado: 09:00 – 13:00\nDomingo: cerrado",
        ),
        (
            {**WEEK, "sat": "closed", "sun": "closed"},
            "en",
            "Monday to Friday: 09:00 – 18:00\nSaturday and Sunday: closed",
        ),
        (
            {"mon": "09:00-13:00,15:00-19:00", "wed": "10:00-12:00"},
            "es",
            "Lunes: 09:00 – 13:00, 15:00 – 19:00\nMiércoles: 10:00 – 12:00",
        ),
        ({}, "es", ""),
    ],
)
def test_days_of_the_same_hours_stand_together(told: dict[str, str], language: str, shown: str) -> None:
    """Days that follow each other with the same hours are one line; a day of which nothing is known is none."""
    assert written(told, language) == shown
