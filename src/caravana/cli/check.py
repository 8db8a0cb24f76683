"""`caravana check` and `caravana support`: judging route files before they run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, print_json, print_problems, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import spoken

if TYPE_CHECKING:
    from caravana.engine.checking import Judgement
    from caravana.engine.policies import PolicyRow

Files = Annotated[list[Path] | None, typer.Argument(help="Route files; none: those of the configuration.")]


def check(
    files: Files = None,
    config: Config = DEFAULT,
    policies: Annotated[bool, typer.Option("--policies", help="Print the redelivery policy that holds.")] = False,
    show_support: Annotated[bool, typer.Option("--support", help="Print what of Camel is supported.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings, too.")] = False,
    json: Json = False,
) -> None:
    """Judge configuration and route files: every problem with file, line, column, reason and the nearest right name.

    Files named here are judged as one set of routes, with the connections of the configuration if there is one. Ends with
    exit code 1 when something must be mended.

    \b
    caravana check
    caravana check routes/orders.yaml routes/common.yaml
    caravana check --policies --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.kit.errors import ConfigurationError

    if show_support:
        support(json=json)
        return
    try:
        judgement = judge_files(files or [], config)
    except ConfigurationError as error:
        if not json:
            raise
        print_json(_refused(error))
        raise typer.Exit(1) from None
    if json:
        print_json(_as_json(judgement, policies=policies))
    else:
        _print(judgement, policies=policies)
    failing = len(judgement.problems) if strict else judgement.errors
    raise typer.Exit(1 if failing else 0)


def judge_files(files: Sequence[Path], config: Path) -> "Judgement":
    """Judge `files`, or the configuration's when there are none. Raises `ConfigurationError`."""
    from caravana.cli.project import load_project
    from caravana.engine.checking import judge, judge_project
    from caravana.route.files import read_all

    if not files:
        return judge_project(load_project(config))
    documents, problems = read_all(files)
    if not config.is_file():
        return judge(documents, problems)
    project = load_project(config)
    return judge(
        documents,
        problems,
        configuration=project.configuration,
        callables=project.callables,
    )


def _print(judgement: "Judgement", *, policies: bool) -> None:
    print_problems(judgement.problems)
    warnings = len(judgement.problems) - judgement.errors
    count = len(judgement.program.routes) if judgement.program else 0
    if judgement.errors:
        typer.echo(f"{spoken(_number(judgement.errors, 'error'))}, {spoken(_number(warnings, 'warning'))}")
    else:
        well = spoken(f"{_number(count, 'route')} well")
        typer.echo(well + (f", {spoken(_number(warnings, 'warning'))}" if warnings else ""))
    if policies:
        columns = ("route", "errors", "handler", "redeliveries", "waits")
        print_table("Redelivery", columns, (_policy(row) for row in judgement.policies), empty="no routes")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _policy(row: "PolicyRow") -> tuple[str, ...]:
    policy = row.policy
    most = int(policy.value("maximum_redeliveries") or 0)
    most = 0 if policy.value("disable_redelivery") else most
    tries = spoken("for ever" if most < 0 else "none" if most == 0 else str(most))
    return row.route, row.errors or spoken("all others"), row.handler, tries, spoken(_waits(policy)) if most else ""


def _waits(policy: Any) -> str:
    if policy.value("delay_pattern"):
        return f"pattern {policy.value('delay_pattern')}"
    first = f"{float(policy.value('redelivery_delay')) / 1000:g} s"
    if not policy.value("use_exponential_back_off"):
        return f"{first} each"
    longest = float(policy.value("maximum_redelivery_delay")) / 1000
    return f"{first}, × {policy.value('back_off_multiplier'):g}, at most {longest:g} s"


def _as_json(judgement: "Judgement", *, policies: bool) -> dict[str, Any]:
    routes = sorted(judgement.program.routes) if judgement.program else []
    problems = [one.as_json() for one in judgement.problems]
    found: dict[str, Any] = {"problems": problems, "errors": judgement.errors, "routes": routes}
    if policies:
        found["policies"] = [
            {
                "route": row.route,
                "errors": row.errors,
                "handler": row.handler,
                "policy": {one.key: row.policy.value(one.name) for one in row.policy.spec.options if one.doc},
            }
            for row in judgement.policies
        ]
    return found


def _refused(error: Exception) -> dict[str, Any]:
    """What programs read when the configuration itself is refused: every line of the error is a problem."""
    from caravana.route import Problem, Severity
    from caravana.route.location import NOWHERE

    problems = [Problem(Severity.ERROR, NOWHERE, line) for line in str(error).splitlines()]
    return {"problems": [one.as_json() for one in problems], "errors": len(problems), "routes": []}


def support(
    kind: Annotated[str | None, typer.Option("--kind", help="Only this kind: step, language, function …")] = None,
    json: Json = False,
) -> None:
    """Print what of Camel's catalogue is supported, ignored or refused, computed from the code.

    \b
    caravana support --kind step
    caravana support --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.engine.support import support_rows
    from caravana.route.support import as_json

    rows = [row for row in support_rows() if kind is None or row.kind == kind]
    if json:
        print_json(as_json(tuple(rows)))
        return
    shown = [row for row in rows if not row.option or (row.state is not None and row.state.value != "refused")]
    cells = (
        (spoken(row.kind), row.name, row.option, spoken(row.state.value if row.state else ""), spoken(row.reason))
        for row in shown
    )
    print_table("Camel's catalogue", ("kind", "name", "option", "state", "why"), cells)
