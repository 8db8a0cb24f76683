"""What the company's answer about an attempt changes."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce import attempt as attempts
from caravana.commerce import booking
from caravana.commerce.cards.mapping import CardMapping, Variables, named, of_branch, with_branch
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State


class Settling(CardMapping):
    """Notification, return and sweep ask; the answer comes here."""

    @pure
    def attempt_key(self, body: Mapping[str, Any]) -> str | None:
        """Return the key of the attempt that the provider's answer in the body names, or None when it is none of ours."""
        found = attempts.named(self._settings.reference_prefix, body.get("reference"))
        return None if found is None else attempts.key(*found)

    @pure
    def question(self, variables: Variables) -> dict[str, Any] | None:
        """Return what the company is asked after its notification; None when that is about no checkout.

        `attempt`: the one of ours that the notification names, if it names one. A dispute names only the payment.
        """
        told, one = variables["notification"], variables.get("attempt") or {}
        if told.get("kind") == "dispute" and told.get("payment"):
            return {"payment": told["payment"], "connection": told.get("connection")}
        request_id = told.get("request_id") or one.get("request_id")
        if request_id is None or told.get("kind", "payment") != "payment":
            return None
        names = {name: told.get(name) for name in ("reference", "payment", "connection")}
        return {**names, "request_id": request_id}

    @pure
    def needs_word(self, body: Mapping[str, Any] | None) -> bool:
        """Whether the answer in what is to be settled says that an approved payment waits for our confirmation."""
        answer = (body or {}).get("answer")
        return answer is not None and answer["state"] == State.ACTION_NEEDED

    @pure
    def waiting(self, variables: Variables) -> str:
        """Return the name of the payment that waits, unlike any other's: each is confirmed once.

        One that the company did not know is confirmed again when somebody names it again: it may know it by then.
        """
        answer, payment = variables["told"]["answer"], _waiting(variables["told"]["answer"])
        refusals = variables["told"].get("unconfirmed", []).count(payment)
        again = f"/{refusals}" if refusals else ""
        return f"{answer['connection']}/{answer['request_id']}/{payment}{again}"

    @pure
    def confirmation(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is told of the payment that waits."""
        return attempts.question(variables["told"]["answer"], _waiting(variables["told"]["answer"]))

    @pure
    def confirmed(self, variables: Variables) -> dict[str, Any]:
        """Return what is to be settled after the confirmation."""
        return {**variables["told"], "answer": variables["answer"]}

    @pure
    def attempt_branch(self, variables: Variables) -> str | None:
        """Return the branch of the attempt, or None."""
        return None if variables["attempt"] is None else variables["attempt"].get("branch")

    @pure
    def answered(self, body: Mapping[str, Any], variables: Variables) -> dict[str, Any] | None:
        """Return what is to be settled after the provider's answer in the body, or None when its reference is none of ours."""
        found = attempts.named(self._settings.reference_prefix, body.get("reference"))
        if found is None:
            return None
        named, one = (
            {"order_id": found[0], "key": attempts.key(*found), "reference": body["reference"]},
            variables.get("attempt"),
        )
        return {**named, **of_branch(one or {}), "answer": body, **_refusals(one or {})}

    @pure
    def to_settle(self, variables: Variables) -> dict[str, Any]:
        """Return what is to be settled after the provider's answer about the attempt."""
        return named(variables["attempt"]) | {"answer": variables["answer"]} | _refusals(variables["attempt"])

    @pure
    def settling(self, variables: Variables) -> dict[str, Any] | None:
        """Return the attempt as the answer says it stands, or None when there is nothing to change."""
        one, answer = variables["attempt"], variables["answer"]
        if one is None or one["settled"]:
            return None
        return attempts.given_up(one) if answer is None else attempts.judged(one, answer)

    @pure
    def undecided_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at when the attempt is given up while the bank was still thinking."""
        one = variables["attempt"]
        if variables["answer"] is not None or not one["processing"] or one["payments"]:
            return []
        company = self._settings.stores.get(one.get("connection") or "")
        item = booking.undecided(one, "" if company is None else company["company"], exchange.created)
        return with_branch([item], exchange.branch)

    @pure
    def tells_expired(self, variables: Variables) -> bool:
        """Whether it is to be told on the order that the attempt expired and nothing came."""
        one = variables["attempt"]
        told = one["payments"] or self.tells_given_back(variables)
        return bool(self._settings.tell_expired and one["state"] == "expired" and not told)

    @pure
    def expired_note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the order."""
        return booking.expired_note(variables["attempt"])

    @pure
    def tells_given_back(self, variables: Variables) -> bool:
        """Whether it is to be told on the order that the company gave the money back by itself, or may have."""
        one = variables["attempt"]
        unconfirmed = one["state"] == "expired" and not one["payments"] and one.get("unconfirmed")
        return bool(one.get("given_back") or unconfirmed)

    @pure
    def given_back_note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the order; with the setting `tell_expired` its followers get it."""
        one = variables["attempt"]
        return booking.given_back_note(one, self._company(one), to_followers=self._settings.tell_expired)

    @pure
    def is_open(self, variables: Variables) -> bool:
        """Whether the sweep has to ask about the attempt: it may still bring money, or its money is not booked."""
        one = variables["attempt"]
        return not one["settled"] and bool(not one["final"] or one["payments"])

    @pure
    def judged(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt as the provider's answer says."""
        return attempts.judged(variables["attempt"], variables["answer"])

    @pure
    def payments(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the payments that came, each under its external id."""
        return booking.payments(self._store(variables["attempt"]), variables["attempt"])

    @pure
    def settled(self, variables: Variables) -> dict[str, Any]:
        """Return the attempt as booked; one that may still bring money stays open.

        `used`: its payments that invoices took whole, which the daily comparison looks at once more.
        """
        one, payment, matches = variables["attempt"], variables["payment"], variables.get("matches") or []
        taken = bool(matches) and not booking.open_credit(payment, matches, [])
        used = [*one.get("used", []), *([payment["internal_reference"]] if taken else [])]
        return {**one, "settled": bool(one["final"]), "used": used}


def _refusals(attempt: Mapping[str, Any]) -> dict[str, Any]:
    """The payments that could not be confirmed, where there are such."""
    return {"unconfirmed": attempt["unconfirmed"]} if attempt.get("unconfirmed") else {}


def _waiting(answer: Mapping[str, Any]) -> str | None:
    """The company's name of the payment that waits for our word."""
    found = (one["internal_reference"] for one in answer["payments"] if one["state"] == State.ACTION_NEEDED)
    return next(found, None)
