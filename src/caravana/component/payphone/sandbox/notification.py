"""Telling the shop of an approved payment: without a signature, and never again whatever the answer; and how that goes wrong."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp

from caravana.component.payphone.sandbox.payment import PAYER, Payment
from caravana.component.payphone.sandbox.store import Store
from caravana.kit.clock import Clock
from caravana.kit.sandbox import Background

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class NotificationPlan:
    """How a payment's notification goes: `times` 0 = lost, 2 = doubled; `delay` seconds of the sandbox's clock.

    Raises `ValueError` for anything else.
    """

    times: int = 1
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.times <= 10 or self.delay < 0:
            raise ValueError("times is 0 to 10, delay not negative")


@dataclass
class Delivery:
    """One notification as it was sent; `answered` is its JSON answer, None while under way or when nobody answered well."""

    name: str
    answered: Any = None


@dataclass
class Notifier(Background):
    """Sends notifications, where the store has an address for them."""

    clock: Clock
    store: Store
    plan: NotificationPlan = NotificationPlan()
    deliveries: list[Delivery] = field(default_factory=list)

    def tell(self, payment: Payment) -> None:
        """Send the notification of an approved payment in the background, by the plan."""
        for _ in range(self.plan.times if self.store.notification_url else 0):
            self.start(self._deliver(content(payment), self.plan.delay))

    async def _deliver(self, told: dict[str, Any], delay: float) -> None:
        if delay:
            await self.clock.sleep(delay)
        delivery = Delivery(told["ClientTransactionId"])
        self.deliveries.append(delivery)
        limits = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limits) as http,
                http.post(self.store.notification_url, json=told) as response,
            ):
                delivery.answered = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return


def content(payment: Payment) -> dict[str, Any]:
    """Return what PayPhone posts of a payment, with what a shop should not keep."""
    shown = payment.shown()
    return {
        "Amount": payment.amount,
        "AuthorizationCode": f"W{payment.id}",
        "ClientTransactionId": payment.name,
        "StatusCode": 3,
        "TransactionStatus": "Approved",
        "StoreId": payment.store.store_id,
        "PhoneNumber": PAYER["phoneNumber"],
        "Email": PAYER["email"],
        "Document": PAYER["document"],
        "CardType": shown["cardType"],
        "Bin": shown["bin"],
        "CardBrand": shown["cardBrand"],
        "CardBrandCode": shown["cardBrandCode"],
        "Deferred": False,
        "DeferredCode": "00000000",
        "Currency": shown["currency"],
        "Reference": shown["reference"],
        "AdditionalData": None,
        "TransactionId": payment.id,
    }
