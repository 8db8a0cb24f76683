"""What the calls share, and those about a checkout: create, query, cancel."""

from abc import abstractmethod
from dataclasses import replace
from datetime import timedelta
from typing import Any

from caravana.component.stripe import mapping
from caravana.component.stripe.body import CheckoutBody, QueryBody, read_body
from caravana.component.stripe.client import StripeClient
from caravana.component.stripe.errors import SAVED
from caravana.component.stripe.look import find_session, session_of, window
from caravana.component.stripe.mapping import PROVIDER
from caravana.component.stripe.stores import Stores
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State

MARGIN = timedelta(seconds=10)
"""A call's hard limit is the connection's time-out and this much for connecting and reading."""
SETTLE = timedelta(minutes=2)
"""How long Stripe may still work on a call whose connection was cut (our guess: it documents no figure)."""
KEY_LIFETIME = timedelta(hours=23)
"""Stripe keeps an idempotency key for at least 24 hours. A call is begun within the hour before."""
CALLS = 3
"""Most calls that one effect makes, but for those that read lists."""
WITHOUT_MONEY = frozenset({State.CANCELLED, State.EXPIRED, State.FAILED})


class StripeProducer(Producer):
    """Base of all calls. What a request says of the account stands in it under `connection`."""

    def __init__(self, stores: Stores) -> None:
        """`stores`: the connections that calls may go to."""
        self._stores = stores
        longest = max((one.settings.timeout for one in stores.clients.values()), default=timedelta(seconds=30))
        self.timeout = longest * CALLS + MARGIN

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account that the message names, else the branch's; None when it cannot be told."""
        return self._stores.accounts.name(branch, request.get("connection"))

    def connection_of(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account as limits and circuit know it."""
        name = self.store(request, branch)
        return None if name is None else f"{PROVIDER}:{name}"

    def client(self, request: dict[str, Any], effect: Effect) -> StripeClient:
        """Return the client of the account that `request` goes to. Raises `NeedsPerson`."""
        return self._stores.client(self.store(request, effect.branch), effect.branch)

    def told(self, reply: dict[str, Any], request: dict[str, Any], effect: Effect) -> dict[str, Any]:
        """Return the reply with the connection that gave it: later calls about the same name it."""
        return {**reply, "connection": self.store(request, effect.branch)}


class ChangingProducer(StripeProducer):
    """A call that changes something: safe to repeat while Stripe knows its key, and found by our reference afterwards."""

    kind = Kind.IDEMPOTENT
    key_lifetime = KEY_LIFETIME
    afterwards = Kind.VERIFIABLE
    settle = SETTLE

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Make the call under the effect's key."""
        try:
            return await self.act(request, effect)
        except Unknown as error:
            if error.code != SAVED:
                raise
            return await self._after_failure(request, effect, error)

    async def _after_failure(self, request: dict[str, Any], effect: Effect, error: Unknown) -> Reply:
        """Stripe has saved a failure of its own under the key and would repeat it for a day.

        What was made all the same is looked for; when Stripe can no longer be at it and there is nothing, another key is taken.
        """
        found = await self.verify(request, effect)
        if found is not None:
            return found
        if self.client(request, effect).clock.now() < effect.intended_at + self.settle:
            raise error
        return await self.act(request, replace(effect, key=f"{effect.key}-2"))

    @abstractmethod
    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Make the call."""


class Create(ChangingProducer):
    """Opens a checkout page: reply with `request_id` and `process_url`, where the customer pays."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the page asked for. Raises `Refused` when the body does not fit."""
        body = read_body(CheckoutBody, exchange.body)
        return {"form": mapping.checkout_form(body, exchange.created), **named(body)}

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Open the page. Raises `NeedsPerson` for a branch without account."""
        client = self.client(request, effect)
        found = await client.post("/v1/checkout/sessions", request["form"], effect.key)
        return self._reply(found, client, request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the page that carries our reference, of those made since the call was begun."""
        client = self.client(request, effect)
        reference = request["form"]["client_reference_id"]
        found = await find_session(client, reference, window(effect.intended_at))
        return None if found is None else self._reply(found, client, request, effect)

    def store(self, request: dict[str, Any], branch: str | None) -> str | None:
        """Return the account at which the page is opened."""
        return self._stores.accounts.new(branch, request.get("connection"))

    def _reply(self, found: dict[str, Any], client: StripeClient, request: dict[str, Any], effect: Effect) -> Reply:
        reply = mapping.checkout(found, client.clock.now())
        return Reply(self.told(reply, request, effect), reference=reply["request_id"])


class Query(StripeProducer):
    """Asks how a checkout stands: the only source of a payment's state and amount."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the checkout. Raises `Refused` when the body names none."""
        return asked(exchange)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the checkout. Raises `Refused` (code `resource_missing`) where there is none."""
        found = await look(self.client(request, effect), request)
        return Reply(self.told(found, request, effect), reference=found["request_id"] or found["payment"])


class Cancel(ChangingProducer):
    """Closes a page that nobody has paid on; for ever."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the checkout. Raises `Refused` when the body names none."""
        return asked(exchange)

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Close the page; one that is over without money is left as it is. Raises `Refused` when money came."""
        client = self.client(request, effect)
        name = request["request_id"] or (await look(client, request))["request_id"]
        if name is None:
            raise Refused("no page led to this payment: `void` gives a hold up", code="no_page")
        try:
            form = {"expand": mapping.SESSION}
            reply = mapping.checkout(
                await client.post(f"/v1/checkout/sessions/{name}/expire", form, effect.key), client.clock.now()
            )
        except Refused:
            reply = await look(client, request)
            if reply["state"] not in WITHOUT_MONEY:
                raise
        return self._reply(reply, request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the checkout when it is over without money, whoever ended it: nobody can pay there any more."""
        found = await look(self.client(request, effect), request)
        return self._reply(found, request, effect) if found["state"] in WITHOUT_MONEY else None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return a page that is closed and brought nothing."""
        if request["request_id"] is None:
            return None
        closed = {
            "id": request["request_id"],
            "status": "expired",
            "payment_status": "unpaid",
            "expires_at": effect.intended_at.timestamp() + 1,
        }
        return self._reply(mapping.checkout(closed, effect.intended_at), request, effect)

    def _reply(self, found: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        return Reply(self.told(found, request, effect), reference=found["request_id"])


def named(body: Any) -> dict[str, str]:
    """Return the account that a body names, as part of a request."""
    return {} if body.connection is None else {"connection": body.connection}


def asked(exchange: Exchange) -> dict[str, Any]:
    """Return what names a checkout. A body is the session's name itself, or a dict that names session, payment or reference."""
    body = exchange.body if isinstance(exchange.body, dict) else {"request_id": exchange.body}
    read = read_body(QueryBody, body)
    return {**read.model_dump(include={"request_id", "payment", "reference"}), **named(read)}


async def look(client: StripeClient, request: dict[str, Any]) -> dict[str, Any]:
    """Return the checkout that a request names as it stands, or the payment that no checkout led to."""
    found = await session_of(client, request)
    if found["object"] == "payment_intent":
        return mapping.intent(found)
    return mapping.checkout(found, client.clock.now())
