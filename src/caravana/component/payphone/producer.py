"""The calls about a checkout, each with what may be done when its outcome is unknown."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from caravana.component.payphone import mapping
from caravana.component.payphone.body import ConfirmBody, CreateBody, ListingBody, QueryBody, read_body
from caravana.component.payphone.client import PayphoneClient
from caravana.component.payphone.errors import UNKNOWN_TRANSACTION, VALIDATION, is_unknown
from caravana.component.payphone.mapping import PROVIDER
from caravana.component.payphone.spec import CAPABILITIES, CONFIRM_WITHIN
from caravana.component.payphone.stores import Stores
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State, Unsupported

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""
TURN = timedelta(minutes=1)
"""The longest that a query may wait for its turn in the quota."""
LATE = timedelta(seconds=30)
"""How much later than its rule PayPhone may give an unconfirmed payment back (our guess)."""
SETTLE = timedelta(seconds=5)
"""How long PayPhone may still work on a Confirm whose connection was cut; repeating it sooner would do no harm either."""


class PayphoneProducer(Producer):
    """What the calls share."""

    turn: ClassVar[timedelta] = timedelta(0)
    """How long a call may wait for its turn before it goes out."""

    def __init__(self, stores: Stores) -> None:
        """`stores`: the connections that calls may go to."""
        self._stores = stores
        self.timeout = max(one.settings.timeout for one in stores.clients.values()) + MARGIN + self.turn

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store that the message names, else the branch's; None when it cannot be told."""
        return self._stores.accounts.name(branch, request.get("connection"))

    def connection_of(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store as limits and circuit know it."""
        name = self.store(request, branch)
        return None if name is None else f"{PROVIDER}:{name}"

    def client(self, request: dict[str, Any], effect: Effect) -> PayphoneClient:
        """Return the client of the call. Raises `NeedsPerson` when its store cannot be told."""
        return self._stores.client(self.store(request, effect.branch), effect.branch)

    def told(self, reply: dict[str, Any], request: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """Return the reply with the connection that gave it: later calls about the checkout name it."""
        return {**reply, "connection": self.store(request, effect.branch)}


class Create(PayphoneProducer):
    """Prepares a payment: reply with `request_id` and `process_url`, a page that takes it for ten minutes."""

    kind = Kind.BLIND
    # A preparation whose answer was lost is an orphan: nobody holds its link, so no money can move over it. PayPhone takes
    # no name twice, so the next one has a number behind our reference.
    repeat_unknown = True

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the payment asked for. Raises `Refused` when the body does not fit, `Unsupported` for `hold`."""
        body = read_body(CreateBody, exchange.body)
        if body.hold:
            raise Unsupported("PayPhone reserves no money: it has no `hold`", code="unsupported")
        asked: dict[str, Any] = {"reference": body.reference, "content": mapping.preparation(body)}
        return asked if body.connection is None else {**asked, "connection": body.connection}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Prepare the payment. Raises `NeedsPerson` for a branch without payment store."""
        client = self.client(request, effect)
        try:
            reply = await self._prepare(client, request, effect.attempt)
        except Refused as error:
            if error.code != VALIDATION:
                raise
            reply = await self._prepare(client, request, effect.attempt + 1)  # the name may be taken by an orphan
        return _reply(self.told(reply, request, effect))

    async def _prepare(self, client: PayphoneClient, request: dict[str, Any], number: int) -> dict[str, Any]:
        name = mapping.checkout_name(request["reference"], number)
        content = {**request["content"], "clientTransactionId": name, "storeId": client.settings.store_id}
        now = client.clock.now()
        return mapping.prepared(await client.prepare(content), content, client.settings, now)

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the payment store at which the branch begins something."""
        return self._stores.accounts.new(branch, request.get("connection"))


class Query(PayphoneProducer):
    """Asks how a payment stands. An approved one is no money before it is confirmed: then the state is `action_needed`."""

    kind = Kind.READ
    turn = TURN

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the attempt. Raises `Refused` when the body names none."""
        body = read_body(QueryBody, exchange.body)
        until = body.expiration
        named = body.model_dump(include={"reference", "request_id", "payment", "connection"}, exclude_none=True)
        return named if until is None else {**named, "expiration": until.isoformat(timespec="seconds")}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask, where PayPhone's query knows payments of the button."""
        return _reply(self.told(await look(self.client(request, effect), request), request, effect))


class Confirm(PayphoneProducer):
    """Tells PayPhone that we know of a payment, which it gives back five minutes after it otherwise; its answer is the truth.

    Confirming twice charges nothing twice, so within the five minutes a lost answer is asked for by confirming again.
    Whether PayPhone then answers as before is not documented: where `confirmRepeats` does not say so, a refusal is none
    until its query has spoken, or a person.
    """

    kind = Kind.VERIFIABLE
    settle = SETTLE
    turn = TURN

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return payment and reference. Raises `Refused` when the body does not name both."""
        return read_body(ConfirmBody, exchange.body).model_dump(exclude_none=True)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Confirm. A payment that PayPhone does not know, or has given back (code 20), is `unconfirmed` in the reply."""
        client = self.client(request, effect)
        content = {"id": int(request["payment"]), "clientTxId": mapping.named(request)}
        try:
            answer = await client.post("/api/button/V2/Confirm", content)
        except Refused as error:
            if effect.attempt > 1 and is_unknown(error) and not client.settings.confirm_repeats:
                raise Unknown("PayPhone does not know the payment now: was it confirmed before?", code="20") from error
            if error.code != UNKNOWN_TRANSACTION:
                raise
            return _reply(self.told(mapping.unconfirmable(request), request, effect))
        reply = mapping.transaction(answer, request, client.settings)
        return _reply(self.told(reply, request, effect))

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return how the payment stands when that is sure, None to confirm again.

        Five minutes after our first call every payment that was not confirmed has been given back: one that is still
        approved then was confirmed. Raises `NeedsPerson` when those have passed and PayPhone tells nothing of it.
        """
        client = self.client(request, effect)
        late = client.clock.now() >= effect.intended_at + CONFIRM_WITHIN + LATE
        found = await _found(client, request) if client.settings.query_covers else None
        if found is None:
            if late and not client.settings.confirm_repeats:
                raise NeedsPerson(
                    f"whether payment {request['payment']} was confirmed in time cannot be asked: look in PayPhone Business"
                )
            return None
        sure = late or client.settings.query_tells_confirmed
        if found["state"] == State.CANCELLED or (found["state"] == State.PAID and sure):
            return _reply(self.told(found, request, effect))
        return None


class Listing(PayphoneProducer):
    """The approved payments of one day, from PayPhone's own list: today and two days back, five calls a day, counted on disk."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the day. Raises `Refused` when the body names none."""
        body = read_body(ListingBody, exchange.body)
        asked = {"day": body.day.isoformat()}
        return asked if body.connection is None else {**asked, "connection": body.connection}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the list. Raises `Unsupported` for a day out of reach, without the list's path, or over the quota."""
        client = self.client(request, effect)
        today = client.today()
        path, day = client.settings.list_path, request["day"]
        if path is None:
            text = "PayPhone's list of a day has no published address: set `listPath` as PayPhone tells it"
            raise Unsupported(text, code="unsupported")
        if not 0 <= (today - datetime.fromisoformat(day).date()).days <= (CAPABILITIES.listing_days or 0):
            raise Unsupported(f"PayPhone lists today and two days back, not {day}", code="unsupported")
        answer = await client.list(f"{path}?start_date={day}&end_date={day}")
        payments = mapping.listed(answer, client.settings)
        # Only approved payments are listed, so whether one was given back cannot be told from it.
        reply = {"payments": payments, "refunds": [], "disputes": [], "payouts": [], "whole": day < today.isoformat()}
        return Reply({"provider": PROVIDER, **self.told(reply, request, effect)})


async def look(client: PayphoneClient, request: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a query of the attempt that `request` names. Raises an `EffectError`."""
    over, sure = _is_over(client, request, timedelta(0)), _is_over(client, request, LATE)
    if not client.settings.query_covers:
        text = (
            "PayPhone's query does not know payments of the button (`queryCovers`): only a return or notification tells"
        )
        return {**mapping.unseen(request, text, over=over), "silent": True}
    found = await _found(client, request)
    if found is None:
        return mapping.unseen(request, "PayPhone knows no payment of this attempt", over=over)
    confirmed = sure or client.settings.query_tells_confirmed
    if found["state"] == State.CANCELLED or (found["state"] == State.PAID and confirmed):
        return found
    return mapping.unconfirmed(found)


async def _found(client: PayphoneClient, request: dict[str, Any]) -> dict[str, Any] | None:
    """What PayPhone's query says of the attempt as if it were confirmed; None when it knows none."""
    try:
        name = mapping.named(request)
        answer = mapping.pick(await client.ask(f"/api/Sale/client/{name}"), name)
    except Refused as error:
        if is_unknown(error):
            return None
        raise
    return None if answer is None else mapping.transaction(answer, request, client.settings)


def _is_over(client: PayphoneClient, request: dict[str, Any], late: timedelta) -> bool:
    """Whether page and time for Confirm ended `late` ago, so that nothing unconfirmed is left; not known without `expiration`."""
    until = request.get("expiration")
    if until is None:
        return False
    return client.clock.now() >= datetime.fromisoformat(until) + CONFIRM_WITHIN + late


def _reply(found: dict[str, Any]) -> Reply:
    return Reply(found, reference=found["request_id"])
