"""Actions on one payment: reverse, confirm, cancel, checkout, reauthorization. Each answers with a new reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.component.placetopay.sandbox.asked import decimal
from caravana.component.placetopay.sandbox.session import Payment, Refund, Session
from caravana.component.placetopay.sandbox.site import Site
from caravana.component.placetopay.sandbox.wire import Refusal, amount, rounded, status

ERROR = "transaction_request_error"
ALREADY = "Transaction already refunded"
REFUND_STATUS = {"approved": "APPROVED", "rejected": "REJECTED", "pending": "PENDING"}


@dataclass
class Action:
    """One call: the payment it is about, the amount it names, the moment, and where new references come from."""

    site: Site
    session: Session
    payment: Payment
    value: Decimal | None
    now: datetime
    reference: int

    def run(self, name: Any) -> dict[str, Any]:
        """Carry out the action `name` and return the answer. Raises `Refusal`."""
        acts: Mapping[str, Callable[[], str]] = {
            "reverse": self._reverse,
            "confirm": self._confirm,
            "cancel": self._cancel,
            "checkout": self._checkout,
            "reauthorization": self._reauthorize,
        }
        if not isinstance(name, str) or name not in acts:
            raise Refusal(f"action must be one of {', '.join(acts)}")
        word = acts[name]()
        return self._answer(word)

    def _reverse(self) -> str:
        if self.payment.status != "APPROVED":
            raise Refusal("only an approved payment can be reversed", reason=ERROR)
        left = self.payment.amount - self.payment.refunded
        wanted = left if self.value is None else self.value
        if left <= 0 or wanted > left:
            raise Refusal(ALREADY, reason="BR")
        settled = self.now >= self.payment.date + timedelta(seconds=self.site.settlement_delay)
        if wanted < self.payment.amount and not settled:
            raise Refusal("only the whole amount can be reversed before settlement", reason=ERROR)
        word = REFUND_STATUS[self.site.refunds]
        due = self.now + timedelta(seconds=self.site.pending_delay) if word == "PENDING" else None
        self.payment.refunds.append(Refund(self.reference, wanted, word, due))
        self.value = wanted
        return word

    def _confirm(self) -> str:
        self._needs_confirmation()
        self.payment.end("APPROVED", self.now)
        self.session.judge(self.now)
        return "APPROVED"

    def _cancel(self) -> str:
        self._needs_confirmation()
        self.payment.end("REJECTED", self.now)
        self.session.judge(self.now)
        return "APPROVED"

    def _checkout(self) -> str:
        self._needs_checkin()
        if self.value is not None and self.value > self.payment.amount:
            raise Refusal("more than was authorised", reason=ERROR)
        self.payment.captured = True
        self.payment.amount = self.value or self.payment.amount
        return "APPROVED"

    def _reauthorize(self) -> str:
        self._needs_checkin()
        if self.value is None:
            raise Refusal("amount is required")
        self.payment.amount = self.value
        return "APPROVED"

    def _needs_confirmation(self) -> None:
        if self.payment.status != "PENDING_CONFIRMATION":
            raise Refusal("the payment does not wait for confirmation", reason=ERROR)

    def _needs_checkin(self) -> None:
        if not self.session.asked.checkin or self.payment.status != "APPROVED" or self.payment.captured:
            raise Refusal("no open pre-authorisation", reason=ERROR)

    def _answer(self, word: str) -> dict[str, Any]:
        entry = self.payment.shown(self.session.reference, show_refunded=self.site.show_refunded)
        value = self.payment.amount if self.value is None else self.value
        shown = amount(value, self.payment.currency)
        entry["amount"] = {"from": shown, "to": shown, "factor": 1}
        entry["internalReference"] = self.reference
        entry["status"] = status(word, "00" if word == "APPROVED" else "PT" if word == "PENDING" else "05", self.now)
        return {"status": entry["status"], "payment": entry}


def read_value(content: Mapping[str, Any], payment: Payment) -> Decimal | None:
    """Return the amount that a call names, rounded, or None for the whole. Raises `Refusal`."""
    given = content.get("amount")
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("currency") != payment.currency:
        raise Refusal("amount must be in the payment's currency")
    total = rounded(decimal(given.get("total"), "amount.total"), payment.currency)
    if total <= 0:
        raise Refusal("amount.total must be above 0")
    return total
