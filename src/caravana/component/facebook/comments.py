"""Comments: answered once, hidden, and answered privately, once each within seven days."""

import contextlib
from datetime import datetime
from typing import Any

from caravana.component.facebook import body as b
from caravana.component.facebook import mapping
from caravana.component.facebook.line import LineOf
from caravana.component.facebook.producing import SETTLE, FacebookProducer, find, own
from caravana.component.facebook.sending import sent
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.contact import Identity
from caravana.kit.graph.errors import ALREADY_REPLIED
from caravana.kit.graph.producing import Done, Told
from caravana.kit.graph.told import Telling, opaque
from caravana.kit.ports import Unavailable

REPLIES = "facebook.private_reply"
"""Scope of private replies, by the comment's id."""
ANSWERS = "facebook.answer"
"""Scope of public answers of which there is only one, by what they answer."""


class Comment(FacebookProducer):
    """Comments as the page: reply with `comment` (its id) and `by` (`answer`, or `look` when it was found)."""

    kind = Kind.VERIFIABLE
    settle = SETTLE
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return what is answered and how. Raises `Refused` when the body does not fit."""
        body = read_body(b.CommentBody, exchange.body)
        once = {"once": True} if body.once else {}
        return {"on": body.on, "message": body.message, **once, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Comment. Raises `Refused` when the post or comment is not there any more, or has its answer (`already_answered`)."""
        if request.get("once"):
            await self._be_the_first(request, effect)
        _, client = await self.page(request, effect)
        answer = await client.form(f"{request['on']}/comments", {"message": request["message"]}, attempt=effect.attempt)
        return await self._made(answer.get("id"), request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for it among the comments, by page and text, since the call was begun."""
        page, client = await self.page(request, effect)
        asked = {"fields": mapping.COMMENT_FIELDS, "order": "reverse_chronological"}
        lists = client.pages(f"{request['on']}/comments", asked)
        async for one in find(lists, self.line(request).context.store, effect, request["message"]):
            if str((one.get("from") or {}).get("id")) == page:
                return await self._made(one["id"], request, effect, by="look")
        return None

    async def _be_the_first(self, request: dict[str, Any], effect: Effect) -> None:
        """Keep that this effect answers there, before it does. Raises `Refused` when another does."""
        store, place = self.line(request).context.store, request["on"]
        owner = await store.get(ANSWERS, place)
        if owner not in (None, effect.key):
            raise Refused("this has had its answer", code="already_answered")
        await store.put(ANSWERS, place, effect.key)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a comment that is not there."""
        return Reply({"comment": str(imagined_id(effect)), "by": "answer"})

    async def _made(self, name: Any, request: dict[str, Any], effect: Effect, *, by: str = "answer") -> Reply:
        if not name:
            raise Unknown("Meta took the comment without saying its id", code="no_id")
        await own(self.line(request).context.store, str(name), effect)
        return Reply({"comment": str(name), "by": by}, reference=str(name))


class ListComments(Told, FacebookProducer):
    """Lists the comments on a post or comment: `{id, message, from, ours, at, hidden}` each."""

    kind = Kind.READ
    calls = 4

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return of what. Raises `Refused` when the body names nothing."""
        body = read_body(b.NodeBody, exchange.body, "id")
        return {"id": body.id, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read the whole list."""
        page, client = await self.page(request, effect)
        lists = client.pages(f"{request['id']}/comments", {"fields": mapping.COMMENT_FIELDS})
        return Reply([mapping.shown_comment(one, page) async for some in lists for one in some])


class Hide(Done, FacebookProducer):
    """Hides a comment, so that only its author and their friends see it, or shows it again."""

    kind = Kind.IDEMPOTENT
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the comment. Raises `Refused` when the body does not fit."""
        body = read_body(b.HideBody, exchange.body, "comment")
        return {"comment": body.comment, "hidden": body.hidden, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Hide it. Raises `Refused` when it is not there any more."""
        _, client = await self.page(request, effect)
        await client.form(request["comment"], {"is_hidden": request["hidden"]}, attempt=effect.attempt)
        return Reply()


class PrivateReply(FacebookProducer):
    """Writes to whoever commented: reply with `message`, `contact` and `by`.

    One for each comment, within seven days. Meta has nothing to ask, but refuses a second one (10900): after a lost answer
    that refusal says that the first went out. It opens no conversation by itself.
    """

    kind = Kind.VERIFIABLE
    calls = 2

    def __init__(self, line_of: LineOf, connection: str, telling: Telling) -> None:
        """`telling`: what echoes told."""
        super().__init__(line_of, connection)
        self._telling = telling

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return comment and text. Raises `Refused` when the body does not fit."""
        body = read_body(b.PrivateReplyBody, exchange.body)
        made = None if body.made is None else body.made.isoformat()
        return {"comment": body.comment, "text": body.text, "made": made, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Write it. Raises `Refused`: code `already_replied`, `too_old`, or Meta's."""
        context, comment = self.line(request).context, request["comment"]
        owner = await context.store.get(REPLIES, comment)
        if owner is not None and owner != effect.key:
            raise Refused("this comment has had its private reply", code="already_replied")
        made = request["made"]
        if made is not None and context.clock.now() - datetime.fromisoformat(made) > b.PRIVATE_REPLY_LIFE:
            raise Refused("private replies may be sent for seven days after the comment", code="too_old")
        page, client = await self.page(request, effect)
        message = {"text": request["text"], "metadata": opaque(effect)}
        content = {"recipient": {"comment_id": comment}, "message": message}
        try:
            answer = await client.post(f"{page}/messages", content, attempt=effect.attempt)
        except Refused as error:
            if error.code != str(ALREADY_REPLIED) or effect.attempt == 1:
                raise
            answer = None  # an earlier call of this effect did it, and its answer was lost
        await self._own(request, effect)
        if answer is None:
            return Reply({"message": None, "contact": None, "by": "earlier"})
        if not answer.get("message_id"):
            raise Unknown("Meta took the message without saying its id", code="no_id")
        return sent(str(answer["message_id"]), await self._learn(request, answer), by="answer")

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Return what an echo told; else asking is trying again."""
        return await self._telling.heard(effect)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a message that is not there."""
        return sent(f"m_{imagined_id(effect)}", None, by="answer")

    async def _learn(self, request: dict[str, Any], answer: dict[str, Any]) -> str | None:
        """Whom it went to: the message is out, so what cannot be kept now is learnt when they write."""
        try:
            contact = await self.line(request).contacts.learn(
                Identity(psid=str(answer.get("recipient_id") or "") or None)
            )
        except (Unavailable, ValueError):
            return None
        return contact.id

    async def _own(self, request: dict[str, Any], effect: Effect) -> None:
        with contextlib.suppress(Unavailable):  # it is out; Meta itself refuses a second one
            await self.line(request).context.store.put(REPLIES, request["comment"], effect.key)
