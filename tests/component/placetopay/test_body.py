"""What routes may send: lengths, kinds and amounts are checked before PlacetoPay sees them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.placetopay.body import QueryBody, SessionBody, TransactionBody, read_body
from caravana.component.placetopay.client import to_json
from caravana.component.placetopay.mapping import session_request
from caravana.kit.errors import Refused
from tests.component.placetopay.harness import order

TAX = {"kind": "valueAddedTax", "amount": "15.00", "base": "100.00"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"reference": "x" * 33}, "reference"),
        ({"reference": " "}, "reference"),
        ({"description": "x" * 251}, "description"),
        ({"amount": "0"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1e999999"}, "amount"),
        ({"amount": "10.005"}, "more decimals"),
        ({"amount": "10.5", "currency": "CLP", "taxes": None}, "more decimals"),
        ({"currency": "usd"}, "currency"),
        ({"taxes": [{**TAX, "kind": "valueAdedTax"}]}, "taxes.0.kind"),
        ({"taxes": [{**TAX, "base": "100.001"}]}, "more decimals"),
        ({"details": [{"kind": "propina", "amount": "1"}]}, "details.0.kind"),
        ({"allow_partial": True}, "allow_partial"),
        ({"return_url": "javascript:alert(1)"}, "return_url"),
        ({"return_url": "https://hub.example/" + "x" * 250}, "return_url"),
        ({"ip_address": "nobody"}, "ip_address"),
        ({"expiration": "2026-11-23T10:45:00"}, "expiration"),
        ({"expiration": 1_800_000_000}, "expiration"),
        ({"locale": "español"}, "locale"),
        ({"buyer": {"name": "x" * 61}}, "buyer.name"),
        ({"buyer": {"document": "x" * 26}}, "buyer.document"),
        ({"buyer": {"document_type": "PASSPORT"}}, "buyer.document_type"),
        ({"buyer": {"email": "x" * 81}}, "buyer.email"),
        ({"buyer": {"mobile": "9" * 31}}, "buyer.mobile"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_value_is_refused_by_name(change: dict[str, Any], named: str) -> None:
    """Each wrong value is refused before anything is sent, naming the key."""
    with pytest.raises(Refused, match=named):
        read_body(SessionBody, order(**change))


@pytest.mark.parametrize("key", ["reference", "description", "amount", "return_url", "ip_address", "user_agent"])
def test_a_missing_value_is_refused_by_name(key: str) -> None:
    """Each needed key is asked for."""
    with pytest.raises(Refused, match=key):
        read_body(SessionBody, order(**{key: None}))


def test_a_card_number_in_a_name_is_refused_without_repeating_it() -> None:
    """The number neither leaves the hub nor stands in the error."""
    with pytest.raises(Refused) as caught:
        read_body(SessionBody, order(buyer={"name": "4110 7600 0000 0081"}))
    assert "buyer.name" in str(caught.value)
    assert "4110" not in str(caught.value)


def test_all_problems_come_at_once() -> None:
    """Two wrong keys are both named."""
    with pytest.raises(Refused, match=r"reference.*currency"):
        read_body(SessionBody, order(reference="", currency="dollars"))


def test_amounts_travel_as_the_numbers_they_are() -> None:
    """Decimals become JSON numbers with the same digits, whole ones without a point."""
    body = read_body(SessionBody, order(amount="115.10", taxes=[{**TAX, "amount": Decimal("15.10")}]))
    sent = json.loads(to_json(session_request(body, "es_EC")), parse_float=str)
    assert sent["payment"]["amount"] == {
        "currency": "USD",
        "total": "115.1",
        "taxes": [{"kind": "valueAddedTax", "amount": "15.1", "base": 100}],
    }


def test_an_amount_beyond_a_json_number_is_refused() -> None:
    """An amount that would lose its cents on the wire is not sent."""
    with pytest.raises(Refused, match="too many digits"):
        to_json({"total": Decimal("12345678901234567.89")})


def test_the_request_has_the_partners_names() -> None:
    """Every key of the body arrives under PlacetoPay's name."""
    body = read_body(
        SessionBody,
        order(expiration="2026-11-23T15:45:00+00:00", type="checkin", requires_confirmation=True, locale="en_US"),
    )
    sent = session_request(body, "es_EC")
    assert sent["buyer"]["documentType"] == "CI"
    assert sent["expiration"] == "2026-11-23T15:45:00+00:00"
    assert (sent["type"], sent["locale"], sent["skipResult"]) == ("checkin", "en_US", True)
    assert sent["metadata"] == {"requiresConfirmation": True}
    assert (sent["ipAddress"], sent["userAgent"]) == ("192.0.2.1", "Mozilla/5.0")
    assert sent["payment"]["allowPartial"] is False


def test_a_long_browser_name_is_cut() -> None:
    """What a browser calls itself must not stop a payment."""
    assert len(read_body(SessionBody, order(user_agent="x" * 999)).user_agent) == 255


def test_a_notification_can_be_queried_as_it_is() -> None:
    """The body of a notification holds the number, and its other keys do no harm."""
    assert read_body(QueryBody, {"request_id": 181348, "status": "APPROVED"}).request_id == "181348"


@pytest.mark.parametrize("body", [{}, {"internal_reference": "x"}, {"internal_reference": 1, "amount": "-1"}, []])
def test_a_wrong_transaction_is_refused(body: Any) -> None:
    """A transaction needs the payment's number and an amount above 0."""
    with pytest.raises(Refused):
        read_body(TransactionBody, body)
