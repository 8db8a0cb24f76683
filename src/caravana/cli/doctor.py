"""`caravana doctor`: whether everything is right that cannot be seen in a file."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, colored, console, print_json
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import language, say, spoken

if TYPE_CHECKING:
    from caravana.cli.examination import Found
    from caravana.kit.component import Finding

Names = Annotated[list[str] | None, typer.Argument(help="Connections to ask; none: all, and the hub's own matters.")]
MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


def doctor(names: Names = None, config: Config = DEFAULT, json: Json = False) -> None:
    """Ask each configured partner whether address, credentials, rights, clock and webhook address are right.

    Also looks at the journal, this machine's disk, the profile and, while a hub runs, the public address: it is asked from
    here, as a partner would ask it. Every finding says what to do. Ends with exit code 1 when something is wrong.

    \b
    caravana doctor
    caravana doctor odoo --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio  # help does without it

    from caravana.cli.examination import examine
    from caravana.kit.component import Severity

    with console(stderr=True).status(spoken("looking …")) as status:  # shown on a terminal only
        found = asyncio.run(examine(config, names or [], lambda place: status.update(spoken(f"asking {place} …"))))
    if json:
        print_json([{"place": place, **one.__dict__} for place, one in found])
    else:
        _print(found)
    raise typer.Exit(1 if any(one.severity is Severity.ERROR for _, one in found) else 0)


def _print(found: "Found") -> None:
    """Print the findings place by place; lines are broken under their own beginning, on a narrow terminal, too."""
    from rich.table import Table

    out = console()
    for place, group in groupby(found, key=lambda pair: pair[0]):
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for _, one in group:
            grid.add_row(colored(*MARKS[one.severity.value]), _told(one))
        out.print(colored(spoken(place), "bold"))
        out.print(grid)
    counts = {word: sum(one.severity.value == word for _, one in found) for word in MARKS}
    say(f"\n{counts['error']} wrong, {counts['warning']} to look at, {counts['ok']} well")


def _told(one: "Finding") -> Any:
    head = colored(f"{spoken(one.subject)}: ", "bold")
    if one.es and language() == "es":  # what is to be done stands in it
        return head.append(one.es, style="not bold")
    told = head.append(spoken(one.message), style="not bold")
    return told.append(f"\n→ {spoken(one.remedy)}", style="cyan not bold") if one.remedy else told
