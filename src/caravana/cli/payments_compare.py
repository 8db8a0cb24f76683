"""`caravana payments compare`: what the companies have, beside Odoo."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from caravana.cli.asked import in_words
from caravana.cli.output import Json, fail, print_json, print_table
from caravana.cli.payments_desk import day as iso_day
from caravana.cli.payments_desk import money, operate
from caravana.cli.payments_settled import show_totals
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import spoken

hints = (
    "what Odoo has and the company does not: its list of the day may not be whole yet",
    "the company gave no answer",
)
WHY = dict(zip(("unfinished", "unanswered"), hints, strict=True))
"""Why something was not judged, where the company's component says nothing of it."""


def compare(
    day: Annotated[
        str | None,
        typer.Option("--day", help="2026-11-27; without it yesterday, and days of which a difference is open."),
    ] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Only this merchant account.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Compare what the payment companies have of a day with Odoo, as the hub does by itself each night.

    What is missing of an order's payments is booked; every other difference goes on the list of `caravana review`. What cannot be
    judged, because the company tells nothing of it or the day is not over, is said. Ends with exit code 1 when there
    are differences.

    \b
    caravana payments compare
    caravana payments compare --day 2026-11-27 --connection stripe --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    given = {"day": iso_day(day), "connection": connection}
    found = operate(config, "compare", given, subject=f"{day or ''} {connection or ''}".strip() or "all")
    if json:
        print_json(found)
    else:
        tell_differences(found)
        told = (((one["day"], one["connection"]), each) for one in found for each in one.get("settled", ()))
        show_totals(("day", "account"), told)
    raise typer.Exit(1 if any(one.get("differences") or "exchange" in one for one in found) else 0)


def tell_differences(found: Sequence[Mapping[str, Any]]) -> None:
    """Show what was compared, and what is not the same."""
    for one in found:
        if "exchange" in one:
            fail(f"not compared: caravana messages show {one['exchange']} {one['message']}".strip())
    whole = [one for one in found if "exchange" not in one]
    rows = [(one["day"], one["connection"], one["branch"], len(one["differences"])) for one in whole]
    columns = ("day", "account", "branch", "differences")
    print_table(
        "Compared with Odoo",
        columns,
        rows,
        empty="nothing to compare: before the go-live line, or a day to come",
    )
    rows = [_difference_row(one, each) for one in whole for each in one["differences"]]
    for one in whole:
        _tell_unjudged(one)
    if rows:
        print_table("Differences", ("day", "number", "reference", "amount", "in Odoo", "what to do"), rows)


def _tell_unjudged(one: Mapping[str, Any]) -> None:
    """Say what could not be judged of a day: it is no difference, and no sign that all is well."""
    for each in one.get("unjudged", ()):
        about = f": {', '.join(each['references'])}" if each["references"] else ""
        why = spoken(each["message"] or WHY[each["why"]])
        typer.echo(spoken(f"not judged on {one['day']} at {one['connection']}: {why}") + about)


def _difference_row(one: Mapping[str, Any], each: Mapping[str, Any]) -> tuple[Any, ...]:
    text = spoken("the hub is mending it") if each["mending"] else in_words(each["kind"], each["text"])
    amount = "" if each["amount"] is None else money(each["amount"], each)
    return (one["day"], each["name"], each["reference"], amount, each["in_odoo"], text)
