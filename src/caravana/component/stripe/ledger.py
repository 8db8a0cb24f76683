"""The calls about money that is there: capture, void, refund, refund_query, dispute_query."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from caravana.component.stripe import mapping
from caravana.component.stripe.amount import to_units, total
from caravana.component.stripe.body import DisputeQueryBody, RefundBody, RefundQueryBody, TakeBody, read_body
from caravana.component.stripe.client import StripeClient
from caravana.component.stripe.entries import dispute_entry
from caravana.component.stripe.look import MISSING, payment_of
from caravana.component.stripe.mapping import PROVIDER
from caravana.component.stripe.producer import ChangingProducer, StripeProducer, named
from caravana.component.stripe.state import CAPTURE, DISPUTE, VOID
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused
from caravana.kit.exchange import Exchange


class Take(ChangingProducer):
    """Takes the money of a hold, or gives the hold up."""

    results: Mapping[str, str]

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return payment and amount. Raises `Refused` when the body does not fit."""
        body = read_body(TakeBody, exchange.body)
        units = None if body.amount is None else to_units(body.amount, body.currency)
        return {**_payment(body), "amount": units, "currency": body.currency, **named(body)}

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Do it. Raises `Refused` when there is no hold any more."""
        client = self.client(request, effect)
        name = await _named_payment(client, request)
        path, form = self.call(name, request)
        return self._reply(await client.post(path, {**form, "expand": mapping.INTENT}, effect.key), request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return how the payment stands, once it is no hold any more."""
        client = self.client(request, effect)
        name = await _named_payment(client, request)
        found = await client.get(f"/v1/payment_intents/{name}", {"expand": mapping.INTENT})
        return None if found["status"] not in self.results else self._reply(found, request, effect)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return that it is done."""
        if request["payment"] is None or request["amount"] is None:
            return None
        done = next(status for status, result in self.results.items() if result == "done")
        imagined = {
            "id": request["payment"],
            "status": done,
            "amount": request["amount"],
            "amount_received": request["amount"],
        }
        return self._reply({**imagined, "currency": request["currency"]}, request, effect)

    @abstractmethod
    def call(self, payment: str, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return path and form of the call."""

    def _reply(self, found: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        reply = mapping.taken(found, request["request_id"], self.results)
        return Reply(self.told(reply, request, effect), reference=reply["payment"])


class Capture(Take):
    """Takes the money of a hold, whole or in part; what is left of the hold is given up."""

    results = CAPTURE

    def call(self, payment: str, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return path and form of the call."""
        form = {} if request["amount"] is None else {"amount_to_capture": request["amount"]}
        return f"/v1/payment_intents/{payment}/capture", form


class Void(Take):
    """Gives a hold up."""

    results = VOID

    def call(self, payment: str, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return path and form of the call."""
        return f"/v1/payment_intents/{payment}/cancel", {}


class Refund(ChangingProducer):
    """Pays back, whole or in part. What is `done` may still fail days later; `refund.failed` and `refund_query` tell."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return payment, amount and our reference. Raises `Refused` when the body does not fit."""
        body = read_body(RefundBody, exchange.body)
        return {**_payment(body), "form": mapping.refund_form(body), "currency": body.currency, **named(body)}

    async def act(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Pay back. Raises `Refused` for more than is left."""
        client = self.client(request, effect)
        form = {**_of(await _named_payment(client, request)), **request["form"]}
        return self._reply(await client.post("/v1/refunds", form, effect.key), request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return the refund of the payment that carries our reference."""
        client = self.client(request, effect)
        found = await _find(client, await _named_payment(client, request), request["form"]["metadata"]["reference"])
        return None if found is None else self._reply(found, request, effect)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it is done; the refund's name is none of Stripe's."""
        form = request["form"]
        reply = {
            "provider": PROVIDER,
            "reference": form["metadata"]["reference"],
            "refund": str(imagined_id(effect)),
            "payment": request["payment"],
            "request_id": request["request_id"],
            "result": "done",
            "amount": total(form.get("amount"), request["currency"]),
            "status": "succeeded",
            "reason": form.get("reason"),
            "message": "",
            "date": mapping.moment(effect.intended_at.timestamp()),
        }
        return Reply(self.told(reply, request, effect), reference=str(reply["refund"]))

    def _reply(self, found: dict[str, Any], request: dict[str, Any], effect: Effect) -> Reply:
        reply = mapping.refund(found, request["request_id"])
        return Reply(self.told(reply, request, effect), reference=reply["refund"])


class RefundQuery(StripeProducer):
    """Asks how a refund stands."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the refund. Raises `Refused` when the body names none."""
        body = read_body(RefundQueryBody, exchange.body)
        return {**_payment(body), "refund": body.refund, "reference": body.reference, **named(body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the refund. Raises `Refused` (code `resource_missing`) where there is none."""
        client = self.client(request, effect)
        if request["refund"] is not None:
            found: dict[str, Any] | None = await client.get(f"/v1/refunds/{request['refund']}")
        else:
            found = await _find(client, await _named_payment(client, request), request["reference"])
        if found is None:
            raise Refused("the payment has no refund with this reference", status=404, code=MISSING)
        return Reply(self.told(mapping.refund(found, request["request_id"]), request, effect), reference=found["id"])


class DisputeQuery(StripeProducer):
    """Asks how a dispute stands."""

    kind = Kind.READ

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what names the dispute. Raises `Refused` when the body names none."""
        body = read_body(DisputeQueryBody, exchange.body)
        return {"dispute": body.dispute, **named(body)}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Ask for the dispute. Raises `Refused` (code `resource_missing`) where there is none."""
        found = await self.client(request, effect).get(f"/v1/disputes/{request['dispute']}")
        entry = dispute_entry(found)
        told = {"provider": PROVIDER, **entry, "result": DISPUTE.get(entry["status"], "open")}
        return Reply(self.told(told, request, effect), reference=entry["dispute"])


def _payment(body: Any) -> dict[str, str | None]:
    return {"payment": body.payment, "request_id": body.request_id}


async def _named_payment(client: StripeClient, request: Mapping[str, Any]) -> str:
    name = request["payment"]
    return str(name) if name is not None else await payment_of(client, request["request_id"])


async def _find(client: StripeClient, payment: str, reference: str) -> dict[str, Any] | None:
    async for page in client.pages("/v1/refunds", _of(payment)):
        for one in page:
            if mapping.reference_of(one) == reference:
                return one
    return None


def _of(payment: str) -> dict[str, str]:
    return {"payment_intent" if payment.startswith("pi_") else "charge": payment}
