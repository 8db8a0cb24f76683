"""Our bodies → Stripe's forms, and its objects → our replies. Pure.

Replies are made from a list of wanted fields: the client secret, the payer's name and address and the card's expiry and
fingerprint, which Stripe also sends, never reach the journal. Of a card brand and last four digits are kept.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.stripe.amount import to_units, total
from caravana.component.stripe.body import CheckoutBody, IntentBody, RefundBody
from caravana.component.stripe.errors import clean
from caravana.component.stripe.state import FAILED_BECAUSE, FINAL, REFUND, intent_state, session_state
from caravana.kit.errors import Unknown
from caravana.kit.payment import State

PROVIDER = "stripe"
REFERENCE = "reference"
"""Key of our reference in Stripe's metadata."""
SESSION = ("payment_intent", "payment_intent.latest_charge")
INTENT = ("latest_charge",)
"""What Stripe shall put into its answer instead of a name alone."""
SOONEST = timedelta(minutes=30)
LATEST = timedelta(hours=24)
"""Between these a page must expire, counted from when Stripe makes it."""
MARGIN = timedelta(minutes=5)
"""A repeated call must say the same as the first, so the page lasts so much longer than Stripe asks for, or shorter."""
REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
LOCALES = frozenset(
    {
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "es",
        "et",
        "fi",
        "fil",
        "fr",
        "hr",
        "hu",
        "id",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "ms",
    }
    | {"mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh"}
)
REGIONS = frozenset({"en-GB", "fr-CA", "pt-BR", "zh-HK", "zh-TW"})


def checkout_form(body: CheckoutBody, begun: datetime) -> dict[str, Any]:
    """Return the form of `POST /v1/checkout/sessions`; `begun`: when the message came.

    The reference stands three times: Stripe copies the session's metadata to no payment, and events of a payment name
    no session.
    """
    price = {
        "currency": body.currency.lower(),
        "unit_amount": to_units(body.amount, body.currency),
        "product_data": {"name": body.description},
    }
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": body.reference,
        "metadata": {REFERENCE: body.reference},
        "payment_intent_data": {
            "description": body.description,
            "metadata": {REFERENCE: body.reference},
            **({"capture_method": "manual"} if body.hold else {}),
        },
        "success_url": body.return_url,
        "expand": list(SESSION),
        **_given(
            cancel_url=body.cancel_url,
            customer_email=body.email,
            locale=locale(body.locale),
            expires_at=expires_at(body.expiration, begun),
        ),
    }


def intent_form(body: IntentBody) -> dict[str, Any]:
    """Return the form of `POST /v1/payment_intents`."""
    return {
        "amount": to_units(body.amount, body.currency),
        "currency": body.currency.lower(),
        "metadata": {REFERENCE: body.reference},
        "expand": list(INTENT),
        **({"capture_method": "manual"} if body.hold else {}),
        **({"confirm": True} if body.confirm else {}),
        **({"off_session": True} if body.off_session else {}),
        **({} if body.return_url else {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}),
        **_given(
            description=body.description,
            customer=body.customer,
            payment_method=body.payment_method,
            return_url=body.return_url if body.confirm else None,
        ),
    }


def refund_form(body: RefundBody) -> dict[str, Any]:
    """Return the form of `POST /v1/refunds` but for the payment."""
    told = body.reason if body.reason in REASONS else None
    words = {"reason": body.reason} if body.reason and told is None else {}
    amount = None if body.amount is None else to_units(body.amount, body.currency)
    return {"metadata": {REFERENCE: body.reference, **words}, **_given(amount=amount, reason=told)}


def expires_at(asked: datetime | None, begun: datetime) -> int | None:
    """Return when the page shall expire, in Unix seconds; None: Stripe's own 24 hours.

    Stripe takes 30 minutes to 24 hours from the moment at which it makes the page; what was asked is moved in between. It
    is counted from when the message came (`begun`), and so is equal on every repetition.
    """
    if asked is None:
        return None
    soonest, latest = begun + SOONEST + MARGIN, begun + LATEST - MARGIN
    return int(min(max(asked, soonest), latest).timestamp())


def locale(name: str | None) -> str | None:
    """Return the language of the page as Stripe names it: es_EC → es-419; None where it has no such language."""
    if name is None:
        return None
    language, _, region = name.replace("_", "-").partition("-")
    if f"{language}-{region}" in REGIONS:
        return f"{language}-{region}"
    if language == "es" and region not in {"", "ES"}:
        return "es-419"
    return language if language in LOCALES else None


def checkout(session: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the reply of a session whose intent is expanded with its latest charge."""
    try:
        return _checkout(session, now)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def intent(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply of a PaymentIntent with its latest charge expanded, which no session led to."""
    try:
        return _intent(found)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def refund(found: Mapping[str, Any], request_id: str | None) -> dict[str, Any]:
    """Return the reply of a refund. `message`: why it failed, in words, else what whoever asked for it wrote."""
    try:
        failure = found.get("failure_reason") if found["status"] == "failed" else None
        return {
            "provider": PROVIDER,
            "reference": reference_of(found),
            "refund": str(found["id"]),
            "payment": _text(found.get("payment_intent") or found.get("charge")),
            "request_id": request_id,
            "result": REFUND.get(str(found["status"]), "pending"),
            "amount": total(found["amount"], found["currency"]),
            "status": str(found["status"]),
            "reason": _text(found.get("failure_reason") or found.get("reason")),
            "message": FAILED_BECAUSE.get(str(failure), "") or clean(found.get("metadata", {}).get("reason")),
            "date": moment(found.get("created")),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def taken(found: Mapping[str, Any], request_id: str | None, results: Mapping[str, str]) -> dict[str, Any]:
    """Return the reply of a capture or void: the intent as it stands, like a refund. `results`: its status → result."""
    try:
        entry = payment(found)
        asked = found["amount"] if found["status"] == "canceled" else found.get("amount_received")
        return {
            "provider": PROVIDER,
            "reference": entry["reference"],
            "payment": entry["internal_reference"],
            "request_id": request_id,
            "result": results.get(str(found["status"]), "pending"),
            "amount": total(asked, found["currency"]),
            **{name: entry[name] for name in ("status", "reason", "message", "date")},
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def payment(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a PaymentIntent as one of the `payments` of a checkout."""
    charge = found.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    failure = found.get("last_payment_error") or {}
    means = charge.get("payment_method_details") or failure.get("payment_method") or {}
    method = str(means.get("type") or "")
    card = means.get(method) or {}
    brand = _text(card.get("brand"))
    taken_units = charge.get("amount_captured") or found.get("amount_received")
    return {
        "internal_reference": str(found["id"]),
        "reference": reference_of(found),
        "state": intent_state(
            str(found["status"]), failed=bool(failure), part=bool(found.get("amount_received"))
        ).value,
        "status": str(found["status"]),
        "reason": _text(failure.get("decline_code") or failure.get("code") or found.get("cancellation_reason")),
        "message": clean(failure.get("message")),
        "date": moment(charge.get("created") or found.get("created")),
        "method": method or None,
        "method_name": brand.title() if brand else method or None,
        "issuer": _text(card.get("issuer") or card.get("bank_name")),
        "franchise": brand,
        "from": total(found["amount"], found["currency"]),
        "to": total(taken_units, found["currency"]) if taken_units else None,
        "factor": None,
        "authorization": _text(card.get("authorization_code")),
        "receipt": _text(charge.get("receipt_number") or charge.get("id")),
        "refunded": bool(charge.get("amount_refunded")),
        "last_digits": last_digits(card.get("last4")),
    }


def reference_of(found: Mapping[str, Any]) -> str | None:
    """Return our reference, of whatever Stripe's object holds it."""
    metadata = found.get("metadata") or {}
    return _text(found.get("client_reference_id") or metadata.get(REFERENCE))


def moment(seconds: Any) -> str:
    """Return Unix seconds as ISO 8601 with offset; empty for none."""
    return "" if seconds is None else datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds")


def read_moment(text: str) -> datetime:
    """Return the moment in ISO 8601 with offset."""
    return datetime.fromisoformat(text)


def name_of(value: Any) -> str | None:
    """Return the name of an object that may be expanded or not, or missing."""
    return _text(value.get("id") if isinstance(value, dict) else value)


def last_digits(value: Any) -> str | None:
    """The last four digits, and never more, whatever stands in the field."""
    return re.sub(r"\D", "", str(value or ""))[-4:] or None


def _checkout(session: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    found = session.get("payment_intent")
    found = found if isinstance(found, dict) else None
    entry = None if found is None else payment(found)
    expiration = session["expires_at"]
    state, final = session_state(
        str(session["status"]),
        str(session["payment_status"]),
        None if found is None else str(found["status"]),
        part=bool(found and found.get("amount_received")),
        in_time=now.timestamp() < expiration,
    )
    return {
        "provider": PROVIDER,
        "request_id": str(session["id"]),
        "reference": reference_of(session),
        "process_url": _text(session.get("url")),
        "expiration": moment(expiration),
        "state": state.value,
        "final": final,
        "status": str(session["status"]),
        "reason": (entry["reason"] if entry else None) or str(session["payment_status"]),
        "message": entry["message"] if entry else "",
        "date": entry["date"] if entry else moment(session.get("created")),
        "amount": total(session.get("amount_total"), session.get("currency")),
        "paid_total": None if found is None else _paid(found),
        "payments": [] if entry is None else [entry],
    }


def _intent(found: Mapping[str, Any]) -> dict[str, Any]:
    entry = payment(found)
    action = found.get("next_action") or {}
    return {
        "provider": PROVIDER,
        "request_id": None,
        "payment": entry["internal_reference"],
        "process_url": _text((action.get("redirect_to_url") or {}).get("url")),
        "expiration": None,
        "final": found["status"] in FINAL,
        **{name: entry[name] for name in ("reference", "state", "status", "reason", "message", "date")},
        "amount": entry["from"],
        "paid_total": _paid(found),
        "payments": [entry] if found.get("latest_charge") or entry["state"] != State.PENDING else [],
    }


def _paid(found: Mapping[str, Any]) -> dict[str, Any] | None:
    return total(found.get("amount_received") or None, found["currency"])


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _not_understood(error: Exception) -> Unknown:
    return Unknown(f"Stripe's answer cannot be read ({type(error).__name__})", status=200, code="malformed")
