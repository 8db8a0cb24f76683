"""What waits for a person, and why."""

from typing import Any

from caravana.engine.control import AdminError
from caravana.engine.looking import Looking
from caravana.engine.masking import shown
from caravana.engine.showing import message_line
from caravana.journal import admin as acts
from caravana.journal import listing
from caravana.journal import operations as ops
from caravana.journal.model import State
from caravana.kit import codec
from caravana.kit.errors import NoBranch

REVIEW = "review"
"""Scope of the records by which flows ask for a person."""

PLACING = "add or mend the branch in the configuration and start the hub again: what waited for it goes on by itself"


class Review(Looking):
    """The review list."""

    async def review(self, limit: int = 200) -> list[dict[str, Any]]:
        """Return what waits for a person, and why: doubts first, then items of the flows, dead ones, letters, circuits."""
        found = []
        for state, remedy in (
            (State.IN_DOUBT, "look at the partner's side, then: caravana messages settle ID"),
            (State.DEAD, "mend the cause, then: caravana messages retry ID (or discard ID)"),
        ):
            wanted = listing.Filter((state,), limit=limit)
            for row in map(message_line, await self.journal.query(*listing.messages(wanted))):
                reason = row["error"] or row["error_class"] or ""
                what = PLACING if row["error_class"] == NoBranch.__name__ else remedy
                found.append(_item(state, row["id"], row["route"], reason, row["accepted"], what))
        found += [_flow_item(key, codec.loads(value)) for key, value in await self._items(limit)]
        found += [
            _item(
                "dead_letter",
                str(one["number"]),
                one["route"],
                one["error"],
                one["at"],
                "caravana dead-letters retry N",
            )
            for one in await self.dead_letters(limit=limit)
            if not one["whole"]
        ]
        found += [
            _item(
                "circuit",
                one["connection"],
                one["connection"],
                one["reason"],
                one["until"],
                "caravana breakers reset NAME",
            )
            for one in await self.breakers()
            if one["state"] in ("open", "half_open")
        ]
        return found

    async def _items(self, limit: int) -> list[tuple[str, bytes]]:
        return await self.journal.read(ops.find_state(REVIEW, "", limit))

    async def review_done(self, key: str, actor: str = "") -> dict[str, Any]:
        """Take a flow's item off the list: a person has dealt with it."""
        stored = await self.journal.read(ops.get_state(REVIEW, key))
        if stored is None:
            raise AdminError(f"there is no review item `{key}`", 404)
        detail = {"item": _plain_item(codec.loads(stored))}
        await self.journal.submit(
            acts.forget_state(REVIEW, key, self._audit(actor, "review_done", key, detail)), essential=True
        )
        return {"done": key}


def _item(kind: str, id_: str, title: str, reason: str | None, since: str | None, remedy: str) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "title": title, "reason": reason or "", "since": since, "remedy": remedy}


def _flow_item(key: str, value: Any) -> dict[str, Any]:
    """A flow writes title and reason, or kind and text, and whatever else a person should know."""
    item = _plain_item(value)
    title = item.get("title") or " ".join(str(item[name]) for name in ("kind", "order") if item.get(name)) or key
    reason = str(item.get("reason") or item.get("text") or "")
    remedy = str(item.get("remedy") or "deal with it, then: caravana review done ID")
    return {**_item("item", key, title, reason, item.get("since"), remedy), "details": item}


def _plain_item(value: Any) -> dict[str, Any]:
    clean = shown(value, reveal=True)
    return clean if isinstance(clean, dict) else {"reason": str(clean)}
