"""What stands in the listing of a day: one flat dict for each charge, refund, dispute, payout and balance transaction. Pure."""

from collections.abc import Mapping
from typing import Any

from caravana.component.stripe.amount import total
from caravana.component.stripe.mapping import last_digits, moment, name_of, reference_of
from caravana.component.stripe.state import REFUND
from caravana.kit.errors import Unknown
from caravana.kit.payment import State


def charge_entry(charge: Mapping[str, Any]) -> dict[str, Any]:
    """Return one try to charge; `settled` is what of it reaches the account, after `fee`."""
    try:
        means = charge.get("payment_method_details") or {}
        method = str(means.get("type") or "")
        details = means.get(method) or {}
        return {
            "payment": name_of(charge.get("payment_intent")) or str(charge["id"]),
            "charge": str(charge["id"]),
            "reference": reference_of(charge),
            "request_id": None,
            "state": _charge_state(charge).value,
            "status": str(charge["status"]),
            "amount": total(charge["amount"], charge["currency"]),
            "captured": total(charge.get("amount_captured"), charge["currency"]),
            "refunded": total(charge.get("amount_refunded"), charge["currency"]),
            "disputed": charge.get("disputed") is True,
            "date": moment(charge.get("created")),
            "method": method or None,
            "franchise": details.get("brand"),
            "last_digits": last_digits(details.get("last4")),
            **_settled(charge.get("balance_transaction")),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def refund_entry(refund: Mapping[str, Any]) -> dict[str, Any]:
    """Return one refund."""
    try:
        return {
            "refund": str(refund["id"]),
            "reference": reference_of(refund),
            "payment": name_of(refund.get("payment_intent")) or name_of(refund.get("charge")),
            "request_id": None,
            "result": REFUND.get(str(refund["status"]), "pending"),
            "status": str(refund["status"]),
            "reason": refund.get("failure_reason") or refund.get("reason"),
            "amount": total(refund["amount"], refund["currency"]),
            "date": moment(refund.get("created")),
            **_settled(refund.get("balance_transaction")),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def dispute_entry(dispute: Mapping[str, Any]) -> dict[str, Any]:
    """Return one dispute; `due` is until when evidence is taken, `fee` and `settled` what it has moved so far."""
    try:
        details = dispute.get("evidence_details") or {}
        moved = dispute.get("balance_transactions") or []
        currency = moved[0]["currency"] if moved else dispute["currency"]
        return {
            "dispute": str(dispute["id"]),
            "payment": name_of(dispute.get("payment_intent")) or name_of(dispute.get("charge")),
            "reference": reference_of(dispute),
            "status": str(dispute["status"]),
            "reason": dispute.get("reason"),
            "amount": total(dispute["amount"], dispute["currency"]),
            "date": moment(dispute.get("created")),
            "due": moment(details.get("due_by")) or None,
            "fee": total(sum(int(one["fee"]) for one in moved), currency),
            "settled": total(sum(int(one["net"]) for one in moved), currency),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def payout_entry(payout: Mapping[str, Any]) -> dict[str, Any]:
    """Return one payout. One that is `paid` may fail days later."""
    try:
        return {
            "payout": str(payout["id"]),
            "status": str(payout["status"]),
            "reconciliation": payout.get("reconciliation_status"),
            "reason": payout.get("failure_code"),
            "amount": total(payout["amount"], payout["currency"]),
            "date": moment(payout.get("created")),
            "arrival": moment(payout.get("arrival_date")),
            "automatic": payout.get("automatic") is True,
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def transaction_entry(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return one movement of the balance; `object` names the charge, refund or dispute that it comes from.

    `payment` is what was paid, where the movement's source came with it.
    """
    try:
        source = found.get("source")
        return {
            "transaction": str(found["id"]),
            "type": str(found["type"]),
            "category": found.get("reporting_category"),
            "object": name_of(source),
            "payment": name_of(source.get("payment_intent")) if isinstance(source, dict) else None,
            "amount": total(found["amount"], found["currency"]),
            "fee": total(found["fee"], found["currency"]),
            "net": total(found["net"], found["currency"]),
            "date": moment(found.get("created")),
            "available": moment(found.get("available_on")),
        }
    except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise _not_understood(error) from error


def _charge_state(charge: Mapping[str, Any]) -> State:
    if charge["status"] == "failed":
        return State.FAILED
    if charge["status"] != "succeeded":
        return State.PENDING
    if charge.get("captured") is not False:
        return State.PAID
    intent = charge.get("payment_intent")  # before 2025-03-31.basil a hold that was given up was `refunded`
    given_up = charge.get("refunded") or (isinstance(intent, dict) and intent["status"] == "canceled")
    return State.CANCELLED if given_up else State.AUTHORISED


def _settled(found: Any) -> dict[str, Any]:
    """Fee and rest of the expanded balance transaction; None before there is one."""
    if not isinstance(found, dict):
        return {"fee": None, "settled": None}
    return {"fee": total(found["fee"], found["currency"]), "settled": total(found["net"], found["currency"])}


def _not_understood(error: Exception) -> Unknown:
    return Unknown(f"Stripe's list cannot be read ({type(error).__name__})", status=200, code="malformed")
