"""`caravana branches`: the company's branches, and what is under way at each."""

from collections.abc import Mapping
from typing import Any

from caravana.cli.office import ask
from caravana.cli.output import Json, colored, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import spoken

COLUMNS = ("branch", "name", "company", "warehouse", "journal", "point", "card payments", "waiting", "in doubt", "dead")


def branches(config: Config = DEFAULT, json: Json = False) -> None:
    """List the branches of the configuration, with how many of their exchanges wait, are in doubt or are dead.

    Behind them stands what belongs to none: exchanges of a branch that was removed, and those whose record fits no branch.

    \b
    caravana branches
    caravana branches --json
    caravana messages list --branch sur
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = ask(config, "branches")
    if json:
        print_json(found)
        return
    print_table("Branches", COLUMNS, map(_row, found), empty="no branches: one company, one merchant account")


def _row(one: Mapping[str, Any]) -> list[Any]:
    settings = one["settings"]
    point = "-".join(filter(None, (settings.get("establishment"), settings.get("emission_point"))))
    name = settings.get("name") or spoken("removed" if one["branch"] else "of no branch")
    numbers = [settings.get(field) for field in ("company", "warehouse", "sale_journal")]
    counts = [one["waiting"], _counted(one["in_doubt"], "yellow"), _counted(one["dead"], "red")]
    return [one["branch"], name, *numbers, point, _listed(settings.get("payment_store")), *counts]


def _listed(value: str | list[str] | None) -> str | None:
    return ", ".join(value) if isinstance(value, list) else value


def _counted(count: int, color: str) -> Any:
    return colored(str(count), color if count else "")
