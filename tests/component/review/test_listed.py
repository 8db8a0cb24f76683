"""What of the list is told: each thing once, the oldest first, never more than a person can read."""

from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.review.listed import Listed, chosen

NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)


def item(number: int, kind: str = "item", route: str | None = None) -> dict[str, Any]:
    """Return an item that came in the `number`th minute."""
    since = (NOW + timedelta(minutes=number)).isoformat()
    return {"kind": kind, "id": str(number), "title": "", "since": since, "route": route}


def look(
    known: Listed, *items: dict[str, Any], at: int = 0, most: int = 2, complete: bool = True, shadow: str = ""
) -> Any:
    """Return what is known after a look in minute `at`, the ids that are fresh, and the names that are gone."""
    now = NOW + timedelta(minutes=at)
    after, fresh, gone = known.after(list(items), now, PATIENCE, most, complete=complete, shadow=shadow)
    return after, [one["id"] for one in fresh], gone


def test_each_once() -> None:
    """What was told is not told again; what is missing is gone; what comes back is told anew."""
    known, fresh, gone = look(Listed(), item(1))
    assert (fresh, gone) == (["1"], [])
    assert look(known, item(1))[1:] == ([], [])
    known, fresh, gone = look(known)
    assert (fresh, gone) == ([], ["item/1"])
    assert look(known, item(1))[1] == ["1"]


def test_too_many() -> None:
    """Beyond the limit one item says how many wait; those that were told stay told, and others move up."""
    known, fresh, _ = look(Listed(), item(1), item(2), item(3), item(4))
    assert fresh == ["1", "2", "more"]
    assert look(known, item(0), item(1), item(2), item(3))[1:] == ([], [])
    known, fresh, gone = look(known, item(2), item(3))
    assert (fresh, gone) == (["3"], ["item/1", "more/more"])


def test_a_list_that_is_cut_off_shows_nothing_as_gone() -> None:
    """What is missing in it may only have been cut off."""
    known, _, _ = look(Listed(), item(1))
    assert look(known, item(2), complete=False)[2] == []


def test_a_partner_away_for_a_moment_is_not_told() -> None:
    """A circuit counts when it has been open for long, from when it was first seen."""
    known, fresh, _ = look(Listed(), item(1, "circuit"))
    assert fresh == []
    known, fresh, _ = look(known, item(1, "circuit"), at=14)
    assert fresh == []
    assert look(known, item(1, "circuit"), at=15)[1] == ["1"]
    known, _, _ = look(known, at=15)
    assert look(known, item(1, "circuit"), at=16)[1] == []


def test_what_was_told_in_shadow_is_told_again_when_it_is_live() -> None:
    """Once in shadow, once live; what was told live is not told again in shadow or after it; what is gone is gone."""
    known, _, _ = look(Listed(), item(1))
    known, fresh, _ = look(known, item(1), item(2), item(3), most=3, shadow="odoo")
    assert fresh == ["2", "3"]
    assert look(known, item(1), item(2), item(3), most=3, shadow="odoo") == (known, [], [])
    known, fresh, gone = look(known, item(1), item(2), at=1)
    assert (fresh, gone) == (["2"], ["item/3"])
    assert look(known, item(1), item(2), at=2) == (known, [], [])


def test_what_was_told_live_and_is_gone_in_shadow_is_told_again() -> None:
    """Its going counts when it is live: told under whatever is in shadow, once each, and then forgotten."""
    known, _, _ = look(Listed(), item(1))
    known, fresh, gone = look(known, shadow="odoo")
    assert (fresh, gone) == ([], ["item/1"])
    assert look(known, shadow="odoo") == (known, [], [])
    known, _, gone = look(known, shadow="all")
    assert gone == ["item/1"]
    known, _, gone = look(known, shadow="odoo")
    assert gone == ["item/1"]
    assert look(known, complete=False)[2] == []
    assert look(known) == (Listed(), [], ["item/1"])


def test_what_was_told_in_one_shadow_and_is_gone_in_another_is_told_again() -> None:
    """With another partner in shadow its coming may have had effects; wholly in one shadow it had none that its going had not."""
    known, _, _ = look(Listed(), item(1), shadow="bank")
    assert look(known, shadow="bank")[0] == Listed()
    known, fresh, _ = look(known, item(1), shadow="odoo")
    assert fresh == ["1"]
    known, _, gone = look(known, shadow="odoo")
    assert gone == ["item/1"]
    assert look(known) == (Listed(), [], ["item/1"])


def test_what_comes_back_in_shadow_is_told_when_it_is_live() -> None:
    """Whatever was told of it before; and its going, too, for its first coming was live."""
    known, _, _ = look(Listed(), item(1))
    known, _, _ = look(known, shadow="odoo")
    known, fresh, _ = look(known, item(1), shadow="odoo")
    assert fresh == ["1"]
    assert look(known, item(1))[1] == ["1"]
    known, _, gone = look(known, shadow="odoo")
    assert gone == ["item/1"]
    assert look(known)[2] == ["item/1"]


def test_the_cursor_holds_all() -> None:
    """What is known survives as the cursor."""
    known, _, _ = look(Listed(), item(1), item(2, "circuit"), shadow="odoo")
    assert Listed.stored(known.as_cursor()) == known
    assert Listed.stored(None) == Listed()


def test_own_routes_are_left_out() -> None:
    """By id or pattern; what belongs to no route stays. The oldest comes first."""
    items = [item(3), item(2, "dead", "review-tell"), item(1, "dead", "sales")]
    assert [one["id"] for one in chosen(items, "review-*, other")] == ["1", "3"]
    assert len(chosen(items, "")) == 3
