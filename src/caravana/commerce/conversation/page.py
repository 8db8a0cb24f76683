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
        content, who = update["content"], update.get("contact") or {}
        name = content.get("comment_id") or content.get("id")
        if not name or self._is_left_alone(kept, exchange.created):
            return None
        person = str(who.get("name") or "").split(" ")[0][:40]
        now = {"message": str(name), "now": self._now(exchange.created), "person": person, "place": {}}
        turn = self._engine.opened(kept, "comment", {}, now)
        named = {"connection": update["connection"]} if update.get("connection") else {}
        made = {"made": update["time"]} if update.get("time") else {}
        return {"comment": str(name), "text": turn["reply"]["text"][:2000], **made, **named}

    def _is_left_alone(self, kept: Mapping[str, Any], moment: datetime) -> bool:
        since, commented = kept.get("with_person"), kept.get("commented")
        quiet = timedelta(seconds=self._settings.quiet)
        is_talking = since is not None and moment - datetime.fromisoformat(since) <= quiet
        return is_talking or (commented is not None and moment - datetime.fromisoformat(commented) < AGAIN)

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
