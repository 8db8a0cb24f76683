"""What the doctor looks at: the hub's own matters here, each partner by its component."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caravana.cli.examination_documents import FLOW, documents
from caravana.cli.visit import visit
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import CaravanaError, ConfigurationError

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration

Found = list[tuple[str, Finding]]
ROOM = 1024
"""MiB that the disk of the journal should have free."""


async def examine(config: Path, names: list[str], tell: Callable[[str], object]) -> Found:
    """Return (place, finding) pairs; `names`: connections to ask, none: all, and the hub's own matters.

    `tell` hears the place that is looked at next: partners may take their time.

    Raises `ConfigurationError` when the configuration cannot be read.
    """
    from caravana.engine.configuration import read_configuration

    configuration = read_configuration(config)
    found: Found = []
    if not names:
        found += [("journal", one) async for one in _journal(configuration)]
        found += [("listener", one) for one in await visit(configuration)]
        found += [("listener", one) async for one in _refusals(configuration)]
        found += [("profile", one) for one in _profile(configuration)]
        found.append(("profile", _modes(configuration)))
        if FLOW in configuration.flows:
            found += [("electronic documents", one) for one in await documents(partial(_asked, configuration))]
    return found + [pair async for pair in _connections(configuration, names, tell)]


async def _journal(configuration: "Configuration") -> AsyncIterator[Finding]:
    """Look whether the journal can be written, or whether a hub has it."""
    import shutil

    from caravana.engine.control import SQLITE, holder
    from caravana.engine.opening import journal_of
    from caravana.journal import JournalError, Unreadable

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
            yield Finding("journal", Severity.ERROR, str(error), "mend `encryption` in the configuration")
        except (JournalError, OSError) as error:
            yield Finding("journal", Severity.ERROR, str(error), "mend `journal` in the configuration, or the folder")
    folder = Path(configuration.journal.removeprefix(SQLITE)).parent
    if configuration.journal.startswith(SQLITE) and folder.is_dir():
        free = shutil.disk_usage(folder).free // 2**20
        severity = Severity.OK if free >= ROOM else Severity.WARNING
        yield Finding("disk", severity, f"{free} MiB free", "" if free >= ROOM else "make room for the journal")


async def _refusals(configuration: "Configuration") -> AsyncIterator[Finding]:
    """Tell of senders whose secret does not fit: the running hub has counted what it turned away."""
    for one in await _asked(configuration, "refusals") or []:
        if one["reason"] not in ("signature", "token"):
            continue
        text = f"{one['route']}: {one['times']} refused for a wrong {one['reason']} since the hub began"
        if one["accepted"]:
            remedy = "others of this sender were right: somebody else may be trying; look at the log for when"
            yield Finding("notification secret", Severity.WARNING, text, remedy)
        else:
            remedy = (
                "the sender signs with another secret: compare the one in the configuration with the partner's page"
            )
            yield Finding("notification secret", Severity.ERROR, text, remedy)


def _profile(configuration: "Configuration") -> Iterator[Finding]:
    """Tell whether test and live are mixed, and whether a live profile has its line."""
    from caravana.engine.check_context import CheckContext
    from caravana.engine.profile import misfits
    from caravana.engine.registry import Components
    from caravana.kit.callables import Callables

    wrong = list(misfits(configuration, Components(CheckContext(configuration, Callables()))))
    yield from (Finding("profile", Severity.ERROR, one.message, one.suggestion) for one in wrong)
    if not wrong:
        line = configuration.go_live
        text = configuration.profile if line is None else f"{configuration.profile}, records from {line.isoformat()} on"
        yield Finding("profile", Severity.OK, text)


def _modes(configuration: "Configuration") -> Finding:
    """Tell what is held back, so that nobody waits in vain for what is off or in shadow."""
    modes = configuration.modes
    named = {**modes.routes, **modes.connections}
    held = [f"{name} {mode}" for name, mode in named.items() if mode != "live"]
    if modes.default != "live":
        live = [name for name, mode in modes.routes.items() if mode == "live"]
        held.insert(0, f"every route {modes.default}" + (f" but {', '.join(live)}" if live else ""))
    return Finding("modes", Severity.OK, "; ".join(held) or "everything is live")


async def _connections(
    configuration: "Configuration", names: list[str], tell: Callable[[str], object]
) -> AsyncIterator[tuple[str, Finding]]:
    """Let each component ask its partner."""
    from caravana.engine.check_context import CheckContext, Remembered
    from caravana.engine.registry import Components
    from caravana.kit.callables import Callables
    from caravana.kit.clock import clock_from_environment
    from caravana.kit.sameness import SCOPE

    context = CheckContext(configuration, Callables(), clock_from_environment(), strict=True)
    context.listener.public_url = configuration.listener.public_url or ""
    context.store = Remembered(SCOPE, dict(await _asked(configuration, "identities") or {}))
    components = Components(context)
    try:
        for name in names or sorted(configuration.connections):
            tell(name)
            async for one in _partner(configuration, components, name):
                yield name, one
    finally:
        await components.close()


async def _partner(configuration: "Configuration", components: Any, name: str) -> AsyncIterator[Finding]:
    """Ask one partner; a component that breaks is a finding, too."""
    from caravana.engine.registry import readers_of

    if name not in configuration.connections:
        known = ", ".join(sorted(configuration.connections)) or "none"
        yield Finding(
            "settings", Severity.ERROR, f"there is no such connection (there are: {known})", "name one of them"
        )
        return
    readers = readers_of(name, configuration.connections[name])
    for scheme in readers:
        try:
            for one in components.get(scheme).cautions(name):
                yield one
            for one in await components.get(scheme).diagnose(name):
                yield one
        except ConfigurationError as error:
            yield Finding("settings", Severity.ERROR, str(error), "mend it in the configuration")
        except (CaravanaError, OSError) as error:
            yield Finding("partner", Severity.ERROR, f"{type(error).__name__}: {error}")
    if not readers:
        remedy = "name the connection after its component, or see `caravana check`"
        yield Finding("component", Severity.WARNING, "no component reads this connection", remedy)


async def _asked(configuration: "Configuration", operation: str, arguments: dict[str, Any] | None = None) -> Any:
    """Return the desk's answer, of the running hub or of the journal; None while nobody can tell."""
    import asyncio

    from caravana.cli.office import ask_hub, ask_journal
    from caravana.engine.control import AdminError, presences
    from caravana.journal import JournalError

    hubs = presences(configuration)
    try:
        if hubs:
            return await asyncio.to_thread(ask_hub, hubs[0], operation, arguments or {})
        return await ask_journal(configuration, None, operation, arguments or {})
    except (AdminError, JournalError, ConfigurationError, OSError):
        return None
