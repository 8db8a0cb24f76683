"""What became of each message of ours, as its statuses tell, in whatever order they come."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.kit.effect import Effect, Reply
from caravana.kit.graph.errors import describe
from caravana.kit.graph.told import Telling, sender
from caravana.kit.graph.updates import Update
from caravana.kit.ports import Context, Store

STATES = "whatsapp.message"
"""Scope of what became of messages, by their name at Meta."""
TOLD = "whatsapp.told"
"""Scope of what was told of calls that are under way, by the effect's key."""
RANK: Mapping[str, int] = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
FAILED = "failed"
DROPPED = "dropped"
LIVES = timedelta(days=30)
"""So long Meta tries to deliver a message; then it is gone, and no status says so."""
FORGETS: Mapping[str, timedelta] = {STATES: timedelta(days=60), TOLD: timedelta(days=8)}
"""How long what became of a message, and what was told of a call, are kept after the last news."""
TRIES = 20


def reply(name: str, state: str, contact: str | None, *, by: str) -> Reply:
    """Return what a route is told of a message: its `message` id, `state` and `contact`; `by`: `answer` or `status`."""
    return Reply({"message": name, "state": state, "contact": contact, "by": by}, reference=name)


class Messages:
    """What became of messages, in the hub's store."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self._telling = Telling(context, TOLD)

    @property
    def _store(self) -> Store:
        return self._context.store

    async def get(self, name: str) -> dict[str, Any] | None:
        """Return `state`, `history` (status and time each), `contact`, `error` and `contradiction` of a message.

        The state is `accepted`, `sent`, `delivered`, `read`, `played`, `failed`, or `dropped` after 30 days without delivery.
        None: the message is not ours, or older than two months.
        """
        found: dict[str, Any] | None = await self._store.get(STATES, name)
        return None if found is None else lapsed(found, self._context.clock.now())

    async def accepted(self, name: str, contact: str | None) -> None:
        """Meta took a message. Raises `Unavailable`."""
        await self._change(name, "accepted", self._context.clock.now().isoformat(), contact, None)

    async def told(self, update: Update, contact: str | None) -> None:
        """Take in a status; one that tells of an effect in doubt settles it. Raises `Unavailable`."""
        name, error = str(update.content["id"]), _error(update.content)
        moment = (update.time or self._context.clock.now()).isoformat()
        before = await self._change(name, update.type, moment, contact, error)
        owner = sender(update.content.get("biz_opaque_callback_data"))
        if owner is not None and not _was_accepted(before):  # nobody here knows that Meta has taken it
            await self._telling.tell(owner, reply(name, update.type, contact, by="status"))

    async def heard(self, effect: Effect) -> Reply | None:
        """Return what statuses have told of the call of `effect`."""
        return await self._telling.heard(effect)

    async def _change(
        self, name: str, status: str, moment: str, contact: str | None, error: str | None
    ) -> dict[str, Any] | None:
        """Add to a message's history; returns what was known before."""
        for _ in range(TRIES):
            turn = await self._store.turn(STATES, name)
            before = await self.get(name)
            after = joined(before, status, moment, contact, error)
            if after == before or await self._store.put_together(turn, [(STATES, name, after)]) is not None:
                return before
        return await self.get(name)


def joined(
    before: Mapping[str, Any] | None, status: str, moment: str, contact: str | None, error: str | None
) -> dict[str, Any]:
    """Return what is known of a message after `status`. Pure.

    The state only goes on; `failed` ends it. `failed` beside delivered or read is a contradiction of Meta's and shown as one.
    """
    known = dict(before or {"state": "accepted", "history": []})
    history = [list(one) for one in known["history"]]
    if status not in (one[0] for one in history):
        history.append([status, moment])
    words = {one[0] for one in history}
    ended = FAILED in words
    reached = max((one for one in words if one in RANK), key=lambda one: RANK[one], default="accepted")
    return {
        "state": FAILED if ended else reached,
        "history": sorted(history, key=lambda one: one[1]),
        "contact": contact or known.get("contact"),
        "error": error or known.get("error"),
        "contradiction": ended and RANK[reached] >= RANK["delivered"],
    }


def lapsed(known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return what is known of a message at `now`: one that Meta has given up is `dropped`. Pure."""
    waits = known["state"] in ("accepted", "sent")
    gone = waits and now - datetime.fromisoformat(known["history"][0][1]) >= LIVES
    return {**known, "state": DROPPED} if gone else dict(known)


def _was_accepted(known: Mapping[str, Any] | None) -> bool:
    return known is not None and any(one[0] == "accepted" for one in known["history"])


def _error(content: Mapping[str, Any]) -> str | None:
    errors = content.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], Mapping):
        return None
    return describe(errors[0])
