"""Wishes: what a person asks for at a desk, the route of a flow that carries it out, and its answer as the person sees it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from caravana.kit.component import Consumer
from caravana.kit.ports import Arrival, Outcome, Receiver


class Wishes:
    """Who takes the wishes of one `flow`, each by its name."""

    def __init__(self, flow: str) -> None:
        """`flow`: the name of the flow whose routes take them."""
        self._flow = flow
        self._takers: dict[str, Receiver] = {}

    def taker(self, what: str) -> Receiver:
        """Return who takes the wish `what`. Raises `LookupError` when nobody does."""
        if what not in self._takers:
            raise LookupError(f"no hub takes {what} here: it must run the flow `{self._flow}`")
        return self._takers[what]

    async def ask(self, what: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the route answers to the wish `what`. Raises `LookupError` when nobody takes it."""
        return await asked(self.taker(what), wish)

    def taken(self, what: str, receiver: Receiver) -> None:
        """From now on `receiver` takes the wish `what`."""
        self._takers[what] = receiver

    def left(self, what: str) -> None:
        """Nobody takes the wish `what` any more."""
        self._takers.pop(what, None)


class WishesConsumer(Consumer):
    """Hands the wish `what` to a route while it runs."""

    def __init__(self, wishes: Wishes, what: str, receiver: Receiver) -> None:
        """`receiver`: the route that carries the wish out and answers."""
        self._wishes = wishes
        self._what = what
        self._receiver = receiver

    async def start(self) -> None:
        """Take wishes."""
        self._wishes.taken(self._what, self._receiver)

    async def stop(self) -> None:
        """Take none any more."""
        self._wishes.left(self._what)


async def asked(taker: Receiver, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the route answers to a wish."""
    return answer(await taker.request(Arrival(body=dict(wish))))


def answer(outcome: Outcome) -> dict[str, Any]:
    """Return what the route answered; one that is not over yet is told by the exchange that goes on with it."""
    if outcome.state == "done" and isinstance(outcome.body, Mapping):
        return dict(outcome.body)
    return {"state": outcome.state, "exchange": outcome.id, "message": outcome.error or ""}


def plain(value: Any) -> Any:
    """Return `value` as JSON holds it: amounts are texts, so that no cent is lost on the way."""
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Decimal) else value
