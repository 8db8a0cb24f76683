"""What can be wrong in a dialogue: keys, states that there are not, outcomes nobody goes on from, texts that no phone shows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from caravana.commerce.conversation.doing import DOINGS, FAILED, PARTS
from caravana.commerce.conversation.fill import NAME
from caravana.commerce.conversation.listening import READERS
from caravana.commerce.conversation.words import plain
from caravana.kit.nearest import nearest

Place = tuple[str | int, ...]


class Wrong(NamedTuple):
    """One mistake: where it stands, and why it is one."""

    place: Place
    reason: str


TOP = {"language", "begin", "otherwise", "basket", "unreadable", "signs", "trouble", "skip", "intents", "states"}
NOTICES = ("order_confirmed", "payment_received", "invoice_authorised", "shipped")
NEEDED = ("comment", "comment_public", "comment_public_only", "wait", *(f"notice_{one}" for one in NOTICES))
"""States that the hub enters by itself."""
STARTS = ("begin", "otherwise", "basket", "unreadable", "signs", "trouble")
STATE = {"say", "photo", "file", "link", "lines", "buttons", "list", "listen", "do", "with", "on", "quiet"}
OPTION = {"title", "words", "description", "go", "with", "if"}
KEYS: Mapping[str, set[str]] = {
    "list": {"button", "each", "row", "rows"},
    "listen": {"as", "into", "go", "wrong"},
    "lines": {"each", "line"},
    "link": {"label", "url"},
}
WHOLE = ("lines", "link")
"""What has all of its keys, or is not there."""
FACTS = {
    "company",
    "person",
    "place",
    "wanted",
    "privacy",
    "lines",
    "item",
    "language",
    "items",
    "now",
    "message",
    "transfers",
    "cards",
}
"""Names that are known in every state."""
BRACES = re.compile(r"\{[^{}]*\}?|\}")
TEXT, TEXT_WITH_OPTIONS = 4096, 1024
BUTTON, ROW, DESCRIPTION, LIST = 20, 24, 72, 20
MOST_BUTTONS, MOST_ROWS = 3, 10


def wrong_places(content: Mapping[str, Any], language: str | None = None) -> Iterator[Wrong]:
    """Yield every mistake of a dialogue: where it stands, and the reason with the nearest right name.

    `language`: that of the talks it is for.
    """
    yield from _keys((), content, TOP)
    if language not in (None, content.get("language")):
        yield Wrong(("language",), f"this is the file of `{language}`")
    states = content.get("states")
    if not isinstance(states, Mapping) or not states:
        yield Wrong(("states",), "there are no states")
        return
    for name in STARTS:
        yield from _state_named((name,), content.get(name), states, f"`{name}` must name the state")
    for name in NEEDED:
        if name not in states:
            yield Wrong(("states",), f"there is no state `{name}`, which the hub says by itself")
    yield from _intents(content.get("intents"), states)
    yield from _listed(("skip",), content.get("skip") or [])
    known = _known(states)
    for name, state in states.items():
        place: Place = ("states", name)
        if not isinstance(state, Mapping):
            yield Wrong(place, "a state holds `say`, `buttons`, `do` and the like")
            continue
        yield from _state(place, state, states, known)


def _known(states: Mapping[str, Any]) -> set[str]:
    """The names that some state, doing or button makes known."""
    found = set(FACTS)
    for state in (one for one in states.values() if isinstance(one, Mapping)):
        doing = DOINGS.get(str(state.get("do")))
        found |= set(doing.gives) if doing else set()
        found |= set(state.get("with") or ()) if isinstance(state.get("with"), Mapping) else set()
        listen = state.get("listen")
        if isinstance(listen, Mapping) and isinstance(listen.get("into"), str):
            found.add(listen["into"])
        for _, option in _options((), state):
            found |= set(option["with"]) if isinstance(option.get("with"), Mapping) else set()
    return found


def _intents(intents: Any, states: Mapping[str, Any]) -> Iterator[Wrong]:
    if not isinstance(intents, Mapping):
        yield Wrong(("intents",), "must hold intents by name, each with `words` and `go`")
        return
    owners: dict[str, str] = {}
    for name, intent in intents.items():
        place: Place = ("intents", name)
        if not isinstance(intent, Mapping):
            yield Wrong(place, "an intent holds `words` and `go`")
            continue
        yield from _keys(place, intent, {"words", "go", "whole"})
        yield from _state_named((*place, "go"), intent.get("go"), states, "`go` must name the state that follows")
        words = intent.get("words")
        yield from _listed((*place, "words"), words)
        yield from _flag((*place, "whole"), intent.get("whole"))
        if not words:
            yield Wrong(place, "`words` is empty")
        for number, word in enumerate(words if isinstance(words, list) else ()):
            owner = owners.setdefault(plain(str(word)), str(name))
            if owner != name:
                yield Wrong((*place, "words", number), f"`{word}` already means the intent `{owner}`")


def _listed(place: Place, words: Any) -> Iterator[Wrong]:
    if not isinstance(words, list):
        yield Wrong(place, "must be a list of words, e.g. [word, other words]")
        return
    for number, word in enumerate(words):
        if not isinstance(word, str):
            yield Wrong((*place, number), f"`{word}` is no text here: write it in quotes")
        elif not plain(word):
            yield Wrong((*place, number), "has neither a letter nor a digit")


def _state(place: Place, state: Mapping[str, Any], states: Mapping[str, Any], known: set[str]) -> Iterator[Wrong]:
    yield from _keys(place, state, STATE)
    for name, allowed in KEYS.items():
        if name in state:
            if isinstance(state[name], Mapping):
                yield from _keys((*place, name), state[name], allowed)
                for key in sorted(allowed - set(state[name])) if name in WHOLE else ():
                    yield Wrong((*place, name), f"needs `{key}`")
            else:
                yield Wrong((*place, name), f"must hold {', '.join(f'`{one}`' for one in sorted(allowed))}")
    if "do" in state:
        yield from _doing(place, state, states)
    else:
        yield from _phrasings(place, state.get("say"))
    yield from _flag((*place, "quiet"), state.get("quiet"))
    yield from _sizes(place, state)
    yield from _listen(place, state.get("listen"), states)
    titles: set[str] = set()
    for where, option in _offered(place, state):
        if not isinstance(option, Mapping):
            yield Wrong(where, f"a {'button' if 'buttons' in where else 'row'} holds `title` and `go`")
            continue
        yield from _option(where, option, states)
        title = str(option.get("title"))
        if title in titles and "if" not in option:
            yield Wrong(where, f"two are called `{title}`")
        titles.add(title)
    yield from _names(place, state, known)


def _phrasings(place: Place, say: Any) -> Iterator[Wrong]:
    """One text, or several of which one is said."""
    for number, one in enumerate(say) if isinstance(say, list) and say else [(None, say)]:
        where = place if number is None else (*place, "say", number)
        if one and not isinstance(one, str | list | Mapping):
            yield Wrong((*place, "say"), f"`{one}` is no text here: write it in quotes")
        elif not isinstance(one, str) or not one.strip():
            yield Wrong(
                where, "says nothing: it needs `say` (a text, or a list of texts of which one is said), or `do`"
            )


def _flag(place: Place, value: Any) -> Iterator[Wrong]:
    if value is not None and not isinstance(value, bool):
        yield Wrong(place, "must be true or false")


def _doing(place: Place, state: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[Wrong]:
    name = str(state["do"])
    if name not in DOINGS:
        yield Wrong((*place, "do"), f"nothing is called `{name}` ({nearest(name, DOINGS) or ', '.join(DOINGS)})")
        return
    if "say" in state:
        yield Wrong(
            (*place, "say"), "a state that has something done says nothing itself: say it in the state of the outcome"
        )
    on = state.get("on") if isinstance(state.get("on"), Mapping) else {}
    outcomes = (*DOINGS[name].outcomes, FAILED)
    for outcome, target in (on or {}).items():
        where = (*place, "on", outcome)
        if outcome not in outcomes:
            yield Wrong(where, f"`{name}` has no outcome `{outcome}` (there are: {', '.join(outcomes)})")
        yield from _state_named(where, target, states, f"`{outcome}` must name the state that follows")
    for outcome in DOINGS[name].outcomes:
        if outcome not in (on or {}) and outcome != FAILED:
            yield Wrong((*place, "do"), f"nothing follows the outcome `{outcome}` of `{name}`: write it below `on`")


def _listen(place: Place, listen: Any, states: Mapping[str, Any]) -> Iterator[Wrong]:
    if not isinstance(listen, Mapping):
        return
    where = (*place, "listen")
    if listen.get("as") not in READERS:
        yield Wrong((*where, "as"), f"`as` must be one of {', '.join(READERS)}")
    if not isinstance(listen.get("into"), str):
        yield Wrong(where, "`into` must name what is heard, e.g. text")
    yield from _state_named((*where, "go"), listen.get("go"), states, "`go` must name the state that follows")
    if "wrong" in listen:
        yield from _state_named((*where, "wrong"), listen["wrong"], states, "`wrong` must name a state")


def _options(place: Place, state: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield the buttons and rows of a state, with their places."""
    yield from ((where, one) for where, one in _offered(place, state) if isinstance(one, Mapping))


def _offered(place: Place, state: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    listed = state.get("list") if isinstance(state.get("list"), Mapping) else {}
    for name, found in (("buttons", state.get("buttons")), ("rows", (listed or {}).get("rows"))):
        where = (*place, name) if name == "buttons" else (*place, "list", name)
        for number, one in enumerate(found if isinstance(found, list) else ()):
            yield Wrong((*where, number), one)
    if "row" in (listed or {}):
        yield (*place, "list", "row"), (listed or {})["row"]


def _option(place: Place, option: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[Wrong]:
    yield from _keys(place, option, OPTION)
    yield from _state_named((*place, "go"), option.get("go"), states, "`go` must name the state that follows")
    if not isinstance(option.get("title"), str) or not option["title"].strip():
        yield Wrong(place, "needs a `title`")
        return
    if "words" in option:
        yield from _listed((*place, "words"), option["words"])
    longest = BUTTON if "buttons" in place else ROW
    yield from _length((*place, "title"), option["title"], longest)
    yield from _length((*place, "description"), option.get("description") or "", DESCRIPTION)


def _sizes(place: Place, state: Mapping[str, Any]) -> Iterator[Wrong]:
    buttons, listed = state.get("buttons") or [], state.get("list") or {}
    if buttons and listed:
        yield Wrong((*place, "buttons"), "a message has buttons or a list, not both")
    if not isinstance(buttons, list):
        yield Wrong((*place, "buttons"), "must be a list of buttons")
    elif len(buttons) > MOST_BUTTONS and not any("if" in one for one in buttons if isinstance(one, Mapping)):
        yield Wrong((*place, "buttons"), f"WhatsApp shows at most {MOST_BUTTONS} buttons: write a `list`")
    if isinstance(listed, Mapping) and listed:
        rows = listed.get("rows") or []
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            yield Wrong((*place, "list"), f"`rows` must be a list of at most {MOST_ROWS}")
        if not isinstance(listed.get("button"), str):
            yield Wrong((*place, "list"), "needs `button`, the text that opens it")
        else:
            yield from _length((*place, "list", "button"), listed["button"], LIST)
        if ("each" in listed) != ("row" in listed):
            yield Wrong((*place, "list"), "`each` and `row` go together")
        elif "row" not in listed and not rows:
            yield Wrong((*place, "list"), "needs `rows`, or `each` with `row`")
    most, say = TEXT_WITH_OPTIONS if buttons or listed else TEXT, state.get("say")
    for one in say if isinstance(say, list) else [say or ""]:
        yield from _length((*place, "say"), str(one), most)


def _length(place: Place, text: str, most: int) -> Iterator[Wrong]:
    """What is filled in is cut where it is sent; what a person wrote must fit by itself."""
    written = NAME.sub("", text)
    if len(written) > most:
        yield Wrong(place, f"has {len(written)} characters; the most is {most}")


def _names(place: Place, value: Any, known: set[str]) -> Iterator[Wrong]:
    """Texts that name what no state makes known."""
    if isinstance(value, str):
        for found in NAME.finditer(value):
            yield from _name(place, found[1], f"{{{found[1]}}}", known)
        for odd in BRACES.findall(NAME.sub("", value)):
            yield Wrong(place, f"`{odd}` is nothing that is filled in: write {{name}}, or {{number|one|more}} to count")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if name in ("each", "photo", "file", "if") and isinstance(one, str):
                yield from _name((*place, name), one, one, known)
            else:
                yield from _names((*place, name), one, known)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _names((*place, number), one, known)


def _name(place: Place, name: str, written: str, known: set[str]) -> Iterator[Wrong]:
    first, _, part = name.partition(".")
    if first not in known:
        yield Wrong(place, f"nothing makes `{written}` known" + _hint(first, known))
    elif part and first in PARTS and part.partition(".")[0] not in PARTS[first]:
        near = _hint(part, PARTS[first]) or f" (there are: {', '.join(PARTS[first])})"
        yield Wrong(place, f"`{first}` has no `{part.partition('.')[0]}`" + near)


def _hint(name: str, known: Iterable[str]) -> str:
    near = nearest(name, sorted(known))
    return f" ({near})" if near else ""


def _state_named(place: Place, name: Any, states: Mapping[str, Any], otherwise: str) -> Iterator[Wrong]:
    if not isinstance(name, str):
        yield Wrong(place, otherwise)
    elif name not in states:
        yield Wrong(place, f"there is no state `{name}`" + _hint(name, states))


def _keys(place: Place, value: Mapping[str, Any], allowed: set[str]) -> Iterator[Wrong]:
    there = f" (there are: {', '.join(sorted(allowed))})"
    for name in value:
        if name not in allowed:
            yield Wrong((*place, name), f"there is no `{name}` here" + (_hint(str(name), allowed) or there))
