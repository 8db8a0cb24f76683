"""By whose clock an attempt is asked about: pure decisions, without a hub."""

from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.commerce.cards import Cards, CardSettings
from caravana.commerce.link import PayLinks
from caravana.commerce.store import Store
from caravana.kit.exchange import Exchange

OPENED = datetime(2026, 11, 23, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_store(provider: str, every: int, until: int, per_minute: int | None = None, *, by_events: bool = False) -> Store:
    """Return a merchant account; times in minutes."""
    return {
        "provider": provider,
        "company": provider,
        "names": {"es": provider, "en": provider},
        "account": "x",
        "origin": "https://pay.example",
        "operations": [],
        "reference_max": 32,
        "needs_referrer": False,
        "every": every * 60.0,
        "until": until * 60.0,
        "per_minute": per_minute,
        "by_events": by_events,
    }


STORES = {
    "placetopay": a_store("placetopay", 5, 7 * 1440),
    "payphone": a_store("payphone", 1, 5, 30),
    "stripe": a_store("stripe", 5, 7 * 1440, by_events=True),
}
CARDS = Cards(
    CardSettings("Empresa XYZ", "America/Guayaquil", STORES, list(STORES)),
    PayLinks(["a secret"], "https://hub.example"),
)


def an_attempt(connection: str | None, number: int = 1, life: int = 30) -> dict[str, Any]:
    """Return an open attempt, as the store of open ones has it."""
    value = {
        "key": f"sale.order,7/{number:04d}",
        "connection": connection,
        "request_id": "9",
        "reference": f"CV7-{number}",
        "created": OPENED.isoformat(),
        "expires": (OPENED + life * MINUTE).isoformat(),
    }
    return {"key": value["key"], "value": value}


def sweep(minute: float, *attempts: dict[str, Any], asked: dict[str, str] | None = None) -> tuple[Any, dict[str, str]]:
    """Return what is asked so many minutes after the opening, and what is then remembered."""
    exchange = Exchange("x1", None, created=OPENED + minute * MINUTE)
    variables: dict[str, Any] = {"open": list(attempts), "asked": asked}
    variables["due"] = CARDS.due(variables, exchange)
    return variables["due"], CARDS.asked(variables, exchange)


def minutes(connection: str, until: int, life: int = 30) -> list[int]:
    """Return in which minutes an attempt is asked about, when the sweep ticks once a minute."""
    asked: dict[str, str] = {}
    found = []
    for minute in range(1, until):
        due, asked = sweep(minute, an_attempt(connection, life=life), asked=asked)
        found += [minute for one in due if one["connection"] == connection and one["attempts"]]
    return found


def test_each_company_has_its_clock() -> None:
    """PlacetoPay every five minutes, PayPhone every minute; Stripe's objects only from their expiry on, for events tell."""
    assert minutes("placetopay", 21) == [5, 10, 15, 20]
    assert minutes("payphone", 6) == [1, 2, 3, 4, 5]
    assert minutes("stripe", 37) == [30, 35]


def test_a_list_of_events_is_read_by_its_clock_even_when_nothing_is_open() -> None:
    """Refunds and disputes come long after the payment."""
    due, asked = sweep(0)
    assert due == [{"connection": "stripe", "attempts": [], "events": True}]
    assert sweep(1, asked=asked)[0] == []
    assert [one["events"] for one in sweep(5, asked=asked)[0]] == [True]


def test_a_tick_that_comes_a_moment_early_counts() -> None:
    """Two ticks are never exactly a minute apart: an attempt is not left out for a few seconds."""
    _, asked = sweep(1, an_attempt("payphone"))
    assert [one["connection"] for one in sweep(1.95, an_attempt("payphone"), asked=asked)[0]] == ["payphone"]


def test_no_more_questions_than_the_company_takes() -> None:
    """Of many attempts those that waited longest go first, and something is left for customers who come back."""
    many = [an_attempt("payphone", number) for number in range(1, 41)]
    first, asked = sweep(1, *many)
    [group] = [one for one in first if one["connection"] == "payphone"]
    assert len(group["attempts"]) == 20
    second, _ = sweep(2, *many, asked=asked)
    [later] = [one for one in second if one["connection"] == "payphone"]
    assert {one["key"] for one in group["attempts"]} & {one["key"] for one in later["attempts"]} == set()


def test_what_is_long_over_is_given_up() -> None:
    """PayPhone's form lives ten minutes, and five later the money is back: then nothing more is asked."""
    one = an_attempt("payphone", life=10)["value"]
    over = [
        minute
        for minute in (9, 14, 16)
        if CARDS.is_over({"attempt": one}, Exchange("x1", None, created=OPENED + minute * MINUTE))
    ]
    assert over == [16]


def test_an_account_that_is_not_configured_any_more_is_still_asked() -> None:
    """Its attempts hold up no other, and a person hears of it where it is asked."""
    due, _ = sweep(6, an_attempt("gone"), an_attempt("placetopay", 2))
    assert {one["connection"]: len(one["attempts"]) for one in due} == {"gone": 1, "placetopay": 1, "stripe": 0}
