"""YAML (and JSON) text as a small tree that knows where every key and value stands.

Scalars keep the text as written, so that `on`, `007` or a date stay what the author wrote.
"""

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from caravana.route.location import Location
from caravana.route.problem import Problem, RouteFileError, error

MAX_NODES = 200_000
"""Largest tree, aliases counted as often as they are used: a small file must not unfold into a huge one."""

_TYPED = {"null": None, "bool": None, "int": int, "float": float}


@dataclass(frozen=True)
class Scalar:
    """A text with the type that YAML 1.2 sees in it: `str`, `int`, `float`, `bool` or `null`."""

    text: str
    type: str
    location: Location

    def plain(self) -> Any:
        """Return the value as JSON has it."""
        if self.type == "null":
            return None
        if self.type == "bool":
            return self.text.lower() == "true"
        return _number(self.text, self.type) if self.type in {"int", "float"} else self.text


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple["Tree", ...]
    location: Location

    def plain(self) -> Any:
        """Return the value as JSON has it."""
        return [item.plain() for item in self.items]


@dataclass(frozen=True)
class Entry:
    """One key of a mapping and its value."""

    key: str
    value: "Tree"
    location: Location


@dataclass(frozen=True)
class Mapping:
    """Keys and values in the order of the file; no key twice."""

    entries: tuple[Entry, ...]
    location: Location

    def plain(self) -> Any:
        """Return the value as JSON has it."""
        return {entry.key: entry.value.plain() for entry in self.entries}

    def get(self, key: str) -> "Tree | None":
        """Return the value under `key`, or None."""
        return next((entry.value for entry in self.entries if entry.key == key), None)


Tree = Scalar | Sequence | Mapping


def parse(text: str, file: str, problems: list[Problem]) -> Tree | None:
    """Return the tree of `text`, None when it is empty; duplicate keys are added to `problems`.

    Raises `RouteFileError` when the text is no YAML.
    """
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        raise RouteFileError([error(f"not YAML: {wrong.problem or wrong.context}", place, _hint(text, mark))]) from None
    except (YAMLError, ValueError, RecursionError) as wrong:
        raise RouteFileError([error(f"not YAML: {str(wrong).partition(chr(10))[0]}", Location(file))]) from None
    return None if node is None else _Builder(file, problems).build(node)


def _hint(text: str, mark: Any) -> str:
    lines = text.splitlines()
    if mark and mark.line < len(lines) and "\t" in lines[mark.line]:
        return "indent with blanks, not with tabs"
    return ""


class _Builder:
    """Turns ruamel's nodes into the tree."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.open: set[int] = set()
        self.count = 0

    def build(self, node: Any) -> Tree:
        self.count += 1
        place = self.place(node)
        if id(node) in self.open or self.count > MAX_NODES or len(self.open) > 100:
            raise RouteFileError([error("the file unfolds without end", place, "take the alias or the nesting out")])
        if isinstance(node, ScalarNode):
            return Scalar(_unicode(_folded(node)), _type(node), place)
        self.open.add(id(node))
        made = self.sequence(node, place) if isinstance(node, SequenceNode) else self.mapping(node, place)
        self.open.discard(id(node))
        return made

    def sequence(self, node: SequenceNode, place: Location) -> Sequence:
        return Sequence(tuple(self.build(item) for item in node.value), place)

    def mapping(self, node: MappingNode, place: Location) -> Mapping:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            where = self.place(key)
            name = _unicode(key.value) if isinstance(key, ScalarNode) else ""
            if not name:
                self.problems.append(error("a key must be a text", where))
            elif name in entries:
                first = entries[name].location
                self.problems.append(error(f"`{name}` stands twice here, first in line {first.line}", where))
            else:
                entries[name] = Entry(name, self.build(value), where)
        return Mapping(tuple(entries.values()), place)

    def place(self, node: Any) -> Location:
        return Location(self.file, node.start_mark.line + 1, node.start_mark.column + 1)


def _type(node: ScalarNode) -> str:
    name = str(node.tag or "").rpartition(":")[2]
    return name if node.style is None and name in _TYPED else "str"


def _folded(node: ScalarNode) -> str:
    """Return a scalar's text; where a folded one (`>`) was broken, ruamel leaves a mark for writing it the same way again."""
    text = str(node.value)
    return text.replace("\a", "") if node.style == ">" else text


def _unicode(text: str) -> str:
    """Join the two halves that JSON writes for a sign beyond the basic plane."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _number(text: str, kind: str) -> int | float | str:
    try:
        return int(text, 0) if kind == "int" else float(text)
    except ValueError:
        return text
