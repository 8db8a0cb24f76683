"""The payment companies as customers see them, and their own books of what was charged and given back."""

import html
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caravana.component.payphone.sandbox import Card as PayphoneCard
from caravana.component.placetopay.sandbox import Card as PlacetopayCard
from caravana.component.stripe.sandbox import Card as StripeCard
from caravana.demo.world import DemoFailed, World

_KEY = re.compile(r'name="key" value="([^"]+)"')
_ONWARD = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')
_STRIPE_KEY = "sk_test_sandbox"
NAMES = {"placetopay": "PlacetoPay", "stripe": "Stripe", "payphone": "PayPhone"}


def onward(page: str) -> str:
    """Return where a page of the hub sends the browser at once, or nothing."""
    found = _ONWARD.search(page)
    return html.unescape(found[1]) if found else ""


class Checkout:
    """A browser at a company's page. It comes from the hub's pay page, types a card, and goes where it is sent."""

    def __init__(self, world: World) -> None:
        """`world`: where everybody is."""
        self._world = world

    async def pay(self, store: str, address: str) -> None:
        """Pay on the page at `address` with a card that is accepted, and return to the shop. Raises `DemoFailed`."""
        page = await self._get(address)
        match store:
            case "stripe":
                await self._send(address, {"action": "pay", "card": StripeCard.GOOD.value})
            case "payphone":
                form = {"action": "pay", "card": PayphoneCard.APPROVED.value, "key": _key(page, address)}
                await self._send(self._world.url("payphone") + "/Anonymous/Pay", form)
            case _:
                card = {"card": PlacetopayCard.APPROVED.value, "expiry": "12/40", "cvv": "123"}
                await self._send(address, {"action": "pay", **card})

    async def _get(self, address: str) -> str:
        headers = {"Referer": self._world.url("listener") + "/"}
        async with self._world.http.get(address, headers=headers) as answer:
            if answer.status != 200:
                raise DemoFailed(f"the payment page answered {answer.status}: {address}")
            return await answer.text()

    async def _send(self, address: str, form: dict[str, str]) -> None:
        """Send the form; the browser follows back to the shop's return page."""
        async with self._world.http.post(address, data=form) as answer:
            if answer.status != 200:
                raise DemoFailed(f"the payment page answered {answer.status} to a card: {address}")


def _key(page: str, address: str) -> str:
    found = _KEY.search(page)
    if found is None:
        raise DemoFailed(f"the payment page takes no card: {address}")
    return found[1]


@dataclass(frozen=True)
class Refund:
    """What a company gave back of the payment that it knows by our `reference`."""

    reference: str
    amount: Decimal


async def sessions(world: World, store: str = "placetopay") -> list[dict[str, Any]]:
    """Return what a company's imitation knows of its checkouts."""
    path = "payments" if store == "payphone" else "sessions"
    async with world.http.get(f"{world.url(store)}/_sandbox/{path}") as answer:
        found: list[dict[str, Any]] = await answer.json()
        return found


async def charged(world: World) -> dict[str, int]:
    """Return how often each of our references was charged, in all companies' own books."""
    paid = [one["reference"] for one in await sessions(world) if float(one["approved"]) > 0]
    stripe = await sessions(world, "stripe")
    paid += [one["client_reference_id"] for one in stripe if one["payment_status"] == "paid"]
    payphone = [one for one in await sessions(world, "payphone") if one["status"] == "Approved" and one["confirmed"]]
    # A preparation whose answer was lost was made again under the next name: CV7-1.2.
    paid += [one["client_transaction_id"].partition(".")[0] for one in payphone]
    return {reference: paid.count(reference) for reference in paid}


async def stripe_refunds(world: World) -> list[Refund]:
    """Return what Stripe gave back, from its own list."""
    headers = {"Authorization": f"Bearer {_STRIPE_KEY}"}
    async with world.http.get(world.url("stripe") + "/v1/refunds", headers=headers) as answer:
        listed = (await answer.json())["data"]
    paid = {one["payment_intent"]: one["client_reference_id"] for one in await sessions(world, "stripe")}
    given = [one for one in listed if one["status"] in ("succeeded", "pending")]
    return [Refund(paid.get(one["payment_intent"], ""), Decimal(one["amount"]) / 100) for one in given]
