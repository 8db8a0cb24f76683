"""One day of one merchant account compared: the company's payments and refunds, our attempts and ledger, Odoo's books. Pure.

A **difference** is a dict: `kind` (of `KINDS`), `name` (the company's name of the payment or refund), `payment`, `attempt` (its
key, None: the money is of no order of ours), `order_id`, `order` (its name), `reference`, `amount`, `currency`, `odoo`
(numbers of payments in Odoo), `in_odoo` (what the books say instead), `line` (that of a settlement file, else None), `settled`
(whether only such a file tells it) and `mend`: `settle`, `refund` or `dispute` where the hub can mend it by itself, else None.
One that is kept says besides whether the company's list was at hand (`listed`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce import booking, payout
from caravana.commerce import refund as refunds
from caravana.commerce.attempt import RUNNING, Attempt
from caravana.commerce.cards.settled import Settled
from caravana.commerce.dispute import Dispute
from caravana.commerce.settlement import Line
from caravana.kit.money import Money
from caravana.kit.payment import State

Difference = dict[str, Any]
CAME = frozenset({State.PAID.value, State.PART_PAID.value})
OVER = frozenset({"done", "failed"})
KINDS = (
    "payment_missing",
    "payment_double",
    "payment_amount",
    "payment_currency",
    "payment_open",
    "payment_not_at_company",
    "refund_unknown",
    "refund_pending",
    "refund_waiting",
    "dispute_unknown",
    "payout_failed",
    "payout_sum",
    "payout_payments",
)


@dataclass(frozen=True)
class Told:
    """What the company has of the day.

    - `payments`, `refunds`: as its list or its answers say
    - `whole`: whether a payment that is not among them is not there
    - `asked`: keys of the attempts that it was asked about one by one; None: it gave its list of the day
    - `lines`: what settlement files told of the day
    """

    payments: Sequence[Mapping[str, Any]]
    refunds: Sequence[Mapping[str, Any]]
    whole: bool
    asked: frozenset[str] | None = None
    lines: Sequence[Line] = ()


class Comparison:
    """The comparison of one day of one account."""

    def __init__(
        self,
        day: date,
        zone: str,
        told: Told,
        attempts: Sequence[Attempt],
        ledger: Sequence[refunds.Refund],
        books: Sequence[Mapping[str, Any]],
        disputes: Sequence[Dispute] = (),
    ) -> None:
        """`zone`: of the day; `attempts`, `ledger`, `disputes`: of the account; `books`: payments in Odoo that may be of it."""
        self._day, self._zone = day, ZoneInfo(zone)
        self._attempts, self._ledger = attempts, ledger
        self._books = [one for one in books if one["state"] in booking.STANDING]
        self._refunds, self._whole, self._asked = told.refunds, told.whole, told.asked
        self._settled = Settled(told.lines, attempts, ledger, disputes)
        asked = [entry for one in told.payments if self._came(entry := _entry(one), one["state"])]
        self._payments = [*asked, *self._settled.payments()]

    def differences(self) -> list[Difference]:
        """Return what is not the same, payments before refunds."""
        found = [difference for one in self._payments for difference in self._payment(one)]
        back = [*self._hinted(), *self._refunded(), *self._settled_back(), *self._charged_back()]
        return [*found, *self._surplus(), *back]

    def waiting(self, before: datetime) -> list[Difference]:
        """Return the refunds begun on the day, and before a moment, of which nobody tells how they end."""
        found = [one for one in self.pending() if local_day(one["created"], self._zone) == self._day]
        return [self._waiting(one) for one in found if datetime.fromisoformat(one["created"]) < before]

    def _waiting(self, one: refunds.Refund) -> Difference:
        attempt = next((each for each in self._attempts if each["key"] == one["attempt"]), None)
        entry = {name: one[name] for name in ("payment", "amount", "currency")} | {"name": one["reference"]}
        return _difference("refund_waiting", entry, attempt, [])

    def pending(self) -> list[refunds.Refund]:
        """Return the refunds of our ledger of which it is not known how they ended."""
        return [one for one in self._ledger if one["state"] in refunds.WAITING]

    def _came(self, entry: Mapping[str, Any], state: str) -> bool:
        """Whether it is money, or was.

        Of a payment that we know, a company may not tell for minutes that it is confirmed, and may call it cancelled when it was
        reversed; that one counts so long as Odoo has it.
        """
        if state in CAME or _paid_by(self._attempts, entry["name"]) is None:
            return state in CAME
        return state in RUNNING or (state == State.CANCELLED and bool(self._booked(entry["name"])))

    def _booked(self, payment: str) -> list[Mapping[str, Any]]:
        """The incoming payments in the books that name a payment of the company."""
        return [one for one in self._books if _names(one, payment) and one["payment_type"] == "inbound"]

    def _payment(self, entry: Mapping[str, Any]) -> Iterator[Difference]:
        """What is wrong with one payment in the books."""
        found = self._booked(entry["name"])
        attempt = self._attempt(entry)
        if not found:
            mend = "settle" if attempt is not None and not attempt["settled"] else None
            yield _difference("payment_missing", entry, attempt, found, mend)
        elif len(found) > 1:
            yield _difference("payment_double", entry, attempt, found)
        elif found[0]["currency_id"][1] != entry["currency"]:
            yield _difference("payment_currency", entry, attempt, found)
        elif found[0]["amount"] != entry["amount"]:
            yield _difference("payment_amount", entry, attempt, found)
        elif attempt is not None and entry["name"] in attempt.get("used", ()) and not found[0]["is_reconciled"]:
            yield _difference("payment_open", entry, attempt, found)

    def _surplus(self) -> Iterator[Difference]:
        """What the books have of the day's attempts, and the company does not; what went back whole it need not have."""
        for attempt in self._attempts if self._whole else []:
            if not self._is_of_day(attempt):
                continue
            kept = [one for one in attempt["payments"] if self._is_judged(one) and refunds.left(one, self._ledger) > 0]
            other = [one["internal_reference"] for one in attempt["payments"] if one not in kept]
            known = [*other, *(one["name"] for one in self._payments)]
            for one in self._books:
                if _names(one, attempt["reference"]) and one["payment_type"] == "inbound" and not _names(one, *known):
                    entry = {"name": str(one["id"]), "amount": one["amount"], "currency": one["currency_id"][1]}
                    yield _difference("payment_not_at_company", entry, attempt, [one])

    def _hinted(self) -> Iterator[Difference]:
        """Payments that the company calls refunded or reversed, and our ledger does not; a list tells its refunds beside them."""
        gone = {one["payment"] for one in self._ledger if one["state"] in refunds.COUNTED}
        for one in self._payments:
            if one["refunded"] and one["name"] not in gone:
                yield _difference("refund_unknown", one, self._attempt(one), self._booked(one["name"]))

    def _refunded(self) -> Iterator[Difference]:
        for one in self._refunds:
            ours = refunds.known(self._ledger, one["refund"], one.get("reference"))
            entry = {**_money(one["amount"]), "name": one["refund"], "payment": one["payment"]}
            attempt = _paid_by(self._attempts, one["payment"])
            if ours is None and one["result"] != "failed":
                mend = None if attempt is None else "refund"
                yield _difference("refund_unknown", entry, attempt, [], mend)
            elif ours is not None and ours["state"] not in OVER and one["result"] in OVER:
                yield _difference("refund_pending", entry, attempt, [], "refund")

    def _settled_back(self) -> Iterator[Difference]:
        """Refunds that a settlement file tells, and our ledger does not know, or not how they ended."""
        for one in self._settled.refunds():
            if one.ours is None:
                mend = "refund" if one.fits else None
                yield _difference("refund_unknown", _of_line(one.line), one.attempt, [], mend, one.line)
            elif one.ours["state"] not in OVER:
                yield _difference("refund_pending", _of_line(one.line), one.attempt, [], "refund", one.line)

    def _charged_back(self) -> Iterator[Difference]:
        for one in self._settled.chargebacks():
            if one.ours is None:
                mend = None if one.attempt is None else "dispute"
                yield _difference("dispute_unknown", _of_line(one.line), one.attempt, [], mend, one.line)

    def recognised(self) -> list[tuple[Attempt, Line]]:
        """Return the lines that are refunds of our ledger which do not name them yet."""
        return [
            (one.attempt, one.line)
            for one in self._settled.refunds()
            if one.attempt is not None and one.ours is not None and one.ours.get("settlement") is None
        ]

    def _attempt(self, entry: Mapping[str, Any]) -> Attempt | None:
        """The attempt of a payment: by its name, else by our reference of it."""
        named = (one for one in self._attempts if entry["reference"] and one["reference"] == entry["reference"])
        return _paid_by(self._attempts, entry["name"]) or next(named, None)

    def _is_of_day(self, attempt: Attempt) -> bool:
        if self._asked is not None:
            return attempt["key"] in self._asked
        return any(self._is_judged(one) for one in attempt["payments"])

    def _is_judged(self, payment: Mapping[str, Any]) -> bool:
        """Whether the company must have told of a payment that we know: it came on the day, or its attempt was asked about."""
        return self._asked is not None or local_day(payment["date"], self._zone) == self._day


def local_day(moment: str | None, zone: ZoneInfo) -> date | None:
    """Return the day of a moment in the company's zone."""
    return datetime.fromisoformat(moment).astimezone(zone).date() if moment else None


def _entry(told: Mapping[str, Any]) -> dict[str, Any]:
    """One payment, whether it stands in a list of its own form or in an answer."""
    money = told.get("captured") or told.get("amount") or told.get("from")
    return {
        "name": told.get("payment") or told["internal_reference"],
        "reference": told.get("reference"),
        "refunded": told.get("refunded") is True or told["state"] == State.CANCELLED,
        **_money(money),
    }


def _of_line(line: Line) -> dict[str, Any]:
    return {name: line[name] for name in ("name", "payment", "amount", "currency")}


def _money(told: Mapping[str, Any] | None) -> dict[str, Any]:
    return (
        {"amount": None, "currency": None} if told is None else {"amount": told["total"], "currency": told["currency"]}
    )


def _names(booked: Mapping[str, Any], *names: str) -> bool:
    """Whether a payment in the books names one of these, as a word of its memo."""
    return not set(str(booked["memo"] or "").split()).isdisjoint(names)


def _paid_by(attempts: Iterable[Attempt], payment: str | None) -> Attempt | None:
    found = (one for one in attempts if any(each["internal_reference"] == payment for each in one["payments"]))
    return next(found, None)


def of_payouts(
    payouts: Sequence[payout.Payout], attempts: Sequence[Attempt], ledger: Sequence[refunds.Refund]
) -> Iterator[Difference]:
    """Yield what is wrong with the payouts of a day; a person decides."""
    for one in payouts:
        for kind, facts in payout.problems(one, attempts, ledger):
            yield {**_difference(kind, payout.shown(one), None, []), "facts": facts}


def _difference(
    kind: str,
    entry: Mapping[str, Any],
    attempt: Attempt | None,
    found: Sequence[Mapping[str, Any]],
    mend: str | None = None,
    line: Line | None = None,
) -> Difference:
    about = attempt or {}
    return {
        "kind": kind,
        "name": entry["name"],
        "payment": entry.get("payment", entry["name"]),
        "attempt": about.get("key"),
        "order_id": about.get("order_id"),
        "order": about.get("order"),
        "reference": about.get("reference"),
        "amount": entry["amount"],
        "currency": entry["currency"],
        "odoo": [one["id"] for one in found],
        "in_odoo": ", ".join(str(Money.of(one["amount"], one["currency_id"][1])) for one in found),
        "line": line,
        "settled": line is not None or entry.get("settled", False),
        "mend": mend,
    }


__all__ = ["KINDS", "Comparison", "Difference", "Told", "local_day", "of_payouts"]
