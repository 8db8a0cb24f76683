"""The imitation as a whole: what a test or a demo does with it, and its addresses.

Every call runs under the faults of `caravana.kit.sandbox`; an operation is named after its object: checkout.sessions.create.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import Route

from caravana.component.stripe.sandbox.account import Account
from caravana.component.stripe.sandbox.api import Api
from caravana.component.stripe.sandbox.calendar import Calendar
from caravana.component.stripe.sandbox.card import Card, means_of
from caravana.component.stripe.sandbox.checkout import CheckoutPage
from caravana.component.stripe.sandbox.disputes import Disputes
from caravana.component.stripe.sandbox.intents import Intents
from caravana.component.stripe.sandbox.money import Money
from caravana.component.stripe.sandbox.refunds import Refunds
from caravana.component.stripe.sandbox.sessions import Sessions
from caravana.component.stripe.sandbox.steering import Steering
from caravana.component.stripe.sandbox.webhook import Webhooks
from caravana.component.stripe.sandbox.wire import ApiError, Thing
from caravana.component.stripe.sandbox.world import World
from caravana.kit.sandbox import Sandbox


@dataclass
class StripeSandbox(Sandbox):
    """One account at Stripe."""

    account: Account = field(default_factory=Account)

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.world = World(self.account, Calendar(self.clock), self.effects)
        self.webhooks = Webhooks(self.world)
        self.world.tell = self.webhooks.tell
        self.money = Money(self.world)
        self.intents = Intents(self.world, self.money)
        self.sessions = Sessions(self.world, self.intents)
        self.refunds = Refunds(self.world, self.money)
        self.disputes = Disputes(self.world, self.money)
        self.intents.complain = self.disputes.open
        if self.account.notification_url:
            self.send_to(self.account.notification_url)

    def connection(self) -> dict[str, str]:
        """Return the account's credentials as a connection names them."""
        return {"secretKey": self.account.secret_key, "webhookSecret": self.account.webhook_secret}

    def send_to(self, url: str) -> Thing:
        """Make a webhook endpoint with the account's secret."""
        events = [one.strip() for one in self.account.enabled_events.split(",")]
        return self.webhooks.add(url, events, self.account.webhook_secret)

    def session(self, name: str) -> Thing:
        """Return a session as it stands now. Raises `ApiError`."""
        return self._get("checkout.session", name)

    def pay(self, name: str, card: str = Card.GOOD, *, right: bool = True) -> Thing:
        """Play the payer of a session: pay with `card`, answering his bank `right` when it asks. Returns the session.

        A decline is no error here; the session stays open. Raises `ValueError` when it takes no payment.
        """
        session, means = self.session(name), means_of(card)
        if means is None or session["status"] != "open":
            raise ValueError(f"session {name} takes no payment with this card ({session['status']})")
        try:
            intent = self.sessions.attempt(session, means)
            if intent["status"] == "requires_action":
                self.sessions.answer(session, right=right)
        except ApiError:
            return session
        return session

    def refund_at_console(self, payment: str, amount: int | None = None) -> Thing:
        """Play the clerk who refunds in Stripe's dashboard, behind our back. Raises `ApiError`."""
        return self.refunds.make(self._charge(payment), amount)

    def dispute(self, payment: str, kind: str = "dispute") -> Thing:
        """Play the payer who complains at his bank. Raises `ApiError`."""
        return self.disputes.open(self._charge(payment), kind)

    def pay_out(self, *, fails: bool = False) -> Thing:
        """Pay the balance out to the bank; `fails`: days after it was paid it turns out that it was not."""
        self.world.calendar.settle()
        return self.money.pay_out(fails=fails)

    def all(self, kind: str) -> Iterable[Thing]:
        """Return all objects of a kind (`charge`, `refund`, …) as they stand now."""
        self.world.calendar.settle()
        return self.world.shelf.all(kind)

    def events(self) -> list[str]:
        """Return the types of all events, in their order."""
        return [one["type"] for one in self.all("event")]

    async def close(self) -> None:
        """Stop what runs in the background."""
        await self.world.calendar.close()
        await self.webhooks.close()

    def partner_routes(self) -> list[Route]:
        """Return Stripe's addresses."""
        return [*Api(self).routes(), *CheckoutPage(self).routes()]

    def control_routes(self) -> list[Route]:
        """Return the steering addresses: also account, plans of notifications, and playing payer, clerk and bank."""
        return [*super().control_routes(), *Steering(self).routes()]

    def _get(self, kind: str, name: str) -> Thing:
        self.world.calendar.settle()
        return self.world.shelf.get(kind, name)

    def _charge(self, payment: str) -> dict[str, Any]:
        return self._get("charge", self._get("payment_intent", payment)["latest_charge"])
