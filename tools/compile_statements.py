"""Write `src/caravana/journal/compiled.py`: the journal's statements as the databases take them.

    python tools/compile_statements.py

Run it after a change of `*statements.py` or `tables.py`, or of SQLAlchemy's version; a test says when it is needed.
"""

import json
import textwrap
from pathlib import Path
from typing import Any

from caravana.journal import admin_statements, resealing_statements, retention_statements, statements
from caravana.journal.definition import Definition
from caravana.journal.operation import Statement

TARGET = Path(__file__).parent.parent / "src" / "caravana" / "journal" / "compiled.py"
WIDTH = 113
HEAD = '''"""The journal's statements, compiled; written by `tools/compile_statements.py` from `*statements.py`. Do not edit."""

from caravana.journal.operation import Statement
'''


def definitions() -> dict[str, Definition]:
    """Return the statements by name, in the order in which they are defined."""
    places = (statements, retention_statements, admin_statements, resealing_statements)
    return {name: one for place in places for name, one in vars(place).items() if isinstance(one, Definition)}


def module() -> str:
    """Return the text of the module."""
    return "\n".join([HEAD, *(_assignment(name, one.compiled()) for name, one in definitions().items()), ""])


def _assignment(name: str, statement: Statement) -> str:
    texts = (*_literal(statement.sqlite), *_literal(statement.postgresql))
    lines = [f'"{statement.name}",', *texts, f"{statement.returns},"]
    lines += [f"{name}={_pairs(pairs)}," for name, pairs in _marked(statement) if pairs]
    return "\n".join([f"{name} = Statement(", *(f"    {line}" for line in lines), ")"])


def _marked(statement: Statement) -> tuple[tuple[str, tuple[tuple[Any, bool], ...]], ...]:
    return ("sealed", statement.sealed), ("opened", statement.opened)


def _pairs(pairs: tuple[tuple[Any, bool], ...]) -> str:
    """Return a tuple of pairs as the formatter would write it."""
    parts = [f"({json.dumps(key)}, {value})" for key, value in pairs]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def _literal(text: str) -> list[str]:
    """Return the lines of a text as one argument, as the formatter would break them."""
    words = " ".join(text.split())
    parts = [words] if len(words) <= WIDTH else textwrap.wrap(words, WIDTH - 1, break_on_hyphens=False)
    return [*(_quoted(f"{part} ") for part in parts[:-1]), f"{_quoted(parts[-1])},"]


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', '\\"') + '"'


def main() -> None:
    """Write the module."""
    TARGET.write_text(module(), encoding="utf-8")


if __name__ == "__main__":
    main()
