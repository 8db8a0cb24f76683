"""The cursor of a watch."""

from datetime import UTC, datetime, timedelta

from caravana.component.odoo.position import Position

OVERLAP = timedelta(minutes=5)
LINE = datetime(2026, 11, 23, 15, tzinfo=UTC)


def record(number: int, time: str, state: str = "draft") -> dict[str, object]:
    return {"id": number, "write_date": f"2026-11-23 {time}", "state": state}


def test_nothing_before_the_line_is_read_again() -> None:
    """The overlap never reaches behind the go-live line."""
    assert Position.beginning(LINE).start(OVERLAP) == "2026-11-23 15:00:00"


def test_the_overlap_begins_before_the_newest() -> None:
    """Reading begins again the overlap before the newest record seen."""
    after = Position.beginning(LINE).after([record(1, "16:00:00")], "write_date", OVERLAP)
    assert after.start(OVERLAP) == "2026-11-23 15:55:00"


def test_two_states_within_one_second_are_told_apart() -> None:
    """The content decides when id and time are the same."""
    after = Position.beginning(LINE).after([record(1, "16:00:00")], "write_date", OVERLAP)
    assert not after.is_new(record(1, "16:00:00"), "write_date")
    assert after.is_new(record(1, "16:00:00", "sale"), "write_date")


def test_what_left_the_overlap_is_forgotten() -> None:
    """The cursor does not grow with the number of records."""
    after = Position.beginning(LINE).after([record(1, "16:00:00"), record(2, "16:10:00")], "write_date", OVERLAP)
    assert set(after.seen) == {"2"}


def test_a_stored_cursor_comes_back_the_same() -> None:
    """What the journal keeps is read as it was."""
    after = Position.beginning(LINE).after([record(1, "16:00:00")], "write_date", OVERLAP)
    assert Position.stored(after.as_cursor(), None) == after


def test_a_later_go_live_moves_the_line() -> None:
    """A go-live time set after the first start is respected."""
    stored = Position.beginning(LINE).as_cursor()
    assert Position.stored(stored, LINE + timedelta(hours=2)).start(OVERLAP) == "2026-11-23 17:00:00"
