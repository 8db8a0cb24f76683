"""Bring `src/caravana/cli/texts/es.po` up to date with the sentences in the code; untranslated ones stay empty and are listed.

    python tools/extract_texts.py

A test says when it is needed. Sentences are found by where they stand: as arguments of what prints or tells (`SPEAKERS`), or
assigned to names that hold nothing else (`NAMES`). In an f-string each value becomes a place, `{count} exchanges`.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "caravana"
TARGET = SOURCE / "cli" / "texts" / "es.po"
FILES = (
    *(
        f"cli/{name}.py"
        for name in ("doctor", "examination", "init", "messages", "office", "odoo", "outside", "output")
    ),
    *(f"cli/{name}.py" for name in ("reload", "review", "run", "template", "visit", "words")),
    "cli/branches.py",
    "cli/check.py",
    "kit/branch.py",
    "kit/reach.py",
    "kit/sameness.py",
    "kit/http.py",
    "engine/configuration.py",
    "engine/control.py",
    "engine/desk.py",
    "engine/looking.py",
    "engine/plan.py",
    "engine/profile.py",
    "engine/repair.py",
    "engine/review.py",
    "engine/sameness.py",
    "engine/showing.py",
    "engine/placing.py",
    "component/odoo/branching.py",
    "component/odoo/doctor.py",
    "component/odoo/doctor_people.py",
    "component/odoo/doctor_places.py",
    "component/odoo/doctor_rights.py",
    "component/odoo/errors.py",
    "component/odoo/identity.py",
    "component/odoo/protocol.py",
    "component/odoo/rights.py",
    "component/placetopay/component.py",
    "component/placetopay/diagnosis.py",
    "component/placetopay/errors.py",
)
SPEAKERS = {
    "AdminError": (0,),
    "ConfigurationError": (0, "suggestion"),
    "Finding": (0, 2, 3),
    "App": (0, 2),
    "Group": (1,),
    "Need": (4,),
    "_item": (5,),
    "_told": (1,),
    "_why_not": (0,),
    "add": (1,),
    "agree": (0,),
    "append": (0,),
    "confirm": (0,),
    "fail": (0,),
    "NeedsPerson": (0,),
    "NoBranch": (0,),
    "Transient": (0,),
    "Unknown": (0,),
    "print_table": (0, 1, "empty"),
    "say": (0,),
    "spoken": (0,),
}
"""What speaks, and which of its arguments, by place or name, are sentences."""
NAMES = frozenset(
    {
        "text",
        "remedy",
        "told",
        "title",
        "nearby",
        "columns",
        "hints",
        "SUBJECT",
        "NOWHERE",
        "FROM_HERE",
        "NEW_KEY",
        "SALES",
    }
    | {
        "BILLING",
        "AUTHENTICATION",
        "INSIDE",
        "OUTSIDE",
        "MEANINGS",
        "WORDS",
        "_WORDS",
        "COLUMNS",
        "PLACING",
        "REMEDIES",
    }
)
RETURNS = frozenset({"_differing", "_why_not"})
"""Functions that return sentences."""
KEYS = frozenset({"title", "reason", "remedy"})
"""Keys of a written-out dictionary whose values are sentences."""
_PLACE = re.compile(r"\{\w+\}")


def sentences(source: str) -> Iterator[tuple[str, int]]:
    """Yield each sentence of a module with its line."""
    for node in ast.walk(ast.parse(source)):
        for part in _parts(node):
            for text, line in _texts(part):
                if any(sign.isalpha() for sign in _PLACE.sub("", text)):
                    yield text, line


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands where sentences stand."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SPEAKERS:
            wanted = SPEAKERS[name]
            yield from (one for place, one in enumerate(node.args) if place in wanted)
            yield from (one.value for one in node.keywords if one.arg in wanted)
        case ast.Assign(targets=targets, value=value) if any(_holds(one) for one in targets):
            yield value
        case ast.For(target=target, iter=value) if _holds(target):
            yield value
        case ast.AnnAssign(target=target, value=ast.AST() as value) if _holds(target):
            yield value
        case ast.FunctionDef(name=name) if name in RETURNS:
            yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value is not None)
        case ast.Dict(keys=keys, values=values):
            yield from (one for key, one in zip(keys, values, strict=True) if _is_key(key))


def _holds(target: ast.AST) -> bool:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return any(isinstance(one, ast.Name) and one.id in NAMES for one in names)


def _is_key(key: ast.AST | None) -> bool:
    return isinstance(key, ast.Constant) and key.value in KEYS


def _texts(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the sentences of an expression: every text that it may become."""
    match node:
        case ast.Constant(value=str(text)):
            yield text, node.lineno
        case ast.JoinedStr():
            yield _with_places(node), node.lineno
            for part in node.values:
                if isinstance(part, ast.FormattedValue) and not isinstance(part.value, ast.Name):
                    yield from _texts(part.value)
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, part]) | ast.Call(func=ast.Name(id="str"), args=[part]):
            yield from _texts(part)
        case ast.IfExp():
            yield from (*_texts(node.body), *_texts(node.orelse))
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from _texts(part)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (*_texts(left), *_texts(right))


def _with_places(node: ast.JoinedStr) -> str:
    taken: dict[str, str] = {}
    found = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            found += str(part.value)
        elif isinstance(part, ast.FormattedValue):
            found += "{" + _name(ast.unparse(part.value), taken) + "}"
    return found


def _name(expression: str, taken: dict[str, str]) -> str:
    """The last word of an expression; another one of the same word gets a number."""
    if expression not in taken:
        words = "".join(sign if sign.isalnum() or sign == "_" else " " for sign in expression).split()
        word = next((one for one in reversed(words) if not one[0].isdigit()), "value")
        number = sum(one.rstrip("0123456789") == word for one in taken.values())
        taken[expression] = f"{word}{number + 1}" if number else word
    return taken[expression]


def extracted(files: Iterable[str] = FILES) -> dict[str, list[tuple[str, int]]]:
    """Return every sentence with the places where it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name in files:
        path = SOURCE / name
        for text, line in sentences(path.read_text(encoding="utf-8")) if path.exists() else ():
            found.setdefault(text, []).append((name, line))
    return found


def known() -> dict[str, str]:
    """Return the Spanish sentences by the English ones, those not in the code any more among them."""
    if not TARGET.exists():
        return {}
    with TARGET.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


def main() -> None:
    """Write the catalogue and list what has no Spanish yet."""
    spanish = known()
    catalog = Catalog(locale="es", project="Caravana", charset="utf-8", creation_date=None, header_comment="")
    for text, places in sorted(extracted().items(), key=lambda pair: (pair[1][0][0], pair[0])):
        catalog.add(text, spanish.get(text, ""), auto_comments=[name for name, _ in dict(places).items()])
    with TARGET.open("wb") as file:
        write_po(file, catalog, width=0, omit_header=True)
    missing = [str(one.id) for one in catalog if one.id and not one.string]
    sys.stdout.write("".join(f"{one!r}\n" for one in missing))


if __name__ == "__main__":
    main()
