"""`caravana shadow`: what the hub would have done, had it been live."""

import getpass
import json as json_module
from typing import Annotated, Any

import typer

from caravana.cli.messages import Branch, Limit, Reveal, RouteId
from caravana.cli.office import ask, when
from caravana.cli.output import Json, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

app = typer.Typer(no_args_is_help=True)

Partner = Annotated[str | None, typer.Option("--partner", "-p", help="To this partner: odoo, or odoo:NAME.")]
Since = Annotated[str | None, typer.Option("--since", help="At or after: 2026-11-23 or with a time.")]


@app.callback()
def shadow() -> None:
    """See what routes and connections in shadow would have done.

    \b
    caravana shadow report
    caravana shadow list --partner odoo
    caravana shadow show 1042.1
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command("report")
def report(
    route: RouteId = None,
    branch: Branch = None,
    partner: Partner = None,
    since: Since = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Count what would have been done, by route, branch and partner.

    \b
    caravana shadow report
    caravana shadow report --partner odoo --since 2026-11-23
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "shadow_report", route=route, branch=branch, partner=partner, since=since)
    if json:
        print_json(found)
        return
    rows = (
        (
            one["route"],
            one["branch"],
            one["partner"],
            one["endpoint"],
            one["effects"],
            one["exchanges"],
            when(one["last"]),
        )
        for one in found
    )
    columns = ("route", "branch", "partner", "effect", "times", "exchanges", "last")
    print_table("Would have been done", columns, rows, empty="nothing was left undone in shadow")
    if found:
        leaving = sum(one["effects"] for one in found if one["partner"] != "state")
        seen = "see each: caravana shadow list, caravana shadow show N"
        if leaving == 1:
            say(f"1 effect would have left the hub; {seen}")
        else:
            say(f"{leaving} effects would have left the hub; {seen}")


@app.command("list")
def list_effects(
    route: RouteId = None,
    branch: Branch = None,
    partner: Partner = None,
    since: Since = None,
    limit: Limit = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List the newest effects that would have been made.

    \b
    caravana shadow list --route card-link
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "shadow_list", route=route, branch=branch, partner=partner, since=since, limit=limit)
    if json:
        print_json(found)
        return
    rows = ((one["number"], one["route"], one["branch"], one["endpoint"], when(one["at"])) for one in found)
    columns = ("number", "route", "branch", "effect", "at")
    print_table("Would have been done", columns, rows, empty="nothing was left undone in shadow")


@app.command("show")
def show(
    number: Annotated[
        str, typer.Argument(metavar="N", help="Its number in the list, or 1042 for all of that exchange.")
    ],
    reveal: Reveal = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Show what would have been sent, exactly; credentials are never in it.

    A negative number in a request stands for a record that an earlier effect would have made.

    \b
    caravana shadow show 1042.1
    caravana shadow show 1042 --reveal --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "shadow_show", number=number, reveal=reveal, actor=getpass.getuser())
    if json:
        print_json(found)
        return
    for one in found:
        _print(one)


def _print(one: dict[str, Any]) -> None:
    shown = ("exchange", "route", "branch", "path", "kind", "partner")
    rows = [(spoken(name), spoken(one[name]) if name == "kind" else one[name]) for name in shown if one[name]]
    rows += [(spoken(f"key {key['kind']}"), key["value"]) for key in one["keys"]]
    rows += [(spoken("at"), when(one["at"])), (spoken("effect"), one["endpoint"])]
    print_table(f"Effect {one['number']}", ("", ""), rows)
    typer.echo(json_module.dumps(one["request"], indent=2, ensure_ascii=False, default=str))
    if one["ended_here"]:
        say("the route ended here: what the partner would have answered, nobody can tell")
    elif one["went_on_with"] is not None:
        typer.echo(
            spoken("the route went on with: ") + json_module.dumps(one["went_on_with"], ensure_ascii=False, default=str)
        )
