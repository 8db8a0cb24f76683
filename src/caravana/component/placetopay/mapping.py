"""Our bodies → PlacetoPay's requests, and its answers → our replies. Pure.

Replies are made from a list of wanted fields: the payer's data, the card's first digits and its expiration, which
PlacetoPay also sends, never reach the journal.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.component.placetopay.body import PaymentBody, SessionBody, TransactionBody
from caravana.component.placetopay.spec import Action
from caravana.component.placetopay.state import ACTION, PAYMENT, session_state
from caravana.kit.errors import Unknown
from caravana.kit.payment import State
from caravana.kit.redaction import redact_text

PROVIDER = "placetopay"
_BUYER_NAMES = {"document_type": "documentType"}
_PROCESS_URL = "_processUrl_"


def session_request(body: SessionBody, locale: str) -> dict[str, Any]:
    """Return the content of `POST /api/session` without authentication; `locale` is taken when the body has none."""
    payment: dict[str, Any] = {
        "reference": body.reference,
        "description": body.description,
        "amount": _asked_amount(body),
        "allowPartial": body.allow_partial,
    }
    optional = {
        "buyer": _buyer(body),
        "expiration": None if body.expiration is None else body.expiration.isoformat(timespec="seconds"),
        "cancelUrl": body.cancel_url,
        "type": "checkin" if body.hold else body.type,
        "paymentMethod": body.payment_method,
        "metadata": {"requiresConfirmation": True} if body.requires_confirmation else None,
    }
    return {
        "locale": body.locale or locale,
        "payment": payment,
        "returnUrl": body.return_url,
        "ipAddress": str(body.ip_address),
        "userAgent": body.user_agent,
        "skipResult": body.skip_result,
        **{name: value for name, value in optional.items() if value is not None},
    }


def transaction_request(
    payment: str, action: Action, amount: Decimal | None = None, currency: str = "USD"
) -> dict[str, Any]:
    """Return the content of `POST /api/transaction` without authentication; without `amount` the whole is meant."""
    content: dict[str, Any] = {"internalReference": int(payment), "action": action.value}
    if amount is not None:
        content["amount"] = {"currency": currency, "total": amount}
    return content


def created(answer: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply of a created session. `asked`: the content that was sent."""
    try:
        status = answer["status"]
        return {
            "provider": PROVIDER,
            "request_id": _number_text(answer["requestId"]),
            "reference": asked["payment"]["reference"],
            "process_url": str(answer["processUrl"]),
            "state": State.PENDING.value,
            "final": False,
            **_status(status),
            "expiration": asked.get("expiration"),
            "amount": _amount(asked["payment"]["amount"]),
            "paid_total": None,
            "payments": [],
        }
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise _not_understood(error) from error


def session(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply of a queried or cancelled session."""
    try:
        return _session(answer)
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def transaction(answer: Mapping[str, Any], body: TransactionBody, action: Action) -> dict[str, Any]:
    """Return the reply of a transaction on the payment of `body`."""
    try:
        entry = answer.get("payment") or {}
        return {
            "provider": PROVIDER,
            "action": action.value,
            "original_reference": body.internal_reference,
            "request_id": body.request_id,
            "result": ACTION.get(str(answer["status"]["status"]), "pending"),
            **_status(answer["status"]),
            "internal_reference": _optional_number_text(entry.get("internalReference")),
            "amount": _amounts(entry).get("from") if entry else None,
            "authorization": _text(entry.get("authorization")),
            "receipt": _text(entry.get("receipt")),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def done(answer: Mapping[str, Any], body: PaymentBody) -> dict[str, Any]:
    """Return the reply of a refund, capture or void of the payment of `body`, in the port's words."""
    try:
        entry = answer.get("payment") or {}
        return {
            "provider": PROVIDER,
            "reference": body.reference,
            "refund": _optional_number_text(entry.get("internalReference")),
            "payment": body.payment,
            "request_id": body.request_id,
            "result": ACTION.get(str(answer["status"]["status"]), "pending"),
            "amount": _amounts(entry).get("from") if entry else None,
            **_status(answer["status"]),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def verified_transaction(entry: Mapping[str, Any], body: TransactionBody, action: Action) -> dict[str, Any]:
    """Return the reply of a transaction whose answer was lost, from the payment `entry` of the queried session."""
    reached = entry["state"] == (State.PAID if action is Action.CONFIRM else State.FAILED)
    return {
        "provider": PROVIDER,
        "action": action.value,
        "original_reference": body.internal_reference,
        "request_id": body.request_id,
        "result": "done" if reached else "pending" if entry["state"] == State.PENDING else "failed",
        **{name: entry[name] for name in ("status", "reason", "message", "date")},
        "internal_reference": entry["internal_reference"],
        "amount": entry["from"],
        "authorization": entry["authorization"],
        "receipt": entry["receipt"],
    }


def _session(answer: Mapping[str, Any]) -> dict[str, Any]:
    request = answer.get("request") or {}
    asked = request.get("payment") or {}
    status = _status(answer["status"])
    payments = [_payment(one) for one in answer.get("payment") or []]
    state, final = session_state(
        status["status"],
        [State(one["state"]) for one in payments],
        checkin=request.get("type") == "checkin",
        reason=status["reason"],
        expired=_is_over(status["date"], request.get("expiration")),
    )
    return {
        "provider": PROVIDER,
        "request_id": _number_text(answer["requestId"]),
        "reference": _text(asked.get("reference")),
        "process_url": _process_url(request),
        "state": state.value,
        "final": final,
        **status,
        "expiration": _text(request.get("expiration")),
        "amount": _amount(asked.get("amount")),
        "paid_total": _paid_total(payments),
        "payments": payments,
    }


def _payment(entry: Mapping[str, Any]) -> dict[str, Any]:
    status = _status(entry["status"])
    return {
        "internal_reference": _optional_number_text(entry.get("internalReference")),
        "reference": _text(entry.get("reference")),
        "state": PAYMENT.get(status["status"], State.PENDING).value,
        **status,
        "method": _text(entry.get("paymentMethod")),
        "method_name": _text(entry.get("paymentMethodName")),
        "issuer": _text(entry.get("issuerName")),
        "franchise": _text(entry.get("franchise")),
        **_amounts(entry),
        "authorization": _text(entry.get("authorization")),
        "receipt": _text(entry.get("receipt")),
        "refunded": entry.get("refunded") is True,
        "last_digits": _last_digits(entry.get("processorFields")),
    }


def _status(status: Mapping[str, Any]) -> dict[str, Any]:
    """The four parts of a status; `date` stays as PlacetoPay wrote it, because the notification's signature covers it."""
    reason = status.get("reason")
    return {
        "status": str(status["status"]),
        "reason": None if reason is None else str(reason),
        "message": redact_text(str(status.get("message") or "")),
        "date": str(status.get("date") or ""),
    }


def _amounts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """`from`: what was asked; `to`: what the processor charged; `factor`: the rate between them."""
    amount = entry.get("amount") or {}
    if "total" in amount:  # a transaction may answer one plain amount
        return {"from": _amount(amount), "to": _amount(amount), "factor": Decimal(1)}
    factor = amount.get("factor")
    return {
        "from": _amount(amount.get("from")),
        "to": _amount(amount.get("to")),
        "factor": None if factor is None else Decimal(str(factor)),
    }


def _amount(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not value:
        return None
    return {"currency": str(value["currency"]), "total": Decimal(str(value["total"]))}


def _paid_total(payments: list[dict[str, Any]]) -> dict[str, Any] | None:
    """What was asked for and came, over all attempts; None before anything came."""
    came = [one["from"] for one in payments if one["state"] in {State.PAID, State.PART_PAID} and one["from"]]
    if not came:
        return None
    return {"currency": came[0]["currency"], "total": sum((one["total"] for one in came), Decimal(0))}


def _buyer(body: SessionBody) -> dict[str, Any] | None:
    if body.buyer is None:
        return None
    given = body.buyer.model_dump(exclude_none=True)
    return {_BUYER_NAMES.get(name, name): value for name, value in given.items()} or None


def _asked_amount(body: SessionBody) -> dict[str, Any]:
    amount: dict[str, Any] = {"currency": body.currency, "total": body.amount}
    if body.taxes:
        amount["taxes"] = [one.model_dump() for one in body.taxes]
    if body.details:
        amount["details"] = [one.model_dump() for one in body.details]
    return amount


def _process_url(request: Mapping[str, Any]) -> str | None:
    fields = request.get("fields") or []
    return next((str(one["value"]) for one in fields if one.get("keyword") == _PROCESS_URL), None)


def _last_digits(fields: Any) -> str | None:
    """The last four digits, and never more, whatever the processor wrote into the field."""
    for one in fields or []:
        if one.get("keyword") == "lastDigits":
            digits = re.sub(r"\D", "", str(one.get("value") or ""))
            return digits[-4:] or None
    return None


def _is_over(date: str, expiration: Any) -> bool:
    """Whether a session ended by time; a date that cannot be read must not hide a payment."""
    try:
        return datetime.fromisoformat(date) >= datetime.fromisoformat(str(expiration))
    except (ValueError, TypeError):
        return False


def _number_text(value: Any) -> str:
    """An id as text. Raises `ValueError` for anything but a whole number."""
    text = str(value)
    if isinstance(value, bool | Decimal) or not (text.isascii() and text.isdigit()):
        raise ValueError("no whole number")
    return text


def _optional_number_text(value: Any) -> str | None:
    return None if value is None else _number_text(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _not_understood(error: Exception) -> Unknown:
    return Unknown(f"PlacetoPay's answer cannot be read ({type(error).__name__})", status=200, code="malformed")
