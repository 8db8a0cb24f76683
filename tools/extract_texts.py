"""Bring `src/caravana/cli/texts/es.po` up to date with the sentences in the code; untranslated ones stay empty and are listed.

    python tools/extract_texts.py

A test says when it is needed. Sentences are found by where they stand: as arguments of what prints or tells (`SPEAKERS`), or
assigned to names that hold nothing else (`NAMES`). In an f-string each value becomes a place, `{count} exchanges`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from typer.main import get_command

from caravana.cli import app
from caravana.cli.help import TITLES, translate
from caravana.engine.support import support_rows

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "caravana"
TARGET = SOURCE / "cli" / "texts" / "es.po"
FOLDERS = (
    *(
        "cli",
        "commerce",
        "commerce/catalogue",
        "commerce/conversation",
        "commerce/einvoice",
        "commerce/matching",
        "commerce/sheet",
        "commerce/shop",
        "commerce/transfers",
        "demo",
        "engine",
        "journal",
        "kit",
        "kit/graph",
        "language",
        "pattern",
    ),
    *("route", "sandbox"),
)
"""Folders whose modules hold sentences; of `component` each folder does, but for the imitations."""
EINVOICE = (
    *("issuing", "mailing", "mapping", "mapping_moves", "news", "odoo_coupons", "odoo_lines", "odoo_people"),
    *("own_edi", "posted", "series", "taxes", "transport", "withholding", "words"),
)
TALK = (
    *("base", "cart", "channel", "fill", "goods", "hours", "listening", "notices", "orders"),
    *("page", "patience", "people", "prices", "talking"),
)
OTHERS = frozenset(
    {
        *(f"commerce/conversation/{name}.py" for name in TALK),  # what customers read, and clerks in Odoo
        "commerce/booking.py",  # what stands in Odoo, in Spanish
        "commerce/catalogue/checking.py",  # what clerks read in Odoo
        "commerce/catalogue/item.py",  # reasons, in both languages
        "commerce/catalogue/posting.py",  # what customers read
        "commerce/catalogue/telling.py",
        "commerce/difference.py",  # what the company's clerks read in Odoo
        "commerce/evidence.py",
        *(f"commerce/einvoice/{name}.py" for name in EINVOICE),  # what clerks read in Odoo, in both languages
        "commerce/matching/proposal.py",  # reasons, in both languages
        "commerce/tasks.py",
        "commerce/texts.py",  # what customers read, in both languages
        "component/datil/judging.py",  # what is wrong with a document, in both languages
        "component/ecuafact/judging.py",
        "component/sri/judging.py",
        "component/ecuafact/limits.py",
        "engine/drawing/block.py",
        "journal/listing.py",  # SQL
        "kit/sandbox_settings.py",  # imitations
        "journal/many.py",
    }
)
"""Modules of these folders whose texts are no sentences for whoever types commands."""
SPEAKERS = {
    # what is printed, and asked
    **dict.fromkeys(("agree", "confirm", "fail", "say", "spoken"), (0,)),
    "print_table": (0, 1, "empty"),
    # what a command line, a configuration or a route file is told
    **dict.fromkeys(("AdminError", "BadParameter", "LookupError", "NoBackfill", "Unmappable", "ValueError"), (0,)),
    "alarm": (1,),
    "ConfigurationError": (0, "suggestion"),
    "DialogueRefused": (0,),
    "_state_named": (3,),
    "MissingConnection": (0, "suggestion"),
    "Problem": (2, 3, "suggestion"),
    "_Missing": (0, 1),
    "_miss": (0,),
    "_show": (0,),
    "_twice": (0,),
    "error": (0, 2, "suggestion"),
    "refuse": (0, 1, 2),
    "report": (0,),
    "warning": (0, 2, "suggestion"),
    **dict.fromkeys(("OpenSpec", "_language", "element"), ("ignored", "refused", "departures")),
    "MappingProxyType": (0,),
    # what becomes of a message, a row, a file
    **dict.fromkeys(("CallableFailed", "CaravanaError", "DemoFailed", "ExpressionError", "Full", "Locked"), (0,)),
    **dict.fromkeys(("MailError", "NeedsPerson", "NoBranch", "NoConsumer", "NotConvertible", "NotStorable"), (0,)),
    **dict.fromkeys(("PageError", "RateLimited", "SpreadsheetError", "StatementRefused", "TableRefused"), (0,)),
    **dict.fromkeys(("Held", "Transient", "Unknown", "Unreadable", "Unsupported", "_why_not", "append", "noted"), (0,)),
    **dict.fromkeys(("_doubt", "_leave", "_told", "add"), (1,)),
    "happens": (0,),
    "Forecast": ("error",),
    "InDoubt": (2,),
    "Chapter": (1, 2),
    "Line": (0,),
    "Transfer": (0,),
    "Refused": (0, 1),
    "TaxId": (2,),
    # what a doctor finds, and what is wished of a partner
    "App": (0, 2),
    "Finding": (0, 2, 3),
    "Group": (1,),
    "Need": (4,),
    "_warning": (0, 1),
    "_item": (5,),
    # what an e-invoicing company's component says, in English beside the Spanish
    "blocked": (2,),
    "told": (3,),
    "Wrong": (1,),
    **dict.fromkeys(("CustomField", "HintAutomation", "ProductTag"), (0, 1)),
}
"""What speaks, and which of its arguments, by place or name, are sentences."""
LOGS = frozenset({"error", "warning"})
"""Speakers that are a log's methods, too; those are no sentences for people."""
CODES = frozenset({"Refused", "refuse"})
"""Speakers whose arguments may be codes, too: what has no blank is one."""
NAMES = frozenset(
    {
        # of variables
        *("text", "remedy", "told", "title", "nearby", "columns", "hints", "hint", "message", "reason", "notes"),
        *("suggestion", "wanted", "given", "weak", "seen", "whole"),
        # of constants
        *("SUBJECT", "NOWHERE", "FROM_HERE", "NEW_KEY", "SALES", "BILLING", "AUTHENTICATION", "INSIDE", "OUTSIDE"),
        *("MEANINGS", "WORDS", "_WORDS", "COLUMNS", "PLACING", "REMEDIES", "MESSAGES", "NOTES", "NO_KEY"),
        *("AWAY", "BY_HAND", "PERSON", "BROKEN", "REMEDY", "TITLES", "UNTIL", "WHERE", "WHYS", "_COLUMNS"),
        *("BECAME", "ITEMS_COLUMNS", "JOURNEYS_COLUMNS", "KINDS_COLUMNS", "LINES_COLUMNS", "REFUND", "TALKS_COLUMNS"),
        "PAID_COLUMNS",
        # of reasons why something of Camel's is refused, ignored or other here
        *("STEP", "TOP", "LANGUAGE", "HANDLER", "NOT_SUPPORTED", "REFUSED_FUNCTIONS", "_OF_THE_MEMORY_QUEUE"),
        *("_ALWAYS", "_ANSWERS", "_CACHE", "_CLASS", "_DOCTYPE", "_EFFECT", "_HANDLER_IGNORED", "_HANDLER_REFUSED"),
        *("_HOOK", "_HOST", "_IN_CONNECTION", "_JAVA", "_JVM", "_LATER", "_METHOD", "_MISSING", "_PREPARE", "_REF"),
        *("_REFUSED", "_SYSTEM", "_THREADS", "_TIMEOUT", "_TRANSACTION"),
    }
)
RETURNS = frozenset(
    {
        *("_alike", "_awaited", "_balance_problems", "_changed", "_choices", "_contradiction", "_counts", "_differing"),
        *("_disagreeing", "_ended", "_hint", "_loss", "_making", "_missing", "_nearest", "_no_headings", "_of_row"),
        *("_records", "_refusal", "_removal", "_root_hint", "_tries", "_twice", "_unconnected", "_unheeded", "_waits"),
        *("_value_date", "_why", "_why_not", "_wrong_day", "_wrong_number", "capacity", "differences", "explain"),
        *("identify", "nearest", "not_ready", "option_refusal", "refusal", "too_late", "unknown", "unknown_branch"),
        *("younger",),
    }
)
"""Functions that return sentences, or yield them."""
KEYS = frozenset({"message", "title", "reason", "remedy"})
"""Keys of a written-out dictionary whose values are sentences."""
_PLACE = re.compile(r"\{\w+\}")
_ADDRESS = re.compile(r"[a-z-]+:\S+")
"""An address, `direct:orders`: it is typed as it is in every language."""


def sentences(source: str) -> Iterator[tuple[str, int]]:
    """Yield each sentence of a module with its line."""
    for node in ast.walk(ast.parse(source)):
        for part in _parts(node):
            for text, line in _texts(part):
                if _is_sentence(text):
                    yield text, line


def _is_sentence(text: str) -> bool:
    return any(sign.isalpha() for sign in _PLACE.sub("", text)) and not _ADDRESS.fullmatch(text)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands where sentences stand."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) if name in LOGS:
            return
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SPEAKERS:
            wanted = SPEAKERS[name]
            given = (one for place, one in enumerate(node.args) if place in wanted)
            yield from (one for one in given if name not in CODES or not _is_code(one))
            yield from (one.value for one in node.keywords if one.arg in wanted)
        case ast.Assign(targets=targets, value=value) if any(_holds(one) for one in targets):
            yield value
        case ast.For(target=target, iter=value) if _holds(target):
            yield value
        case ast.AnnAssign(target=target, value=ast.AST() as value) if _holds(target):
            yield value
        case ast.FunctionDef(name=name) if name in RETURNS:
            told = (one for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield))
            yield from (one.value for one in told if one.value is not None)
        case ast.Dict(keys=keys, values=values):
            yield from (one for key, one in zip(keys, values, strict=True) if _is_key(key))


def _is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and " " not in str(node.value)


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
        case ast.Call(func=ast.Attribute(attr="rstrip", value=part)):
            yield from _texts(part)
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


def modules() -> list[str]:
    """Return the modules that hold sentences."""
    folders = [*FOLDERS, *(f"component/{one.name}" for one in sorted((SOURCE / "component").iterdir()) if one.is_dir())]
    found = (str(path.relative_to(SOURCE)) for folder in folders for path in sorted((SOURCE / folder).glob("*.py")))
    return [name for name in found if name not in OTHERS]


def extracted() -> dict[str, list[tuple[str, int]]]:
    """Return every sentence with the places where it stands."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name in modules():
        for text, line in sentences((SOURCE / name).read_text(encoding="utf-8")):
            found.setdefault(text, []).append((name, line))
    for text in helped():
        found.setdefault(text, []).append(("--help", 0))
    for row in support_rows():
        if row.reason:
            found.setdefault(row.reason, []).append(("support", 0))
    return found


def helped() -> list[str]:
    """Return the sentences of the commands' help, and those of typer around them."""
    tree = get_command(app)
    found = [*TITLES.values()]

    def noted(text: str) -> str:
        found.append(text)
        return text

    translate(tree, typer.Context(tree, help_option_names=["-h", "--help"]), noted)
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
