"""Tasks that the hub made in Odoo: closing them, and noticing that a person did.

Closing posts a message on the task's record with what the person wrote; the task is then archived or deleted, as its type says
(`keep_done`) and by version. So whether it is closed is asked of the task, and the reason is read from the message, which
carries the type of the task and, as "original note", the task's own text with its mark (documented for 14 to 19).
"""

import re
from html import unescape
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.operation import Operation, Request, needed
from caravana.component.odoo.reading import batches
from caravana.component.odoo.values import as_ids, as_mapping
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival, Receiver

BATCH = 500
_NOTE = re.compile(r"<div[^>]*\bo_mail_note_title\b")
_SAID = re.compile(r"</p>\s*<div[^>]*>(.*)", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>")
_TAG = re.compile(r"<[^>]*>")


class CloseActivity(Operation):
    """A task is closed with a word, unless somebody closed it before."""

    kind = Kind.VERIFIABLE
    steps = 2
    body = "{id, feedback?}"
    reply = "{closed}: false when it was closed or deleted before, null when it only would have been closed, in shadow"

    def check(self) -> None:
        """Be for activities only."""
        self.need_model("mail.activity")

    def request(self, exchange: Exchange) -> Request:
        """Return the task and the word."""
        body = as_mapping(exchange.body)
        return {"id": as_ids(needed(body, "id"))[0], "feedback": str(body.get("feedback") or "")}

    async def send(self, client: OdooClient, request: Request, effect: Effect) -> Reply:
        """Close it."""
        if not await self._is_open(client, request["id"]):
            return Reply({"closed": False})
        arguments = {"feedback": request["feedback"]}
        await client.call("mail.activity", "action_feedback", arguments, ids=[request["id"]])
        return Reply({"closed": True})

    async def verify(self, client: OdooClient, request: Request, effect: Effect) -> Reply | None:
        """Ask whether it is open."""
        return None if await self._is_open(client, request["id"]) else Reply({"closed": True})

    def would(self, request: Request, effect: Effect) -> Reply:
        """Return that nobody closed it."""
        return Reply({"closed": None})

    async def _is_open(self, client: OdooClient, number: int) -> bool:
        return bool(await client.ask("mail.activity", "search", {"domain": [["id", "=", number]], "limit": 1}))


class Closings:
    """What `odoo:mail.activity?event=closed` looks for: those of the hub's tasks that a person has closed.

    The tasks are the records of the flow's `scope`: `{activity_id, model, res_id, mark, connection}`, where `mark` is a text of
    the task's note that no other task has. With no task open, Odoo is not asked; else in one call for all.
    """

    def __init__(self, scope: str, connection: str, client: OdooClient, receiver: Receiver) -> None:
        """`client`: of the connection, in its context."""
        self._scope = scope
        self._connection = connection
        self._client = client
        self._receiver = receiver
        self._told: set[str] = set()

    async def look(self) -> None:
        """Hand in every task that is closed, each once."""
        stored = await self._receiver.store.find(self._scope)
        tasks = {key: one for key, one in stored if one["connection"] == self._connection}
        made = {key: one for key, one in tasks.items() if one["activity_id"] > 0}  # not only imagined, in shadow
        waiting = {key: one for key, one in made.items() if one["mark"] not in self._told}
        if not waiting:
            return
        there = await self._open([one["activity_id"] for one in waiting.values()])
        closed = [(key, one) for key, one in waiting.items() if one["activity_id"] not in there]
        arrivals = [self._arrival(key, one, await self._said(one)) for key, one in closed]
        if arrivals:
            await self._receiver.accept(arrivals)
        self._told = {one["mark"] for one in tasks.values() if one["mark"] in self._told}
        self._told |= {one["mark"] for _, one in closed}

    def comparison_due(self) -> bool:
        """Never: every look compares."""
        return False

    async def compare(self) -> None:
        """Do nothing."""

    async def _open(self, ids: list[int]) -> set[int]:
        there: set[int] = set()
        for batch in batches(ids, BATCH):
            there.update(await self._client.ask("mail.activity", "search", {"domain": [["id", "in", batch]]}))
        return there

    async def _said(self, task: dict[str, Any]) -> dict[str, str]:
        """Return who closed the task, and what was written."""
        domain = [
            ["model", "=", task["model"]],
            ["res_id", "=", task["res_id"]],
            ["mail_activity_type_id", "!=", False],
            ["body", "ilike", task["mark"]],
        ]
        arguments = {"domain": domain, "fields": ["body", "author_id"], "order": "id desc", "limit": 1}
        found = await self._client.ask("mail.message", "search_read", arguments)
        if not found:  # cancelled, or the record is gone with its messages
            return {"by": "", "feedback": ""}
        author = found[0]["author_id"]
        return {"by": str(author[1]) if author else "", "feedback": feedback_of(str(found[0]["body"] or ""))}

    def _arrival(self, key: str, task: dict[str, Any], said: dict[str, str]) -> Arrival:
        body = {"key": key, "activity_id": task["activity_id"], **said}
        return Arrival(body, key=f"{task['mark']}/closed", lane=f"review:{key}")


def feedback_of(body: str) -> str:
    """Return what a person wrote when closing a task, from the message that Odoo made of it; empty when nothing."""
    found = _SAID.search(_NOTE.split(body)[0])
    if found is None:
        return ""
    text = unescape(_TAG.sub("", _BREAK.sub("\n", found[1])))
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
