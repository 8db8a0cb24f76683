"""A canonical document as the SRI's XML, unsigned: compact, UTF-8, in the order of the table of structure.

Line feeds and control characters become blanks. A text that is too long for the SRI is cut where nothing depends on its end
(names, addresses, descriptions: the texts of 300 characters) and told as a warning; codes and identifications are never cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from caravana.kit.edocument.content import Tree, content
from caravana.kit.edocument.document import AnyDocument
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.facet import Facet, Text
from caravana.kit.edocument.structure.table import Node, structure_of

ID = "comprobante"
"""The root's id; the signature refers to it."""
_CUT_FROM = 300
_UNPRINTABLE = re.compile("[\\x00-\\x20\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]+")


@dataclass(frozen=True)
class Xml:
    """A document's XML: `content` with its declaration, `problems` are the texts that were cut."""

    content: bytes
    problems: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The same as text."""
        return self.content.decode()


def to_xml(document: AnyDocument, clave: str) -> Xml:
    """Return the document's XML under its clave de acceso.

    It is written whatever is wrong with it; `structure.check_text` tells that. Raises `ValueError` when it has no number.
    """
    structure = structure_of(document.cod_doc)
    writer = _Writer()
    root = etree.Element(structure.root.name, id=ID, version=structure.version)
    writer.fill(root, structure.root, content(document, clave), "")
    return Xml(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), tuple(writer.problems))


def clean(text: str) -> str:
    """Return `text` on one line: line feeds, control characters and what XML cannot hold become one blank; none at the ends."""
    return _UNPRINTABLE.sub(" ", text).strip()


class _Writer:
    """Writes a tree in the order of its node, and keeps what it had to cut."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def fill(self, element: "etree._Element", node: Node, tree: Tree, path: str) -> None:
        """Write `tree` into `element`. Raises `KeyError` for a name that the type does not have."""
        known = {child.name for child in node.children} | {f"@{one.name}" for one in node.attributes} | {"#"}
        if strange := [name for name in tree if name not in known]:
            raise KeyError(f"`{node.name}` has no {strange}")
        for attribute in node.attributes:
            if value := tree.get(f"@{attribute.name}"):
                element.set(attribute.name, self._text(value, attribute.facet, f"{path}@{attribute.name}"))
        if text := tree.get("#"):
            element.text = self._text(text, node.facet, path.rstrip("/"))
        for child in node.children:
            self._add(element, child, tree.get(child.name), path)

    def _add(self, element: "etree._Element", node: Node, value: Any, path: str) -> None:
        several = isinstance(value, list)
        for number, one in enumerate(_present(value), 1):
            here = f"{path}{node.name}[{number}]" if several and len(value) > 1 else f"{path}{node.name}"
            if isinstance(one, dict):
                self.fill(etree.SubElement(element, node.name), node, one, f"{here}/")
            elif text := self._text(one, node.facet, here):
                etree.SubElement(element, node.name).text = text

    def _text(self, value: str, facet: Facet | None, path: str) -> str:
        text = clean(value)
        if not (isinstance(facet, Text) and facet.most >= _CUT_FROM and len(text) > facet.most):
            return text
        name = path.rpartition("/")[2]
        self.problems.append(
            Problem(
                "text.cut",
                path,
                f"{name}: tiene {len(text)} caracteres; al SRI se envían los primeros {facet.most}",
                f"{name}: has {len(text)} characters; the first {facet.most} are sent to the SRI",
                severity="warning",
            )
        )
        return text[: facet.most].rstrip()


def _present(value: Any) -> Iterator[Any]:
    """Yield what there is to write: no empty text, no tree without anything in it."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            if any(True for inner in one.values() for _ in _present(inner)):
                yield one
        elif one:
            yield one


__all__ = ["ID", "Xml", "clean", "to_xml"]
