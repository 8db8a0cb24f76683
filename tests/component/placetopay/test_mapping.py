"""PlacetoPay's answers → our replies, without a network."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.placetopay.mapping import created, session
from caravana.component.placetopay.state import session_state
from caravana.kit.errors import Unknown
from caravana.kit.payment import State

ANSWER: dict[str, Any] = {
    "requestId": 181348,
    "status": {"status": "APPROVED", "reason": "00", "message": "ok", "date": "2026-11-23T10:20:00-05:00"},
    "request": {
        "payer": {"name": "Inventada", "document": "0912345678"},
        "payment": {"reference": "CV7K2M-1", "amount": {"currency": "USD", "total": 115}},
        "fields": [{"keyword": "_processUrl_", "value": "https://checkout.example/181348", "displayOn": "none"}],
        "expiration": "2026-11-23T10:45:00-05:00",
    },
    "payment": [
        {
            "status": {"status": "APPROVED", "reason": "00", "message": "ok", "date": "2026-11-23T10:20:00-05:00"},
            "internalReference": 643,
            "reference": "CV7K2M-1",
            "paymentMethod": "visa",
            "paymentMethodName": "Visa",
            "issuerName": "Banco de Prueba",
            "amount": {
                "from": {"currency": "USD", "total": 115},
                "to": {"currency": "COP", "total": Decimal("460000.5")},
                "factor": Decimal("4000.0043"),
            },
            "authorization": "000000",
            "receipt": "241516",
            "franchise": "DF_VS",
            "refunded": False,
            "processorFields": [
                {"keyword": "lastDigits", "value": "************1111", "displayOn": "none"},
                {"keyword": "bin", "value": "411111", "displayOn": "none"},
                {"keyword": "expiration", "value": "1230", "displayOn": "none"},
            ],
        }
    ],
    "subscription": None,
}


def changed(**status: Any) -> dict[str, Any]:
    """Return the answer with another session status."""
    answer = copy.deepcopy(ANSWER)
    answer["status"].update(status)
    return answer


def test_a_query_becomes_a_reply_of_known_keys() -> None:
    """The whole reply, and nothing beside it: no payer, no first digits, no expiration of the card."""
    stamp = {"status": "APPROVED", "reason": "00", "message": "ok", "date": "2026-11-23T10:20:00-05:00"}
    assert session(ANSWER) == {
        "provider": "placetopay",
        "request_id": "181348",
        "reference": "CV7K2M-1",
        "process_url": "https://checkout.example/181348",
        "state": "paid",
        "final": True,
        **stamp,
        "expiration": "2026-11-23T10:45:00-05:00",
        "amount": {"currency": "USD", "total": Decimal(115)},
        "paid_total": {"currency": "USD", "total": Decimal(115)},
        "payments": [
            {
                "internal_reference": "643",
                "reference": "CV7K2M-1",
                "state": "paid",
                **stamp,
                "method": "visa",
                "method_name": "Visa",
                "issuer": "Banco de Prueba",
                "franchise": "DF_VS",
                "from": {"currency": "USD", "total": Decimal(115)},
                "to": {"currency": "COP", "total": Decimal("460000.5")},
                "factor": Decimal("4000.0043"),
                "authorization": "000000",
                "receipt": "241516",
                "refunded": False,
                "last_digits": "1111",
            }
        ],
    }


@pytest.mark.parametrize("reason", ["00", "05", 5, None, "MC", "XN"])
@pytest.mark.parametrize("message", ["Rechazada", "", None])
def test_neither_reason_nor_message_decides_about_money(reason: Any, message: Any) -> None:
    """Approved is paid and pending is pending, whatever the other parts say."""
    assert session(changed(reason=reason, message=message))["state"] == "paid"
    assert session(changed(status="PENDING", reason=reason, message=message))["final"] is False


@pytest.mark.parametrize(
    ("status", "reason", "expired", "state", "final"),
    [
        ("PENDING", "PC", False, State.PENDING, False),
        ("APPROVED", "00", True, State.PAID, True),
        ("REJECTED", "XN", False, State.FAILED, True),
        ("REJECTED", "MC", False, State.CANCELLED, True),
        ("REJECTED", "XN", True, State.EXPIRED, True),
        ("APPROVED_PARTIAL", "P0", False, State.PART_PAID, False),
        ("PARTIAL_EXPIRED", "PX", True, State.PART_PAID, True),
        ("SOMETHING_NEW", None, True, State.PENDING, False),
    ],
)
def test_each_session_status_has_its_state(
    status: str, reason: str | None, expired: bool, state: State, final: bool
) -> None:
    """The table of states; a word that nobody knows is pending and asked for again."""
    assert session_state(status, [], checkin=False, reason=reason, expired=expired) == (state, final)


def test_a_payment_that_waits_for_us_asks_for_action() -> None:
    """A pending session with a payment in PENDING_CONFIRMATION is ours to move."""
    answer = changed(status="PENDING")
    answer["payment"][0]["status"]["status"] = "PENDING_CONFIRMATION"
    assert session(answer)["state"] == "action_needed"


def test_a_date_that_cannot_be_read_hides_no_payment() -> None:
    """Only the words for an end without money look at dates."""
    assert session(changed(date="yesterday"))["state"] == "paid"


@pytest.mark.parametrize(
    "answer",
    [{}, {"requestId": 1}, {**ANSWER, "status": "APPROVED"}, {**ANSWER, "payment": [{}]}, {**ANSWER, "requestId": "x"}],
)
def test_an_answer_that_cannot_be_read_is_unknown(answer: dict[str, Any]) -> None:
    """A malformed answer says nothing about what happened."""
    with pytest.raises(Unknown):
        session(answer)


def test_a_create_answer_without_link_is_unknown() -> None:
    """A session without its link is of no use, and may exist."""
    with pytest.raises(Unknown):
        created({"status": {"status": "OK"}, "requestId": 1}, {"payment": {"reference": "A"}})
