"""Stripe's objects become replies by a visible table; what it may write besides is looked at here without any network."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.stripe.amount import from_units, to_units
from caravana.component.stripe.mapping import checkout, expires_at, intent, locale, payment, refund
from caravana.kit.errors import Unknown
from tests.component.stripe.harness import NOW, usd


def session(**changes: Any) -> dict[str, Any]:
    """Return a session on which nobody has tried to pay."""
    return {
        "id": "cs_test_1",
        "object": "checkout.session",
        "amount_total": 11_500,
        "currency": "usd",
        "status": "open",
        "payment_status": "unpaid",
        "payment_intent": None,
        "client_reference_id": "CV7K2M-1",
        "url": "https://checkout.stripe.com/c/pay/cs_test_1",
        "created": int(NOW.timestamp()),
        "expires_at": int(NOW.timestamp()) + 3600,
        **changes,
    }


def made(status: str, **changes: Any) -> dict[str, Any]:
    """Return a PaymentIntent."""
    return {"id": "pi_1", "amount": 11_500, "currency": "usd", "status": status, "amount_received": 0, **changes}


@pytest.mark.parametrize(
    ("status", "payment_status", "found", "state", "final"),
    [
        ("open", "unpaid", None, "pending", False),
        ("open", "unpaid", made("requires_payment_method"), "pending", False),
        ("open", "unpaid", made("requires_action"), "pending", False),
        ("complete", "unpaid", made("processing"), "pending", False),
        ("complete", "unpaid", made("requires_capture"), "authorised", False),
        ("complete", "unpaid", made("requires_payment_method"), "failed", True),
        ("complete", "unpaid", made("canceled"), "cancelled", True),
        ("complete", "unpaid", made("requires_action", amount_received=4000), "part_paid", False),
        ("complete", "paid", made("succeeded", amount_received=11_500), "paid", True),
        ("expired", "unpaid", made("succeeded", amount_received=11_500), "paid", True),
        ("expired", "unpaid", None, "cancelled", True),
        ("frozen", "unpaid", made("thinking"), "pending", False),
    ],
)
def test_states_of_a_checkout(status: str, payment_status: str, found: Any, state: str, final: bool) -> None:
    """Money that came counts before all else; a word that Stripe may add one day means to go on asking."""
    given = session(status=status, payment_status=payment_status, payment_intent=found)
    reply = checkout(given, NOW)
    assert (reply["state"], reply["final"]) == (state, final)


def test_a_page_that_ended_by_time_is_expired() -> None:
    """Before its time only we can have closed it."""
    assert checkout(session(status="expired"), NOW + timedelta(hours=2))["state"] == "expired"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("requires_payment_method", "pending"),
        ("requires_confirmation", "pending"),
        ("requires_action", "action_needed"),
        ("processing", "pending"),
        ("requires_capture", "authorised"),
        ("succeeded", "paid"),
        ("canceled", "cancelled"),
    ],
)
def test_states_of_an_intent(status: str, state: str) -> None:
    """Each of Stripe's seven words."""
    assert intent(made(status))["state"] == state


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("succeeded", "done"),
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("failed", "failed"),
        ("canceled", "failed"),
        ("dancing", "pending"),
    ],
)
def test_results_of_a_refund(status: str, result: str) -> None:
    """Each of Stripe's five words, and one that there is not."""
    found = {"id": "re_1", "status": status, "amount": 500, "currency": "usd", "payment_intent": "pi_1"}
    assert refund(found, None)["result"] == result


@pytest.mark.parametrize("given", [{}, session(expires_at=None), session(payment_intent={"id": "pi_1"})])
def test_an_answer_that_cannot_be_read_is_unknown(given: dict[str, Any]) -> None:
    """Half an answer proves nothing."""
    with pytest.raises(Unknown):
        checkout(given, NOW)


def test_no_more_than_four_digits_of_a_card() -> None:
    """Whatever stands in the field; and a number in a message is masked."""
    charge = {
        "id": "ch_1",
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242424242424242"}},
    }
    error = {"code": "card_declined", "message": "4242 4242 4242 4242 was declined"}
    reply = payment(made("requires_payment_method", latest_charge=charge, last_payment_error=error))
    assert reply["last_digits"] == "4242"
    assert "4242 4242" not in str(reply)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("115.00", "USD", 11_500),
        ("0.5", "USD", 50),
        ("500", "JPY", 500),
        ("500", "CLP", 500),
        ("1.234", "KWD", 1234),
        ("5", "UGX", 500),
    ],
)
def test_amounts_travel_in_the_smallest_unit(amount: str, currency: str, units: int) -> None:
    """And come back the same, by Stripe's own list of currencies without decimals."""
    assert to_units(Decimal(amount), currency) == units
    assert from_units(units, currency.lower()) == Decimal(amount)


def test_part_of_a_unit_is_refused() -> None:
    """No rounding."""
    for amount, currency in (("1.001", "USD"), ("1.5", "JPY")):
        with pytest.raises(ValueError, match="more decimals"):
            to_units(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("es_EC", "es-419"),
        ("es_ES", "es"),
        ("es", "es"),
        ("en_US", "en"),
        ("en_GB", "en-GB"),
        ("pt_BR", "pt-BR"),
        ("qu_EC", None),
        (None, None),
    ],
)
def test_languages_as_stripe_names_them(ours: str | None, theirs: str | None) -> None:
    """Latin American Spanish has a name of its own; of a language that Stripe does not have the browser's is taken."""
    assert locale(ours) == theirs


def test_an_expiration_is_the_same_on_every_repetition() -> None:
    """It depends on the message alone, never on the hour of the call."""
    asked = datetime(2026, 11, 23, 15, 10, tzinfo=UTC)
    assert expires_at(asked, NOW) == expires_at(asked, NOW) == int((NOW + timedelta(minutes=35)).timestamp())
    assert checkout(session(), NOW)["amount"] == usd("115.00")
