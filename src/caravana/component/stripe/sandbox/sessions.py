"""Checkout sessions: opened, paid on their page, expired, closed."""

from typing import Any

from caravana.component.stripe.sandbox.card import Means
from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.intents import Intents, check_amount, check_currency
from caravana.component.stripe.sandbox.shapes import new_session, payer
from caravana.component.stripe.sandbox.wire import ApiError, Thing
from caravana.component.stripe.sandbox.world import World

SOONEST = 30 * 60
LATEST = 24 * 3600
LOCALES = frozenset(
    {
        "auto",
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "en",
        "en-GB",
        "es",
        "es-419",
        "et",
        "fi",
        "fil",
        "fr",
        "fr-CA",
        "hr",
        "hu",
        "id",
    }
    | {
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "ms",
        "mt",
        "nb",
        "nl",
        "pl",
        "pt",
        "pt-BR",
        "ro",
        "ru",
        "sk",
        "sl",
        "sv",
        "th",
        "tr",
    }
    | {"vi", "zh", "zh-HK", "zh-TW"}
)


class Sessions:
    """The sessions."""

    def __init__(self, world: World, intents: Intents) -> None:
        """`world`: whose sessions; `intents`: what pays them."""
        self._world = world
        self._intents = intents
        intents.follow = self.follow

    def create(self, params: Params, base: str) -> Thing:
        """Open a session; its page is below `base`. Raises `ApiError`."""
        if params.needed("mode", among=("payment", "setup", "subscription")) != "payment":
            raise ApiError("the imitation has payments only", param="mode")
        total, currency, items = _items(params)
        asked, metadata = params.group("payment_intent_data"), params.metadata()
        inner = {
            "metadata": asked.metadata(),
            "description": asked.text("description", longest=1000),
            "manual": asked.text("capture_method", among=("automatic", "automatic_async", "manual")) == "manual",
        }
        asked.text("statement_descriptor_suffix", longest=22)
        reference = params.text("client_reference_id", longest=200)
        urls = {"success_url": params.needed("success_url"), "cancel_url": params.text("cancel_url")}
        email, locale = params.text("customer_email", longest=512), params.text("locale")
        methods = params.texts("payment_method_types")
        expires_at = self._expiry(params.whole("expires_at"))
        params.finish()
        if locale is not None and locale not in LOCALES:
            raise ApiError(f"Invalid locale: {locale}", param="locale")
        session = self._world.make("checkout.session", "cs", 56, {"items": items, "intent": inner, "waits": None})
        session.update(new_session(total, currency, reference, metadata, expires_at, urls, email, locale, methods))
        session["url"] = f"{base}/c/pay/{session['id']}"
        self._world.effects["checkout.sessions.create"] += 1
        self._world.calendar.after(expires_at - self._world.now, lambda: self._lapse(session))
        return session

    def update(self, session: Thing, params: Params) -> Thing:
        """Change a session's metadata. Raises `ApiError`."""
        session["metadata"] |= params.metadata()
        params.finish()
        return session

    def expire(self, session: Thing, params: Params) -> Thing:
        """Close a session. Raises `ApiError` when it is not open."""
        params.finish()
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`."
            )
        self._world.effects["checkout.sessions.expire"] += 1
        self._close(session)
        return session

    def attempt(self, session: Thing, means: Means) -> Thing:
        """Let the payer pay with `means`. Raises `ApiError` when it is declined or the session is over."""
        if session["status"] != "open":
            raise ApiError("You cannot pay a Checkout Session that is not open.")
        intent = self.intent_of(session) or self._begin(session)
        return self._intents.confirm(intent, means, return_url=None)

    def answer(self, session: Thing, *, right: bool) -> Thing:
        """Let the payer answer his bank. Raises `ApiError` when it was wrong."""
        intent = self.intent_of(session)
        if intent is None or intent["status"] != "requires_action":
            raise ApiError("Nothing is asked.")
        return self._intents.answer(intent, right=right)

    def intent_of(self, session: Thing) -> Thing | None:
        """Return the intent of a session; there is none before the first try."""
        name = session["payment_intent"]
        return None if name is None else self._world.shelf.get("payment_intent", name)

    def follow(self, intent: Thing) -> None:
        """Let the session of an intent become what the intent makes of it."""
        name = self._world.shelf.hidden[intent["id"]].get("session")
        if name is None:
            return
        session = self._world.shelf.get("checkout.session", name)
        if session["status"] == "open" and intent["status"] in {"succeeded", "processing", "requires_capture"}:
            paid = "paid" if intent["status"] == "succeeded" else "unpaid"
            self._world.shelf.hidden[name]["waits"] = intent["status"] == "processing"
            session.update(status="complete", payment_status=paid, url=None, customer_details=payer(session))
            self._world.happened("checkout.session.completed", session)
        elif session["status"] == "complete" and session["payment_status"] == "unpaid":
            self._later(session, intent)

    def _later(self, session: Thing, intent: Thing) -> None:
        waits = self._world.shelf.hidden[session["id"]]["waits"]
        if intent["status"] == "succeeded":
            session["payment_status"] = "paid"
            if waits:
                self._world.happened("checkout.session.async_payment_succeeded", session)
        elif intent["status"] == "requires_payment_method" and waits:
            self._world.happened("checkout.session.async_payment_failed", session)

    def _begin(self, session: Thing) -> Thing:
        """The intent is made at the first try. Of the session's metadata nothing goes into it."""
        asked = self._world.shelf.hidden[session["id"]]["intent"]
        intent = self._intents.make(
            session["amount_total"],
            session["currency"],
            dict(asked["metadata"]),
            asked["description"],
            manual=asked["manual"],
        )
        self._world.shelf.hidden[intent["id"]]["session"] = session["id"]
        session["payment_intent"] = intent["id"]
        self._world.happened("payment_intent.created", intent)
        return intent

    def _lapse(self, session: Thing) -> None:
        if session["status"] == "open":
            self._close(session)

    def _close(self, session: Thing) -> None:
        session.update(status="expired", url=None)
        self._world.happened("checkout.session.expired", session)
        intent = self.intent_of(session)
        if intent is not None:
            self._intents.drop(intent, "expired")

    def _expiry(self, asked: int | None) -> int:
        now = self._world.now
        if asked is None:
            return now + LATEST
        if asked < now + SOONEST:
            raise ApiError(
                "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
                param="expires_at",
            )
        if asked > now + LATEST:
            raise ApiError(
                "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
                param="expires_at",
            )
        return asked


def _items(params: Params) -> tuple[int, str, list[dict[str, Any]]]:
    """Total, currency and items. Raises `ApiError`."""
    items: list[dict[str, Any]] = []
    for one in params.groups("line_items"):
        price = one.group("price_data", needed=True)
        product = price.group("product_data", needed=True)
        currency = check_currency(price.needed("currency"))
        unit = check_amount(price.whole("unit_amount", needed=True), "", "line_items[0][price_data][unit_amount]")
        quantity = one.whole("quantity", needed=True) or 0
        if quantity < 1:
            raise ApiError("Quantity must be at least 1.", param="line_items[0][quantity]")
        items.append({"name": product.needed("name"), "currency": currency, "amount": unit * quantity})
        product.text("description")
    if not items:
        raise ApiError("Missing required param: line_items.", code="parameter_missing", param="line_items")
    if len({one["currency"] for one in items}) > 1:
        raise ApiError("All line items must have the same currency.", param="line_items")
    currency = items[0]["currency"]
    return check_amount(sum(one["amount"] for one in items), currency, "line_items"), currency, items
