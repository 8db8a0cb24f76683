"""Doubts that a webhook ends: a call carries a text that Meta repeats later, and the first repetition tells what became of it."""

from typing import Any

from caravana.kit.effect import Effect, Reply
from caravana.kit.ports import Context, Resolved

_OURS = "caravana"


def opaque(effect: Effect) -> str:
    """Return the text that Meta repeats: which effect made the call."""
    return f"{_OURS}:{effect.exchange_id}:{effect.key}"


def sender(text: Any) -> tuple[str, str] | None:
    """Return exchange and effect key of a text of `opaque`; None when it is somebody else's."""
    parts = text.split(":") if isinstance(text, str) else []
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == _OURS else None


class Telling:
    """What was told of calls whose outcome may be unknown."""

    def __init__(self, context: Context, scope: str) -> None:
        """`scope`: of the store, for what is told of calls that are under way."""
        self._context = context
        self._scope = scope

    async def tell(self, owner: tuple[str, str], reply: Reply) -> None:
        """Say that the call of an effect was done. Raises `Unavailable`.

        Whoever made it may still wait for Meta's answer: what is told is kept until that is over.
        """
        exchange, key = owner
        resolve = self._context.doubts.resolve
        if await resolve(exchange, key, reply) is not Resolved.UNDER_WAY:
            return
        await self._context.store.put(self._scope, key, {"body": reply.body, "reference": reply.reference})
        if await resolve(exchange, key, reply) is not Resolved.UNDER_WAY:
            await self._context.store.put(self._scope, key, None)

    async def heard(self, effect: Effect) -> Reply | None:
        """Return what was told of the call of `effect`."""
        found = await self._context.store.get(self._scope, effect.key)
        return None if found is None else Reply(found["body"], reference=found["reference"])
