"""`caravana catalog`: the products at Meta, how they stand, what differs, and publishing all of them."""

import getpass
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import Json, Yes, colored, console, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, say, spoken

app = typer.Typer(no_args_is_help=True)
WORDS = {
    "accepted": "in the catalogue",
    "waiting": "waits for Meta",
    "refused": "not as it should be",
    "removed": "taken out",
}
"""How a product stands, in words."""
COLORS = {"accepted": "green", "waiting": "yellow", "refused": "red"}
MEANINGS = {
    "no_name": "it has no name",
    "no_image": "it has no picture: put one on the product",
    "no_price": "its price with taxes is zero",
    "no_rule": "a rule of the pricelist cannot be computed",
    "no_tax": "a tax cannot be computed",
    "long_code": "its internal reference is too long",
    "twice": "another product has the same internal reference",
    "held": "prices of the list differ from Odoo's: nothing is published until that is settled",
    "gone": "its tag was taken away, or it was archived",
}
"""Why a product is not in the catalogue, when it was not Meta who refused it."""
WHYS = {
    "scope": "it applies to something that is not known",
    "way": "it computes in a way that is not known",
    "base": "it is based on something that is not known",
    "currency": "it is in another currency than the product",
    "circle": "its pricelists stand on each other in a circle",
}
"""Why a rule of a pricelist cannot be computed."""
NOTES = {
    "missing": "missing at Meta",
    "not ours": "not ours",
    "title": "title",
    "availability": "availability",
    "link": "link",
    "price": "price",
    "refused by Meta": "refused by Meta",
}
"""What differs."""
PAUSE = 1.0
"""Seconds between two looks at how far it is."""
COLUMNS = ("product", "name", "state", "price", "reason", "since")


@app.callback()
def catalog() -> None:
    """Look at the products at Meta, see what differs, publish them all.

    \b
    caravana catalog status
    caravana catalog diff
    caravana catalog publish
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command()
def status(
    state: Annotated[
        str | None, typer.Option("--state", help="Only in this state: accepted, waiting, refused, removed.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most, the newest first.", min=1)] = 30,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Show how many products stand how, and which are not as they should be.

    \b
    caravana catalog status
    caravana catalog status --state refused
    """  # noqa: D301 -- click's mark for lines kept as they are
    told = _operate(config, "status", {})
    wanted = state or ("refused" if told["states"].get("refused") else None)
    found = _operate(config, "list", {"state": wanted, "limit": limit})
    if json:
        print_json({**told, "products": found})
        return
    print_table("Products at Meta", ("state", "products"), _counts(told["states"]), empty="no products yet")
    if found:
        print_table("Products", COLUMNS, map(_row, found))
    _tell_prices(told["prices"] or {})


@app.command()
def publish(
    yes: Yes = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Show how far it is until it is over.")] = True,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Look at all products with the tag, and publish what Meta does not have as it should be.

    \b
    caravana catalog publish
    caravana catalog publish --yes --no-wait
    """  # noqa: D301 -- click's mark for lines kept as they are
    told = _named(config)
    whose = {"connection": told.get("catalogue.connection", "odoo"), "tag": told.get("catalogue.tag", "Publicar")}
    tagged = _operate(config, "tagged", whose)
    if not json:
        say(f"products of Odoo that shall be shown: {tagged['tagged']}, known here: {tagged['known']}")
    if not yes and not agree("Publish them all?"):
        raise typer.Exit(1)
    wish = _operate(config, "publish", {}, subject="catalog")
    told = _until_over(config, wish["at"], tagged["tagged"]) if wait else _operate(config, "status", {})
    if json:
        print_json(told)
        return
    print_table("Products at Meta", ("state", "products"), _counts(told["states"]), empty="no products yet")
    _tell_prices(told["prices"] or {})


@app.command()
def diff(
    connection: Annotated[
        str | None, typer.Option("--connection", help="Name of the catalogue's connection; by default the flow's.")
    ] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Compare what Meta shows with what it should show, and name rules and prices that hold products back.

    \b
    caravana catalog diff
    """  # noqa: D301 -- click's mark for lines kept as they are
    meta = connection or _named(config).get("catalogue.meta", "catalog")
    found = _operate(config, "diff", {"meta": meta}, subject="catalog")
    if json:
        print_json(found)
    else:
        rows = ((one["sku"], spoken(NOTES[one["what"]]), one["ours"], one["theirs"]) for one in found["rows"])
        print_table("Meta and we", ("product", "what", "ours", "Meta's"), rows, empty="Meta shows what it should")
        _tell_prices({"unknown": found["rules"], "different": found["prices"]})
    if found["rows"] or found["rules"] or found["prices"]:
        raise typer.Exit(1)


def _until_over(config: Path, wish: str, count: int) -> dict[str, Any]:
    """Show how far it is until everything was looked at and nothing waits; return how it stands then."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(spoken("Publishing"), total=count)
        while True:
            told: dict[str, Any] = _operate(config, "status", {})
            states = told["states"]
            shown.update(task, completed=min(count, states.get("accepted", 0) + states.get("refused", 0)))
            if _is_over(told, wish):
                return told
            time.sleep(PAUSE)


def _is_over(told: Mapping[str, Any], wish: str) -> bool:
    """Whether everything was looked at since the wish, judged, and nothing waits for Meta."""
    seen = told["seen"]
    if seen is None or seen["wish"] != wish:
        return False
    judged = seen["at"] is None or (told["prices"] is not None and told["prices"]["at"] >= seen["at"])
    return judged and not told["states"].get("waiting")


def _counts(states: Mapping[str, int]) -> list[tuple[Any, int]]:
    return [
        (colored(spoken(words), COLORS.get(name, "")), states[name]) for name, words in WORDS.items() if name in states
    ]


def _row(one: Mapping[str, Any]) -> list[Any]:
    reason = one["detail"] if one["reason"] == "meta" else spoken(MEANINGS.get(one["reason"], ""))
    state = colored(spoken(WORDS[one["state"]]), COLORS.get(one["state"], ""))
    price = f"{one['price']['amount']} {one['price']['currency']}" if one["price"] else ""
    return [one["sku"], one["name"], state, price, reason, when(one["since"])]


def _tell_prices(prices: Mapping[str, Any]) -> None:
    """Print the rules that cannot be computed, and the prices that differ from Odoo's."""
    if prices.get("unknown"):
        rows = ((one["rule"], spoken(WHYS[one["why"]]), one["what"]) for one in prices["unknown"])
        print_table("Rules that cannot be computed", ("rule", "why", "what"), rows)
    if prices.get("different"):
        different = ((one["sku"], one["total"], one["odoo_total"]) for one in prices["different"])
        print_table("Prices that differ", ("product", "ours", "in Odoo"), different)


def _named(config: Path) -> Mapping[str, Any]:
    """The placeholders, which name connections and tag of the flow where they have other names."""
    from caravana.engine.configuration import read_configuration

    return read_configuration(config).placeholders


def _operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the desk of the products; `subject`: what is asked for, for the audit, and a hub must run for it."""
    given: dict[str, Any] = {"scheme": "wares", "act": act, "arguments": arguments, "subject": subject}
    return ask(config, "operate", routes=True, running=subject is not None, actor=getpass.getuser(), **given)
