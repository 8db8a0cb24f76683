"""`caravana reload`: routes and modes of the running hub as the files are now."""

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from caravana.cli.office import ask_hub
from caravana.cli.output import Json, fail, print_json, print_problems, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

if TYPE_CHECKING:
    from caravana.engine.control import Presence

UNCHANGED = "unchanged"
"""What the hub says of a route that runs on as it was."""


def reload(config: Config = DEFAULT, json: Json = False) -> None:
    """Let the running hub read its routes and modes again, without a restart and without losing a message.

    When all files are good, added routes start, removed ones stop, changed ones are replaced and unchanged ones are not
    interrupted; messages on their way end under the routes they began with. A mode that is live or shadow now holds for what
    arrives from now on, one that is off at once. When anything is wrong nothing changes, every problem is told and the exit
    code is 1. Other settings need a restart; those that differ are named. Each hub of the configuration that runs on this
    machine is asked; SIGHUP does the same for one process.

    \b
    caravana reload
    caravana reload --config /etc/caravana/caravana.yaml --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.engine.configuration import read_configuration
    from caravana.engine.control import AdminError, presences

    hubs = presences(read_configuration(config))
    if not hubs:
        fail("no hub of this configuration runs on this machine: it reads the routes when it starts")
        raise typer.Exit(1)
    try:
        answers = [ask_hub(hub, "reload", {"actor": getpass.getuser()}) for hub in hubs]
    except AdminError as error:
        fail(str(error))
        raise typer.Exit(1) from None
    if json:
        print_json([{"process": hub.pid, **answer} for hub, answer in zip(hubs, answers, strict=True)])
    else:
        for hub, answer in zip(hubs, answers, strict=True):
            _print(hub, answer)
    raise typer.Exit(1 if any(answer["refused"] for answer in answers) else 0)


def _print_routes(title: str, routes: Mapping[str, str]) -> None:
    """Those that are not as they were, and how many are."""
    changed = [(route, spoken(fate)) for route, fate in routes.items() if fate != UNCHANGED]
    if changed:
        print_table(title, ("route", "now"), changed)
    if (unchanged := len(routes) - len(changed)) or not changed:
        say(f"unchanged routes: {unchanged}")


def _print(hub: "Presence", answer: dict[str, Any]) -> None:
    from caravana.route import Problem

    print_problems([Problem.of(one) for one in answer["problems"]])
    if answer["refused"]:
        fail(f"refused: the routes of process {hub.pid} run on as they were")
    else:
        title = f"Routes of process {hub.pid}, revision {answer['revision'][:12]}"
        _print_routes(title, answer["routes"])
    if answer["modes"]:
        print_table(f"Modes of process {hub.pid}", ("mode", "was → is"), answer["modes"].items())
    for name in answer["restart"]:
        say(f"! {name} differs: restart the hub to use it")
