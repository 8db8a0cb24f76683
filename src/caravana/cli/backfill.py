"""`caravana backfill`: records of before the go-live line, by a person's word."""

import getpass
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import Json, console, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

PAUSE = 0.3
"""Seconds between two looks at how far it is."""
WORDS = {"read": "records read", "rehearsed": "rehearsed", "taken": "taken"}
"""What is told of a backfill under way."""

Since = Annotated[str, typer.Option("--since", help="From this day or time on, in the company's zone: 2026-11-01.")]
Until = Annotated[str | None, typer.Option("--until", help="Before this day or time; by default the go-live line.")]
Shadowed = Annotated[
    bool, typer.Option("--shadowed", help="Also what the route took in shadow, when it did everything but the effects.")
]
Sample = Annotated[
    int, typer.Option("--sample", help="How many records are rehearsed to tell the effects; 0: all.", min=0)
]
Confirm = Annotated[
    int | None, typer.Option("--confirm", help="The number of records, for scripts: nothing is asked.", min=0)
]


def backfill(
    route: Annotated[str, typer.Argument(help="The route, as `caravana routes list` names it.")],
    since: Since,
    until: Until = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many records and which effects.")] = False,
    confirm: Confirm = None,
    shadowed: Shadowed = False,
    sample: Sample = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Let a route take records that are older than its go-live line: says how many, and what they would do, and asks.

    The records are read from the partner, and some of them are rehearsed: what the route reads is read, what it would change is
    only told. Without --dry-run the number of records is asked back; then they are taken as bulk work, which never delays
    live work. What was taken before is left out, so the same command again takes nothing, or what was left when it was
    stopped. It goes through the running hub.

    \b
    caravana backfill card-link --since 2026-11-01 --dry-run
    caravana backfill card-link --since 2026-11-01 --until 2026-11-15
    caravana backfill card-link --since 2026-11-01 --confirm 137 --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    asked = {"route": route, "since": since, "until": until, "shadowed": shadowed}
    if confirm is None or dry_run:
        survey = _carried_out(config, {**asked, "sample": sample}, quiet=json)
        if json:
            print_json(survey)
        else:
            _print(survey)
        if dry_run or not survey["count"]:
            return
        confirm = _confirmed(survey["count"], json=json)
    done = _carried_out(config, {**asked, "confirm": confirm, "actor": getpass.getuser()}, quiet=json)
    if json:
        print_json(done)
        return
    if done["fed"] == 1:
        say("1 record is taken and carried out as bulk work; see it:")
    else:
        say(f"{done['fed']} records are taken and carried out as bulk work; see them:")
    typer.echo(f"caravana messages list --key {done['key']}")


def _confirmed(count: int, *, json: bool) -> int:
    """Ask for the number back. Exits with 1 when it is another one."""
    if json:
        fail(f"nothing was taken: say --confirm {count}, or --dry-run")
        raise typer.Exit(1)
    question = spoken(f"Type the number of records to take them ({count}), anything else to leave it")
    typed = typer.prompt(question, default="", show_default=False)
    if typed.strip() != str(count):
        say("nothing was taken")
        raise typer.Exit(1)
    return count


def _carried_out(config: Path, asked: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Begin, show how far it is, and return what came of it. Exits with 1 when it went wrong."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    job = ask(config, "backfill", running=True, **asked)
    columns = (TextColumn("{task.description:<15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()
    ) as shown:
        task = shown.add_task(spoken(WORDS["read"]), total=None)
        try:
            while not job["over"]:
                time.sleep(PAUSE)
                job = ask(config, "backfill_status", running=True, job=job["job"])
                _show(shown, task, job)
        except KeyboardInterrupt:
            job = ask(config, "backfill_stop", running=True, job=job["job"])
    if job["error"] is not None:
        fail(job["error"])
        raise typer.Exit(1)
    result: dict[str, Any] = job["result"]
    return result


def _show(shown: "Progress", task: "TaskID", job: dict[str, Any]) -> None:
    shown.update(task, description=spoken(WORDS[job["what"]]), completed=job["done"], total=job["total"])


def _print(survey: dict[str, Any]) -> None:
    since, until = when(survey["since"]), when(survey["until"])
    records = _records(survey["records"])  # no `count`: in Spanish it would stand for a bare number
    say(f"{records} of {survey['route']} from {since} on and before {until}, by `{survey['dated_by']}`")
    for line in _counts(survey):
        typer.echo(f"· {spoken(line)}")
    if not survey["count"]:
        return
    whole = survey["rehearsed"] == survey["count"]
    title = "What they would do" if whole else f"What {survey['rehearsed']} of them, chosen by chance, would do"
    rows = [
        (one["partner"], one["endpoint"], spoken(one["kind"]), one["effects"], one["records" if whole else "estimate"])
        for one in survey["effects"]
    ]
    columns = ("partner", "effect", "kind", "times", "records" if whole else "of all, about")
    print_table(title, columns, rows, empty="they would change nothing at any partner")
    for one in survey["errors"]:
        if one["records"] == 1:
            say(f"! 1 would not end well, {one['example']}: {one['error']}")
        else:
            say(f"! {one['records']} would not end well, e.g. {one['example']}: {one['error']}")


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _counts(survey: dict[str, Any]) -> "Iterator[str]":
    """Yield how many are taken, and why others are not."""
    taken, shadowed, count = survey["taken"], survey["shadowed"], survey["count"]
    if taken:
        yield "1 was taken before and is left out" if taken == 1 else f"{taken} were taken before and are left out"
    if shadowed and count > survey["new"]:
        yield (
            "1 was taken in shadow and is among those to take"
            if shadowed == 1
            else f"{shadowed} were taken in shadow and are among those to take"
        )
    elif shadowed:
        yield (
            "1 was taken in shadow and is left out; --shadowed takes it, too"
            if shadowed == 1
            else f"{shadowed} were taken in shadow and are left out; --shadowed takes them, too"
        )
    mode = survey["mode"]
    yield f"1 would be taken now, in mode {mode}" if count == 1 else f"{count} would be taken now, in mode {mode}"
