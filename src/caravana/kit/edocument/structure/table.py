"""The table of structure, as it is written in the `.txt` files: one element a line, its children indented beneath it.

    detalle+                     name, then how often: nothing once, ? at most once, + once or more, * any number, {1,15}
      @nombre lines 300          an attribute; @id? is optional
      descripcion text 300       an element with text, and what the text may be (`facet`)
      infoAdicional? common      the element of that name in `common.txt`

The first line names the root and the version that is sent. The facts are those of the SRI's schemas: factura 2.1.0, liquidación
de compra 1.1.0, nota de crédito 1.1.0, nota de débito 1.0.0, guía de remisión 1.1.0, comprobante de retención 2.0.0 (ATS).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from caravana.kit.edocument.structure.facet import Facet, facet_of

_LINE = re.compile(r"(?P<indent> *)(?P<name>@?\w+)(?P<often>[?+*]|\{\d+,\d+\})?(?: (?P<words>.+))?")
_OFTEN: dict[str, tuple[int, int | None]] = {"": (1, 1), "?": (0, 1), "+": (1, None), "*": (0, None)}
_COMMON = "common"


@dataclass(frozen=True)
class Attribute:
    """An attribute of an element; without `facet` its text may be anything."""

    name: str
    required: bool
    facet: Facet | None


@dataclass(frozen=True)
class Node:
    """An element: how often it stands (`most` None: any number), its text or its children in their order."""

    name: str
    least: int = 1
    most: int | None = 1
    facet: Facet | None = None
    attributes: tuple[Attribute, ...] = ()
    children: tuple["Node", ...] = ()
    places: dict[str, int] = field(default_factory=dict, compare=False)
    """Name of each child → its place in the order."""


@dataclass(frozen=True)
class Structure:
    """One type of document: the root and the version that is sent."""

    cod_doc: str
    root: Node
    version: str


STRUCTURES = {
    "01": "factura",
    "03": "liquidacionCompra",
    "04": "notaCredito",
    "05": "notaDebito",
    "06": "guiaRemision",
    "07": "comprobanteRetencion",
}
"""codDoc → name of the root element and of the file."""


@cache
def structure_of(cod_doc: str) -> Structure:
    """Return the structure of a type. Raises `KeyError` for a type that there is not."""
    first, *rest = _lines(STRUCTURES[cod_doc])
    version = (first["words"] or "").removeprefix("version ")
    return Structure(cod_doc, _node(first["name"], (1, 1), None, rest), version)


@cache
def _common() -> dict[str, Node]:
    lines = _lines(_COMMON)
    starts = [place for place, line in enumerate(lines) if not line["indent"]]
    ends = [*starts[1:], len(lines)]
    return {
        lines[start]["name"]: _node(lines[start]["name"], (1, 1), None, lines[start + 1 : end])
        for start, end in zip(starts, ends, strict=True)
    }


def _lines(name: str) -> list[re.Match[str]]:
    """Return the lines of a file of the table. Raises `ValueError` for a line that cannot be read."""
    found = []
    text = (files(__package__) / f"{name}.txt").read_text("utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{name}.txt, line {number}: cannot be read: {line!r}")
        found.append(match)
    return found


def _node(name: str, often: tuple[int, int | None], facet: Facet | None, below: list[re.Match[str]]) -> Node:
    children: list[Node] = []
    attributes: list[Attribute] = []
    for line, inner in _groups(below):
        words = line["words"]
        if line["name"].startswith("@"):
            attributes.append(Attribute(line["name"][1:], line["often"] != "?", facet_of(words) if words else None))
        elif words == _COMMON:
            shared = _common()[line["name"]]
            least, most = _occurrence(line)
            children.append(Node(shared.name, least, most, None, shared.attributes, shared.children, shared.places))
        else:
            children.append(_node(line["name"], _occurrence(line), facet_of(words) if words else None, inner))
    places = {child.name: place for place, child in enumerate(children)}
    return Node(name, *often, facet, tuple(attributes), tuple(children), places)


def _groups(lines: list[re.Match[str]]) -> Iterator[tuple[re.Match[str], list[re.Match[str]]]]:
    """Yield each line of the first depth with the lines beneath it."""
    place = 0
    while place < len(lines):
        end = place + 1
        while end < len(lines) and len(lines[end]["indent"]) > len(lines[place]["indent"]):
            end += 1
        yield lines[place], lines[place + 1 : end]
        place = end


def _occurrence(line: re.Match[str]) -> tuple[int, int | None]:
    often = line["often"] or ""
    if often in _OFTEN:
        return _OFTEN[often]
    least, most = often.strip("{}").split(",")
    return int(least), int(most)


__all__ = ["STRUCTURES", "Attribute", "Node", "Structure", "structure_of"]
