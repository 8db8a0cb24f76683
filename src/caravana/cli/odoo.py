"""`caravana odoo`: what a person decides about an Odoo."""

import getpass
from collections.abc import Mapping
from typing import Annotated

import typer

from caravana.cli import prepare as prepare_module
from caravana.cli.office import ask
from caravana.cli.output import Json, Yes, fail, print_json
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, say, spoken

app = typer.Typer(no_args_is_help=True)
app.command("prepare")(prepare_module.prepare)
app.command("unprepare")(prepare_module.unprepare)


@app.callback()
def odoo() -> None:
    """Decide about an Odoo, and make in it what the flows would like to find.

    \b
    caravana odoo confirm odoo
    caravana odoo prepare --dry-run
    caravana odoo unprepare
    """  # noqa: D301 -- click's mark for lines kept as they are


def _told(seen: Mapping[str, str] | None) -> str:
    """What a database told of itself, in a line."""
    return "; ".join(spoken(f"{name} {one}") for name, one in (seen or {}).items()) or spoken("nothing")


@app.command("confirm")
def confirm(
    name: Annotated[str, typer.Argument(help="The connection's name.")],
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Take the database that answers now for the right one, though it is another than last time: what waited goes on.

    \b
    caravana odoo confirm odoo
    """  # noqa: D301 -- click's mark for lines kept as they are
    if not yes:
        record = ask(config, "identities").get(name, {})
        if "found" not in record:
            fail(f"connection `{name}` waits for no confirmation")
            raise typer.Exit(1)
        for which in ("known", "found"):
            typer.echo(f"{spoken(which)}: {_told(record.get(which))}", err=True)
        if not agree(f"Is what was found the right database of `{name}`?", err=True):
            raise typer.Exit(1)
    answer = ask(config, "confirm_partner", name=name, actor=getpass.getuser())
    if json:
        print_json(answer)
    else:
        say(f"`{name}`: confirmed; what waited goes on")
