"""Customers who wait because Odoo does not answer: they are told once that it takes a moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce.conversation import channel
from caravana.commerce.conversation.base import CONTACT, TalkMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

PATIENCE = timedelta(seconds=15)
"""How long nobody minds waiting."""
AGAIN = timedelta(hours=1)
"""How long who was told is not told again."""


class Patience(TalkMapping):
    """From messages that are being answered to a word for who waits."""

    @pure
    def waiting(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return what is kept of a message while Odoo is asked: who waits since its turn came, and over which network."""
        update, state = variables["update"], variables["turn"]["state"]
        network = {name: update[name] for name in ("kind", "connection") if update.get(name)}
        kept = {**network, "contact": headers.get(CONTACT), "language": state["language"], "branch": exchange.branch}
        return {**kept, "since": variables["begun"].isoformat()}

    @pure
    def overdue(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return who has been waiting and was not told so, `{contact, branch}` each."""
        waiting = [one["value"] for one in variables["waiting"]]
        late = [one for one in waiting if self._waits(one, exchange.created)]
        return [{name: one[name] for name in ("contact", "branch") if one[name] is not None} for one in late]

    @pure
    def still_waits(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether the person still waits and was not told so."""
        return variables["waiting"] is not None and self._waits(variables["waiting"], exchange.created)

    def _waits(self, one: Mapping[str, Any], now: datetime) -> bool:
        return not one.get("told") and now - datetime.fromisoformat(one["since"]) >= PATIENCE

    @pure
    def told_to_wait(self, variables: Variables) -> dict[str, Any]:
        """Return that this message needs no more looking after."""
        return {**variables["waiting"], "told": True}

    @pure
    def is_news(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether the person was not told that it takes a moment, or long ago."""
        before = variables["before"]
        return before is None or exchange.created - datetime.fromisoformat(before) >= AGAIN

    @pure
    def told_at(self, exchange: Exchange) -> str:
        """Return when the person is told."""
        return exchange.created.isoformat()

    @pure
    def moment_please(self, variables: Variables) -> dict[str, Any]:
        """Return the word for who waits, as the network takes it: `{uri, body}`."""
        one = variables["waiting"]
        begun = {**self._engine.begin(), "language": one["language"]}
        turn = self._engine.opened(begun, "wait", {}, {"message": "", "now": "", "person": "", "place": {}})
        return channel.said(one, one["contact"], turn["reply"], None)
