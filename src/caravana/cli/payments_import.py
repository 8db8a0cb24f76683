"""`caravana payments import`: a payment company's settlement file."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import content_of
from caravana.cli.output import Json, fail, print_json
from caravana.cli.payments_compare import tell_differences
from caravana.cli.payments_desk import operate
from caravana.cli.payments_settled import show_totals
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken


def import_(
    file: Annotated[Path, typer.Argument(help="The settlement, CSV or XLSX.")],
    connection: Annotated[str, typer.Option("--connection", help="The merchant account that it is of.")],
    profile: Annotated[
        str | None, typer.Option("--profile", help="How the file is written; default: as the account's company does.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be; nothing is stored.")] = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Import a company's settlement file, and compare its payments, refunds and chargebacks with Odoo.

    Each line counts once, whatever file brings it again. A payment of ours that is missing in Odoo is booked, and so is a refund;
    a chargeback becomes a dispute; every other difference goes on the list of `caravana review`. Ends with exit code 1 when the
    file cannot be read, or when there are differences.

    \b
    caravana payments import liquidacion.csv --connection placetopay --dry-run
    caravana payments import liquidacion.xlsx --connection placetopay --profile mi_banco
    """  # noqa: D301 -- click's mark for lines kept as they are
    content = base64.b64encode(content_of(file)).decode()
    given = {"name": file.name, "content": content, "connection": connection, "profile": profile, "dry": dry_run}
    report = operate(config, "import", given, subject=f"{file.name} {connection}")
    if json:
        print_json(report)
    elif "exchange" in report:
        typer.echo(f"{spoken(str(report['state']))}: caravana messages show {report['exchange']}")
    elif report["state"] == "refused":
        _refuse(file.name, report["problems"])
    else:
        _tell(report)
    differences = any(one["differences"] for one in report.get("compared", ()))
    raise typer.Exit(1 if differences or report["state"] not in ("taken", "waiting", "running") else 0)


def _refuse(name: str, problems: Sequence[Mapping[str, Any]]) -> None:
    """Say all that is wrong with the file."""
    for one in problems:
        place = spoken(f"{name}, line {one['line']}") if one["line"] else name
        fail(f"{place}: {spoken(one['reason'])}")
    say("nothing of the file was taken")


def _tell(report: Mapping[str, Any]) -> None:
    """Show what the file told, and what is not the same."""
    totals = (((one["currency"],), one) for one in report["totals"])
    show_totals(("currency",), totals, empty="no line of a payment")
    say(f"lines: {report['new']} new, {report['known']} known, {report['before_line']} before the go-live line")
    if report["passed"]:
        say(f"passed over, of no payment: {report['passed']}")
    tell_differences(report["compared"])
    if report["dry"]:
        say("nothing was stored (--dry-run)")
