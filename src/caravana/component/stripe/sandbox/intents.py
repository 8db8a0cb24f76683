"""PaymentIntents and their charges: made, confirmed, challenged, captured, cancelled."""

import re
from collections.abc import Callable

from caravana.component.stripe.sandbox.card import TOKENS, Means, means_of
from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.money import Money, fee_of
from caravana.component.stripe.sandbox.shapes import method_of, new_charge, new_intent
from caravana.component.stripe.sandbox.wire import ApiError, Thing, new_name
from caravana.component.stripe.sandbox.world import World

LEAST = {"usd": 50}
MOST = 99_999_999
HOLD_SECONDS = 7 * 86_400
OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*OPEN, "requires_capture", "processing")
REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "": "The provided PaymentMethod has failed authentication.",
}
PARAMS = (
    "description",
    "customer",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor_suffix",
    "off_session",
)


def check_amount(amount: int | None, currency: str, param: str) -> int:
    """Return an amount that may be charged. Raises `ApiError`."""
    if amount is None or amount <= 0:
        raise ApiError("Invalid positive integer", code="parameter_invalid_integer", param=param)
    if amount < LEAST.get(currency, 0):
        raise ApiError("Amount must be at least $0.50 usd", code="amount_too_small", param=param)
    if amount > MOST:
        raise ApiError("Amount must be no more than $999,999.99", code="amount_too_large", param=param)
    return amount


def check_currency(currency: str) -> str:
    """Return a currency in lower case. Raises `ApiError`."""
    if not re.fullmatch(r"[A-Za-z]{3}", currency):
        raise ApiError(f"Invalid currency: {currency}", param="currency")
    return currency.lower()


class Intents:
    """The intents. `follow` is called with each that changed; `dispute` when a payer complains."""

    def __init__(self, world: World, money: Money) -> None:
        """`world`: whose intents; `money`: where charges are booked."""
        self._world = world
        self._money = money
        self.follow: Callable[[Thing], None] = lambda intent: None
        self.complain: Callable[[Thing, str], Thing | None] = lambda charge, kind: None

    # What the API is asked.

    def create(self, params: Params) -> Thing:
        """Make an intent, and with `confirm` charge it. Raises `ApiError`."""
        currency = check_currency(params.needed("currency"))
        amount = check_amount(params.whole("amount", needed=True), currency, "amount")
        manual = params.text("capture_method", among=("automatic", "automatic_async", "manual")) == "manual"
        automatic = params.group("automatic_payment_methods")
        automatic.text("enabled"), automatic.text("allow_redirects")
        params.texts("payment_method_types")
        metadata, told = params.metadata(), {name: params.text(name) for name in PARAMS}
        method, confirm, url = params.text("payment_method"), params.flag("confirm"), params.text("return_url")
        params.finish()
        if url and not confirm:
            raise ApiError("return_url may only be given with confirm=true", param="return_url")
        means = None if method is None else _token(method)
        intent = self.make(amount, currency, metadata, told["description"], manual=manual)
        intent["status"] = "requires_payment_method" if method is None else "requires_confirmation"
        intent["payment_method"] = method
        self._world.effects["payment_intents.create"] += 1
        self._world.happened("payment_intent.created", intent)
        if confirm:
            return self.confirm(intent, _needed(means), url)
        return intent

    def confirm_asked(self, intent: Thing, params: Params) -> Thing:
        """Charge an intent as the API is asked to. Raises `ApiError`."""
        method, url = params.text("payment_method") or intent["payment_method"], params.text("return_url")
        params.flag("off_session")
        params.finish()
        self._must_be(intent, OPEN, "confirm")
        means = _needed(None if method is None else _token(method))
        intent["payment_method"] = method
        self._world.effects["payment_intents.confirm"] += 1
        return self.confirm(intent, means, url)

    def capture(self, intent: Thing, params: Params) -> Thing:
        """Take the money of a hold. Raises `ApiError`."""
        amount = params.whole("amount_to_capture")
        params.metadata(), params.flag("final_capture")
        params.finish()
        self._must_be(intent, ("requires_capture",), "capture")
        wanted = intent["amount_capturable"] if amount is None else amount
        if not 0 < wanted <= intent["amount_capturable"]:
            raise ApiError(
                "The amount is greater than what can be captured", code="amount_too_large", param="amount_to_capture"
            )
        self._world.effects["payment_intents.capture"] += 1
        self._take(intent, self._charge_of(intent), wanted)
        return intent

    def cancel(self, intent: Thing, params: Params) -> Thing:
        """Give an intent up. Raises `ApiError`."""
        reason = params.text("cancellation_reason", among=REASONS)
        params.finish()
        self._must_be(intent, CANCELABLE, "cancel")
        if self._world.shelf.hidden[intent["id"]].get("session") and intent["status"] != "requires_capture":
            raise ApiError("You cannot cancel a PaymentIntent of a Checkout Session; expire the session instead.")
        self._world.effects["payment_intents.cancel"] += 1
        self.drop(intent, reason)
        return intent

    # What happens.

    def make(
        self, amount: int, currency: str, metadata: dict[str, str], description: str | None, *, manual: bool
    ) -> Thing:
        """Make an intent that waits for a method."""
        intent = self._world.make("payment_intent", "pi", hidden={"session": None, "means": None})
        secret = f"{intent['id']}_secret_{new_name('', 25)[1:]}"
        intent.update(
            new_intent(amount, currency) | {"client_secret": secret, "metadata": metadata, "description": description}
        )
        intent["capture_method"] = "manual" if manual else "automatic_async"
        return intent

    def confirm(self, intent: Thing, means: Means, return_url: str | None = None) -> Thing:
        """Charge an intent with `means`, or have the payer asked. Raises `ApiError` (card_error) when it is declined."""
        self._world.shelf.hidden[intent["id"]]["means"] = means
        if means.challenge:
            self._challenge(intent, return_url)
            return intent
        charge = self._charge(intent, means)
        if means.decline is not None:
            self._decline(intent, charge, means)
        elif means.later is not None:
            self._wait(intent, charge, means.later)
        elif intent["capture_method"] == "manual":
            self._hold(intent, charge)
        else:
            self._take(intent, charge, intent["amount"])
        if means.dispute is not None and intent["status"] == "succeeded":
            self._world.calendar.after(
                self._world.account.dispute_delay, lambda: self.complain(charge, str(means.dispute))
            )
        return intent

    def answer(self, intent: Thing, *, right: bool) -> Thing:
        """Let the payer answer his bank's question. Raises `ApiError` (card_error) when it was wrong."""
        means: Means = self._world.shelf.hidden[intent["id"]]["means"]
        intent["next_action"] = None
        return self.confirm(intent, means.answered() if right else means.refused())

    def drop(self, intent: Thing, reason: str | None) -> None:
        """Cancel an intent; a hold is given back."""
        before = self._world.change(
            intent,
            status="canceled",
            canceled_at=self._world.now,
            cancellation_reason=reason,
            amount_capturable=0,
            next_action=None,
        )
        if intent["latest_charge"]:
            charge = self._charge_of(intent)
            if charge["status"] == "succeeded" and not charge["captured"]:  # since 2025-03-31.basil that is no refund
                self._world.happened("charge.expired", charge)
        self._world.happened("payment_intent.canceled", intent, before)
        self.follow(intent)

    def _challenge(self, intent: Thing, return_url: str | None) -> None:
        token = new_name("tds", 16)
        base = self._world.account.public_url.rstrip("/")
        action: Thing = {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": token},
        }
        if return_url is not None:
            url = f"{base}/3ds/{intent['id']}/{token}"
            action = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
        self._world.shelf.hidden[intent["id"]].update(token=token, return_url=return_url)
        before = self._world.change(intent, status="requires_action", next_action=action)
        self._world.happened("payment_intent.requires_action", intent, before)

    def _decline(self, intent: Thing, charge: Thing, means: Means) -> None:
        code, decline = means.decline or ("card_declined", "generic_decline")
        message = MESSAGES.get(decline, MESSAGES["generic_decline"])
        self._fail(intent, charge, means, code, message, decline or None)
        raise ApiError(
            message,
            status=402,
            kind="card_error",
            code=code,
            decline_code=decline or None,
            charge=charge["id"],
            payment_intent=dict(intent),
        )

    def _fail(
        self, intent: Thing, charge: Thing, means: Means, code: str, message: str, decline: str | None = None
    ) -> None:
        """A try has failed: the intent waits for another method."""
        charge.update(status="failed", paid=False, captured=False, amount_captured=0, failure_code=code)
        outcome = {"network_status": "declined_by_network", "reason": decline or code, "type": "issuer_declined"}
        charge.update(failure_message=message, outcome=outcome)
        error = {"type": "card_error", "code": code, "message": message, "charge": charge["id"]}
        error |= {"decline_code": decline} if decline else {}
        before = self._world.change(
            intent,
            status="requires_payment_method",
            last_payment_error={**error, "payment_method": method_of(means)},
            next_action=None,
        )
        self._world.happened("charge.failed", charge)
        self._world.happened("payment_intent.payment_failed", intent, before)
        self.follow(intent)

    def _wait(self, intent: Thing, charge: Thing, later: str) -> None:
        charge.update(status="pending", paid=False, captured=True)
        before = self._world.change(intent, status="processing")
        self._world.happened("charge.pending", charge)
        self._world.happened("payment_intent.processing", intent, before)
        self.follow(intent)
        self._world.calendar.after(self._world.account.method_delay, lambda: self._decide(intent, charge, later))

    def _decide(self, intent: Thing, charge: Thing, later: str) -> None:
        if intent["status"] != "processing":
            return
        if later == "succeeded":
            self._take(intent, charge, intent["amount"])
            return
        means: Means = self._world.shelf.hidden[intent["id"]]["means"]
        self._fail(intent, charge, means, "payment_method_provider_decline", "No account was found.")

    def _hold(self, intent: Thing, charge: Thing) -> None:
        charge.update(captured=False, amount_captured=0)
        before = self._world.change(intent, status="requires_capture", amount_capturable=intent["amount"])
        self._world.happened("charge.succeeded", charge)
        self._world.happened("payment_intent.amount_capturable_updated", intent, before)
        self.follow(intent)
        self._world.calendar.after(HOLD_SECONDS, lambda: self._lapse(intent))

    def _lapse(self, intent: Thing) -> None:
        if intent["status"] == "requires_capture":
            self.drop(intent, "expired")

    def _take(self, intent: Thing, charge: Thing, amount: int) -> None:
        held = intent["status"] == "requires_capture"
        charge.update(status="succeeded", paid=True, captured=True, amount_captured=amount)
        charge["balance_transaction"] = self._money.move("charge", charge, amount, fee_of(amount))["id"]
        before = self._world.change(
            intent,
            status="succeeded",
            amount_received=amount,
            amount_capturable=0,
            next_action=None,
            last_payment_error=None,
        )
        self._world.effects["charges"] += 1
        self._world.happened("charge.captured" if held else "charge.succeeded", charge)
        self._world.happened("payment_intent.succeeded", intent, before)
        self.follow(intent)

    def _charge(self, intent: Thing, means: Means) -> Thing:
        prefix = "ch" if means.kind == "card" else "py"
        charge = self._world.make("charge", prefix, hidden={"means": means}, **new_charge(intent, means))
        intent["latest_charge"] = charge["id"]
        return charge

    def _charge_of(self, intent: Thing) -> Thing:
        return self._world.shelf.get("charge", intent["latest_charge"])

    def _must_be(self, intent: Thing, statuses: tuple[str, ...], what: str) -> None:
        if intent["status"] not in statuses:
            raise ApiError(
                f"You cannot {what} this PaymentIntent because it has a status of {intent['status']}.",
                code="payment_intent_unexpected_state",
                payment_intent=dict(intent),
            )


def _token(method: str) -> Means:
    card = TOKENS.get(method)
    found = None if card is None else means_of(card.value)
    if found is None:
        raise ApiError(f"No such PaymentMethod: '{method}'", code="resource_missing", param="payment_method")
    return found


def _needed(means: Means | None) -> Means:
    if means is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    return means
