"""The calls, each with what may be done when its outcome is unknown."""

from datetime import timedelta
from typing import Any

from caravana.component.placetopay import mapping
from caravana.component.placetopay.body import QueryBody, SessionBody, TransactionBody, read_body
from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.mapping import PROVIDER
from caravana.component.placetopay.spec import Action
from caravana.component.placetopay.state import MERCHANT_CANCEL, State
from caravana.component.placetopay.stores import Stores
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""

SETTLE = timedelta(minutes=2)
"""How long PlacetoPay may still work on a call whose connection was cut (our guess: it documents no figure)."""


CANCELLED = {"status": "REJECTED", "reason": MERCHANT_CANCEL}
"""Status of a session that the merchant has cancelled."""


class PlacetopayProducer(Producer):
    """What the calls share."""

    def __init__(self, stores: Stores) -> None:
        """`stores`: the connections that calls may go to."""
        self._stores = stores
        self.timeout = max(one.settings.timeout for one in stores.clients.values()) + MARGIN

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store that the message names, else the branch's; None when it cannot be told."""
        return self._stores.name(branch, request.get("connection"))

    def connection_of(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store as limits and circuit know it."""
        name = self.store(request, branch)
        return None if name is None else f"{PROVIDER}:{name}"

    def _client(self, request: dict[str, Any], effect: Effect) -> PlacetopayClient:
        return self._stores.client(self.store(request, effect.branch), effect.branch)

    def _told(self, reply: dict[str, Any], request: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """The reply with the connection that gave it: later calls about the session name it."""
        return {**reply, "connection": self.store(request, effect.branch)}


class CreateSession(PlacetopayProducer):
    """Opens a session: reply with `request_id` and `process_url`, where the customer pays."""

    kind = Kind.BLIND
    # PlacetoPay has neither idempotency keys nor a search by reference. A session whose answer was lost is an orphan:
    # nobody holds its link, so no money can move over it, and it expires by itself. Doing it again is harmless.
    repeat_unknown = True

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session asked for. Raises `Refused` when the body does not fit."""
        locale = self._locale(exchange.branch)
        return mapping.session_request(read_body(SessionBody, exchange.body), locale)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Open the session. Raises `NeedsPerson` for a branch without payment store."""
        reply = mapping.created(await self._client(request, effect).call("/api/session", request), request)
        return Reply(self._told(reply, request, effect), reference=reply["request_id"])

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store of the branch: the request is PlacetoPay's own and names none."""
        return self._stores.new(branch)

    def _locale(self, branch: str | None) -> str:
        client = self._stores.clients.get(self._stores.new(branch) or "", self._stores.any)
        return client.settings.locale


class Query(PlacetopayProducer):
    """Asks how a session stands: the only source of a payment's state and amount."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the session."""
        found = await _fetch(self._client(request, effect), request["request_id"])
        return _session_reply(self._told(found, request, effect))


class Cancel(PlacetopayProducer):
    """Closes a session without approved or running payment; for ever."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Cancel the session. Raises `Refused` when money came, is on its way, or the session is over already."""
        answer = await self._client(request, effect).call(f"/api/session/{request['request_id']}/cancel")
        return _session_reply(self._told(mapping.session(answer.get("session") or {}), request, effect))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the session when it is over without money, whoever ended it: nobody can pay there any more."""
        found = await _fetch(self._client(request, effect), request["request_id"])
        over = found["state"] in {State.CANCELLED, State.FAILED, State.EXPIRED}
        return _session_reply(self._told(found, request, effect)) if over else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a session that is cancelled and brought nothing."""
        found = mapping.session({"requestId": request["request_id"], "status": CANCELLED})
        return _session_reply(self._told(found, request, effect))


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
        asked = {"request_id": body.request_id, "content": mapping.transaction_request(body, self._action)}
        return asked if body.connection is None else {**asked, "connection": body.connection}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Carry the action out. Raises `Refused` (code `BR`) for a refund beyond what is left."""
        answer = await self._client(request, effect).call("/api/transaction", request["content"])
        reply = mapping.transaction(answer, _body_of(request), self._action)
        return Reply(reply, reference=reply["internal_reference"])

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what the session shows of the payment, once it no longer waits for confirmation."""
        found = await _fetch(self._client(request, effect), request["request_id"])
        body = _body_of(request)
        entry = next((one for one in found["payments"] if one["internal_reference"] == body.internal_reference), None)
        if entry is None or entry["state"] == State.ACTION_NEEDED:
            return None
        reply = mapping.verified_transaction(entry, body, self._action)
        return Reply(reply, reference=reply["internal_reference"])

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is done; what the provider would number it, nobody can tell."""
        return Reply(mapping.transaction({"status": {"status": "APPROVED"}}, _body_of(request), self._action))


def _named_session(exchange: Exchange) -> dict[str, Any]:
    """A body is the number itself or a dict that holds it under `request_id`, perhaps with the `connection` it belongs to."""
    body = exchange.body if isinstance(exchange.body, dict) else {"request_id": exchange.body}
    asked = read_body(QueryBody, body)
    named = {} if asked.connection is None else {"connection": asked.connection}
    return {"request_id": asked.request_id, **named}


def _body_of(request: dict[str, Any]) -> TransactionBody:
    content = request["content"]
    return TransactionBody(internal_reference=str(content["internalReference"]), request_id=request["request_id"])


async def _fetch(client: PlacetopayClient, request_id: str) -> dict[str, Any]:
    return mapping.session(await client.call(f"/api/session/{request_id}"))


def _session_reply(found: dict[str, Any]) -> Reply:
    return Reply(found, reference=found["request_id"])
