"""The way to the operator's desk: through the hub that runs, else straight to the journal in short transactions."""

import getpass
import json
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from caravana.cli.output import fail, print_table
from caravana.cli.speech import agree, spoken

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.engine.control import Presence
    from caravana.engine.hub import Hub
    from caravana.engine.project import Project

company_zone: ContextVar[ZoneInfo | None] = ContextVar("company_zone", default=None)
"""The zone of the company whose configuration the command read (people read and write its times), else the machine's."""

TIMEOUT = 60.0
"""Seconds that a running hub may take to answer."""


LARGEST_FILE = 32 * 1024 * 1024
"""Bytes of a file that is handed to the hub; none of a bank or payment company is nearly so large."""


def check_size(path: Path) -> None:
    """Exit with 1 when a file is not there, or too large to be handed over."""
    try:
        size = path.stat().st_size
    except OSError as error:
        fail(f"{path}: {error.strerror}")
        raise typer.Exit(1) from None
    if size > LARGEST_FILE:
        fail(f"{path}: it is larger than {LARGEST_FILE // 1024 // 1024} MiB")
        raise typer.Exit(1)


def content_of(path: Path) -> bytes:
    """Return the bytes of a file to be handed over. Exits with 1 when it cannot be read, or is too large."""
    check_size(path)
    try:
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}")
        raise typer.Exit(1) from None


def ask(config: Path, operation: str, *, routes: bool = False, running: bool = False, **arguments: Any) -> Any:
    """Return the answer of the operator's operation. Exits with 1 when it is refused.

    `routes`: it needs to know them; `running`: only a hub that runs on this machine can carry it out.
    """
    import asyncio  # help does without it

    from caravana.engine.configuration import read_configuration
    from caravana.engine.control import AdminError, holder, presences
    from caravana.journal import JournalError

    configuration = read_configuration(config)
    company_zone.set(ZoneInfo(configuration.company.timezone))
    arguments |= {name: _aware(arguments[name]) for name in ("since", "until") if arguments.get(name)}
    presence = next(iter(presences(configuration)), None) if running else holder(configuration)
    if running and presence is None:
        fail("no hub of this configuration runs on this machine: start it (`caravana run`), this goes through it")
        raise typer.Exit(1)
    try:
        if presence is not None:
            return ask_hub(presence, operation, arguments)
        return asyncio.run(ask_journal(configuration, config if routes else None, operation, arguments))
    except (AdminError, JournalError) as error:
        fail(str(error))
        raise typer.Exit(1) from None


def act(config: Path, operation: str, *, yes: bool, json: bool, **arguments: Any) -> Any:
    """Show what an operation would do, ask, do it; returns its answer. Exits with 1 when the person says no."""
    plan = ask(config, operation, routes=True, go=False, **arguments)
    if not json:
        print_plan(plan)
    if not yes:
        if json:
            return plan
        if not agree(f"{spoken(plan['action'])} {plan['exchange']}?"):
            raise typer.Exit(1)
    return ask(config, operation, routes=True, go=True, actor=getpass.getuser(), **arguments)


def print_plan(plan: dict[str, Any]) -> None:
    """Print what would be done."""
    typer.echo(
        f"{spoken(plan['action'])} {plan['exchange']} ({plan['route']}, {spoken(plan['state'])}), "
        f"{spoken('revision')} {plan['revision'][:8]}"
    )
    rows = (
        (
            one["path"],
            spoken(one["kind"]),
            one["endpoint"],
            spoken(one["state"]),
            one["reference"],
            spoken(one["fate"]),
        )
        for one in plan["lines"]
    )
    columns = ("path", "kind", "endpoint", "recorded", "reference", "what becomes of it")
    print_table("What is recorded", columns, rows, empty="nothing is recorded")
    for note in plan["notes"]:
        typer.echo(f"· {spoken(note)}")
    for one in plan["asks"]:
        typer.echo(f"! {spoken(one)}")


def ask_hub(presence: "Presence", operation: str, arguments: dict[str, Any]) -> Any:
    """Return the answer of a running hub. Raises `AdminError`.

    Asks with the standard library's client, because the hub's own is slow to import.
    """
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    from caravana.engine.control import AdminError

    headers = {"Authorization": f"Bearer {presence.token}", "Content-Type": "application/json"}
    connection = HTTPConnection(urlsplit(presence.address).netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", f"/admin/{operation}", json.dumps(arguments), headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
    except (OSError, HTTPException, ValueError) as error:
        raise AdminError(f"the hub at {presence.address} does not answer: {type(error).__name__}") from None
    finally:
        connection.close()
    if answer.status >= 400:
        raise AdminError(found.get("error", f"the hub answered {answer.status}"), answer.status)
    return found


async def ask_journal(
    configuration: "Configuration", config: Path | None, operation: str, arguments: dict[str, Any]
) -> Any:
    """Return the desk's answer where no hub runs; `config`: the file whose routes the operation must know, or None."""
    from caravana.engine.admin import Admin
    from caravana.engine.opening import journal_of
    from caravana.kit.clock import clock_from_environment

    hub = None if config is None else _hub(config)
    journal = hub.journal if hub is not None else journal_of(configuration)
    await journal.open()
    try:
        desk = Admin(journal, clock_from_environment(), hub, running=False, branches=configuration.branches)
        return await desk.call(operation, arguments)
    finally:
        if hub is not None:
            await hub.components.close()
        await journal.close()


def _hub(config: Path) -> "Hub | None":
    """Return the hub of the configuration, not started; None when its routes are refused (then nothing is rehearsed)."""
    from caravana.cli.project import load_project
    from caravana.cli.run import build_hub
    from caravana.kit.errors import ConfigurationError
    from caravana.route import Severity

    try:
        project: Project = load_project(config)
        if any(one.severity is Severity.ERROR for one in project.problems):
            return None
        return build_hub(project)
    except ConfigurationError:
        return None


def short(text: str | None, width: int = 60) -> str:
    """Return the first line of `text`, cut."""
    line = (text or "").partition("\n")[0]
    return line if len(line) <= width else line[: width - 1] + "…"


def in_short(text: str | None, width: int = 60) -> str:
    """Return the first line of a sentence in the language of the command, cut; one that is cut before is no sentence."""
    return short(spoken(text or ""), width)


def when(text: str | None) -> str:
    """Return a moment in the company's zone, to the second."""
    return "" if not text else datetime.fromisoformat(text).astimezone(company_zone.get()).strftime("%Y-%m-%d %H:%M:%S")


def _aware(text: str) -> str:
    """A time that a person wrote without a zone is the company's, `2h` is two hours ago.

    What is no time is left to the desk, which says so.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _ago(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=company_zone.get())).isoformat()


def _ago(text: str) -> str:
    from caravana.kit.options import parse_duration  # pydantic: only whoever writes a duration needs it

    if not text[-1:].isalpha():
        return text
    try:
        return (datetime.now(UTC) - parse_duration(text)).isoformat()
    except ValueError:
        return text


def states_of(texts: Sequence[str] | None) -> list[str]:
    """Return states given as repeated options or separated by commas."""
    return [one.strip() for text in texts or () for one in text.split(",") if one.strip()]
