"""Giving a payment back: whole, on the day it was paid and until 20:00 in Ecuador; afterwards only by hand, by transfer."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from caravana.component.payphone import mapping
from caravana.component.payphone.body import RefundBody, RefundQueryBody, read_body
from caravana.component.payphone.client import PayphoneClient
from caravana.component.payphone.errors import is_unknown
from caravana.component.payphone.local import too_late
from caravana.component.payphone.producer import TURN, PayphoneProducer
from caravana.component.payphone.spec import CAPABILITIES
from caravana.component.payphone.state import REVERSED
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import NeedsPerson, Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.payment import State, Unsupported

BY_HAND = "give it back by a bank transfer, and enter that by hand"


class Refund(PayphoneProducer):
    """Gives a payment back. There is one refund for each payment, so a repeated call pays nothing twice."""

    turn = TURN

    def kind_of(self, request: dict[str, Any]) -> Kind:
        """Verifiable where PayPhone's query knows the payment, else blind."""
        covered = all(one.settings.query_covers for one in self._stores.clients.values())
        return Kind.VERIFIABLE if covered else Kind.BLIND

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the refund asked for. Raises `Refused` when the body does not fit."""
        body = read_body(RefundBody, exchange.body)
        asked = body.model_dump(include={"reference", "payment", "request_id", "paid", "connection"}, exclude_none=True)
        if body.date is not None:
            asked["date"] = body.date.isoformat(timespec="seconds")
        if body.amount is not None:
            asked["amount"] = {"currency": body.currency, "total": body.amount}
        return asked

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Give the payment back. Raises `Unsupported` for a part, and when it is too late."""
        client = self.client(request, effect)
        try:
            await self._allow(client, request)
            answer = await client.post("/api/Reverse", {"id": int(request["payment"])})
        except Refused as error:
            if effect.attempt > 1:  # the first call may have done it
                raise Unknown(f"a repeated refund was refused: {error}", code=error.code) from error
            raise
        return self._done(answer, request, effect, client.clock.now())

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the refund when PayPhone shows the payment given back, None to ask for it again.

        Raises `NeedsPerson` when it was asked for twice and the payment still shows as approved.
        """
        client = self.client(request, effect)
        found = await seen(client, request["payment"])
        if found is not None and found["state"] == State.CANCELLED:
            return self._told(mapping.refund(request, "done", client.clock.now()), request, effect)
        if effect.attempt > 1:
            raise NeedsPerson(f"PayPhone does not show payment {request['payment']} as given back; look there")
        return None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is done."""
        return self._told(mapping.refund(request, "done", effect.intended_at), request, effect)

    async def _allow(self, client: PayphoneClient, request: dict[str, Any]) -> None:
        """Raise `Unsupported` for what PayPhone does not do, in words: nothing is changed at PayPhone before."""
        paid, date = request.get("paid"), request.get("date")
        self._in_time(client, None if date is None else datetime.fromisoformat(date))
        asked = None if request.get("amount") is None else Decimal(request["amount"]["total"])
        if client.settings.query_covers and (date is None or (asked is not None and paid is None)):
            found = await seen(client, request["payment"])
            if found is not None and found["payments"]:
                entry = found["payments"][0]
                paid = entry["from"]["total"]
                self._in_time(client, datetime.fromisoformat(entry["date"]) if entry["date"] else None)
        if asked is not None and (paid is None or Decimal(paid) != asked):
            whole = f"{paid}, not {asked}" if paid is not None else "and nothing tells that this is it"
            raise Unsupported(f"PayPhone gives back the whole payment only: {whole}; {BY_HAND}", code="part")

    def _in_time(self, client: PayphoneClient, paid: datetime | None) -> None:
        until = CAPABILITIES.refund_until or time.max
        why = too_late(paid, client.clock.now(), client.settings.zone, until)
        if why:
            raise Unsupported(f"PayPhone cannot give the payment back: {why}; {BY_HAND}", code="late")

    def _done(self, answer: Any, request: dict[str, Any], effect: Effect, now: datetime) -> Reply:
        """PayPhone answers `true`; a transaction with its new state has been seen too."""
        shown = answer.get("transactionStatus") if isinstance(answer, dict) else None
        if answer is not True and shown != REVERSED:
            raise Unknown("PayPhone's answer to the refund is neither yes nor no", code="malformed")
        return self._told(mapping.refund(request, "done", now), request, effect)

    def _told(self, reply: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        return Reply(self.told(reply, request, effect), reference=reply["refund"])


class RefundQuery(PayphoneProducer):
    """Asks whether a payment was given back."""

    kind = Kind.READ
    turn = TURN

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the payment. Raises `Refused` when the body names none."""
        return read_body(RefundQueryBody, exchange.body).model_dump(exclude_none=True)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask. Raises `Unsupported` where PayPhone's query does not know payments of the button."""
        client = self.client(request, effect)
        if not client.settings.query_covers:
            text = "PayPhone's query does not know payments of the button (`queryCovers`): look in PayPhone Business"
            raise Unsupported(text, code="unsupported")
        found = await seen(client, request["payment"])
        now = client.clock.now()
        if found is None:
            reply = mapping.refund(request, "pending", now, "PayPhone does not know the payment")
        elif found["state"] == State.CANCELLED:
            reply = mapping.refund({**request, "amount": found["amount"]}, "done", now)
        else:
            reply = mapping.refund(request, "failed", now, "PayPhone shows the payment as not given back")
        return Reply(self.told(reply, request, effect), reference=reply["refund"])


async def seen(client: PayphoneClient, payment: str) -> dict[str, Any] | None:
    """Return what PayPhone's query says of a payment by its number, None when it knows none. Raises an `EffectError`."""
    try:
        answer = await client.ask(f"/api/Sale/{payment}")
    except Refused as error:
        if is_unknown(error):
            return None
        raise
    name = str(answer.get("clientTransactionId")) if isinstance(answer, dict) else ""
    return mapping.transaction(answer, {"reference": mapping.reference_of(name), "request_id": name}, client.settings)
