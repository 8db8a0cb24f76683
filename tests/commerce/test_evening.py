"""At eight in the evening in Quito it is one in the morning of the next day in UTC: what is dated is of the company's day."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from caravana.commerce import booking
from caravana.commerce.transfers.mapping import TransferMapping
from caravana.commerce.transfers.settings import TransferSettings
from caravana.component.bank.entry import Direction, Entry

EVENING = datetime(2026, 11, 29, 1, tzinfo=UTC)
ZONE = "America/Guayaquil"


def entry(day: date | None) -> Any:
    return Entry("2200123456", "USD", Decimal("115.00"), Direction.CREDIT, day).as_record()


def test_a_transfer_without_a_day_is_of_the_day_on_which_it_was_looked_at() -> None:
    """What its notification does not date is posted on the company's day; a day that it names counts."""
    mapping = TransferMapping(TransferSettings(zone=ZONE))
    now = EVENING.isoformat()
    assert mapping.day_of({"entry": entry(None), "now": now}) == "2026-11-28"
    assert mapping.day_of({"entry": entry(date(2026, 11, 20)), "now": now}) == "2026-11-20"


def test_fields_that_odoo_refuses_are_told_once_a_day_of_the_company() -> None:
    """The item of the evening is that of the afternoon."""
    afternoon = datetime(2026, 11, 28, 20, tzinfo=UTC)
    keys = {booking.unwritten(7, "no", one, ZONE)["key"] for one in (afternoon, EVENING)}
    assert keys == {"fields/2026-11-28"}
