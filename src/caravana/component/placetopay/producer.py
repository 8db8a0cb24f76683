"""The calls, each with what may be done when its outcome is unknown."""

from datetime import timedelta
from typing import Any

from caravana.component.placetopay import mapping
from caravana.component.placetopay.body import QueryBody, SessionBody, TransactionBody, read_body
from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.spec import Action
from caravana.component.placetopay.state import State
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""

SETTLE = timedelta(minutes=2)
"""How long PlacetoPay may still work on a call whose connection was cut (our guess: it documents no figure)."""


class PlacetopayProducer(Producer):
    """What the calls share."""

    def __init__(self, client: PlacetopayClient) -> None:
        """`client`: the connection."""
        self._client = client
        self.timeout = client.settings.timeout + MARGIN


class CreateSession(PlacetopayProducer):
    """Opens a session: reply with `request_id` and `process_url`, where the customer pays."""

    kind = Kind.BLIND
    # PlacetoPay has neither idempotency keys nor a search by reference. A session whose answer was lost is an orphan:
    # nobody holds its link, so no money can move over it, and it expires by itself. Doing it again is harmless.
    repeat_unknown = True

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session asked for. Raises `Refused` when the body does not fit."""
        return mapping.session_request(read_body(SessionBody, exchange.body), self._client.settings.locale)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Open the session."""
        reply = mapping.created(await self._client.call("/api/session", request), request)
        return Reply(reply, reference=reply["request_id"])


class Query(PlacetopayProducer):
    """Asks how a session stands: the only source of a payment's state and amount."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the session."""
        return _session_reply(await _fetch(self._client, request["request_id"]))


class Cancel(PlacetopayProducer):
    """Closes a session without approved or running payment; for ever."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Cancel the session. Raises `Refused` when money came, is on its way, or the session is over already."""
        answer = await self._client.call(f"/api/session/{request['request_id']}/cancel")
        return _session_reply(mapping.session(answer.get("session") or {}))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the session when it is over without money, whoever ended it: nobody can pay there any more."""
        found = await _fetch(self._client, request["request_id"])
        over = found["state"] in {State.CANCELLED, State.FAILED, State.EXPIRED}
        return _session_reply(found) if over else None


class Transaction(PlacetopayProducer):
    """An action on one payment: reverse (refund), confirm, cancel, checkout, reauthorization."""

    settle = SETTLE

    def __init__(self, client: PlacetopayClient, action: Action) -> None:
        """`action`: what is done to the payment."""
        super().__init__(client)
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
        return {"request_id": body.request_id, "content": mapping.transaction_request(body, self._action)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Carry the action out. Raises `Refused` (code `BR`) for a refund beyond what is left."""
        answer = await self._client.call("/api/transaction", request["content"])
        reply = mapping.transaction(answer, _body_of(request), self._action)
        return Reply(reply, reference=reply["internal_reference"])

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what the session shows of the payment, once it no longer waits for confirmation."""
        found = await _fetch(self._client, request["request_id"])
        body = _body_of(request)
        entry = next((one for one in found["payments"] if one["internal_reference"] == body.internal_reference), None)
        if entry is None or entry["state"] == State.ACTION_NEEDED:
            return None
        reply = mapping.verified_transaction(entry, body, self._action)
        return Reply(reply, reference=reply["internal_reference"])


def _named_session(exchange: Exchange) -> dict[str, Any]:
    """A body is the number itself or a dict that holds it under `request_id`."""
    body = exchange.body if isinstance(exchange.body, dict) else {"request_id": exchange.body}
    return {"request_id": read_body(QueryBody, body).request_id}


def _body_of(request: dict[str, Any]) -> TransactionBody:
    content = request["content"]
    return TransactionBody(internal_reference=str(content["internalReference"]), request_id=request["request_id"])


async def _fetch(client: PlacetopayClient, request_id: str) -> dict[str, Any]:
    return mapping.session(await client.call(f"/api/session/{request_id}"))


def _session_reply(found: dict[str, Any]) -> Reply:
    return Reply(found, reference=found["request_id"])
