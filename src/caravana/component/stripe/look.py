"""Finding things at Stripe: a session by its name, its payment or our reference, and a payment by its session."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.component.stripe.client import StripeClient
from caravana.component.stripe.mapping import INTENT, LATEST, SESSION, name_of, reference_of
from caravana.kit.errors import Refused

SKEW = timedelta(minutes=10)
"""Clocks differ: what was made since a moment is looked for from so much earlier on."""
MISSING = "resource_missing"


def window(begun: datetime) -> dict[str, Any]:
    """Return the filter of a list for what was made since `begun`."""
    return {"created": {"gte": int((begun - SKEW).timestamp())}}


async def session_of(client: StripeClient, named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the session that `request_id`, `payment` or `reference` names, or the intent where no session led to it.

    Raises `Refused` (code `resource_missing`).
    """
    if named["request_id"] is not None:
        return await client.get(f"/v1/checkout/sessions/{named['request_id']}", {"expand": SESSION})
    if named["payment"] is not None:
        return await _of_intent(client, named["payment"])
    return await _of_reference(client, named["reference"])


async def find_session(client: StripeClient, reference: str, since: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the session with our reference among those made in the time that `since` filters, or None."""
    listed = {**since, "expand": [f"data.{one}" for one in SESSION]}
    async for page in client.pages("/v1/checkout/sessions", listed):
        for one in page:
            if reference_of(one) == reference:
                return one
    return None


async def payment_of(client: StripeClient, request_id: str) -> str:
    """Return the payment of a session. Raises `Refused` (code `not_paid`) when nobody has tried to pay."""
    found = name_of((await client.get(f"/v1/checkout/sessions/{request_id}")).get("payment_intent"))
    if found is None:
        raise Refused("nobody has paid on this page", code="not_paid")
    return found


async def find_intent(client: StripeClient, reference: str, since: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the PaymentIntent with our reference among those made in the time that `since` filters, or None."""
    listed = {**since, "expand": [f"data.{one}" for one in INTENT]}
    async for page in client.pages("/v1/payment_intents", listed):
        for one in page:
            if reference_of(one) == reference:
                return one
    return None


async def _of_intent(client: StripeClient, payment: str) -> dict[str, Any]:
    answer = await client.get(
        "/v1/checkout/sessions", {"payment_intent": payment, "limit": 1, "expand": [f"data.{one}" for one in SESSION]}
    )
    if answer["data"]:
        found: dict[str, Any] = answer["data"][0]
        return found
    return await client.get(f"/v1/payment_intents/{payment}", {"expand": INTENT})


async def _of_reference(client: StripeClient, reference: str) -> dict[str, Any]:
    """The search knows payments only, and new ones not for a minute; pages that wait for one live no longer than a day."""
    fresh = await find_session(client, reference, window(client.clock.now() - LATEST))
    if fresh is not None:
        return fresh
    quoted = reference.replace("\\", "\\\\").replace('"', '\\"')
    found = await client.get("/v1/payment_intents/search", {"query": f'metadata["reference"]:"{quoted}"', "limit": 1})
    if not found["data"]:
        raise Refused("Stripe has nothing with this reference", status=404, code=MISSING)
    return await _of_intent(client, found["data"][0]["id"])
