"""The calls about one payment: refund, capture and void in the port's words, and PlacetoPay's own actions."""

from typing import Any

from caravana.component.placetopay import mapping
from caravana.component.placetopay.body import PaymentBody, TransactionBody, read_body
from caravana.component.placetopay.producer import SETTLE, PlacetopayProducer, fetch
from caravana.component.placetopay.spec import Action
from caravana.component.placetopay.stores import Stores
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State


class Transaction(PlacetopayProducer):
    """An action on one payment: reverse (refund), confirm, cancel, checkout, reauthorization."""

    settle = SETTLE

    def __init__(self, stores: Stores, action: Action) -> None:
        """`action`: what is done to the payment."""
        super().__init__(stores)
        self._action = action

    # A repeated part refund pays twice, and whether a query shows refunds is contradicted by PlacetoPay's own documents
    # (2026-08), so reverse is blind. Checkout and reauthorization are blind too: an approved pre-authorisation looks the
    # same before and after. Confirm and cancel end the state PENDING_CONFIRMATION, which the session shows.
    def kind_of(self, request: dict[str, Any]) -> Kind:
        """Verifiable for confirm and cancel of a payment whose session is named, else blind."""
        asks = self._action in {Action.CONFIRM, Action.CANCEL} and request["request_id"] is not None
        return Kind.VERIFIABLE if asks else Kind.BLIND

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return payment, action and amount. Raises `Refused` when the body does not fit."""
        body = read_body(TransactionBody, exchange.body)
        asked = {
            "request_id": body.request_id,
            "content": mapping.transaction_request(body.internal_reference, self._action, body.amount, body.currency),
        }
        return asked if body.connection is None else {**asked, "connection": body.connection}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Carry the action out. Raises `Refused` (code `BR`) for a refund beyond what is left."""
        answer = await self.client(request, effect).call("/api/transaction", request["content"])
        reply = mapping.transaction(answer, _body_of(request), self._action)
        return Reply(reply, reference=reply["internal_reference"])

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what the session shows of the payment, once it no longer waits for confirmation."""
        found = await fetch(self.client(request, effect), request["request_id"])
        body = _body_of(request)
        entry = next((one for one in found["payments"] if one["internal_reference"] == body.internal_reference), None)
        if entry is None or entry["state"] == State.ACTION_NEEDED:
            return None
        reply = mapping.verified_transaction(entry, body, self._action)
        return Reply(reply, reference=reply["internal_reference"])

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is done; what the provider would number it, nobody can tell."""
        return Reply(mapping.transaction({"status": {"status": "APPROVED"}}, _body_of(request), self._action))


class PaymentAction(PlacetopayProducer):
    """What the port calls refund, capture and void: an action on one payment, answered in the port's words.

    Blind: a repeated part refund pays twice, and an approved pre-authorisation looks the same before and after.
    """

    def __init__(self, stores: Stores, action: Action) -> None:
        """`action`: what is done to the payment."""
        super().__init__(stores)
        self._action = action

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the body as read. Raises `Refused` when it does not fit."""
        return read_body(PaymentBody, exchange.body).model_dump(exclude_none=True)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Carry the action out. Raises `Refused` (code `BR`) for a refund beyond what is left."""
        body = PaymentBody(**request)
        content = mapping.transaction_request(body.payment, self._action, body.amount, body.currency)
        reply = mapping.done(await self.client(request, effect).call("/api/transaction", content), body)
        return Reply(self.told(reply, request, effect), reference=reply["refund"])

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is done; what the provider would number it, nobody can tell."""
        reply = mapping.done({"status": {"status": "APPROVED"}}, PaymentBody(**request))
        return Reply(self.told(reply, request, effect))


def _body_of(request: dict[str, Any]) -> TransactionBody:
    content = request["content"]
    return TransactionBody(internal_reference=str(content["internalReference"]), request_id=request["request_id"])
