"""Stripe's events: which are asked for, and what each tells. An event is a reason to ask; its contents decide nothing."""

import hashlib
from collections.abc import Mapping
from typing import Any

from caravana.component.stripe.mapping import PROVIDER, moment, name_of, reference_of
from caravana.kit import json

KINDS: Mapping[str, str] = {
    "checkout.session.completed": "payment",
    "checkout.session.async_payment_succeeded": "payment",
    "checkout.session.async_payment_failed": "payment",
    "checkout.session.expired": "payment",
    "payment_intent.succeeded": "payment",
    "payment_intent.payment_failed": "payment",
    "payment_intent.canceled": "payment",
    "payment_intent.processing": "payment",
    "payment_intent.partially_funded": "payment",
    "refund.created": "refund",
    "refund.updated": "refund",
    "refund.failed": "refund",
    "charge.dispute.created": "dispute",
    "charge.dispute.updated": "dispute",
    "charge.dispute.closed": "dispute",
    "charge.dispute.funds_withdrawn": "dispute",
    "charge.dispute.funds_reinstated": "dispute",
    "payout.paid": "payout",
    "payout.failed": "payout",
    "payout.reconciliation_completed": "payout",
    "cash_balance.funds_available": "payment",
    "customer_cash_balance_transaction.created": "payment",
}
"""Type of an event → kind. The webhook endpoint needs these and no others; the list of events is read by them."""

TYPES = tuple(KINDS)
_LONGEST = 255

PAYOUT_OVER = frozenset({"payout.failed", "payout.reconciliation_completed"})
"""Types after which a payout is to be compared again; it may have been made days before."""


def read(content: Any) -> dict[str, Any]:
    """Return the event in `content` as the port has it, with Stripe's `type` beside.

    One of a type that is not taken has `kind` None and says in `ignored` why. Raises `ValueError` when it is no event.
    """
    if not isinstance(content, dict) or content.get("object") != "event" or not isinstance(content.get("data"), dict):
        raise ValueError("no event")
    found = content["data"].get("object")
    if not isinstance(found, dict):
        raise ValueError("an event about nothing")
    name, kind = _word(content.get("id")), _word(content.get("type"))
    if not name or not kind:
        raise ValueError("an event needs id and type")
    try:
        told = {"provider": PROVIDER, "event": name, "kind": KINDS.get(kind), "type": kind, **_about(found, kind)}
    except (AttributeError, TypeError) as error:
        raise ValueError("an event about nothing that Stripe has") from error
    told["date"] = _date(content.get("created"))
    return told if kind in KINDS else {**told, "ignored": f"the hub does nothing for `{kind}`"}


def change(content: Mapping[str, Any]) -> str:
    """Return what names the change that an event is about: two events of one change are alike in it.

    It is the object and the type, and what the event says of the object: a refund may be updated more than once.
    """
    data = content["data"]
    told = json.dumps([content.get("type"), data.get("object"), data.get("previous_attributes")])
    return hashlib.sha256(told.encode()).hexdigest()


def _about(found: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The names in an event, and the object's status."""
    return {
        "request_id": _word(found.get("id")) if found.get("object") == "checkout.session" else None,
        "payment": _payment(found),
        "reference": _word(reference_of(found)),
        "status": _word(found.get("status")) or kind,
        "object": _word(found.get("id")),
        **({"made": _date(found.get("created"))} if kind in PAYOUT_OVER else {}),
    }


def _payment(found: Mapping[str, Any]) -> str | None:
    if found.get("object") == "payment_intent":
        return _word(found.get("id"))
    return _word(name_of(found.get("payment_intent")))


def _date(created: Any) -> str:
    if isinstance(created, bool) or not isinstance(created, int) or not 0 <= created < 10**11:
        raise ValueError("an event without time")
    return moment(created)


def _word(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("no short text")
    value.encode()  # half a surrogate pair cannot be stored
    return value
