"""Seeded mutations of electronic documents: XML that is wrong in one way or several, or only looks it."""

import random
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from lxml import etree

from caravana.kit.edocument.structure.facet import Number, Pattern, Text
from caravana.kit.edocument.structure.table import Node, structure_of

TEXTS = (
    *(
        "",
        " ",
        "0",
        "00",
        "1",
        "2",
        "7",
        "-1",
        "+1",
        "1.5",
        "1.555",
        "0.000001",
        "1.1234567",
        "1e5",
        "NaN",
        "INF",
        ".5",
    ),
    *(
        "5.",
        "1,5",
        "12345678901234.12",
        "123456789012.34",
        "100.00",
        "15.00",
        "1000.00",
        "46.730000",
        "-0.00",
        "007.10",
    ),
    *("SI", "si", "NO", "01", "09", "15", "22", "001", "0001", "12a", "4", "5", "6", "8", "000", "999999999"),
    *("2026-11-23", "32/01/2026", "31/02/2026", "29/02/2026", "1/1/2026", "23/11/1999", "23/11/2026", "00/11/2026"),
    *("001-001-000000123", "001001000000123", "1-1-123", "9999999999999", "1790016919001", "1790016919002"),
    *(
        "9" * 49,
        "9" * 50,
        "9" * 37,
        "9" * 10,
        "9" * 9,
        "13/2026",
        "11/2026",
        "2.1.0",
        "comprobante",
        "\u0661\u0662\u0663",
    ),
    *("CONTRIBUYENTE RÉGIMEN RIMPE", "CONTRIBUYENTE NEGOCIO POPULAR - RÉGIMEN RIMPE", "contribuyente régimen rimpe"),
    *("línea\nsegunda", "tab\taquí", "\nprincipio", "final\n", " con blancos ", "<&>", "ñandú €", "x" * 20, "x" * 21),
    *(
        "x" * 25,
        "x" * 26,
        "x" * 50,
        "x" * 51,
        "x" * 300,
        "x" * 301,
        "x" * 13,
        "x" * 14,
        "x" * 3,
        "xx",
        "X" * 10,
        "X" * 11,
    ),
)
LENGTHS = (0, 1, 2, 3, 4, 8, 9, 10, 13, 15, 20, 21, 25, 26, 30, 31, 40, 41, 49, 50, 51, 64, 65, 100, 101, 300, 301)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def whole(cod_doc: str) -> "etree._Element":
    """Return a document with every element and attribute that our table knows, each with a text that fits."""
    structure = structure_of(cod_doc)
    root = _element(structure.root)
    root.set("version", structure.version)
    return root


def _element(node: Node) -> "etree._Element":
    element = etree.Element(node.name)
    for attribute in node.attributes:
        element.set(attribute.name, "n" if attribute.facet is None else _fitting(attribute.facet))
    if node.facet is not None:
        element.text = _fitting(node.facet)
    for child in node.children:
        element.append(_element(child))
    return element


def _fitting(facet: object) -> str:
    if isinstance(facet, Number):
        return "1.50" if facet.places else "1"
    if isinstance(facet, Text):
        return "x" * max(1, facet.least)
    assert isinstance(facet, Pattern)
    found = next((one for one in TEXTS if facet.form.fullmatch(one)), None)
    digits = (digit * length for length in range(1, 50) for digit in "0123456789")
    return found or next(one for one in (*digits, "EXPORTADOR", "FOB", "2026", "04") if facet.form.fullmatch(one))


def mutated(base: "etree._Element", names: Sequence[str], count: int, seed: str) -> Iterator["etree._Element"]:
    """Yield `count` mutations of `base`, always the same; `names`: of elements that may be put in."""
    chance = random.Random(seed)
    for _ in range(count):
        root = deepcopy(base)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            chance.choice(_WAYS)(root, chance, names)
        yield etree.fromstring(etree.tostring(root))


Way = Callable[["etree._Element", random.Random, Sequence[str]], None]


def _any(root: "etree._Element", chance: random.Random) -> "etree._Element":
    return chance.choice(list(root.iter(etree.Element)))


def _inner(root: "etree._Element", chance: random.Random) -> "etree._Element":
    """Return an element with a parent; the root where there is no other."""
    return chance.choice(list(root.iterdescendants(etree.Element)) or [root])


def _leaf(root: "etree._Element", chance: random.Random) -> "etree._Element":
    return chance.choice([one for one in root.iter(etree.Element) if len(one) == 0] or [root])


def _drop(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    one = _inner(root, chance)
    if (parent := one.getparent()) is not None:
        parent.remove(one)


def _double(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    one = _inner(root, chance)
    for _ in range(chance.choice((1, 1, 2, 3, 14, 15, 16))):
        if one.getparent() is not None:
            one.addnext(deepcopy(one))


def _swap(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    one = _inner(root, chance)
    if (before := one.getprevious()) is not None:
        before.addprevious(one)


def _move(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    one, there = _inner(root, chance), _any(root, chance)
    if one is not root and there not in one.iter():
        there.insert(chance.randint(0, len(there)), one)


def _rename(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    _inner(root, chance).tag = chance.choice(names)


def _insert(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    there = _any(root, chance)
    new = etree.Element(chance.choice(names))
    new.text = chance.choice(TEXTS)
    there.insert(chance.randint(0, len(there)), new)


def _text(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    _leaf(root, chance).text = chance.choice(TEXTS)


def _length(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    _leaf(root, chance).text = chance.choice("x9") * chance.choice(LENGTHS)


def _character(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    """Take out, double or change one character of a text."""
    one = _leaf(root, chance)
    text = one.text or ""
    place = chance.randrange(len(text) + 1)
    new = chance.choice(("", chance.choice("0123456789.-+ \n\tABCxñ"), text[place : place + 1] * 2))
    one.text = text[:place] + new + text[place + 1 :]


def _decimals(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    """Give a number other digits before or behind its point."""
    sign, zeros = chance.choice(("", "", "-", "+")), "0" * chance.choice((0, 0, 1, 4))
    before, behind = chance.randint(0, 19), chance.randint(0, 8)
    number = f"{sign}{zeros}{'9' * before}.{'1' * behind}{'0' * chance.randint(0, 3)}"
    _leaf(root, chance).text = number.rstrip(".") if chance.random() < 0.5 else number


def _attribute(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    one = chance.choice([one for one in root.iter(etree.Element) if one.attrib] or [root])
    name = chance.choice([*map(str, one.attrib), "id", "nombre", "otro", f"{_XSI}schemaLocation"])
    if chance.random() < 0.4 and name in one.attrib:
        del one.attrib[name]
    else:
        one.set(name, chance.choice(("comprobante", "otro", "", "1.0.0", "línea\nsegunda", "x" * 300, "x" * 301)))


def _mixed(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    """Put text where children are, or behind an element."""
    one = _any(root, chance)
    if chance.random() < 0.5:
        one.text = chance.choice(("x", " ", "\n", "0"))
    elif one.getparent() is not None:
        one.tail = chance.choice(("x", " ", "\n", "0"))


def _remark(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    there = _any(root, chance)
    new = etree.Comment("nota") if chance.random() < 0.5 else etree.ProcessingInstruction("nota", "x")
    there.insert(chance.randint(0, len(there)), new)


def _empty(root: "etree._Element", chance: random.Random, names: Sequence[str]) -> None:
    """Take everything out of an element."""
    one = _inner(root, chance)
    for child in list(one):
        one.remove(child)
    one.text = None


_WAYS: tuple[Way, ...] = (
    *(_drop, _double, _swap, _move, _rename, _insert, _text, _text, _length, _character, _character),
    *(_decimals, _decimals, _attribute, _mixed, _remark, _empty),
)
