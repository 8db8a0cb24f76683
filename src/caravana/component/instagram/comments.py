"""Comments: answered once, hidden, deleted."""

import contextlib
from typing import Any

from caravana.component.instagram import body as b
from caravana.component.instagram.line import Line, LineOf
from caravana.component.instagram.producing import (
    MADE,
    SETTLE,
    SKEW,
    InstagramProducer,
    is_since,
    moment,
    same_text,
)
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.producing import Done, Told
from caravana.kit.ports import Unavailable

FIELDS = "id,text,timestamp,username,from,hidden"
MOST_PAGES = 20
GONE = frozenset({"33", "100"})


class Comment(InstagramProducer):
    """Comments on a post, or answers a comment: reply with `comment` (its id) and `by` (`answer` or `look`)."""

    kind = Kind.VERIFIABLE
    settle = SETTLE

    def __init__(self, line_of: LineOf, connection: str, *, edge: str) -> None:
        """`edge`: `comments` of a post, `replies` of a comment."""
        super().__init__(line_of, connection)
        self._edge = edge

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what is answered and how. Raises `Refused` when the body does not fit."""
        body = read_body(b.CommentBody, exchange.body)
        return {"on": body.on, "message": body.message, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Comment. Raises `Refused` when the post or comment is not there any more."""
        line = self.line(request)
        values = {"message": request["message"]}
        answer = await line.client.form(f"{request['on']}/{self._edge}", values, attempt=effect.attempt)
        if not answer.get("id"):
            raise Unknown("Meta took the comment without saying its id", code="no_id")
        return await self._made(line, str(answer["id"]), effect, by="answer")

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for it, by account and text, since the call was begun."""
        line, number = self.line(request), 0
        async for page in line.client.pages(f"{request['on']}/{self._edge}", {"fields": FIELDS}):
            for one in page:
                fits = _is_ours(one, line) and same_text(one.get("text"), request["message"])
                if fits and is_since(one, effect.intended_at - SKEW) and await self._is_free(line, one, effect):
                    return await self._made(line, str(one["id"]), effect, by="look")
            number += 1
            if number >= MOST_PAGES:
                break
        return None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a comment that is not there."""
        return Reply({"comment": str(imagined_id(effect)), "by": "answer"})

    async def _is_free(self, line: Line, one: dict[str, Any], effect: Effect) -> bool:
        return await line.context.store.get(MADE, str(one["id"])) in (None, effect.key)

    async def _made(self, line: Line, name: str, effect: Effect, *, by: str) -> Reply:
        with contextlib.suppress(
            Unavailable
        ):  # whoever looks for one of the same text within minutes may find this one
            await line.context.store.put(MADE, name, effect.key)
        return Reply({"comment": name, "by": by}, reference=name)


class ListComments(Told, InstagramProducer):
    """Lists the comments on a post: `{id, message, from, ours, at, hidden}` each."""

    kind = Kind.READ
    calls = 4

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return of which post. Raises `Refused` when the body names none."""
        body = read_body(b.NodeBody, exchange.body, "id")
        return {"id": body.id, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read the whole list."""
        line = self.line(request)
        lists = line.client.pages(f"{request['id']}/comments", {"fields": FIELDS})
        return Reply([_shown(one, line) async for page in lists for one in page])


class Hide(Done, InstagramProducer):
    """Hides a comment from everybody but its author, or shows it again."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the comment. Raises `Refused` when the body does not fit."""
        body = read_body(b.HideBody, exchange.body, "comment")
        return {"comment": body.comment, "hidden": body.hidden, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Hide it. Raises `Refused` when it is not there any more."""
        values = {"hide": request["hidden"]}
        await self.line(request).client.form(request["comment"], values, attempt=effect.attempt)
        return Reply()


class Delete(Done, InstagramProducer):
    """Takes a comment away; one that is gone already is gone. Posts can only be deleted in the app."""

    kind = Kind.IDEMPOTENT

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the comment's id. Raises `Refused` when the body names none."""
        body = read_body(b.NodeBody, exchange.body, "id")
        return {"id": body.id, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Delete it."""
        try:
            await self.line(request).client.delete(request["id"], attempt=effect.attempt)
        except Refused as error:
            if error.code not in GONE:
                raise
        return Reply()


def _is_ours(one: dict[str, Any], line: Line) -> bool:
    return str((one.get("from") or {}).get("id")) == line.settings.account


def _shown(one: dict[str, Any], line: Line) -> dict[str, Any]:
    author = one.get("from") or {}
    when = moment(one.get("timestamp"))
    return {
        "id": str(one.get("id")),
        "message": one.get("text") or "",
        "from": {"id": author.get("id"), "username": author.get("username") or one.get("username")},
        "ours": _is_ours(one, line),
        "at": None if when is None else when.isoformat(),
        "hidden": one.get("hidden") is True,
    }
