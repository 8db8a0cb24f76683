"""Our bodies → PayPhone's requests, and its answers → our replies. Pure.

Replies are made from a list of wanted fields: the first digits of the card, the cardholder's name, his national id, mail
and phone, which PayPhone also sends, never reach the journal.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from caravana.component.payphone.body import CreateBody
from caravana.component.payphone.cents import split
from caravana.component.payphone.local import moment
from caravana.component.payphone.spec import FORM_LIFE, PayphoneSettings
from caravana.component.payphone.state import APPROVED, FINAL, REVERSED, STATUS
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.money import Money
from caravana.kit.payment import State
from caravana.kit.redaction import redact_text

PROVIDER = "payphone"
DESCRIPTION_MAX = 100
TEXT_MAX = 200
MALFORMED = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


def preparation(body: CreateBody) -> dict[str, Any]:
    """Return the content of `POST /api/button/Prepare` without store and name: integer cents whose parts add up."""
    parts = split(Money.of(body.amount, body.currency), body.parts)
    content: dict[str, Any] = {
        "amount": parts.amount,
        "amountWithoutTax": parts.without_tax,
        "amountWithTax": parts.with_tax,
        "tax": parts.tax,
        "service": 0,
        "tip": 0,
        "currency": body.currency,
        "reference": _cut(body.description),
        "responseUrl": body.return_url,
    }
    return content if body.cancel_url is None else {**content, "cancellationUrl": body.cancel_url}


def checkout_name(reference: str, number: int) -> str:
    """Return the `clientTransactionId` of preparation `number` of the attempt `reference`: PayPhone takes none twice."""
    return reference if number == 1 else f"{reference}.{number}"


def reference_of(name: str) -> str:
    """Return our reference of the checkout that PayPhone calls `name`."""
    return re.sub(r"\.[0-9]{1,3}$", "", name)


def prepared(answer: Any, asked: Mapping[str, Any], settings: PayphoneSettings, now: datetime) -> dict[str, Any]:
    """Return the reply of a prepared payment. `asked`: the content that was sent; `now`: when.

    The checkout is named by its `clientTransactionId`: PayPhone's `paymentId` leads to the page and is asked for nowhere.
    Raises `Unknown` for an answer that cannot be read, `NeedsPerson` when the page is on another host than the service.
    """
    try:
        page = str(answer["payWithCard"])
    except MALFORMED as error:
        raise _not_understood(error) from error
    if not page.startswith(settings.origin + "/"):
        raise NeedsPerson("PayPhone's payment page is on a host that is not `url`: nobody is sent there", code="page")
    name = asked["clientTransactionId"]
    return {
        **_head({"reference": reference_of(name), "request_id": name}),
        "process_url": page,
        "expiration": (now + FORM_LIFE).isoformat(timespec="seconds"),
        **_stands(State.PENDING),
        "date": now.isoformat(timespec="seconds"),
        "amount": _total(asked["amount"], asked["currency"]),
        "paid_total": None,
        "payments": [],
    }


def transaction(answer: Any, asked: Mapping[str, Any], settings: PayphoneSettings) -> dict[str, Any]:
    """Return the reply that PayPhone's account of a transaction means, as after Confirm. `asked`: our request.

    Raises `Refused` (code `other`) when it is of another checkout or store, `Unknown` when it cannot be read.
    """
    try:
        if str(answer["clientTransactionId"]) != named(asked):
            raise Refused(f"the payment {asked.get('payment')} is not of {asked['reference']}", code="other")
        return _transaction(answer, asked, settings)
    except MALFORMED as error:
        raise _not_understood(error) from error


def unconfirmed(reply: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply to a query that found an approved payment of which nothing says that we confirmed it.

    PayPhone's query may show it approved before Confirm; what is not confirmed is given back, so it is no money yet.
    """
    payments = [{**one, "state": State.ACTION_NEEDED.value} for one in reply["payments"]]
    waiting = {"state": State.ACTION_NEEDED.value, "final": False, "paid_total": None}
    return {**reply, **waiting, "payments": payments}


def unseen(asked: Mapping[str, Any], why: str, *, over: bool) -> dict[str, Any]:
    """Return the reply about a checkout of which PayPhone tells nothing.

    `over`: its page and the time for Confirm have passed, so no money can have stayed. A payment that a return or a
    notification named may be confirmed meanwhile: only Confirm knows what became of it; when all is over it is `unconfirmed`.
    """
    payment = asked.get("payment")
    state = State.EXPIRED if over else State.ACTION_NEEDED if payment else State.PENDING
    entry = {**_EMPTY, "internal_reference": payment, "reference": asked["reference"], "state": state.value}
    return {
        **_head(asked),
        "process_url": None,
        "expiration": asked.get("expiration"),
        **_stands(state),
        "message": why,
        "date": "",
        "amount": None,
        "paid_total": None,
        "payments": [entry] if payment else [],
        **({"unconfirmed": payment} if payment and over else {}),
    }


def unconfirmable(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply to a Confirm of a payment that PayPhone does not know: given back already, or none of this checkout.

    It proves neither, so the checkout stays as it is and ends by its own clock.
    """
    why = (
        f"PayPhone does not know the payment {asked['payment']}, or gave it back because the confirmation came too late"
    )
    return {**unseen({**asked, "payment": None}, why, over=False), "unconfirmed": str(asked["payment"])}


def refund(asked: Mapping[str, Any], result: str, now: datetime, message: str = "") -> dict[str, Any]:
    """Return the reply of a refund. PayPhone gives it no name: there is one for each payment, which names it."""
    return {
        "provider": PROVIDER,
        "reference": asked.get("reference"),
        "refund": asked["payment"],
        "payment": asked["payment"],
        "request_id": asked.get("request_id"),
        "result": result,
        "amount": asked.get("amount"),
        "status": "Reversed" if result == "done" else None,
        "reason": None,
        "message": message,
        "date": now.isoformat(timespec="seconds"),
    }


def listed(answer: Any, settings: PayphoneSettings) -> list[dict[str, Any]]:
    """Return the payments of a list. Raises `Unknown` when one of them cannot be read: none is left out in silence."""
    if not isinstance(answer, list):
        raise Unknown("PayPhone's list is none", code="malformed")
    found = []
    for entry in answer:
        try:
            name = str(entry["clientTransactionId"])
            asked = {"reference": reference_of(name), "request_id": name}
            found.extend(_transaction(entry, asked, settings)["payments"])
        except MALFORMED as error:
            raise _not_understood(error) from error
    return found


def named(asked: Mapping[str, Any]) -> str:
    """Return PayPhone's name of the checkout that a request is about."""
    return str(asked.get("request_id") or asked["reference"])


def pick(answer: Any, name: str) -> Any:
    """Return the transaction of checkout `name` in an answer to a query: one, or a list, of which an approved counts first."""
    if not isinstance(answer, list):
        return answer
    own = [one for one in answer if isinstance(one, dict) and one.get("clientTransactionId") == name]
    return next((one for one in own if one.get("statusCode") == APPROVED), own[0] if own else None)


def _transaction(answer: Mapping[str, Any], asked: Mapping[str, Any], settings: PayphoneSettings) -> dict[str, Any]:
    state = STATUS.get(int(answer["statusCode"]), State.PENDING)
    total = _total(answer["amount"], str(answer.get("currency") or "USD"))
    told = {
        "status": str(answer.get("transactionStatus") or answer["statusCode"]),
        "reason": _text(answer.get("messageCode")),
        "message": _said(answer.get("message")),
        "date": _date(answer.get("date"), settings),
    }
    entry = {
        **_EMPTY,
        "internal_reference": _number_text(answer["transactionId"]),
        "reference": asked["reference"],
        "state": state.value,
        **told,
        "method": _text(answer.get("cardType")),
        "method_name": _text(answer.get("cardBrand")),
        "franchise": _text(answer.get("cardBrandCode")),
        "from": total,
        "to": total,
        "authorization": _text(answer.get("authorizationCode")),
        "refunded": state is State.CANCELLED and answer.get("transactionStatus") == REVERSED,
        "last_digits": _last_digits(answer.get("lastDigits")),
    }
    return {
        **_head(asked),
        "process_url": None,
        "expiration": asked.get("expiration"),
        **_stands(state),
        **told,
        "amount": total,
        "paid_total": total if state is State.PAID else None,
        "payments": [entry],
    }


_EMPTY: Mapping[str, Any] = {
    "internal_reference": None,
    "reference": None,
    "state": None,
    "status": None,
    "reason": None,
    "message": "",
    "date": "",
    "method": None,
    "method_name": None,
    "issuer": None,
    "franchise": None,
    "from": None,
    "to": None,
    "factor": Decimal(1),
    "authorization": None,
    "receipt": None,
    "refunded": False,
    "last_digits": None,
}
"""A payment of which nothing is known."""


def _head(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {"provider": PROVIDER, "request_id": named(asked), "reference": asked["reference"]}


def _stands(state: State) -> dict[str, Any]:
    return {"state": state.value, "final": state in FINAL, "status": None, "reason": None, "message": ""}


def _total(cents: Any, currency: str) -> dict[str, Any]:
    return {"currency": currency, "total": Money.from_minor(int(_number_text(cents)), currency).amount}


def _date(text: Any, settings: PayphoneSettings) -> str:
    """The moment with its offset; one that cannot be read is left out, it decides nothing."""
    read = moment(text, settings.zone)
    return "" if read is None else read.isoformat(timespec="seconds")


def _said(text: Any) -> str:
    return redact_text(str(text or ""))[:TEXT_MAX]


def _cut(text: str) -> str:
    """What the customer reads; the limit is documented for links, and kept here because nothing is decided by the text."""
    return text if len(text) <= DESCRIPTION_MAX else text[: DESCRIPTION_MAX - 1] + "…"


def _last_digits(text: Any) -> str | None:
    """The last four digits at most (PayPhone writes XX17), whatever stands in the field."""
    return re.sub(r"\D", "", str(text or ""))[-4:] or None


def _number_text(value: Any) -> str:
    """A whole number as text. Raises `ValueError` for anything else."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
        raise ValueError("no whole number")
    return text


def _text(value: Any) -> str | None:
    return None if value is None else redact_text(str(value))


def _not_understood(error: Exception) -> Unknown:
    return Unknown(f"PayPhone's answer cannot be read ({type(error).__name__})", status=200, code="malformed")
