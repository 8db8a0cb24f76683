"""Dialogue files: the shipped one of a language, with the company's own laid over it, checked as a whole.

CaravanaError
└── ConfigurationError
    └── DialogueRefused     everything that is wrong, each with file, line and reason
"""

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from caravana.commerce.conversation.checking import wrong_places
from caravana.kit.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "dialogue"
REMEDIES: Mapping[str, str] = {
    "\\t": "tabs do not indent here: use blanks",
    "mapping values are not allowed": "a text with `: ` must stand in quotes",
    "expected <block end>": "a text that begins with a brace must stand in quotes; parts of one thing begin in one column",
}
"""What to do instead of what the parser says."""
LARGEST = 1 << 20
"""Bytes of a dialogue file at most."""
Place = tuple[str | int, ...]


class DialogueRefused(ConfigurationError):
    """A dialogue file is not usable; the message has one line for each mistake: `file:line: reason`."""


class _File:
    """One file's content, and where each of its parts stands."""

    def __init__(self, name: str, text: str) -> None:
        self.places: dict[Place, str] = {}
        self._name = name
        yaml = YAML(typ="rt")
        yaml.version = (1, 2)
        try:
            loaded = yaml.load(StringIO(text))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark is not None else 1
            raise DialogueRefused(f"{name}:{line}: {_why(error)}") from None
        except YAMLError as error:
            raise DialogueRefused(f"{name}:1: {str(error).splitlines()[0]}") from None
        if loaded is None:
            loaded = {}
        if not isinstance(loaded, Mapping):
            raise DialogueRefused(f"{name}:1: a dialogue file holds `states`, `intents` and the like")
        self.content: dict[str, Any] = self._plain(loaded, (), 1)

    def _plain(self, value: Any, place: Place, line: int) -> Any:
        self.places[place] = f"{self._name}:{line}"
        if isinstance(value, Mapping):
            return {
                str(key): self._plain(one, (*place, str(key)), _line(value, key, line)) for key, one in value.items()
            }
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._plain(one, (*place, n), _line(value, n, line)) for n, one in enumerate(value)]
        return str(value) if isinstance(value, str) else value


def read(language: str, own: Path | None = None) -> dict[str, Any]:
    """Return the dialogue of a language: the shipped one, with the company's `own` file laid over it state by state, key by key.

    What the own file sets to nothing (`null`) is taken away. Raises `DialogueRefused` naming every mistake.
    """
    base = _read(SHIPPED / f"{language}.yaml")
    laid = _read(own) if own is not None else _File("", "")
    places = {**base.places, **laid.places}
    content = _merged(base.content, laid.content)
    wrong = list(wrong_places(content, language))
    told = list(_taken_away(wrong, places, laid)) or [(_place(places, at), reason) for at, reason in wrong]
    found = [f"{place}: {reason}" for place, reason in told]
    if found:
        raise DialogueRefused("\n".join(dict.fromkeys(found)))
    return finished(content)


def _taken_away(
    wrong: Sequence[tuple[Place, str]], places: Mapping[Place, str], laid: _File
) -> Iterator[tuple[str, str]]:
    """Yield the states that a company's file takes away though something leads there still, with what does."""
    own = laid.content.get("states")
    gone = [name for name, one in own.items() if one is None] if isinstance(own, Mapping) else []
    for at, told in wrong:
        name = next((one for one in gone if f"there is no state `{one}`" in told), None)
        if name is not None:
            there = _place(places, at)
            hint = "the hub says it by itself" if at == ("states",) else f"{there} leads there"
            reason = f"`{name}` is taken away here, and {hint}: change it instead"
            yield _place(laid.places, ("states", name)), reason


def finished(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked dialogue with all that may be left out, and what its buttons may say (`offers`)."""
    states = {name: _state(name, one) for name, one in content["states"].items()}
    offers: dict[str, list[str]] = {}
    for option in (one for state in states.values() for one in options_of(state)):
        known = offers.setdefault(option["go"], [])
        known += [name for name in option.get("with") or {} if name not in known]
    return {**content, "skip": list(content.get("skip") or ()), "states": states, "offers": offers}


def _state(name: str, state: Mapping[str, Any]) -> dict[str, Any]:
    listen = state.get("listen")
    return {**state, "listen": {"wrong": name, **listen}} if listen else dict(state)


def options_of(state: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the buttons and rows of a state."""
    listed = state.get("list") or {}
    yield from state.get("buttons") or ()
    yield from listed.get("rows") or ()
    if "row" in listed:
        yield listed["row"]


def _read(path: Path) -> _File:
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST:
            raise DialogueRefused(f"{path}:1: has {len(raw)} bytes; the most is {LARGEST}")
        return _File(str(path) if path.parent != SHIPPED else path.name, raw.decode("utf-8-sig"))
    except OSError as error:
        raise DialogueRefused(f"{path}:0: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DialogueRefused(f"{path}:1: is not written in UTF-8") from None


def _why(error: MarkedYAMLError) -> str:
    """What is wrong with a file that is no YAML, and what to do in the commonest cases."""
    problem = error.problem or "this is no YAML"
    if problem.startswith("found duplicate key "):
        return f"`{problem.split(chr(34))[1]}` stands twice here: make one of the two"
    return next((one for said, one in REMEDIES.items() if said in problem), problem)


def _line(value: Any, key: Any, line: int) -> int:
    """The line of a key or item, from 1."""
    if not isinstance(value, CommentedBase):
        return line
    try:
        found = value.lc.key(key) if isinstance(value, Mapping) else value.lc.item(key)
    except (KeyError, IndexError, AttributeError, TypeError):
        return line
    return int(found[0]) + 1


def _merged(base: Mapping[str, Any], laid: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are laid over key by key, all else takes the other's place."""
    found = dict(base)
    for name, value in laid.items():
        before = found.get(name)
        if value is None:
            found.pop(name, None)
        elif isinstance(value, Mapping) and isinstance(before, Mapping) and name not in ("listen", "list", "with"):
            found[name] = _merged(before, value)
        else:
            found[name] = value
    return found


def _place(places: Mapping[Place, str], place: Place) -> str:
    """Where a mistake stands: its own line, else that of what it is in."""
    while place and place not in places:
        place = place[:-1]
    return places.get(place, "dialogue:0")
