"""`caravana run`: the hub in the foreground until it is asked to stop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import fail, print_problems
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from caravana.engine.hub import Hub
    from caravana.engine.project import Project
    from caravana.kit.errors import ConfigurationError

LogLevel = Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")]
LogForm = Annotated[str, typer.Option("--log-format", help="json, text, or auto (text on a terminal).")]


def run(config: Config = DEFAULT, log_level: LogLevel = "info", log_format: LogForm = "auto") -> None:
    """Run the hub with its configuration until Ctrl-C or SIGTERM; what is unfinished resumes at the next start.

    Addresses go to standard output, logs to standard error. SIGHUP (or `caravana reload`) reads routes and modes again: when
    all are good they replace those that run, else the log says what is wrong and those that run stay.

    \b
    caravana run
    caravana run --config /etc/caravana/caravana.yaml --log-format json
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.engine.logs import LEVELS, configure_logs

    if log_level not in LEVELS or log_format not in ("json", "text", "auto"):
        fail("--log-level is one of debug, info, warning, error; --log-format one of json, text, auto")
        raise typer.Exit(2)
    project = _checked(config)
    configure_logs(log_level, form=log_format)
    raise typer.Exit(_loop_runner()(_run(project, config)))


def _loop_runner() -> "Callable[[Coroutine[Any, Any, int]], int]":
    """Return what runs a coroutine: uvloop where the system has it, else asyncio's own loop."""
    try:
        import uvloop
    except ImportError:  # Windows
        import asyncio

        return asyncio.run
    return uvloop.run


def _checked(config: Path) -> "Project":
    """Load the project and refuse it with all its problems."""
    from caravana.cli.project import load_project
    from caravana.route import Severity

    project = load_project(config)
    if any(one.severity is Severity.ERROR for one in project.problems):
        print_problems(project.problems)
        raise typer.Exit(1)
    return project


def build_hub(project: "Project") -> "Hub":
    """Return the hub of a project, not started. Raises `ConfigurationError`, `RouteFileError`."""
    from caravana.engine.hub import Hub

    return Hub(project.configuration, project.documents, callables=project.callables)


def _tell_all(config: Path, refusal: "ConfigurationError") -> None:
    """Print everything that is wrong, not only what the hub met first."""
    from caravana.cli.check import judge_files

    problems = judge_files([], config).problems
    print_problems(problems)
    if not any(one.message in str(refusal) and one.severity == "error" for one in problems):
        fail(str(refusal))


def _tell(lines: "Iterable[str]") -> None:
    for line in lines:
        say(line)


def _schemes(hub: "Hub") -> "Iterable[str]":
    """The schemes at which routes begin; behind `pay:` stand those of the payment companies."""
    from caravana.kit.merchant import accounts_of

    used = {one.uri.scheme for one in hub.program.routes.values()}
    return used | {hub.component_of(name).scheme for name in accounts_of(hub)} if "pay" in used else used


async def _run(project: "Project", config: Path) -> int:
    import structlog

    from caravana.cli.outside import without_public_address
    from caravana.cli.project import load_routes
    from caravana.cli.signals import Signals
    from caravana.engine.configuration import read_configuration
    from caravana.engine.loose_ends import unheld
    from caravana.engine.reload import Reloader
    from caravana.engine.serving import served
    from caravana.journal import JournalError
    from caravana.kit.errors import ConfigurationError

    log = structlog.get_logger("caravana.run")
    try:
        hub = build_hub(project)
        reloader = Reloader(hub, lambda: read_configuration(config), load_routes)
        signals = Signals(reloader)
        async with served(hub, reloader) as addresses:
            say(f"listener {addresses.listener}  (public {addresses.public})")
            say(f"control  {addresses.control}  (health, metrics, command line)")
            if project.configuration.listener.public_url is None:
                _tell(without_public_address(_schemes(hub), addresses.listener))
            for one in unheld(project.configuration, hub.components):
                log.warning("setting.does_not_hold", setting=one.message, remedy=one.suggestion)
            log.info("hub.started", routes=len(hub.program.routes), revision=hub.revision[:12])
            which = await signals.stop()
            log.info("hub.stopping", signal=which.name)
    except ConfigurationError as error:
        _tell_all(config, error)
        return 1
    except JournalError as error:
        fail(str(error))
        return 1
    log.info("hub.stopped")
    return 0
