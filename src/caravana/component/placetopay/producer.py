"""The calls about sessions, each with what may be done when its outcome is unknown."""

from datetime import timedelta
from typing import Any

from caravana.component.placetopay import mapping
from caravana.component.placetopay.body import QueryBody, SessionBody, read_body
from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.mapping import PROVIDER
from caravana.component.placetopay.spec import Action
from caravana.component.placetopay.state import MERCHANT_CANCEL
from caravana.component.placetopay.stores import Stores
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State

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
        return self._stores.accounts.name(branch, request.get("connection"))

    def connection_of(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store as limits and circuit know it."""
        name = self.store(request, branch)
        return None if name is None else f"{PROVIDER}:{name}"

    def client(self, request: dict[str, Any], effect: Effect) -> PlacetopayClient:
        """Return the client of the payment store that `request` goes to. Raises `NeedsPerson`."""
        return self._stores.client(self.store(request, effect.branch), effect.branch)

    def told(self, reply: dict[str, Any], request: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """Return the reply with the connection that gave it: later calls about the session name it."""
        return {**reply, "connection": self.store(request, effect.branch)}


class Create(PlacetopayProducer):
    """Opens a session: reply with `request_id` and `process_url`, where the customer pays."""

    kind = Kind.BLIND
    # PlacetoPay has neither idempotency keys nor a search by reference. A session whose answer was lost is an orphan:
    # nobody holds its link, so no money can move over it, and it expires by itself. Doing it again is harmless.
    repeat_unknown = True

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session asked for. Raises `Refused` when the body does not fit."""
        body = read_body(SessionBody, exchange.body)
        name = self._stores.accounts.new(exchange.branch, body.connection)
        client = self._stores.clients.get(name or "", self._stores.any)
        named = {} if body.connection is None else {"connection": body.connection}
        return {**mapping.session_request(body, client.settings.locale), **named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Open the session. Raises `NeedsPerson` for a branch without payment store."""
        content = {key: value for key, value in request.items() if key != "connection"}
        reply = mapping.created(await self.client(request, effect).call("/api/session", content), content)
        return Reply(self.told(reply, request, effect), reference=reply["request_id"])

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store at which the session is opened."""
        return self._stores.accounts.new(branch, request.get("connection"))


class Query(PlacetopayProducer):
    """Asks how a session stands: the only source of a payment's state and amount."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the session."""
        found = await fetch(self.client(request, effect), request["request_id"])
        return _session_reply(self.told(found, request, effect))


class Cancel(PlacetopayProducer):
    """Closes a session without approved or running payment; for ever."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the session's number. Raises `Refused` when the body names none."""
        return _named_session(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Cancel the session. Raises `Refused` when money came, is on its way, or the session is over already."""
        answer = await self.client(request, effect).call(f"/api/session/{request['request_id']}/cancel")
        return _session_reply(self.told(mapping.session(answer.get("session") or {}), request, effect))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the session when it is over without money, whoever ended it: nobody can pay there any more."""
        found = await fetch(self.client(request, effect), request["request_id"])
        over = found["state"] in {State.CANCELLED, State.FAILED, State.EXPIRED}
        return _session_reply(self.told(found, request, effect)) if over else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a session that is cancelled and brought nothing."""
        found = mapping.session({"requestId": request["request_id"], "status": CANCELLED})
        return _session_reply(self.told(found, request, effect))


class Confirm(PlacetopayProducer):
    """Says yes to a payment that waits for our word; only then the money moves."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return session and payment. Raises `Refused` when the body names no session."""
        return {**_named_session(exchange), "payment": _asked(exchange).payment}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Confirm, and return the session as it stands then. Raises `Refused` when nothing waits there."""
        client = self.client(request, effect)
        payment = request["payment"] or waiting(await fetch(client, request["request_id"]))
        if payment is None:
            raise Refused("no payment of the session waits for confirmation", code="nothing_waits")
        await client.call("/api/transaction", mapping.transaction_request(payment, Action.CONFIRM))
        try:
            found = await fetch(client, request["request_id"])
        except EffectError as error:
            raise Unknown(f"confirmed, but PlacetoPay did not say how it stands: {error}") from error
        return _session_reply(self.told(found, request, effect))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the session once nothing in it waits for confirmation."""
        found = await fetch(self.client(request, effect), request["request_id"])
        return None if waiting(found) is not None else _session_reply(self.told(found, request, effect))


def _named_session(exchange: Exchange) -> dict[str, Any]:
    """A body is the number itself or a dict that holds it under `request_id`, perhaps with the `connection` it belongs to."""
    asked = _asked(exchange)
    named = {} if asked.connection is None else {"connection": asked.connection}
    return {"request_id": asked.request_id, **named}


def _asked(exchange: Exchange) -> QueryBody:
    body = exchange.body if isinstance(exchange.body, dict) else {"request_id": exchange.body}
    return read_body(QueryBody, body)


def waiting(found: dict[str, Any]) -> str | None:
    """Return the payment of a session that waits for confirmation, or None."""
    return next((one["internal_reference"] for one in found["payments"] if one["state"] == State.ACTION_NEEDED), None)


async def fetch(client: PlacetopayClient, request_id: str) -> dict[str, Any]:
    """Return the session as PlacetoPay has it now."""
    return mapping.session(await client.call(f"/api/session/{request_id}"))


def _session_reply(found: dict[str, Any]) -> Reply:
    return Reply(found, reference=found["request_id"])
