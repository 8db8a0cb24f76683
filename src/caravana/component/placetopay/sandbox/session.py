"""One checkout session and its attempts. Time decides by itself: `settle` brings a session to the present moment."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from caravana.component.placetopay.sandbox.asked import Asked
from caravana.component.placetopay.sandbox.card import Decision
from caravana.component.placetopay.sandbox.wire import amount, moment, number, status

RUNNING = frozenset({"PENDING", "PENDING_CONFIRMATION"})
FINAL = frozenset({"APPROVED", "REJECTED", "PARTIAL_EXPIRED"})


@dataclass
class Refund:
    """One reversal; a pending one fails at `due`."""

    internal_reference: int
    amount: Decimal
    status: str
    due: datetime | None = None


@dataclass
class Payment:
    """One attempt with a card. It knows the card's first and last digits, as a processor reports them."""

    internal_reference: int
    amount: Decimal
    currency: str
    status: str
    date: datetime
    brand: str
    first: str
    last: str
    later: str | None = None
    due: datetime | None = None
    captured: bool = False
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> Decimal:
        """What went back or is on its way back."""
        return sum((one.amount for one in self.refunds if one.status != "REJECTED"), Decimal(0))

    def end(self, word: str, time: datetime) -> None:
        """Take the processor's last word."""
        self.status, self.date, self.due, self.later = word, time, None, None

    def settle(self, now: datetime) -> None:
        """Take the last word that was due."""
        if self.due is not None and self.later is not None and self.due <= now:
            self.end(self.later, self.due)

    def settle_refunds(self, now: datetime) -> None:
        """Let pending refunds fail that were due."""
        for refund in self.refunds:
            if refund.due is not None and refund.due <= now:
                refund.status, refund.due = "REJECTED", None

    def shown(self, reference: str, *, show_refunded: bool) -> dict[str, Any]:
        """Return the attempt as a query shows it."""
        approved = self.status == "APPROVED"
        value = amount(self.amount, self.currency)
        return {
            "status": status(self.status, REASONS.get(self.status, "05"), self.date),
            "internalReference": self.internal_reference,
            "reference": reference,
            "paymentMethod": self.brand,
            "paymentMethodName": self.brand.title(),
            "issuerName": "Banco de Prueba",
            "amount": {"from": value, "to": value, "factor": 1},
            "authorization": f"{self.internal_reference % 1_000_000:06d}" if approved else "000000",
            "receipt": str(240_000 + self.internal_reference),
            "franchise": {"visa": "DF_VS", "master": "DF_MC", "diners": "ID_DN"}[self.brand],
            "refunded": show_refunded and self.refunded > 0,
            "processorFields": [
                {"keyword": "lastDigits", "value": self.last, "displayOn": "none"},
                {"keyword": "bin", "value": self.first, "displayOn": "none"},
                {"keyword": "expiration", "value": "1230", "displayOn": "none"},
            ],
        }


REASONS = {"APPROVED": "00", "PENDING": "PT", "PENDING_CONFIRMATION": "PC", "REJECTED": "05", "FAILED": "X9"}


@dataclass
class Session:
    """One session. `key` makes its link unguessable; `challenge` is an attempt that waits for the 3DS code."""

    request_id: int
    key: str
    asked: Asked
    created: datetime
    max_tries: int
    status: str = "PENDING"
    reason: str = "PC"
    date: datetime = field(init=False)
    process_url: str = ""
    payments: list[Payment] = field(default_factory=list)
    challenge: tuple[Decision, Decimal] | None = None
    told: bool = False

    def __post_init__(self) -> None:
        self.date = self.created

    @property
    def reference(self) -> str:
        """The shop's reference."""
        return self.asked.reference

    @property
    def final(self) -> bool:
        """Whether nothing can change any more."""
        return self.status in FINAL

    @property
    def running(self) -> bool:
        """Whether an attempt has no last word yet."""
        return any(one.status in RUNNING for one in self.payments)

    @property
    def approved(self) -> Decimal:
        """What was approved over all attempts."""
        return sum((one.amount for one in self.payments if one.status == "APPROVED"), Decimal(0))

    @property
    def open(self) -> Decimal:
        """What is still to be paid."""
        return self.asked.total - self.approved

    @property
    def tries(self) -> int:
        """Attempts that were refused."""
        return sum(one.status in {"REJECTED", "FAILED"} for one in self.payments)

    @property
    def next_moment(self) -> datetime | None:
        """When time alone will change something next."""
        due = [one.due for one in self.payments if one.due is not None]
        if not self.final:
            due.append(self.asked.expiration)
        later = [one for one in due if one > self.date] if self.running else due
        return min(later, default=None)

    def settle(self, now: datetime) -> None:
        """Bring everything to `now`, each change dated with the moment it was due."""
        for payment in self.payments:
            payment.settle_refunds(now)
        if self.final:
            return
        for payment in sorted(self.payments, key=lambda one: one.due or now):
            due = payment.due
            payment.settle(now)
            if due is not None and payment.due is None:
                self.judge(due)
        if now >= self.asked.expiration:
            self.judge(max(self.asked.expiration, self.date))

    def attempt(
        self, internal_reference: int, decision: Decision, value: Decimal, now: datetime, delay: float
    ) -> Payment:
        """Add an attempt. `delay`: how long a pending one stays so."""
        word = decision.status
        if word == "APPROVED" and self.asked.requires_confirmation:
            word = "PENDING_CONFIRMATION"
        payment = Payment(
            internal_reference, value, self.asked.currency, word, now, decision.brand, decision.first, decision.last
        )
        if decision.later is not None:
            payment.later, payment.due = decision.later, now + timedelta(seconds=delay)
        self.payments.append(payment)
        self.challenge = None
        self.judge(now)
        return payment

    def close(self, reason: str, now: datetime) -> None:
        """End it without money: `MC` by the shop, `?C` by the customer."""
        self._become("REJECTED", reason, now)

    def judge(self, now: datetime) -> None:
        """Conclude the session's status from its attempts at `now`."""
        over = now >= self.asked.expiration
        if self.approved >= self.asked.total:
            self._become("APPROVED", "00", now)
        elif self.approved > 0:
            closed = over and not self.running
            self._become(*(("PARTIAL_EXPIRED", "PX") if closed else ("APPROVED_PARTIAL", "P0")), now)
        elif self.running:
            self._become("PENDING", "PT", now)
        elif over or self.tries >= self.max_tries:
            self._become("REJECTED", "XN", now)
        else:
            self._become("PENDING", "PT", now)

    def shown(self, *, show_refunded: bool) -> dict[str, Any]:
        """Return the session as a query shows it: `payment` is null before the first attempt."""
        fields = [{"keyword": "_processUrl_", "value": self.process_url, "displayOn": "none"}]
        request = {**self.asked.content, "expiration": moment(self.asked.expiration), "fields": fields}
        reason = "PT" if self.status == "PENDING" else self.reason
        return {
            "requestId": self.request_id,
            "status": status(self.status, reason, self.date),
            "request": request,
            "payment": [one.shown(self.reference, show_refunded=show_refunded) for one in self.payments] or None,
            "subscription": None,
        }

    def summary(self) -> dict[str, Any]:
        """Return a short form for the steering address."""
        return {
            "request_id": self.request_id,
            "reference": self.reference,
            "status": self.status,
            "total": number(self.asked.total),
            "approved": number(self.approved),
            "process_url": self.process_url,
        }

    def _become(self, word: str, reason: str, now: datetime) -> None:
        self.status, self.reason, self.date = word, reason, now
