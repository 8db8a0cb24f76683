"""What happens on the page: comments, answered privately, and colleagues who write there themselves."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce.conversation.base import CONTACT, TalkMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.graph.told import sender

AGAIN = timedelta(days=1)
"""How long after a private answer further comments of a person are left alone."""


class Page(TalkMapping):
    """From comments and echoes to talks."""

    @pure
    def comment_answer(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the private answer to a comment.

        None for one that names nothing to answer to, and while a colleague talks with its author or they were answered a
        short while ago.
        """
        update, kept = variables["update"], self._kept(variables)
        name = update["content"].get("comment_id") or update["content"].get("id")
        if not name or self._is_left_alone(kept, exchange.created):
            return None
        text = self._words(kept, "comment", update, exchange)
        named = {"connection": update["connection"]} if update.get("connection") else {}
        made = {"made": update["time"]} if update.get("time") else {}
        return {"comment": str(name), "text": text[:2000], **made, **named}

    @pure
    def public_answer(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the answer below a comment, where the company wants one; it says truly whether a private message went out.

        None for what customers answer each other, while a colleague talks with the author, and for who comments without end.
        """
        update, kept = variables["update"], self._kept(variables)
        content = update["content"]
        name, above = content.get("comment_id"), content.get("parent_id")
        is_first = above in (None, content.get("post_id"))
        answered = self._answered(kept, exchange.created)
        if not self._settings.public_reply or not name or not is_first or len(answered) >= self._settings.answers:
            return None
        if self._is_with_person(kept, exchange.created):
            return None
        state = "comment_public" if variables["sent"] else "comment_public_only"
        named = {"connection": update["connection"]} if update.get("connection") else {}
        return {"on": str(name), "message": self._words(kept, state, update, exchange), "once": True, **named}

    @pure
    def answered_publicly(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the talk with when comments were answered below the posts."""
        kept = self._kept(variables)
        answered = [*self._answered(kept, exchange.created), exchange.created.isoformat()]
        return {**kept, "contact": headers.get(CONTACT), "answered": answered}

    def _answered(self, kept: Mapping[str, Any], moment: datetime) -> list[str]:
        return [one for one in kept.get("answered") or () if moment - datetime.fromisoformat(one) < AGAIN]

    def _words(self, kept: Mapping[str, Any], state: str, update: Mapping[str, Any], exchange: Exchange) -> str:
        """What a state says to the author of a comment."""
        content, who = update["content"], update.get("contact") or {}
        person = str(who.get("name") or "").split(" ")[0][:40]
        name = str(content.get("comment_id") or content.get("id"))
        now = {"message": name, "now": self._now(exchange.created), "person": person, "place": {}}
        text: str = self._engine.opened(dict(kept), state, {}, now)["reply"]["text"]
        return text

    def _is_with_person(self, kept: Mapping[str, Any], moment: datetime) -> bool:
        since, quiet = kept.get("with_person"), timedelta(seconds=self._settings.quiet)
        return since is not None and moment - datetime.fromisoformat(since) <= quiet

    def _is_left_alone(self, kept: Mapping[str, Any], moment: datetime) -> bool:
        commented = kept.get("commented")
        is_again = commented is not None and moment - datetime.fromisoformat(commented) < AGAIN
        return is_again or self._is_with_person(kept, moment)

    @pure
    def commented(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the talk with when a comment was answered."""
        return {**self._kept(variables), "contact": headers.get(CONTACT), "commented": exchange.created.isoformat()}

    @pure
    def is_colleague(self, body: Mapping[str, Any]) -> bool:
        """Whether an echo is of what a colleague, or another app, wrote: what we write carries a text of ours."""
        message = body["content"].get("message") if body["kind"] == "echo" else None
        return isinstance(message, Mapping) and sender(message.get("metadata")) is None

    @pure
    def with_colleague(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the talk with a colleague in it."""
        return {**self._kept(variables), "with_person": exchange.created.isoformat()}

    def _kept(self, variables: Variables) -> dict[str, Any]:
        return {**self._engine.begin(), **(variables["kept"] or {})}
