"""A message heard, an answer given: what is kept of a talk, when the assistant is quiet, and what is noted in Odoo."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

from caravana.commerce.conversation import channel
from caravana.commerce.conversation.base import CONTACT, TalkMapping, Variables, result, talk_key, theirs
from caravana.commerce.conversation.words import meant
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange

MINUTE = timedelta(minutes=1)
FLOOD = 4
"""So many times the answers to words within a minute are given to one person, taps included."""
NAMES: Mapping[str, str] = {
    "audio": "una nota de voz",
    "contacts": "un contacto",
    "document": "un documento",
    "image": "una foto",
    "location": "una ubicación",
    "sticker": "un sticker",
    "video": "un video",
}
"""What people send beside words."""
NOTED = 2000
"""Characters of a message that are noted."""


class Talking(TalkMapping):
    """From a message to its answer."""

    @pure
    def key(self, variables: Variables, headers: Mapping[str, Any]) -> str:
        """Return what the talk is kept under."""
        return talk_key(variables["update"], headers)

    @pure
    def of_before(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return the talk that an earlier version kept by the person alone, at the branch where it was; elsewhere None."""
        kept: dict[str, Any] | None = variables["kept"]
        return kept if kept is not None and kept.get("branch") in (None, exchange.branch) else None

    @pure
    def hear(self, variables: Variables, headers: Mapping[str, Any], exchange: Exchange) -> dict[str, Any]:
        """Return the turn that the message gives: `{state, reply, wish, now}`; neither reply nor wish while it is quiet."""
        update = variables["update"]
        kept = {**self._engine.begin(), **(variables["kept"] or {})}
        said = channel.heard(update)
        now = self._of_now(update, said["message"], exchange)
        kept = self._released(kept, said, exchange.created)
        kept |= {
            "person": now["person"],
            "contact": headers.get(CONTACT),
            "connection": update.get("connection"),
            "kind": update["kind"],
            "heard": exchange.created.isoformat(),
        }
        if exchange.branch is not None:
            kept["branch"] = exchange.branch
        is_pick = said["kind"] == "text" and self._engine.picks(kept, said["text"])
        kind = "choice" if is_pick else said["kind"]
        quiet = self._is_quiet(kept, kind, exchange.created)
        if quiet:
            kept["stopped"] = exchange.created.isoformat() if quiet == "stopped" else kept.get("stopped")
            return {"state": kept, "reply": None, "wish": None, "now": now, "quiet": quiet}
        kept["stopped"] = None
        kept["answers"] = [*self._recent(kept, exchange.created), [exchange.created.isoformat(), kind]]
        return self._engine.hear(kept, said, now)

    def _of_now(self, update: Mapping[str, Any], message: str, exchange: Exchange) -> dict[str, Any]:
        name = str((update.get("contact") or {}).get("name") or "").split(" ")[0][:40]
        return {
            "message": message,
            "now": self._now(exchange.created),
            "person": name,
            "place": self._place(exchange.branch),
        }

    # When the assistant is quiet.

    def _released(self, kept: dict[str, Any], said: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        """Whoever asks for the menu wants the assistant back; so does time."""
        since = kept.get("with_person")
        if since is None:
            return kept
        over = moment - datetime.fromisoformat(since) > timedelta(seconds=self._settings.quiet)
        asked = said["kind"] == "choice" and said["id"] in ("menu", "greeting")
        if said["kind"] == "text":
            dialogue = self._settings.dialogues[kept["language"]]
            asked = meant(dialogue["intents"], said["text"], whole=True) == "menu"
        return {**kept, "with_person": None} if over or asked else kept

    def _is_quiet(self, kept: Mapping[str, Any], kind: str, moment: datetime) -> str | None:
        """Return why nothing is answered: `person`, `stopped`, or None.

        Two machines that answer each other would never end: after so many answers to words within a minute the assistant
        stops, until nobody has written for a while. Choosing is a person's way, and is bounded more widely.
        """
        if kept.get("with_person"):
            return "person"
        stopped = kept.get("stopped")
        pause = timedelta(seconds=self._settings.pause)
        if stopped and moment - datetime.fromisoformat(stopped) < pause and kind != "choice":
            return "stopped"
        recent = self._recent(kept, moment)
        words = [one for one in recent if one[1] != "choice"]
        is_words = kind != "choice"
        return (
            "stopped"
            if len(recent) >= FLOOD * self._settings.answers or (is_words and len(words) >= self._settings.answers)
            else None
        )

    @staticmethod
    def _recent(kept: Mapping[str, Any], moment: datetime) -> list[list[str]]:
        return [list(one) for one in kept.get("answers") or () if moment - datetime.fromisoformat(one[0]) < MINUTE]

    # Going on.

    @pure
    def resume(self, variables: Variables) -> dict[str, Any]:
        """Return the turn that goes on with what came of the wish."""
        turn = variables["turn"]
        return self._engine.resume(turn, variables.get("result") or result("failed"))

    @pure
    def failed(self) -> dict[str, Any]:
        """Return that a wish could not be carried out."""
        return result("failed")

    @pure
    def failure(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person must look at: a wish of a customer's that could not be carried out."""
        turn = variables["turn"]
        return {
            "key": f"talk/{exchange.id}",
            "kind": "talk_failed",
            "summary": "Revisar una conversación",
            "title": str(turn["wish"]["do"]),
            "text": "El asistente no pudo hacer lo que pidió un cliente y se disculpó: "
            f"{str(variables.get('why') or 'sin detalle')[:300]}",
            "record": _partner(turn["state"]),
            "since": exchange.created.isoformat(timespec="seconds"),
            **({} if exchange.branch is None else {"branch": exchange.branch}),
        }

    @pure
    def obstacle(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the same for what no customer's wish can get past, a missing right or a dead key: once for each kind of wish."""
        found = self.failure(variables, exchange)
        return {**found, "key": f"talk/{found['title']}", "record": None}

    @pure
    def keep(self, variables: Variables) -> dict[str, Any]:
        """Return what is kept of the talk."""
        kept = dict(variables["turn"]["state"])
        memory = dict(kept["memory"])
        if memory.pop("handed_over", None):
            kept["with_person"] = variables["turn"]["now"]["now"]
        return {**kept, "memory": {name: one for name, one in memory.items() if one is not None}}

    @pure
    def said(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the answer as the network takes it, `{uri, body}`; None when there is none."""
        turn = variables["turn"]
        if not turn["reply"]:
            return None
        return channel.said(variables["update"], headers.get(CONTACT), turn["reply"], turn["now"]["message"])

    # What is noted in Odoo.

    @pure
    def notes(self, variables: Variables) -> bool:
        """Whether the message is noted in Odoo: by the setting, once the customer is known there; always for a person."""
        if _partner(variables["turn"]["state"]) is None:
            return False
        return self._settings.notes != "off" or variables["turn"].get("quiet") == "person"

    @pure
    def note(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the note: `{model, id, body, lane}`."""
        turn, update = variables["turn"], variables["update"]
        heard = channel.heard(update)
        asked = str(heard.get("text") or f"({_named(update, heard)})")[:NOTED]
        lines = [f"<b>{escape(str(turn['now']['person'] or 'Cliente'))}</b>: {escape(asked)}"]
        if turn["reply"]:
            lines.append(f"<b>{escape(self._settings.company)}</b>: {escape(turn['reply']['text'][:NOTED])}")
        order = (turn["state"]["memory"].get("order") or {}).get("id") if self._settings.notes == "order" else None
        about = _partner(turn["state"])
        place = {"model": "sale.order", "id": order} if order else dict(about or {})
        body = "".join(f"<p>{one}</p>".replace("\n", "<br/>") for one in lines)
        branch = {} if exchange.branch is None else {"branch": exchange.branch}
        return {**place, **branch, "note": {"id": place["id"], "body": body, "html": True}}

    # Back from a person.

    @pure
    def back(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the talk of a closed task with the assistant in it again, `{key, value}`; of an earlier version's, all."""
        task = variables["task"]
        found = theirs(variables["talks"], task["contact"])
        ended = [one for one in found if one["key"] == task.get("talk", one["key"])]
        return [{**one, "value": {**one["value"], "with_person": None}} for one in ended]


def _named(update: Mapping[str, Any], heard: Mapping[str, Any]) -> str:
    """What came without words, as a clerk calls it."""
    if heard["kind"] == "basket":
        items = [f"{one['quantity']} × {one['code']}" for one in heard["items"]]
        return f"pedido del catálogo: {', '.join(items)}"
    return NAMES.get(str(update.get("type")), "un mensaje sin texto")


def _partner(state: Mapping[str, Any]) -> dict[str, Any] | None:
    """The customer's record in Odoo, once known."""
    customer = state["memory"].get("customer")
    return {"model": "res.partner", "id": customer["id"]} if customer else None
