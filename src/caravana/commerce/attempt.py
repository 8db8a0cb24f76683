"""A payment attempt: one session at the provider for one order. Pure; the record stands in the store `card_attempt`.

An order has many attempts, each with its own state; the order looks at all of them. A state only goes forward:

    created → pending → failed, expired, cancelled → part_paid → paid

so late information never undoes a payment, and money that came counts whatever was believed before.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.commerce.link import ORDER
from caravana.kit.errors import Unmappable

Attempt = dict[str, Any]
RANK: Mapping[str, int] = {
    "created": 0,
    "pending": 1,
    "action_needed": 1,
    "authorised": 1,
    "failed": 2,
    "expired": 2,
    "cancelled": 2,
    "part_paid": 3,
    "paid": 4,
}
RUNNING = frozenset({"pending", "action_needed", "authorised"})
OVER = frozenset({"failed", "expired", "cancelled"})


def prefix(order_id: int) -> str:
    """Return what the keys of all attempts of an order begin with."""
    return f"{ORDER},{order_id}/"


def key(order_id: int, number: int) -> str:
    """Return the key of one attempt; the number has leading zeros so that keys sort by it."""
    return f"{prefix(order_id)}{number:04d}"


def indexed(connection: str, payment: str) -> str:
    """Return the key in the store `card_payment`, which holds the key of the attempt that a payment belongs to."""
    return f"{connection}/{payment}"


def lane(order_id: int | None) -> str:
    """Return the lane in which everything about one order's money runs."""
    return f"order:{ORDER},{order_id}"


def reference(start: str, order_id: int, number: int, most: int) -> str:
    """Return our reference of an attempt, as the company shows it. Raises `Unmappable` beyond its `most` characters."""
    text = f"{start}{order_id}-{number}"
    if len(text) > most:
        raise Unmappable(f"the reference {text} is longer than {most} characters: shorten cards.reference_prefix")
    return text


def named(start: str, text: object) -> tuple[int, int] | None:
    """Return order and number of the reference `text`, or None when it is none of ours."""
    if not isinstance(text, str) or not text.startswith(start):
        return None
    order, dash, number = text[len(start) :].partition("-")
    if not (dash and order.isascii() and order.isdigit() and number.isascii() and number.isdigit()):
        return None
    return int(order), int(number)


def next_number(before: Sequence[Attempt]) -> int:
    """Return the number of the next attempt."""
    return max((one["number"] for one in before), default=0) + 1


def new(
    named: str, sale: Mapping[str, Any], connection: str, now: datetime, life: timedelta, branch: str | None
) -> Attempt:
    """Return the next attempt of an order, to be stored before the company is called.

    `named`: its reference; `connection`: the merchant account that it will be opened at; `life`: how long it may be paid.
    """
    number = next_number(sale["attempts"])
    return {
        "key": key(sale["id"], number),
        "order_id": sale["id"],
        "order": sale["name"],
        "number": number,
        "reference": named,
        "state": "created",
        "final": False,
        "amount": sale["due"],
        "currency": sale["currency"],
        "created": now.isoformat(timespec="seconds"),
        "expires": (now + life).isoformat(timespec="seconds"),
        "branch": branch,
        "connection": connection,
        "request_id": None,
        "process_url": None,
        "processing": False,
        "payments": [],
        "settled": False,
    }


def opened(attempt: Attempt, reply: Mapping[str, Any]) -> Attempt:
    """Return the attempt with the provider's session."""
    return {
        **attempt,
        "state": "pending",
        "connection": reply["connection"],
        "request_id": reply["request_id"],
        "process_url": reply["process_url"],
        "expires": reply.get("expiration") or attempt["expires"],
    }


def closed(attempt: Attempt, state: str) -> Attempt:
    """Return the attempt ended without money, for it never reached the customer."""
    return attempt if RANK[attempt["state"]] >= RANK[state] else {**attempt, "state": state, "final": True}


def given_up(attempt: Attempt) -> Attempt:
    """Return the attempt about which nothing more is asked: what was never opened failed, what nobody paid is over."""
    return closed(attempt, "expired" if attempt["request_id"] else "failed")


def never_opened(attempt: Attempt | None) -> Attempt | None:
    """Return the attempt as ended when the customer never got its link, else None."""
    return None if attempt is None or attempt["request_id"] else closed(attempt, "failed")


def question(attempt: Attempt, payment: str | None = None) -> dict[str, Any]:
    """Return what the company is asked about the attempt; `payment`: the company's name of one, where somebody told it."""
    names = {name: attempt[name] for name in ("reference", "request_id", "connection")}
    until = {"expiration": attempt["expires"]} if attempt.get("expires") else {}
    return {**names, **until, "payment": payment}


def judged(attempt: Attempt, reply: Mapping[str, Any]) -> Attempt:
    """Return the attempt as the provider's answer to a query says it stands; never backwards.

    A session other than the attempt's own (its opening was answered too late) counts only by money that came in it.
    """
    state = reply["state"]
    payments = [_payment(one) for one in reply["payments"] if one["state"] in ("paid", "part_paid")]
    if reply["request_id"] != attempt["request_id"] and not payments:
        return attempt
    if payments and RANK[state] < RANK["part_paid"] and reply["final"]:
        state = "part_paid"
    if RANK[state] < RANK[attempt["state"]]:
        return attempt
    processing = any(one["state"] in RUNNING for one in reply["payments"]) and not reply["final"]
    known = {one["internal_reference"] for one in attempt["payments"]}
    together = [*attempt["payments"], *(one for one in payments if one["internal_reference"] not in known)]
    changed = {"state": state, "final": reply["final"], "processing": processing, "payments": together}
    changed["given_back"] = not together and (attempt.get("given_back", False) or _went_back(reply))
    return {**attempt, **changed, **_not_known(attempt, reply)}


def _not_known(attempt: Attempt, reply: Mapping[str, Any]) -> dict[str, Any]:
    """What the company does not tell, or does not know: that it is `silent`, and each refusal to confirm a payment."""
    named, before = reply.get("unconfirmed"), attempt.get("unconfirmed", [])
    again = named is not None and not (reply["final"] and named in before)
    silent = {"silent": True} if reply.get("silent") else {}
    return {**silent, "unconfirmed": [*before, named]} if again else silent


def _went_back(reply: Mapping[str, Any]) -> bool:
    """Whether a payment was made and the company gave it back by itself."""
    return any(one["state"] in OVER and one.get("refunded") is True for one in reply["payments"])


def paid_total(attempts: Sequence[Attempt]) -> Decimal:
    """Return what came over all attempts."""
    return sum((one["total"] for attempt in attempts for one in attempt["payments"]), Decimal(0))


def newest(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the last attempt."""
    return max(attempts, key=lambda one: one["number"], default=None)


def live(attempts: Sequence[Attempt]) -> Attempt | None:
    """Return the attempt whose session may still be paid, if there is one."""
    return next((one for one in attempts if is_live(one)), None)


def is_live(attempt: Attempt) -> bool:
    """Whether the session of the attempt may still be paid."""
    return not attempt["final"] and attempt["request_id"] is not None


def with_attempt(attempts: Sequence[Attempt], attempt: Attempt | None) -> list[Attempt]:
    """Return the attempts with `attempt` in place of its older self."""
    if attempt is None:
        return list(attempts)
    return [attempt if one["key"] == attempt["key"] else one for one in attempts]


def _payment(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a payment that came: nothing of the card but its brand and last four digits."""
    asked = entry["from"] or {}
    return {
        "internal_reference": entry["internal_reference"],
        "total": asked.get("total", Decimal(0)),
        "currency": asked.get("currency", ""),
        "date": entry["date"],
        "authorization": entry["authorization"],
        "method": entry["method_name"] or entry["method"],
        "last_digits": entry["last_digits"],
    }
