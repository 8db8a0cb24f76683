"""`caravana payments`: what the card flow's store has of payments, and a person's word for a refund or a comparison."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Context, Outcome, Receiver

ATTEMPTS, REFUNDS = "card_attempt", "card_refund"
"""Stores of the card flow."""
MOST = 100_000
NAMING = ("order_id", "key", "reference", "branch")


class Desk:
    """The operator's operations: list, show, refund, compare."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self.takers: dict[str, Receiver] = {}
        """Where `refunds` and `comparisons` are asked for, while a route takes them."""

    async def listed(self, order: int | None = None, state: str | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """Return the newest payments and attempts, each with what went back of it."""
        prefix = "" if order is None else f"sale.order,{order}/"
        found = [one for _, one in await self._context.store.find(ATTEMPTS, prefix, MOST)]
        chosen = [one for one in found if state in (None, one["state"])]
        newest = sorted(chosen, key=lambda one: str(one["created"]), reverse=True)[: max(1, limit)]
        return [_shown(one, await self._refunds(one)) for one in newest]

    async def shown(self, name: str) -> dict[str, Any]:
        """Return one attempt, by our reference or the company's name of a payment. Raises `LookupError`."""
        attempt = await self._attempt(name)
        return {**_shown(attempt, await self._refunds(attempt)), "payments": attempt["payments"]}

    async def refund(
        self, name: str, amount: str | None = None, reason: str = "", payment: str | None = None
    ) -> dict[str, Any]:
        """Have the money, or a part of it, sent back, and return how that ended. Raises `LookupError`."""
        attempt = await self._attempt(name)
        refunds = self._taker("refunds")
        named = {key: attempt.get(key) for key in NAMING}
        paid = payment or (name if name != attempt["reference"] else None)
        wish = {**named, "payment": paid, "amount": amount, "reason": reason, "origin": "person"}
        return _answer(await refunds.request(Arrival(body=wish)))

    async def compare(self, day: str | None = None, connection: str | None = None) -> list[dict[str, Any]]:
        """Have a day compared with Odoo, at one account or all, and return the differences of each.

        `day`: ISO date in the company's zone; None: yesterday, and what is open of earlier days. Raises `LookupError`.
        """
        wish = {"day": day, "connection": connection}
        outcome = await self._taker("comparisons").request(Arrival(body=wish))
        return list(outcome.body) if outcome.state == "done" and isinstance(outcome.body, list) else [_answer(outcome)]

    def _taker(self, what: str) -> Receiver:
        if what not in self.takers:
            raise LookupError(f"no hub takes {what} here: it must run the flow `cards`")
        return self.takers[what]

    async def _attempt(self, name: str) -> dict[str, Any]:
        for _, one in await self._context.store.find(ATTEMPTS, "", MOST):
            if name == one["reference"] or name in [each["internal_reference"] for each in one["payments"]]:
                found: dict[str, Any] = one
                return found
        raise LookupError(f"no payment is called `{name}`: see `caravana payments list`")

    async def _refunds(self, attempt: Mapping[str, Any]) -> list[dict[str, Any]]:
        prefix = f"{attempt['connection']}/{attempt['reference']}-R"
        return [one for _, one in await self._context.store.find(REFUNDS, prefix)]


class DeskConsumer(Consumer):
    """`pay:refunds`, `pay:comparisons`: the route that carries out what persons ask the desk for."""

    def __init__(self, desk: Desk, what: str, receiver: Receiver) -> None:
        """`desk`: who asks; `what`: for what."""
        self._desk, self._what = desk, what
        self._receiver = receiver

    async def start(self) -> None:
        """Take what is asked for."""
        self._desk.takers[self._what] = self._receiver

    async def stop(self) -> None:
        """Take none any more."""
        self._desk.takers.pop(self._what, None)


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it: amounts are texts, so that no cent is lost on the way."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value


def _shown(attempt: Mapping[str, Any], refunds: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("reference", "order_id", "branch", "connection", "state", "amount", "currency", "created", "settled")
    paid = [
        {name: one[name] for name in ("internal_reference", "total", "currency", "date")} for one in attempt["payments"]
    ]
    back = [
        {
            name: one[name]
            for name in ("reference", "state", "amount", "origin", "refund", "message", "created", "booked")
        }
        for one in refunds
    ]
    return {**{name: attempt.get(name) for name in names}, "payments": paid, "refunds": back}


def _answer(outcome: Outcome) -> dict[str, Any]:
    """What the route answered; one that is not over yet is told by the exchange that goes on with it."""
    if outcome.state == "done" and isinstance(outcome.body, Mapping):
        return dict(outcome.body)
    return {"state": outcome.state, "exchange": outcome.id, "message": outcome.error or ""}
