"""What commands print: tables for people, JSON for programs, problems as editors understand them."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.speech import say, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from caravana.route import Problem

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
WHOLE = frozenset({"id", "entry", "exchange", "file"})
"""Columns to copy from: never broken in two."""
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


def console(*, stderr: bool = False) -> "Console":
    """Return a console; what is no terminal gets plain text of a width that cuts nothing short."""
    from rich.console import Console

    file = sys.stderr if stderr else sys.stdout
    return Console(file=file, highlight=False, soft_wrap=not file.isatty(), width=None if file.isatty() else 160)


def print_json(value: Any) -> None:
    """Print `value` as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "nothing") -> None:
    """Print a table, or `empty` when it would have no rows; title, columns and `empty` in the language of the command."""
    from rich.table import Table
    from rich.text import Text

    listed = [list(row) for row in rows]
    if not listed:
        say(empty)
        return
    table = Table(title=spoken(title), title_justify="left", header_style="bold", title_style="bold")
    for column in columns:
        table.add_column(spoken(column), overflow="fold", no_wrap=column in WHOLE)
    for row in listed:
        table.add_row(*[one if isinstance(one, Text) else Text("" if one is None else str(one)) for one in row])
    console().print(table)


def colored(text: str, style: str) -> Any:
    """Return `text` in a rich style, for a table's cell."""
    from rich.text import Text

    return Text(text, style=style)


def fail(message: str) -> None:
    """Tell on standard error what is wrong."""
    from rich.text import Text

    console(stderr=True).print(
        Text(spoken("error: "), style="bold red").append(spoken(message), style="not bold default")
    )


def print_problems(problems: Sequence["Problem"]) -> None:
    """Print each problem on a line: place, severity, message, what to write instead."""
    from rich.text import Text

    from caravana.route import Severity

    out = console()
    for one in problems:
        line = Text(f"{one.location}: " if str(one.location) else "")
        line.append(
            f"{spoken(one.severity.value)}: ", style="bold red" if one.severity is Severity.ERROR else "bold yellow"
        )
        line.append(spoken(one.message))
        if one.suggestion:
            line.append(f" ({spoken(one.suggestion)})", style="cyan")
        out.print(line)
