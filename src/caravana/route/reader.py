"""Route files to the model: Camel's YAML in both spellings, and canonical JSON. All problems of a file at once."""

from functools import lru_cache
from pathlib import Path

from caravana.route.document import RouteDocument
from caravana.route.element import Node
from caravana.route.model import (
    Beans,
    OnException,
    Rest,
    RestConfiguration,
    Route,
    RouteConfiguration,
)
from caravana.route.problem import Problem, RouteFileError, error, raise_errors, warning
from caravana.route.read_element import ElementReader
from caravana.route.refusal import refusal
from caravana.route.source import Entry, Mapping, Scalar, Sequence, Tree, parse

TOP: dict[str, type[Node]] = {
    "route": Route,
    "routeConfiguration": RouteConfiguration,
    "onException": OnException,
    "rest": Rest,
    "restConfiguration": RestConfiguration,
}
"""Top-level keys that are one element; `from`, `errorHandler` and `beans` have shapes of their own."""

TOP_KEYS = (*TOP, "from", "errorHandler", "beans")

MAX_BYTES = 4_000_000
KEPT = 64
"""Texts whose documents are kept, since most files have not changed when a project is read again."""


def read_file(path: str | Path, *, strict: bool = False) -> RouteDocument:
    """Return the document in the file `path` (UTF-8 YAML or JSON).

    Raises `RouteFileError` with every problem when there is an error among them; `strict` warns of loose types, too.
    """
    name = str(path)
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as wrong:
        raise RouteFileError([error(f"cannot read `{name}`: {wrong.strerror}")]) from None
    except UnicodeDecodeError:
        raise RouteFileError([error(f"`{name}` is not UTF-8 text")]) from None
    return read_text(text, name, strict=strict)


def read_text(text: str, file: str = "<text>", *, strict: bool = False) -> RouteDocument:
    """Return the document in `text`; `file` is the name that problems show. Raises as `read_file` does."""
    document, problems = inspect_text(text, file, strict=strict)
    raise_errors(problems)
    return document


@lru_cache(KEPT)
def inspect_text(text: str, file: str = "<text>", *, strict: bool = False) -> tuple[RouteDocument, tuple[Problem, ...]]:
    """Return what could be read of `text` and all problems, in the order of the file; raises nothing."""
    problems: list[Problem] = []
    items: list[Node] = []
    try:
        if len(text) > MAX_BYTES:
            raise RouteFileError([error(f"`{file}` is larger than {MAX_BYTES} signs")])
        tree = parse(text, file, problems)
        items = _DocumentReader(problems, strict).document(tree)
    except RouteFileError as wrong:
        problems.extend(wrong.problems)
    found = tuple(sorted(problems, key=lambda problem: problem.location))
    return RouteDocument(tuple(items), file, found), found


class _DocumentReader:
    """Reads the list at the root of a file."""

    def __init__(self, problems: list[Problem], strict: bool) -> None:
        self.problems = problems
        self.elements = ElementReader(problems, strict)

    def document(self, tree: Tree | None) -> list[Node]:
        if tree is None:
            return []
        if not isinstance(tree, Sequence):
            self.problems.append(error("a route file is a list", tree.location, _root_hint(tree)))
            return []
        found = (self.item(item) for item in tree.items)
        return [node for node in found if node is not None]

    def item(self, tree: Tree) -> Node | None:
        if not isinstance(tree, Mapping) or not tree.entries:
            self.problems.append(error("an object with one top-level key is wanted here", tree.location))
            return None
        entries = {entry.key: entry for entry in tree.entries}
        if set(entries) == {"from", "steps"}:
            return self.old_from(entries["from"], entries["steps"])
        for entry in tree.entries[1:]:
            hint = f"indent it to make it part of `{tree.entries[0].key}`, or begin a new list item"
            self.problems.append(error(f"`{entry.key}` stands beside `{tree.entries[0].key}`", entry.location, hint))
        return self.top(tree.entries[0])

    def top(self, entry: Entry) -> Node | None:
        if entry.key == "from":
            return self.route(Mapping((entry,), entry.location), entry)
        if entry.key == "route" and isinstance(entry.value, Mapping):
            return self.route(entry.value, entry)
        if entry.key == "errorHandler":
            return self.elements.error_handler(entry.value, entry.location)
        if entry.key == "beans":
            return self.beans(entry)
        if entry.key in TOP:
            return self.elements.read(TOP[entry.key], entry.value, entry.location)
        message, hint = refusal("top", entry.key, TOP_KEYS)
        self.problems.append(error(message, entry.location, hint))
        return None

    def old_from(self, begin: Entry, steps: Entry) -> Node | None:
        return self.route(Mapping((begin, steps), begin.location), begin)

    def route(self, tree: Mapping, entry: Entry) -> Node | None:
        return self.elements.read(Route, self.steps_inside(tree), entry.location)

    def steps_inside(self, tree: Mapping) -> Mapping:
        """Move `steps` that stand beside `from` (the older form) into it."""
        entries = {entry.key: entry for entry in tree.entries}
        begin, steps = entries.get("from"), entries.get("steps")
        if begin is None or steps is None:
            return tree
        inner = begin.value
        if isinstance(inner, Scalar):
            inner = Mapping((Entry("uri", inner, inner.location),), begin.location)
        if not isinstance(inner, Mapping) or inner.get("steps") is not None:
            return tree
        self.problems.append(warning("`steps` stands beside `from`, the older form", steps.location, "indent it"))
        moved = Entry("from", Mapping((*inner.entries, steps), inner.location), begin.location)
        kept = tuple(entry for entry in tree.entries if entry.key not in {"from", "steps"})
        return Mapping((*kept, moved), tree.location)

    def beans(self, entry: Entry) -> Node | None:
        wrapped = Mapping((Entry("beans", entry.value, entry.location),), entry.location)
        return self.elements.read(Beans, wrapped, entry.location)


def _root_hint(tree: Tree) -> str:
    if isinstance(tree, Mapping):
        keys = [entry.key for entry in tree.entries]
        if "apiVersion" in keys:
            return "Kubernetes resources are not read; take the list under `spec.flows` or `spec.template`"
        if keys and keys[0] in TOP_KEYS:
            return f"begin with `- {keys[0]}:`"
    return "begin with `- route:`"
