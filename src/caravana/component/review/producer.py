"""A person's word that an item of the list is settled."""

from typing import Any

from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused, Transient
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Reviews, Unavailable


class DoneProducer(Producer):
    """Takes an item off the list, with who said so and why; one that is not on it stays so."""

    kind = Kind.IDEMPOTENT

    def __init__(self, reviews: Reviews) -> None:
        """`reviews`: the list."""
        self._reviews = reviews

    def request(self, exchange: Exchange) -> dict[str, str]:
        """Return id, actor and reason. Raises `Refused` for another body."""
        body = exchange.body
        if not isinstance(body, dict) or not all(
            isinstance(body.get(name), str) and body[name] for name in ("id", "actor")
        ):
            raise Refused("`review:done` takes {id, actor, reason}", code="body")
        return {"id": body["id"], "actor": body["actor"], "reason": str(body.get("reason") or "")}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Settle. Raises `Transient` while the journal cannot take it."""
        try:
            return Reply({"done": await self._reviews.done(request["id"], request["actor"], request["reason"])})
        except Unavailable as error:
            raise Transient(error.reason, retry_after=error.retry_after) from error

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it was on the list."""
        return Reply({"done": True})
