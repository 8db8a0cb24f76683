"""One prepared payment and what became of it. Time decides by itself: `settle` brings it to the present moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.payphone.sandbox.card import Decision
from caravana.component.payphone.sandbox.store import Store

PENDING, CANCELED, APPROVED = 1, 2, 3
WORDS = {PENDING: "Pending", CANCELED: "Canceled", APPROVED: "Approved"}
PAYER = {"email": "pagador@example.com", "phoneNumber": "593900000000", "document": "0912345678"}
HOLDER = "PERSONA INVENTADA"


@dataclass
class Payment:
    """A prepared payment. `key` lets a browser that came from the right place pay; `id` is given when it is paid or left."""

    payment_id: str
    key: str
    content: dict[str, Any]
    token: str
    created: datetime
    store: Store
    id: int | None = None
    status: int = PENDING
    message: str | None = None
    paid: datetime | None = None
    confirmed: bool = False
    reversed: bool = False
    automatic: bool = False
    decision: Decision | None = None

    @property
    def name(self) -> str:
        """The shop's `clientTransactionId`."""
        return str(self.content["clientTransactionId"])

    @property
    def amount(self) -> int:
        """Cents asked for."""
        return int(self.content["amount"])

    def is_open(self, now: datetime) -> bool:
        """Whether the page still takes a payment."""
        return self.id is None and now < self.created + timedelta(seconds=self.store.form_life)

    def end(self, number: int, status: int, now: datetime, decision: Decision | None = None, message: str = "") -> None:
        """Let the customer pay, be refused, or leave: from then on it has the `number` of a transaction."""
        self.id, self.status, self.paid = number, status, now
        self.decision, self.message = decision, message or None

    def settle(self, now: datetime) -> None:
        """Give back what was not confirmed in time."""
        if self.status != APPROVED or self.confirmed or self.paid is None:
            return
        if now >= self.paid + timedelta(seconds=self.store.confirm_within):
            self.give_back()
            self.automatic = True

    def give_back(self) -> None:
        """Give the money back."""
        self.status, self.reversed = CANCELED, True

    def reversible(self, now: datetime) -> bool:
        """Whether it is still the day of the payment, and early enough."""
        zone = ZoneInfo(self.store.zone)
        here = now.astimezone(zone)
        same = self.paid is not None and self.paid.astimezone(zone).date() == here.date()
        return same and here.hour < self.store.reverse_until

    def shown(self) -> dict[str, Any]:
        """Return the transaction as Confirm and the query show it, with what a shop should not keep."""
        card, status = self.decision, self._status_shown()
        paid = (self.paid or self.created).astimezone(ZoneInfo(self.store.zone)).replace(tzinfo=None)
        return {
            **PAYER,
            "cardType": "Credit",
            "bin": card.first if card else None,
            "lastDigits": f"XX{card.last}" if card else None,
            "deferredCode": "00000000",
            "deferred": False,
            "cardBrandCode": "50",
            "cardBrand": card.brand if card else None,
            "amount": self.amount,
            "clientTransactionId": self.name,
            "statusCode": status,
            "transactionStatus": "Reversed" if self.reversed else WORDS[status],
            "authorizationCode": f"W{self.id}" if self.status == APPROVED else None,
            "message": self.message,
            "messageCode": 0,
            "transactionId": self.id,
            "currency": self.content.get("currency", "USD"),
            "optionalParameter4": HOLDER,
            "storeName": self.store.name,
            "date": paid.isoformat(timespec="milliseconds"),
            "regionIso": "EC",
            "transactionType": "Classic",
            "reference": self.content.get("reference"),
        }

    def summary(self) -> dict[str, Any]:
        """Return a short form for the steering address."""
        return {
            "client_transaction_id": self.name,
            "transaction_id": self.id,
            "status": WORDS[self.status],
            "amount": self.amount,
            "confirmed": self.confirmed,
            "reversed": self.reversed,
        }

    def _status_shown(self) -> int:
        return self.store.shows_unconfirmed if self.status == APPROVED and not self.confirmed else self.status
