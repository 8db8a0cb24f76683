"""The command line: one module per group of commands; what is heavy is imported by the command that needs it."""

import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from caravana.cli import backfill as backfill_module
from caravana.cli import bank as bank_module
from caravana.cli import branches as branches_module
from caravana.cli import catalog as catalog_module
from caravana.cli import chat as chat_module
from caravana.cli import check as check_module
from caravana.cli import doctor as doctor_module
from caravana.cli import einvoice as einvoice_module
from caravana.cli import imports as imports_module
from caravana.cli import init as init_module
from caravana.cli import journal as journal_module
from caravana.cli import messages as messages_module
from caravana.cli import odoo as odoo_module
from caravana.cli import payments as payments_module
from caravana.cli import reload as reload_module
from caravana.cli import review as review_module
from caravana.cli import routes as routes_module
from caravana.cli import run as run_module
from caravana.cli import sandbox as sandbox_module
from caravana.cli import shadow as shadow_module
from caravana.cli.help import Commands
from caravana.cli.output import fail
from caravana.cli.speech import choose

HELP = """Caravana, a durable integration hub for trading companies on Odoo.

Exit codes: 0 all is well, 1 something is wrong (the text says what), 2 the command was called wrongly.

\b
caravana init                 write a commented configuration
caravana check                judge configuration and routes
caravana run                  run the hub
caravana reload               let the running hub take changed route files
caravana review               see what waits for a person
caravana doctor --lang es     whether all is right, in Spanish
"""

app = typer.Typer(
    name="caravana",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from caravana import __version__

        typer.echo(f"caravana {__version__}")
        raise typer.Exit


@app.callback(help=HELP)
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="en|es",
            callback=choose,
            is_eager=True,  # known before help is printed
            help="Language of what is printed; by default the locale's.",
        ),
    ] = None,
) -> None:
    pass


app.command("init")(init_module.init)
app.command("check")(check_module.check)
app.command("run")(run_module.run)
app.command("reload")(reload_module.reload)
app.command("chat")(chat_module.chat)
app.command("sandbox")(sandbox_module.sandbox)
app.command("import")(imports_module.import_file)
app.command("support")(check_module.support)
app.command("doctor")(doctor_module.doctor)
app.command("cursors")(review_module.cursors)
app.command("backfill")(backfill_module.backfill)
app.command("branches")(branches_module.branches)
app.add_typer(messages_module.app, name="messages")
app.add_typer(review_module.app, name="review")
app.add_typer(review_module.letters, name="dead-letters")
app.add_typer(review_module.breakers, name="breakers")
app.add_typer(routes_module.app, name="routes")
app.add_typer(journal_module.app, name="journal")
app.add_typer(odoo_module.app, name="odoo")
app.add_typer(shadow_module.app, name="shadow")
app.add_typer(bank_module.app, name="bank")
app.add_typer(payments_module.app, name="payments")
app.add_typer(einvoice_module.app, name="einvoice")
app.add_typer(catalog_module.app, name="catalog")

if importlib.util.find_spec("caravana.cli.demo") is not None:
    app.command("demo")(importlib.import_module("caravana.cli.demo").demo)


def language_first(arguments: Sequence[str]) -> list[str]:
    """Return `arguments` with `--lang` before the command: people write it behind, too."""
    found: list[str] = []
    rest = list(arguments)
    end = rest.index("--") if "--" in rest else len(rest)
    for place in reversed(range(end)):
        if rest[place] == "--lang" and place + 1 < end:
            found = [*rest[place : place + 2], *found]
            del rest[place : place + 2]
        elif rest[place].startswith("--lang="):
            found = [rest.pop(place), *found]
    return [*found, *rest]


def main() -> None:
    """Run the command line; known errors, and files that cannot be used, become one text and exit code 1."""
    from caravana.kit.errors import CaravanaError

    try:
        app(language_first(sys.argv[1:]))
    except CaravanaError as error:
        fail(str(error))
        sys.exit(1)
    except BrokenPipeError:  # `caravana … | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if error.filename is None:
            raise
        fail(f"{error.filename}: {error.strerror}")
        sys.exit(1)
