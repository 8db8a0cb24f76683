"""`caravana journal`: the care of the journal as a whole."""

import getpass
from typing import Any

import typer

from caravana.cli.office import ask
from caravana.cli.output import Json, print_json
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say

app = typer.Typer(no_args_is_help=True)


@app.callback()
def journal() -> None:
    """Care for the journal as a whole.

    \b
    caravana journal reseal
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command("reseal")
def reseal(config: Config = DEFAULT, json: Json = False) -> None:
    """Encrypt with `encryption.key` what an older key encrypted, or what was never encrypted; a running hub goes on meanwhile.

    Afterwards the older keys may leave `encryption.old_keys`. May be called again at any time.

    \b
    caravana journal reseal
    """  # noqa: D301 -- click's mark for lines kept as they are
    count = 0
    following: dict[str, Any] | None = {}
    while following is not None:
        portion = ask(config, "reseal", **following, actor=getpass.getuser())
        count += portion["sealed"]
        following = portion["next"]
    if json:
        print_json({"sealed": count})
    else:
        say("1 row encrypted anew" if count == 1 else f"{count} rows encrypted anew")
