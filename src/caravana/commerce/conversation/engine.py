"""The engine: what is known of a talk and what was heard give what is said and what is wished. Pure.

A state of a dialogue says something, or has something done and goes on by its outcome. One message gives one answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zlib import crc32

from caravana.commerce.conversation import listening
from caravana.commerce.conversation.doing import DOINGS, FAILED
from caravana.commerce.conversation.fill import fill, value_of
from caravana.commerce.conversation.words import meant, plain, without

Dialogue = Mapping[str, Any]
Kept = dict[str, Any]
"""What is known of a talk: `at` (the state), `memory`, `options` (what was offered last), `language`."""
MOST_STEPS = 30
"""States that one message may pass: more is a circle in the dialogue."""
MOST_ROWS = 10


class Engine:
    """Dialogues by language, and what is so of the company for everybody (`facts`)."""

    def __init__(self, dialogues: Mapping[str, Dialogue], facts: Mapping[str, Any]) -> None:
        """`dialogues`: as `reading.read` gives them; the first language is the default."""
        self._dialogues = dialogues
        self._facts = facts

    def begin(self) -> Kept:
        """Return what is known of a talk that was not begun."""
        return {"at": None, "memory": {}, "options": [], "language": next(iter(self._dialogues))}

    def hear(self, kept: Kept, heard: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
        """Return the turn that a message gives: `{state, reply, wish, now}`; `reply` is None while there is a `wish`.

        - `heard`: `kind` (text, choice, basket, location, phone, unreadable), and `text`, `id`, `items` …
        - `now`: what is so of this message alone: `message`, `now`, `place`, `person`
        """
        kept = {**kept, "memory": {name: one for name, one in kept["memory"].items() if one is not None}}
        where, values = self._understood(kept, heard)
        kept["memory"] |= values
        return self._go(kept, where, now)

    def resume(self, turn: Mapping[str, Any], result: Mapping[str, Any]) -> dict[str, Any]:
        """Return the turn that goes on with what came of a wish: `{outcome, values}`."""
        kept = {**turn["state"], "memory": {**turn["state"]["memory"], **(result.get("values") or {})}}
        dialogue = self._dialogue(kept)
        on = dialogue["states"].get(kept["at"], {}).get("on") or {}
        where = on.get(result["outcome"]) or dialogue["trouble"]
        return self._go(kept, where, turn["now"], turn["steps"])

    def opened(self, kept: Kept, state: str, values: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
        """Return the turn that begins with a state, whatever was said before: for what the company says by itself."""
        return self._go({**kept, "memory": {**kept["memory"], **values}}, state, now)

    def picks(self, kept: Kept, text: str) -> bool:
        """Whether a text is one of what was offered last, by its number or title."""
        return _option(kept["options"], plain(text), by_number=True) is not None

    # What is meant.

    def _dialogue(self, kept: Mapping[str, Any]) -> Dialogue:
        return self._dialogues.get(kept["language"]) or next(iter(self._dialogues.values()))

    def _understood(self, kept: Kept, heard: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the next state and what is known with it."""
        dialogue = self._dialogue(kept)
        match heard["kind"]:
            case "choice":
                return self._chosen(dialogue, heard["id"]) or self._said(kept, str(heard.get("text") or ""))
            case "basket":
                return dialogue["basket"], {"items": heard["items"]}
            case "text":
                return self._said(kept, heard["text"])
            case "phone" if self._listens(kept) == "phone":
                return self._listened(kept, heard["text"])
        return dialogue["unreadable"], {}

    def _listens(self, kept: Kept) -> str | None:
        listen = self._dialogue(kept)["states"].get(kept["at"], {}).get("listen")
        return listen["as"] if listen else None

    def _chosen(self, dialogue: Dialogue, choice: str) -> tuple[str, dict[str, Any]] | None:
        """A button may be tapped weeks later: it says itself what it means, and only what this dialogue offers counts."""
        where, _, told = choice.partition("?")
        if where not in dialogue["states"]:
            return None
        values = dict(parse_qsl(told))
        offered = dialogue["offers"].get(where)
        return (where, values) if offered is not None and set(values) <= set(offered) else None

    def _said(self, kept: Kept, text: str) -> tuple[str, dict[str, Any]]:
        dialogue, said = self._dialogue(kept), plain(text)
        listens = self._listens(kept)
        if not said:
            return dialogue["unreadable"] if not text.strip() else dialogue.get("signs", dialogue["unreadable"]), {}
        is_number = listens not in ("number", "count", "tax_id", "phone") and not text.lstrip().startswith("-")
        option = _option(kept["options"], said, by_number=is_number)
        if option is not None and (chosen := self._chosen(dialogue, option)) is not None:
            return chosen
        intent = meant(dialogue["intents"], text, whole=listens is not None)
        if intent is not None:
            return dialogue["intents"][intent]["go"], {}
        other = self._other_language(kept, text)
        if other is not None:
            kept["language"], where = other
            return where, {}
        if listens is not None:
            return self._listened(kept, text)
        return dialogue["otherwise"], {"text": without(text, dialogue["skip"])}

    def _other_language(self, kept: Kept, text: str) -> tuple[str, str] | None:
        """A message that only another dialogue understands is answered in its language."""
        for language, dialogue in self._dialogues.items():
            intent = None if language == kept["language"] else meant(dialogue["intents"], text, whole=True)
            if intent is not None:
                return language, dialogue["intents"][intent]["go"]
        return None

    def _listened(self, kept: Kept, text: str) -> tuple[str, dict[str, Any]]:
        dialogue = self._dialogue(kept)
        listen = dialogue["states"][kept["at"]]["listen"]
        if dialogue["states"][listen["go"]].get("do") == "search":
            text = without(text, dialogue["skip"])
        try:
            return listen["go"], {listen["into"]: listening.READERS[listen["as"]](text, self._facts["country"])}
        except ValueError:
            return listen["wrong"], {}

    # What is said.

    def _go(self, kept: Kept, where: str, now: Mapping[str, Any], steps: int = 0) -> dict[str, Any]:
        """Enter `where` and whatever follows, until something is said or wished."""
        while steps < MOST_STEPS:
            steps += 1
            dialogue = self._dialogue(kept)
            state = dialogue["states"][where]
            kept = {**kept, "at": where}
            if "do" not in state:
                return {"state": self._offering(kept, state, now), "wish": None, "now": dict(now), "steps": steps} | {
                    "reply": self._reply(kept, state, now)
                }
            doing, language = DOINGS[state["do"]], kept["language"]
            kept["memory"] = {**kept["memory"], **self._filled(state.get("with") or {}, kept, now)}
            if doing.act is None:
                wish = {"do": state["do"], "scope": self._scope(kept, now)}
                return {"state": kept, "reply": None, "wish": wish, "now": dict(now), "steps": steps}
            outcome, values = doing.act(self._scope(kept, now), language)
            kept["memory"] = {**kept["memory"], **values}
            if state["do"] == "language" and kept["memory"].get("language") in self._dialogues:
                kept["language"] = kept["memory"]["language"]
            where = state["on"].get(outcome) or state["on"].get(FAILED) or dialogue["trouble"]
        raise ValueError(f"the dialogue goes round in circles: state `{where}`")

    def _scope(self, kept: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
        told = {"privacy": self._facts.get("privacy", {}).get(kept["language"], "")}
        return {**self._facts, **told, **now, **kept["memory"]}

    def _filled(self, values: Mapping[str, Any], kept: Kept, now: Mapping[str, Any]) -> dict[str, Any]:
        scope = self._scope(kept, now)
        return {name: fill(str(one), scope, kept["language"]) for name, one in values.items()}

    def _options(self, kept: Kept, state: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what may be chosen, with ids that say what they mean."""
        scope, language = self._scope(kept, now), kept["language"]
        listed = state.get("list") or {}
        made = [self._option(one, scope, language) for one in state.get("buttons") or () if _shown(one, scope)]
        rows = [
            self._option(listed["row"], {**scope, "item": item}, language)
            for item in (value_of(scope, listed["each"]) if "each" in listed else None) or ()
        ]
        rows += [self._option(one, scope, language) for one in listed.get("rows") or () if _shown(one, scope)]
        fixed = [one for one in listed.get("rows") or () if _shown(one, scope)]
        over = len(rows) - MOST_ROWS
        return made + (rows[: len(rows) - len(fixed) - over] + rows[len(rows) - len(fixed) :] if over > 0 else rows)

    def _option(self, option: Mapping[str, Any], scope: Mapping[str, Any], language: str) -> dict[str, Any]:
        values = {name: fill(str(one), scope, language) for name, one in (option.get("with") or {}).items()}
        told = f"?{urlencode(values)}" if values else ""
        return {
            "id": f"{option['go']}{told}",
            "title": fill(option["title"], scope, language),
            "description": fill(option.get("description", ""), scope, language),
            **({"words": list(option["words"])} if "words" in option else {}),
        }

    def _offering(self, kept: Kept, state: Mapping[str, Any], now: Mapping[str, Any]) -> Kept:
        kept_of = ("id", "title", "words")
        offered = [{name: one[name] for name in kept_of if name in one} for one in self._options(kept, state, now)]
        return {**kept, "options": offered}

    def _reply(self, kept: Kept, state: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what is said, whatever the channel: `text`, `options`, `button`, `photo`, `file`, `link`."""
        scope, language = self._scope(kept, now), kept["language"]
        if state.get("quiet"):
            return None
        lines = state.get("lines")
        if lines:
            scope["lines"] = "\n".join(
                fill(lines["line"], {**scope, "item": one}, language) for one in value_of(scope, lines["each"]) or ()
            )
        link = state.get("link")
        reply = {
            "text": fill(_phrase(state["say"], now), scope, language),
            "options": self._options(kept, state, now),
            "button": (state.get("list") or {}).get("button"),
            "photo": value_of(scope, state["photo"]) if "photo" in state else None,
            "file": value_of(scope, state["file"]) if "file" in state else None,
            "link": {name: fill(one, scope, language) for name, one in link.items()} if link else None,
        }
        return {name: one for name, one in reply.items() if one}


def _phrase(say: str | Sequence[str], now: Mapping[str, Any]) -> str:
    """Return what is said: of several phrasings always the same one to a message."""
    if isinstance(say, str):
        return say
    return say[crc32(str(now.get("message")).encode()) % len(say)]


def _shown(option: Mapping[str, Any], scope: Mapping[str, Any]) -> bool:
    return "if" not in option or bool(value_of(scope, option["if"]))


def _option(options: Sequence[Mapping[str, Any]], said: str, *, by_number: bool) -> str | None:
    """Return the id of the option that a text names, by its number (from 1), its title or another of its words."""
    if by_number and said.isascii() and said.isdigit() and 1 <= int(said[:4]) <= len(options):
        return str(options[int(said[:4]) - 1]["id"])
    named = (str(one["id"]) for one in options if said in map(plain, (one["title"], *one.get("words", ()))))
    return next(named, None)
