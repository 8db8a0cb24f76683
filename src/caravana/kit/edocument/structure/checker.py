"""A document held against the table of structure: everything that is wrong with it, at once, each with its path."""

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure.facet import Wrong
from caravana.kit.edocument.structure.table import Node, structure_of

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def check_text(content: bytes, cod_doc: str) -> list[Problem]:
    """Return what is wrong with the XML of a document, signed or not; nothing outside of it is read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return [_problem("xml", "", Wrong("", f"no es XML: {error}", f"is not XML: {error}"))]
    return check_root(root, cod_doc)


def check_root(root: "etree._Element", cod_doc: str) -> list[Problem]:
    """Return what is wrong with a document, in its order. Its signature, last in the root, is not looked at."""
    structure = structure_of(cod_doc)
    if root.tag != structure.root.name:
        wrong = Wrong("", f"no es un documento «{structure.root.name}»", f"is not a `{structure.root.name}`")
        return [_problem("root", str(root.tag), wrong)]
    return list(_element(root, structure.root, structure.root.name))


def _element(element: "etree._Element", node: Node, path: str) -> Iterator[Problem]:
    yield from _attributes(element, node, path)
    if node.children:
        yield from _children(element, node, path)
        return
    for child in _elements(element):
        yield _problem("unknown", f"{path}/{child.tag}", Wrong("", "no tiene lugar aquí", "has no place here"))
    text = _text(element)
    if node.facet is None:
        if text:
            yield _problem("text", path, Wrong("", "no debe llevar texto", "may not have text"))
        return
    wrong = node.facet.wrong(text)
    if wrong is not None:
        yield _problem(wrong.code, path, wrong)


def _attributes(element: "etree._Element", node: Node, path: str) -> Iterator[Problem]:
    known = {one.name: one for one in node.attributes}
    for name in element.attrib:
        if name not in known and not str(name).startswith(_XSI):
            yield _problem("unknown", f"{path}/@{name}", Wrong("", "no tiene lugar aquí", "has no place here"))
    for one in node.attributes:
        value = element.get(one.name)
        if value is None:
            if one.required:
                yield _problem("missing", f"{path}/@{one.name}", _MISSING)
        elif one.facet is not None and (wrong := one.facet.wrong(value)) is not None:
            yield _problem(wrong.code, f"{path}/@{one.name}", wrong)


def _children(element: "etree._Element", node: Node, path: str) -> Iterator[Problem]:
    if _text(element).strip(" \t\r\n"):
        yield _problem("text", path, Wrong("", "no debe llevar texto", "may not have text"))
    total = Counter(child.tag for child in _elements(element))
    seen: Counter[str] = Counter()
    furthest = 0
    for child in _elements(element):
        name = str(child.tag)
        seen[name] += 1
        here = f"{path}/{name}[{seen[name]}]" if total[name] > 1 else f"{path}/{name}"
        place = node.places.get(name)
        if place is None:
            if not (name == _SIGNATURE and element.getparent() is None and child.getnext() is None):
                yield _problem("unknown", here, Wrong("", "no tiene lugar aquí", "has no place here"))
            continue
        if place < furthest:
            yield _problem("order", here, _misplaced(node.children[furthest].name))
        furthest = max(furthest, place)
        most = node.children[place].most
        if most is not None and seen[name] > most:
            yield _problem("many", here, Wrong("", f"sobra: se admiten {most}", f"is too many: {most} allowed"))
        yield from _element(child, node.children[place], here)
    for child_node in node.children:
        if seen[child_node.name] < child_node.least:
            yield _problem("missing", f"{path}/{child_node.name}", _MISSING)


def _elements(element: "etree._Element") -> Iterator["etree._Element"]:
    yield from element.iterchildren(tag=etree.Element)


def _text(element: "etree._Element") -> str:
    """Return the element's own text, around comments and children."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


_MISSING = Wrong("", "falta", "is missing")


def _misplaced(before: str) -> Wrong:
    return Wrong("", f"debe estar antes de «{before}»", f"must stand before `{before}`")


def _problem(code: str, path: str, wrong: Wrong) -> Problem:
    where = path.partition("/")[2] or path
    name = where.rpartition("/")[2] or "documento"
    return Problem(f"structure.{code}", where, f"{name}: {wrong.es}", f"{name}: {wrong.en}")


__all__ = ["check_root", "check_text"]
