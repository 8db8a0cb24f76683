"""`stripe:intent`: PaymentIntents without a page of Stripe's: for a stored method, or one that another program tokenised."""

from typing import Any

from caravana.component.stripe import mapping
from caravana.component.stripe.amount import to_units
from caravana.component.stripe.body import IntentActBody, IntentBody, read_body
from caravana.component.stripe.look import find_intent, window
from caravana.component.stripe.producer import ChangingProducer, StripeProducer, named
from caravana.component.stripe.spec import Action
from caravana.component.stripe.stores import Stores
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange

OVER = {
    Action.CONFIRM: frozenset({"requires_action", "processing", "requires_capture", "succeeded", "canceled"}),
    Action.CAPTURE: frozenset({"succeeded", "canceled"}),
    Action.CANCEL: frozenset({"succeeded", "canceled"}),
}
"""Action → statuses that show that it was carried out, or never can be any more."""


class IntentCreate(ChangingProducer):
    """Makes a PaymentIntent, and with `confirm` charges it."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the intent asked for. Raises `Refused` when the body does not fit."""
        body = read_body(IntentBody, exchange.body)
        return {"form": mapping.intent_form(body), **named(body)}

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Make it. Raises `Refused` (code: why) when the method is declined."""
        client = self.client(request, effect)
        return self._reply(await client.post("/v1/payment_intents", request["form"], effect.key), request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the intent that carries our reference, of those made since the call was begun."""
        reference = request["form"]["metadata"]["reference"]
        found = await find_intent(self.client(request, effect), reference, window(effect.intended_at))
        return None if found is None else self._reply(found, request, effect)

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account at which the intent is made."""
        return self._stores.accounts.new(branch, request.get("connection"))

    def _reply(self, found: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        return Reply(self.told(mapping.intent(found), request, effect), reference=found["id"])


class IntentAct(ChangingProducer):
    """Confirms, captures or cancels a PaymentIntent."""

    def __init__(self, stores: Stores, action: Action) -> None:
        """`action`: what is done to it."""
        super().__init__(stores)
        self._action = action

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what is asked. Raises `Refused` when the body does not fit."""
        body = read_body(IntentActBody, exchange.body)
        return {"payment": body.payment, "form": self._form(body), **named(body)}

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Do it. Raises `Refused` when the intent does not stand so, or the method is declined."""
        path = f"/v1/payment_intents/{request['payment']}/{self._action}"
        found = await self.client(request, effect).post(path, request["form"], effect.key)
        return self._reply(found, request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the intent, once it stands as it does after the action."""
        found = await self.client(request, effect).get(
            f"/v1/payment_intents/{request['payment']}", {"expand": mapping.INTENT}
        )
        return self._reply(found, request, effect) if found["status"] in OVER[self._action] else None

    def _form(self, body: IntentActBody) -> dict[str, Any]:
        form: dict[str, Any] = {"expand": list(mapping.INTENT)}
        if self._action is Action.CAPTURE and body.amount is not None:
            form["amount_to_capture"] = to_units(body.amount, body.currency)
        if self._action is Action.CONFIRM:
            given = {"payment_method": body.payment_method, "return_url": body.return_url}
            form |= {name: value for name, value in given.items() if value is not None}
        return form

    def _reply(self, found: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        return Reply(self.told(mapping.intent(found), request, effect), reference=found["id"])


class IntentQuery(StripeProducer):
    """Asks how a PaymentIntent stands."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the intent's name. Raises `Refused` when the body names none."""
        body = exchange.body if isinstance(exchange.body, dict) else {"payment": exchange.body}
        read = read_body(IntentActBody, body)
        return {"payment": read.payment, **named(read)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the intent."""
        found = await self.client(request, effect).get(
            f"/v1/payment_intents/{request['payment']}", {"expand": mapping.INTENT}
        )
        return Reply(self.told(mapping.intent(found), request, effect), reference=found["id"])
