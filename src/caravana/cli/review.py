"""`caravana review`, `dead-letters`, `breakers`, `cursors`: what waits, and why."""

import getpass
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from caravana.cli.asked import in_words
from caravana.cli.office import act, ask, in_short, when
from caravana.cli.output import Json, Yes, colored, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
letters = typer.Typer(invoke_without_command=True, no_args_is_help=False)
breakers = typer.Typer(no_args_is_help=True)
CLASSES = {
    "Refused": "refused by the partner",
    "HttpOperationFailed": "refused by the partner",
    "NeedsPerson": "a permission, key or account needs a person",
    "Unknown": "nobody knows whether it was done",
    "Transient": "the partner did not answer",
    "RateLimited": "the partner did not answer",
    "Diverged": "the route asks for something else than it did",
}
"""Classes of errors as the trade calls them."""


@app.callback()
def review(context: typer.Context, config: Config = DEFAULT, json: Json = False) -> None:
    """List what waits for a person: doubts, items of the flows, dead exchanges, dead letters, open circuits.

    \b
    caravana review
    caravana review done ID
    """  # noqa: D301 -- click's mark for lines kept as they are
    context.obj = config
    if context.invoked_subcommand is not None:
        return
    found = ask(config, "review")
    if json:
        print_json(found)
        return
    colors = {"in_doubt": "yellow", "dead": "red", "circuit": "magenta"}
    rows = (
        (
            colored(spoken(one["kind"]), colors.get(one["kind"], "")),
            one["id"],
            _title(one["title"]) + _about(one),
            in_words((one.get("details") or {}).get("kind"), _reason(one["reason"])),
            when(one["since"]),
        )
        for one in found
    )
    print_table(
        "Waiting for a person", ("what", "id", "title", "why", "since"), rows, empty="nothing waits for a person"
    )
    for remedy in dict.fromkeys(one["remedy"] for one in found):
        typer.echo(f"· {spoken(remedy)}")


def _title(title: str) -> str:
    """The title in the person's language; of a flow's item its first word is the kind."""
    kind, space, rest = title.partition(" ")
    whole = spoken(title)
    return spoken(kind).replace("_", " ") + space + rest if whole == title else whole


def _about(item: Mapping[str, Any]) -> str:
    """What an exchange is about, as its route says it; a flow's item says so itself."""
    told = None if item["kind"] == "item" else (item.get("details") or {}).get("detail")
    return f" ({told})" if told else ""


def _reason(reason: str) -> str:
    """The reason with the class of its error in words of the trade: what the engine calls Refused, a person does not."""
    name, colon, rest = reason.partition(": ")
    word, space, status = name.partition(" ")
    if not colon or word not in CLASSES:
        return spoken(reason)
    return f"{spoken(CLASSES[word])}{space and f' ({status})'}: {spoken(rest)}"


@app.command("done")
def done(context: typer.Context, key: Annotated[str, typer.Argument(help="The item's id in the list.")]) -> None:
    """Take an item of a flow off the list: you have dealt with it.

    \b
    caravana review done caravana.p2p_771/credit_left
    """  # noqa: D301 -- click's mark for lines kept as they are
    ask(context.obj, "review_done", key=key, actor=getpass.getuser())
    say("off the list")


@letters.callback()
def dead_letters(context: typer.Context, config: Config = DEFAULT, json: Json = False) -> None:
    """List the open dead letters, or retry one.

    \b
    caravana dead-letters
    caravana dead-letters retry 3
    """  # noqa: D301 -- click's mark for lines kept as they are
    if context.invoked_subcommand is None:
        list_letters(config=config, json=json)


@letters.command("list")
def list_letters(config: Config = DEFAULT, json: Json = False) -> None:
    """List the open dead letters.

    \b
    caravana dead-letters list
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "dead_letters")
    if json:
        print_json(found)
        return
    rows = (
        (one["number"], one["exchange"], one["route"], one["path"], in_short(one["error"], 80), when(one["at"]))
        for one in found
    )
    print_table("Dead letters", ("number", "exchange", "route", "path", "error", "at"), rows, empty="no dead letters")


@letters.command("retry")
def retry_letter(
    number: Annotated[int, typer.Argument(help="Its number in the list.")],
    current: Annotated[bool, typer.Option("--current", help="Under the routes as they are now.")] = False,
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Run again what a dead letter channel took; everything else of its exchange stays as it is.

    \b
    caravana dead-letters retry 3
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = act(config, "retry_letter", yes=yes, json=json, number=number, current=current)
    if json:
        print_json(answer)
    else:
        say("it runs again")


@breakers.callback()
def circuits() -> None:
    """The circuits of the connections.

    \b
    caravana breakers list
    caravana breakers reset odoo:odoo
    """  # noqa: D301 -- click's mark for lines kept as they are; what the group holds


@breakers.command("list")
def list_breakers(config: Config = DEFAULT, json: Json = False) -> None:
    """List the circuits of the connections, from the running hub or, when none runs, from the journal.

    closed: calls go out. open: none does until the time told. half_open: one call tries the partner. ramp: the partner
    answered; calls go out few at a time, and more with each answer.

    \b
    caravana breakers list
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "breakers")
    if json:
        print_json(found)
        return
    rows = (
        (one["connection"], spoken(one["state"]), one["failures"], when(one["until"]), spoken(one["reason"] or ""))
        for one in found
    )
    columns = ("connection", "state", "failures", "until", "reason")
    print_table("Circuits", columns, rows, empty="no circuit: no connection was used")


@breakers.command("reset")
def reset_breaker(
    connection: Annotated[str, typer.Argument(help="The connection, e.g. odoo:odoo.")], config: Config = DEFAULT
) -> None:
    """Close a circuit: new calls go out at once, few at a time at first; what waits comes when it was told to.

    \b
    caravana breakers reset odoo:odoo
    """  # noqa: D301 -- click's mark for lines kept as they are
    ask(config, "reset_breaker", connection=connection, actor=getpass.getuser())
    say("closed")


def cursors(config: Config = DEFAULT, json: Json = False) -> None:
    """List how far each polling route has read.

    \b
    caravana cursors
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "cursors")
    if json:
        print_json(found)
        return
    rows = ((one["route"], position(one["position"]), when(one["at"])) for one in found)
    print_table("Positions", ("route", "position", "at"), rows, empty="no route polls")


def position(cursor: object) -> str:
    """Return a consumer's position in a line; of what it remembers, how much."""
    if not isinstance(cursor, dict):
        return str(cursor)
    told = ((name, len(one) if isinstance(one, dict | list) else one) for name, one in cursor.items())
    return ", ".join(f"{spoken(name)} {one}" for name, one in told)
