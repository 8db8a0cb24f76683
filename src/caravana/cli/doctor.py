"""`caravana doctor`: whether everything is right that cannot be seen in a file."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, colored, print_json, print_table
from caravana.cli.project import DEFAULT, Config

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration
    from caravana.kit.component import Finding

Names = Annotated[list[str] | None, typer.Argument(help="Connections to ask; none: all.")]


def doctor(names: Names = None, config: Config = DEFAULT, json: Json = False) -> None:
    """Ask each configured partner whether address, credentials, rights, clock and webhook address are right.

    Also looks at the journal, this machine's disk and the public address. Every finding says what to do. Ends with exit code
    1 when something is wrong.

    \b
    caravana doctor
    caravana doctor odoo --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio  # help does without it

    from caravana.kit.component import Severity

    found = asyncio.run(_examine(config, names or []))
    if json:
        print_json([{"place": place, **one.__dict__} for place, one in found])
    else:
        colors = {Severity.OK: "green", Severity.WARNING: "yellow", Severity.ERROR: "red"}
        rows = (
            (place, one.subject, colored(one.severity.value, colors[one.severity]), one.message, one.remedy)
            for place, one in found
        )
        print_table("Findings", ("where", "what", "", "finding", "what to do"), rows)
    raise typer.Exit(1 if any(one.severity is Severity.ERROR for _, one in found) else 0)


async def _examine(config: Path, names: list[str]) -> "list[tuple[str, Finding]]":
    from caravana.engine.configuration import read_configuration

    configuration = read_configuration(config)
    found: list[tuple[str, Finding]] = []
    if not names:
        found += [("journal", one) async for one in _journal(configuration)]
        found += [("listener", one) for one in _listener(configuration)]
        found += [("profile", one) for one in _profile(configuration)]
    found += [pair async for pair in _connections(configuration, names)]
    return found


async def _journal(configuration: "Configuration") -> "AsyncIterator[Finding]":
    """Look whether the journal can be written, or whether a hub has it."""
    import shutil

    from caravana.engine.control import SQLITE, holder
    from caravana.engine.opening import journal_of
    from caravana.journal import JournalError, Unreadable
    from caravana.kit.component import Finding, Severity
    from caravana.kit.errors import ConfigurationError

    presence = holder(configuration)
    if presence is not None:
        yield Finding("journal", Severity.OK, f"a hub has it (process {presence.pid}, {presence.address})")
    else:
        try:
            journal = journal_of(configuration)
            await journal.open()
            await journal.close()
            yield Finding("journal", Severity.OK, "can be opened and written")
        except (ConfigurationError, Unreadable) as error:
            yield Finding("journal", Severity.ERROR, str(error), "Mend `encryption` in the configuration.")
        except (JournalError, OSError) as error:
            yield Finding("journal", Severity.ERROR, str(error), "Mend `journal` in the configuration, or the folder.")
    folder = Path(configuration.journal.removeprefix(SQLITE)).parent
    if configuration.journal.startswith(SQLITE) and folder.is_dir():
        free = shutil.disk_usage(folder).free // 2**20
        wanted = 1024
        severity = Severity.OK if free >= wanted else Severity.WARNING
        yield Finding("disk", severity, f"{free} MiB free", "" if free >= wanted else "Make room for the journal.")


def _listener(configuration: "Configuration") -> "list[Finding]":
    from caravana.kit.component import Finding, Severity

    url = configuration.listener.public_url
    live = configuration.profile == "live"
    if url is None:
        severity = Severity.ERROR if live else Severity.WARNING
        remedy = "Set listener.public_url to the address under which the proxy with TLS is reached."
        return [Finding("public address", severity, "not set: links and webhooks name this machine", remedy)]
    if not url.startswith("https://"):
        severity = Severity.ERROR if live else Severity.WARNING
        return [Finding("public address", severity, f"{url} is not https", "Put a proxy with TLS before the listener.")]
    return [Finding("public address", Severity.OK, url)]


def _profile(configuration: "Configuration") -> "list[Finding]":
    """Tell whether test and live are mixed, and whether a live profile has its line."""
    from caravana.engine.check_context import CheckContext
    from caravana.engine.profile import misfits
    from caravana.engine.registry import Components
    from caravana.kit.callables import Callables
    from caravana.kit.component import Finding, Severity

    components = Components(CheckContext(configuration, Callables()))
    wrong = [
        Finding("profile", Severity.ERROR, one.message, one.suggestion) for one in misfits(configuration, components)
    ]
    line = configuration.go_live
    text = configuration.profile + ("" if line is None else f", records from {line.isoformat()} on")
    return [*(wrong or [Finding("profile", Severity.OK, text)]), _modes(configuration)]


def _modes(configuration: "Configuration") -> "Finding":
    """Tell what is held back, so that nobody waits in vain for what is off or in shadow."""
    from caravana.kit.component import Finding, Severity

    modes = configuration.modes
    named = {**modes.routes, **modes.connections}
    held = [f"{name} {mode}" for name, mode in named.items() if mode != "live"]
    if modes.default != "live":
        live = [name for name, mode in modes.routes.items() if mode == "live"]
        held.insert(0, f"every route {modes.default}" + (f" but {', '.join(live)}" if live else ""))
    return Finding("modes", Severity.OK, "; ".join(held) or "everything is live")


async def _identities(configuration: "Configuration") -> "dict[str, Any]":
    """Return who answered last time, by connection; nothing while the journal cannot tell."""
    import asyncio

    from caravana.cli.office import ask_hub, ask_journal
    from caravana.engine.control import AdminError, holder
    from caravana.journal import JournalError
    from caravana.kit.errors import ConfigurationError

    presence = holder(configuration)
    try:
        if presence is not None:
            found = await asyncio.to_thread(ask_hub, presence, "identities", {})
        else:
            found = await ask_journal(configuration, None, "identities", {})
    except (AdminError, JournalError, ConfigurationError, OSError):
        return {}
    return dict(found)


async def _connections(configuration: "Configuration", names: list[str]) -> "AsyncIterator[tuple[str, Finding]]":
    """Let each component ask its partner; one that breaks is a finding, too."""
    from caravana.engine.check_context import CheckContext, Remembered
    from caravana.engine.registry import Components, readers_of
    from caravana.kit.callables import Callables
    from caravana.kit.clock import clock_from_environment
    from caravana.kit.component import Finding, Severity
    from caravana.kit.errors import CaravanaError, ConfigurationError
    from caravana.kit.sameness import SCOPE

    context = CheckContext(configuration, Callables(), clock_from_environment(), strict=True)
    context.listener.public_url = configuration.listener.public_url or ""
    context.store = Remembered(SCOPE, await _identities(configuration))
    components = Components(context)
    try:
        for name in names or sorted(configuration.connections):
            if name not in configuration.connections:
                yield name, _unknown(configuration, name)
                continue
            asked = False
            for scheme in readers_of(name, configuration.connections[name]):
                asked = True
                try:
                    for one in await components.get(scheme).diagnose(name):
                        yield name, one
                except ConfigurationError as error:
                    yield name, Finding("settings", Severity.ERROR, str(error), "Mend it in the configuration.")
                except (CaravanaError, OSError) as error:
                    yield name, Finding("partner", Severity.ERROR, f"{type(error).__name__}: {error}")
            if not asked:
                remedy = "Name the connection after its component, or see `caravana check`."
                yield name, Finding("component", Severity.WARNING, "no component reads this connection", remedy)
    finally:
        await components.close()


def _unknown(configuration: "Configuration", name: str) -> "Finding":
    from caravana.kit.component import Finding, Severity

    known = ", ".join(sorted(configuration.connections)) or "none"
    return Finding("settings", Severity.ERROR, f"there is no such connection (there are: {known})", "Name one of them.")
