"""The SRI's XML of what an imitated company was told, written by the table of structure; shared with no client."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from caravana.kit.edocument.structure import Node, structure_of


def render(cod_doc: str, content: Mapping[str, Any]) -> bytes:
    """Return the XML of a document of type `cod_doc`, unsigned, with its elements in the SRI's order.

    `content`: name of an element → text, number, mapping, or a list of these; `@nombre` is an attribute and `#` the text beside
    attributes. None, empty texts and empty mappings stay out. Raises `ValueError` for a type or a name that there is not.
    """
    try:
        structure = structure_of(cod_doc)
    except KeyError:
        raise ValueError(f"there is no type of document {cod_doc}") from None
    root = etree.Element(structure.root.name, id="comprobante", version=structure.version)
    _fill(root, structure.root, content)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _fill(element: etree._Element, node: Node, content: Mapping[str, Any]) -> None:
    names = [child.name for child in node.children]
    attributes = [f"@{one.name}" for one in node.attributes]
    strange = sorted(set(content) - set(names) - set(attributes) - {"#"})
    if strange:
        raise ValueError(f"{node.name} has no {', '.join(strange)}")
    for name in attributes:
        if content.get(name) not in (None, ""):
            element.set(name[1:], str(content[name]))
    if content.get("#") not in (None, ""):
        element.text = str(content["#"])
    for child in node.children:
        for value in _each(content.get(child.name)):
            _add(element, child, value)


def _add(parent: etree._Element, node: Node, value: Any) -> None:
    element = etree.Element(node.name)
    if isinstance(value, Mapping):
        _fill(element, node, value)
    else:
        element.text = str(value)
    if len(element) or element.text or element.attrib:
        parent.append(element)


def _each(value: Any) -> list[Any]:
    values = value if isinstance(value, list | tuple) else [value]
    return [one for one in values if one is not None]


__all__ = ["render"]
