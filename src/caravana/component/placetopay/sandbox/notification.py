"""Telling the site that a session is over: once, and never again whatever the answer; and the ways it goes wrong."""

import hashlib
import random
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from caravana.component.placetopay.sandbox.session import Session
from caravana.component.placetopay.sandbox.site import Site
from caravana.component.placetopay.sandbox.wire import moment, status
from caravana.kit.clock import Clock
from caravana.kit.sandbox import Background

TIMEOUT_SECONDS = 10.0
SIGNATURES = ("sha256", "sha1", "wrong")


@dataclass(frozen=True)
class NotificationPlan:
    """How one session's notification goes: `times` 0 = lost, 2 = doubled; `delay` seconds of the sandbox's clock.

    `signature`: `sha256`, `sha1` (the old form) or `wrong`. `early`: the session is paid, and told, before the create
    call returns. Raises `ValueError` for anything else.
    """

    times: int = 1
    delay: float = 0.0
    signature: str = "sha256"
    early: bool = False

    def __post_init__(self) -> None:
        if self.signature not in SIGNATURES or not 0 <= self.times <= 10 or self.delay < 0:
            raise ValueError(f"times is 0 to 10, delay not negative, signature one of {', '.join(SIGNATURES)}")


@dataclass
class Delivery:
    """One notification as it was sent; `answered` is the HTTP status, None while under way or when nobody answered."""

    request_id: int | None
    status: str
    answered: int | None = None


@dataclass
class Notifier(Background):
    """Sends notifications. `plan` is usual, `plans` goes by reference, `schedule` by chance, seeded with `seed`."""

    clock: Clock
    site: Site
    plan: NotificationPlan = NotificationPlan()
    plans: dict[str, NotificationPlan] = field(default_factory=dict)
    schedule: list[tuple[float, NotificationPlan]] = field(default_factory=list)
    seed: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    def plan_for(self, session: Session) -> NotificationPlan:
        """Return the plan by reference, else by the seeded schedule (share, plan), else the usual one."""
        if session.reference in self.plans:
            return self.plans[session.reference]
        drawn = random.Random(f"{self.seed}:{session.reference}").random()  # noqa: S311 -- a repeatable schedule
        for share, plan in self.schedule:
            if drawn < share:
                return plan
            drawn -= share
        return self.plan

    def tell(self, session: Session) -> None:
        """Send the notification of a final session in the background, by its plan."""
        plan = self.plan_for(session)
        for _ in range(plan.times):
            self._tell(self._content(session, plan), plan.delay)

    def tell_recurring(self, internal_reference: int, reference: str, word: str = "APPROVED") -> None:
        """Send the notification of a recurring charge, which has no `requestId`."""
        state = status(word, "00", self.clock.now())
        content = {
            "status": state,
            "internalReference": internal_reference,
            "reference": reference,
            "recurring": {"tries": 1, "enabled": True},
            "signature": self._sign(f"{internal_reference}{word}{state['date']}", self.plan.signature),
        }
        self._tell(content, self.plan.delay)

    def _tell(self, content: dict[str, Any], delay: float) -> None:
        if self.site.notification_url:
            self.start(self._deliver(content, delay))

    async def _deliver(self, content: dict[str, Any], delay: float) -> None:
        if delay:
            await self.clock.sleep(delay)
        delivery = Delivery(content.get("requestId"), content["status"]["status"])
        self.deliveries.append(delivery)
        limits = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limits) as http,
                http.post(self.site.notification_url, json=content) as response,
            ):
                delivery.answered = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return  # once means once

    def _content(self, session: Session, plan: NotificationPlan) -> dict[str, Any]:
        text = f"{session.request_id}{session.status}{moment(session.date)}"
        return {
            "status": status(session.status, session.reason, session.date),
            "requestId": session.request_id,
            "reference": session.reference,
            "signature": self._sign(text, plan.signature),
        }

    def _sign(self, text: str, form: str) -> str:
        joined = (text + self.site.secret_key).encode()
        if form == "sha1":
            return hashlib.sha1(joined, usedforsecurity=False).hexdigest()
        return "sha256:" + hashlib.sha256(joined + (b"x" if form == "wrong" else b"")).hexdigest()
