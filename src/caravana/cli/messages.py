"""`caravana messages`: finding, showing, retrying, replaying, settling, discarding and exporting exchanges."""

import getpass
import json as json_module
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import act, ask, in_short, states_of, when
from caravana.cli.output import Json, Yes, colored, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)

Id = Annotated[str, typer.Argument(metavar="ID", help="The exchange's id, or its beginning.")]
State = Annotated[
    list[str] | None, typer.Option("--state", "-s", help="ready, waiting, in_doubt, dead, failed, done …")
]
RouteId = Annotated[str | None, typer.Option("--route", "-r", help="Of this route.")]
Branch = Annotated[str | None, typer.Option("--branch", "-b", help="Of this branch.")]
Key = Annotated[str | None, typer.Option("--key", "-k", help="A business key: order:S00012, or S00012.")]
Since = Annotated[str | None, typer.Option("--since", help="Accepted at or after: 2026-11-23, with a time, or 2h ago.")]
Until = Annotated[str | None, typer.Option("--until", help="Accepted before; written like --since.")]
Limit = Annotated[int, typer.Option("--limit", "-n", help="How many at most.", min=1)]
Again = Annotated[list[str] | None, typer.Option("--again", metavar="PATH", help="Make this recorded effect anew.")]
Current = Annotated[bool, typer.Option("--current", help="Under the routes as they are now.")]
Reveal = Annotated[bool, typer.Option("--reveal", help="Show personal data; that you looked is written down.")]

WORDS = frozenset({"state", "error"})
"""What an exchange shows of itself in words that are the hub's own."""
COLORS = {"dead": "red", "failed": "red", "in_doubt": "yellow", "waiting": "cyan", "done": "green"}


@app.callback()
def messages(context: typer.Context, branch: Branch = None, config: Config = DEFAULT, json: Json = False) -> None:
    """Find, show and repair exchanges; without a command, list the newest.

    \b
    caravana messages
    caravana messages --branch sur
    caravana messages list --state dead,in_doubt
    """  # noqa: D301 -- click's mark for lines kept as they are
    if context.invoked_subcommand is None:
        list_messages(branch=branch, config=config, json=json)


@app.command("list")
def list_messages(
    state: State = None,
    route: RouteId = None,
    branch: Branch = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List the newest exchanges by state, route, branch, business key and time.

    \b
    caravana messages list --state dead,in_doubt
    caravana messages list --key order:S00012 --since 2026-11-23
    caravana messages list --state dead --since 2h
    caravana messages list --branch sur --state dead
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(
        config,
        "messages",
        states=states_of(state),
        route=route,
        branch=branch,
        key=key,
        since=since,
        until=until,
        limit=limit,
    )
    if json:
        print_json(found)
        return
    rows = (
        (
            one["id"],
            colored(spoken(one["state"]), COLORS.get(one["state"], "")),
            one["route"],
            one["branch"],
            when(one["accepted"]),
            in_short(one["error"]),
        )
        for one in found
    )
    print_table("Messages", ("id", "state", "route", "branch", "accepted", "error"), rows, empty="no messages")


@app.command("show")
def show(id: Id, reveal: Reveal = False, config: Config = DEFAULT, json: Json = False) -> None:  # noqa: A002
    """Show one exchange: what came, what was done, each attempt and effect in the order of time.

    \b
    caravana messages show 19a2f
    caravana messages show 19a2f --reveal --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "message", id=id, reveal=reveal, actor=getpass.getuser())
    if json:
        print_json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    shown = (
        "id",
        "route",
        "state",
        "branch",
        "lane",
        "mode",
        "source",
        "key",
        "parent",
        "origin",
        "error",
        "error_path",
    )
    rows = [(spoken(name), spoken(found[name]) if name in WORDS else found[name]) for name in shown if found[name]]
    rows += [(spoken("duplicates"), found["duplicates"])] if found["duplicates"] else []
    rows += [(spoken(f"key {one['kind']}"), one["value"]) for one in found["keys"]]
    rows += [(spoken("child"), f"{one['id']} {one['route']} ({spoken(one['state'])})") for one in found["children"]]
    print_table("Exchange", ("", ""), rows)
    events = (
        (
            when(one["at"]),
            ": ".join(map(spoken, one["what"].split(": "))),
            one["where"],
            in_short(one["detail"], 120),
        )
        for one in found["timeline"]
    )
    print_table("What happened", ("at", "what", "where", "detail"), events)
    typer.echo(json_module.dumps(found["message"], indent=2, ensure_ascii=False))


@app.command("retry")
def retry(
    id: Id,  # noqa: A002 -- as the journal calls it
    current: Current = False,
    again: Again = None,
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Run a dead or failed exchange again from its failing step; what was done stays done, what was read since is read anew.

    With --current it runs under the routes as they are now: records that fit are kept; where a route asks for something
    else than was done, the recorded answer is kept unless --again PATH says to do it anew.

    \b
    caravana messages retry 19a2f
    caravana messages retry 19a2f --current --yes
    """  # noqa: D301 -- click's mark for lines kept as they are
    _told(
        act(config, "retry", yes=yes, json=json, id=id, current=current, again=again or []), "it runs again", json=json
    )


@app.command("replay")
def replay(id: Id, again: Again = None, yes: Yes = False, config: Config = DEFAULT, json: Json = False) -> None:  # noqa: A002
    """Make a new exchange of an old one; each effect keeps its outcome unless --again PATH says to do it anew.

    \b
    caravana messages replay 19a2f
    caravana messages replay 19a2f --again to2
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = act(config, "replay", yes=yes, json=json, id=id, again=again or [])
    _told(answer, f"new exchange {answer.get('new_exchange', '')}", json=json)


@app.command("settle")
def settle(
    id: Id,  # noqa: A002 -- as the journal calls it
    done: Annotated[bool, typer.Option("--done/--not-done", help="Whether the partner did it.")],
    reference: Annotated[str | None, typer.Option("--reference", help="The partner's own reference.")] = None,
    reply: Annotated[str | None, typer.Option("--reply", help="The partner's answer, as JSON.")] = None,
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Say what became of an effect in doubt, after looking at the partner's side.

    \b
    caravana messages settle 19a2f --done --reference PAY-771
    caravana messages settle 19a2f --not-done
    """  # noqa: D301 -- click's mark for lines kept as they are
    try:
        body = json_module.loads(reply) if reply is not None else None
    except ValueError:
        raise typer.BadParameter("--reply must be JSON") from None
    answer = act(config, "settle", yes=yes, json=json, id=id, done=done, reference=reference, reply=body)
    _told(answer, "it goes on", json=json)


@app.command("discard")
def discard(id: Id, yes: Yes = False, config: Config = DEFAULT, json: Json = False) -> None:  # noqa: A002
    """End an exchange for good; what it did stays done.

    \b
    caravana messages discard 19a2f
    """  # noqa: D301 -- click's mark for lines kept as they are
    _told(act(config, "discard", yes=yes, json=json, id=id), "discarded", json=json)


def _told(answer: dict[str, Any], text: str, *, json: bool) -> None:
    if json:
        print_json(answer)
    else:
        say(text)


@app.command("export")
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; without it, standard output.")
    ] = None,
    state: State = None,
    route: RouteId = None,
    branch: Branch = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 1000,
    reveal: Reveal = False,
    config: Config = DEFAULT,
) -> None:
    """Write exchanges with their timelines as JSON, personal data masked unless --reveal.

    \b
    caravana messages export --state dead -o dead.json
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(
        config,
        "export",
        states=states_of(state),
        route=route,
        branch=branch,
        key=key,
        since=since,
        until=until,
        limit=limit,
        reveal=reveal,
        actor=getpass.getuser(),
    )
    if output is None:
        print_json(found)
        return
    output.write_text(json_module.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    output.chmod(0o600)
    say(f"{output}: 1 exchange" if len(found) == 1 else f"{output}: {len(found)} exchanges")
