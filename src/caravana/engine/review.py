"""What waits for a person, and why."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from caravana.engine.control import AdminError
from caravana.engine.looking import Looking
from caravana.engine.masking import shown
from caravana.engine.showing import message_line
from caravana.engine.times import from_micros
from caravana.journal import Broken, JournalError, listing, store
from caravana.journal import admin as acts
from caravana.journal.model import State
from caravana.kit import codec
from caravana.kit.errors import NoBranch
from caravana.kit.ports import Unavailable

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

REVIEW = "review"
"""Scope of the records by which flows ask for a person."""
REMEDIES = {
    State.IN_DOUBT: "look at the partner's side, then: caravana messages settle ID",
    State.DEAD: "mend the cause, then: caravana messages retry ID (or discard ID)",
}
ABOUT = "about"
"""Kind of the business key that says, for whoever has to decide, what an exchange is about."""
KEYS_EACH = 5
"""Business keys looked at for each exchange."""
_RECORD = re.compile(r"([a-z]\w*(?:\.\w+)+),(\d+)")
"""A business key that names a record of Odoo: `sale.order,12`."""

PLACING = "add or mend the branch in the configuration and start the hub again: what waited for it goes on by itself"


class Review(Looking):
    """The review list."""

    async def review(self, limit: int = 200) -> list[dict[str, Any]]:
        """Return what waits for a person, and why: doubts first, then items of the flows, dead ones, letters, circuits."""
        doubts, dead = [await self._exchanges(state, limit) for state in REMEDIES]
        items = [_flow_item(key, codec.loads(value)) for key, value in await self._items(limit)]
        letters = [_letter(one) for one in await self.dead_letters(limit=limit) if not one["whole"]]
        circuits = [_circuit(one) for one in await self.breakers() if one["state"] in ("open", "half_open")]
        return [*doubts, *dead, *items, *letters, *circuits]

    async def _exchanges(self, state: State, limit: int) -> list[dict[str, Any]]:
        rows = await self.journal.query(*listing.messages(listing.Filter((state,), limit=limit)))
        keys = await self.journal.query(*listing.keys((state,), limit * KEYS_EACH)) if rows else []
        records, told = _records(keys), {row["id"]: row["value"] for row in keys if row["kind"] == ABOUT}
        lines = map(message_line, rows)
        return [_exchange(state, line, records.get(line["id"]), told.get(line["id"])) for line in lines]

    async def _items(self, limit: int) -> list[tuple[str, bytes]]:
        return await self.journal.read(store.find_state(REVIEW, "", limit))

    async def review_done(self, key: str, actor: str = "", reason: str = "") -> dict[str, Any]:
        """Take a flow's item off the list: a person has dealt with it.

        An item with `word`, a scope of the store, has it kept there who said so, when and why: the flow takes it from there.
        """
        stored = await self.journal.read(store.get_state(REVIEW, key))
        if stored is None:
            raise AdminError(f"there is no review item `{key}`", 404)
        item = codec.loads(stored)
        audit = self._audit(actor, "review_done", key, {"item": _plain_item(item), "reason": reason})
        scope = item.get("word") if isinstance(item, dict) else None
        said = {"actor": actor, "reason": reason, "at": from_micros(audit.at).isoformat()}
        word = (str(scope), codec.dumps(said)) if scope else None
        await self.journal.submit(acts.forget_state(REVIEW, key, audit, word), essential=True)
        return {"done": key}


class HubReviews:
    """The review list, as components see it (`caravana.kit.ports.Reviews`)."""

    def __init__(self, hub: "Hub") -> None:
        """`hub`: whose journal and circuits."""
        self._hub = hub

    async def items(self, limit: int) -> list[dict[str, Any]]:
        """Return what waits. Raises `Unavailable`."""
        try:
            return await self._desk().review(limit)
        except Broken as error:
            raise Unavailable(str(error)) from error

    async def done(self, id: str, actor: str, reason: str) -> bool:  # noqa: A002 -- the port's name
        """Take a flow's item off the list. Raises `Unavailable`."""
        try:
            await self._desk().review_done(id, actor, reason)
        except AdminError:
            return False
        except JournalError as error:
            raise Unavailable(str(error)) from error
        return True

    def _desk(self) -> Review:
        return Review(self._hub.journal, self._hub.clock, self._hub)


def _item(kind: str, id_: str, title: str, reason: str | None, since: str | None, remedy: str) -> dict[str, Any]:
    """Return an item; whose branch and route it is and which record it is about, its maker says."""
    told = {"kind": kind, "id": id_, "title": title, "reason": reason or "", "since": since, "remedy": remedy}
    return {**told, "branch": None, "route": None, "record": None, "settles": False, "code": None}


def _records(keys: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The record of Odoo that each exchange is about, as its business keys name it."""
    named = ((row["id"], _RECORD.fullmatch(row["value"])) for row in keys)
    return {id_: {"model": found[1], "id": int(found[2])} for id_, found in named if found}


def _exchange(state: State, line: dict[str, Any], record: dict[str, Any] | None, told: str | None) -> dict[str, Any]:
    """The item of an exchange; `told`: what its route says that it is about."""
    reason = line["error"] or line["error_class"]
    remedy = PLACING if line["error_class"] == NoBranch.__name__ else REMEDIES[state]
    item = _item(state, line["id"], line["route"], reason, line["accepted"], remedy)
    about = {"branch": line["branch"], "route": line["route"], "record": record, "code": line["error_class"]}
    return {**item, **about, "details": {} if told is None else {"detail": shown(told)}}


def _letter(one: dict[str, Any]) -> dict[str, Any]:
    item = _item(
        "dead_letter", str(one["number"]), one["route"], one["error"], one["at"], "caravana dead-letters retry N"
    )
    return {**item, "route": one["route"]}


def _circuit(one: dict[str, Any]) -> dict[str, Any]:
    name = one["connection"]
    return _item("circuit", name, name, one["reason"], one["until"], "caravana breakers reset NAME")


def _flow_item(key: str, value: Any) -> dict[str, Any]:
    """A flow writes title and reason, or kind and text, and whatever else a person should know.

    `branch` and `record` (`{model, id}` of Odoo) say whose task it becomes, and where.
    """
    item = _plain_item(value)
    title = item.get("title") or " ".join(str(item[name]) for name in ("kind", "order") if item.get(name)) or key
    reason = str(item.get("reason") or item.get("text") or "")
    remedy = str(item.get("remedy") or "deal with it, then: caravana review done ID")
    about = {"branch": item.get("branch"), "record": item.get("record"), "settles": True}
    return {**_item("item", key, title, reason, item.get("since"), remedy), **about, "details": item}


def _plain_item(value: Any) -> dict[str, Any]:
    clean = shown(value, reveal=True)
    return clean if isinstance(clean, dict) else {"reason": str(clean)}
