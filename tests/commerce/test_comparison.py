"""The pure comparison of one day: what is the same, and each way in which it is not."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from caravana.commerce.cards.comparison import Comparison, Told
from tests.commerce.test_mapping import CONNECTIONS, loaded

DAY, ZONE = date(2026, 11, 27), "America/Guayaquil"
NOON = "2026-11-27T12:00:00-05:00"
ODOO = {"url": "http://127.0.0.1:1", "database": "demo", "apiKey": "0" * 40, "login": "integracion"}
LISTENER = {"public_url": "https://hub.example"}
USD = {"total": Decimal("115.00"), "currency": "USD"}


def attempt(**values: Any) -> dict[str, Any]:
    """An attempt that was paid with `pi_1` and is booked."""
    paid = [{"internal_reference": "pi_1", "total": Decimal("115.00"), "currency": "USD", "date": NOON}]
    named = {"key": "sale.order,42/0001", "order_id": 42, "reference": "CV42-1", "payments": paid, "settled": True}
    return {**named, **values}


def listed(**values: Any) -> dict[str, Any]:
    """The payment as the company lists it."""
    return {"payment": "pi_1", "reference": "CV42-1", "state": "paid", "amount": USD, "date": NOON, **values}


def booked(**values: Any) -> dict[str, Any]:
    """The payment as Odoo has it."""
    about = {"memo": "S0042 CV42-1 pi_1", "currency_id": [1, "USD"], "payment_type": "inbound", "state": "paid"}
    return {"id": 7, "amount": Decimal("115.0"), **about, **values}


def refunded(**values: Any) -> dict[str, Any]:
    """A refund as the company lists it."""
    back = {"total": Decimal("15.00"), "currency": "USD"}
    return {"refund": "re_1", "reference": None, "payment": "pi_1", "result": "done", "amount": back, **values}


def ledger(**values: Any) -> dict[str, Any]:
    """A refund in our ledger."""
    about = {"refund": "re_1", "reference": "CV42-1-R1", "payment": "pi_1", "amount": Decimal("115.00")}
    return {**about, "state": "pending", **values}


def compared(
    payments: Any, books: Any, attempts: Any = None, refunds: Any = (), own: Any = (), **told: Any
) -> list[Any]:
    """Return kind, name and mend of each difference."""
    of_company = Told(payments, refunds, told.pop("whole", True), told.pop("asked", None))
    found = Comparison(DAY, ZONE, of_company, [attempt()] if attempts is None else attempts, own, books).differences()
    return [(one["kind"], one["name"], one["mend"]) for one in found]


def test_a_refund_waits_from_its_day_on_and_for_a_time() -> None:
    """Only what was begun on the day, and before the moment, is told; what is over never is."""
    about = {"attempt": "sale.order,42/0001", "amount": Decimal(15), "currency": "USD", "created": NOON}
    own = [ledger(**about), ledger(**about, state="done"), ledger(**{**about, "created": "2026-11-26T12:00:00-05:00"})]
    found = Comparison(DAY, ZONE, Told([], [], True), [attempt()], own, [])
    later, earlier = (datetime.fromisoformat(f"2026-11-27T{hour}:00:00-05:00") for hour in ("13", "11"))
    [one] = found.waiting(later)
    assert (one["kind"], one["name"], one["order_id"], one["mend"]) == ("refund_waiting", "CV42-1-R1", 42, None)
    assert found.waiting(earlier) == []


OPEN = attempt(settled=False, payments=[])
PAYMENTS = {
    "the same": ([listed()], [booked()], None, []),
    "a failed try is no payment": ([listed(state="failed")], [], [OPEN], []),
    "not yet told as confirmed, and known": ([listed(state="action_needed")], [booked()], None, []),
    "not confirmed, and unknown": ([listed(state="action_needed")], [], [OPEN], []),
    "missing, never booked": ([listed()], [], [OPEN], [("payment_missing", "pi_1", "settle")]),
    "missing, was booked": ([listed()], [], None, [("payment_missing", "pi_1", None)]),
    "missing, cancelled in Odoo": ([listed()], [booked(state="canceled")], None, [("payment_missing", "pi_1", None)]),
    "missing, of nobody": ([listed(reference=None)], [], [], [("payment_missing", "pi_1", None)]),
    "of nobody, registered by hand": ([listed(reference=None)], [booked(memo="teléfono pi_1")], [], []),
    "double": ([listed()], [booked(), booked(id=8)], None, [("payment_double", "pi_1", None)]),
    "other amount": ([listed()], [booked(amount=Decimal(100))], None, [("payment_amount", "pi_1", None)]),
    "captured in part": ([listed(captured={**USD, "total": Decimal(80)})], [booked(amount=Decimal(80))], None, []),
    "other currency": ([listed()], [booked(currency_id=[2, "EUR"])], None, [("payment_currency", "pi_1", None)]),
    "used up, and still so": ([listed()], [booked(is_reconciled=True)], [attempt(used=["pi_1"])], []),
    "used up, and open again": (
        [listed()],
        [booked(is_reconciled=False)],
        [attempt(used=["pi_1"])],
        [("payment_open", "pi_1", None)],
    ),
    "an advance that waits": ([listed()], [booked(is_reconciled=False)], [attempt(used=[])], []),
    "not at the company": ([], [booked()], None, [("payment_not_at_company", "7", None)]),
    "of another day": ([], [booked()], [attempt(payments=[])], []),
    "another number in the books": (
        [listed()],
        [booked(), booked(id=9, memo="S0042 CV42-1 pi_9")],
        None,
        [("payment_not_at_company", "9", None)],
    ),
    "a number that begins alike": ([listed()], [booked(memo="S0042 pi_11")], None, [("payment_missing", "pi_1", None)]),
}


@pytest.mark.parametrize("case", PAYMENTS)
def test_payments(case: str) -> None:
    """Each payment of the company is in Odoo once, with its amount and currency, and Odoo has no others."""
    payments, books, attempts, expected = PAYMENTS[case]
    assert compared(payments, books, attempts) == expected


def test_a_day_that_goes_on_says_nothing_of_what_is_not_listed() -> None:
    """The company may still come to know it."""
    assert compared([], [booked()], whole=False) == []


def test_midnight_is_the_company_s() -> None:
    """A payment at nine in the evening in Quito is of that day, though it is the next in UTC."""
    paid = {**attempt()["payments"][0], "date": "2026-11-28T02:00:00+00:00"}
    assert compared([], [booked()], [attempt(payments=[paid])]) == [("payment_not_at_company", "7", None)]


def test_answers_instead_of_a_list() -> None:
    """Where each session was asked about, only those that were answered are judged; a refund that it hints at is told."""
    answer = {"internal_reference": "pi_1", "reference": "CV42-1", "state": "paid", "from": USD, "refunded": True}
    asked = frozenset({"sale.order,42/0001"})
    assert compared([answer], [booked()], asked=asked) == [("refund_unknown", "pi_1", None)]
    assert compared([answer], [booked()], own=[ledger(state="done")], asked=asked) == []
    assert compared([], [booked()], asked=frozenset()) == []
    assert compared([], [booked()], asked=asked) == [("payment_not_at_company", "7", None)]


REVERSED = listed(state="cancelled")
UNKNOWN = [("refund_unknown", "pi_1", None)]
BACK = {
    "known": ([REVERSED], [booked()], [ledger(state="done")], []),
    "not yet known to be done": ([REVERSED], [booked()], [ledger()], []),
    "not known": ([REVERSED], [booked()], [], UNKNOWN),
    "failed, and reversed all the same": ([REVERSED], [booked()], [ledger(state="failed")], UNKNOWN),
    "not known, and not in the books": ([REVERSED], [], [], []),
    "not listed any more, and known": ([], [booked()], [ledger(state="done")], []),
    "not listed, of which a part is known": (
        [],
        [booked()],
        [ledger(state="done", amount=Decimal(15))],
        [("payment_not_at_company", "7", None)],
    ),
}


@pytest.mark.parametrize("asked", [None, frozenset({"sale.order,42/0001"})], ids=["listed", "asked"])
@pytest.mark.parametrize("case", BACK)
def test_a_payment_that_the_company_reversed(case: str, asked: Any) -> None:
    """What our ledger knows as sent back is no difference; what it does not, and Odoo still has, is told as sent back."""
    payments, books, own, expected = BACK[case]
    assert compared(payments, books, own=own, asked=asked) == expected


def test_a_try_that_was_cancelled_is_no_reversal() -> None:
    """The customer broke off: no money ever came, so none went back."""
    assert compared([REVERSED], [], [OPEN], asked=frozenset({OPEN["key"]})) == []


REFUNDS = {
    "known": (refunded(), [ledger(state="done")], []),
    "known by our reference": (refunded(reference="CV42-1-R1"), [ledger(state="done", refund=None)], []),
    "not in the ledger": (refunded(), [], [("refund_unknown", "re_1", "refund")]),
    "not in the ledger, of nobody": (refunded(payment="pi_9"), [], [("refund_unknown", "re_1", None)]),
    "failed, never known": (refunded(result="failed"), [], []),
    "pending here, over there": (refunded(), [ledger()], [("refund_pending", "re_1", "refund")]),
    "pending on both sides": (refunded(result="pending"), [ledger()], []),
}


@pytest.mark.parametrize("case", REFUNDS)
def test_refunds(case: str) -> None:
    """Each refund of the company is in our ledger, and as far there as here."""
    told, own, expected = REFUNDS[case]
    assert compared([listed()], [booked()], refunds=[told], own=own) == expected


def test_what_is_pending_is_asked_about() -> None:
    """Whatever the list of the day says: the refund may be of another day."""
    told = Told([], [], True)
    open_ones = [ledger(), ledger(state="asked"), ledger(state="done")]
    assert len(Comparison(DAY, ZONE, told, [], open_ones, []).pending()) == 2


def days(kept: Any = (), wish: Any = None, **given: Any) -> list[tuple[str, Any, str, bool]]:
    """Return what is compared at five in the morning of 28 November: account, branch, day, and whether it is the first branch."""
    variables = {"kept": [{"key": one["key"], "value": one} for one in kept], "wish": wish}
    exchange = SimpleNamespace(created=datetime.fromisoformat("2026-11-28T10:00:00+00:00"))
    found = loaded({"connections": {"odoo": ODOO, **CONNECTIONS}, "listener": LISTENER, **given}).callables["cards"]
    units = found.comparisons(variables, exchange)
    return [(one["connection"], one["branch"], one["day"], one["first"]) for one in units]


def open_since(day: str) -> dict[str, Any]:
    """A difference of a day that is kept."""
    return {"key": day, "connection": "placetopay", "branch": None, "day": day}


def test_yesterday_and_the_days_that_are_open() -> None:
    """In the company's zone, each once, no further back than a month; a person may choose day and account."""
    yesterday = ("placetopay", None, "2026-11-27", True)
    assert days() == [yesterday]
    kept = [open_since("2026-11-20"), open_since("2026-11-27"), open_since("2026-09-01")]
    assert days(kept) == [("placetopay", None, "2026-11-20", True), yesterday]
    assert days(kept, {"day": "2026-11-25", "connection": None}) == [("placetopay", None, "2026-11-25", True)]
    assert days(wish={"day": None, "connection": "stripe"}) == []


def test_nothing_before_the_go_live_line() -> None:
    """The line's own day is compared, the one before is not the hub's."""
    assert days([open_since("2026-11-20")], go_live="2026-11-27T15:00:00-05:00") == [
        ("placetopay", None, "2026-11-27", True)
    ]
    assert days(go_live="2026-11-28T00:00:00-05:00") == []


def test_each_branch_that_an_account_serves() -> None:
    """Each branch's books are compared by themselves; money of nobody is told at the first."""
    branches = {
        name: {"name": name, "company": number, "payment_store": "placetopay"} for number, name in enumerate("ab", 1)
    }
    assert days(branches=branches) == [
        ("placetopay", "a", "2026-11-27", True),
        ("placetopay", "b", "2026-11-27", False),
    ]


def test_what_only_a_list_tells_stays_without_the_list() -> None:
    """A day out of the list's reach, or a session without an answer, takes nothing off the list that was not looked at."""
    cards = loaded({"connections": {"odoo": ODOO, **CONNECTIONS}, "listener": LISTENER}).callables["cards"]
    kept = [
        {"value": {"key": "ours", "attempt": "sale.order,42/0001"}},
        {"value": {"key": "nobody's", "attempt": None}},
    ]

    def gone(**variables: Any) -> Any:
        return cards.gone_differences({"differences": [], "kept": kept, "answers": None, **variables})

    assert gone(listing={"payments": []}) == ["ours", "nobody's"]
    assert gone(listing=None) == ["ours"]
    assert gone(listing=None, answers=[None]) == []
