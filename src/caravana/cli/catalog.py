"""`caravana catalog`: the products at Meta, how they stand, what differs, and publishing all of them."""

import getpass
import itertools
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import Json, Yes, colored, console, fail, print_json, print_table
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
PATIENCE = 5
"""Looks after which is told why nothing is taken: an item that was just settled has gone by then."""
COLUMNS = ("product", "name", "state", "price", "reason", "since")
Whose = Annotated[
    str | None, typer.Option("--catalogue", help="Only this catalogue, where the company has several.", metavar="NAME")
]


@dataclass(frozen=True)
class Shown:
    """One of the company's catalogues. `name`: as it is called; `key`: as the hub knows it, empty for the first.

    - `meta`, `connection`: its connections to Meta and Odoo; `tag`: of the products that it shows
    """

    name: str
    key: str
    meta: str
    connection: str
    tag: str


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
    catalogue: Whose = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Show how many products stand how, and which are not as they should be.

    \b
    caravana catalog status
    caravana catalog status --state refused
    caravana catalog status --catalogue norte
    """  # noqa: D301 -- click's mark for lines kept as they are
    if state is not None and state not in WORDS:
        fail(f"there is no state `{state}`: write one of {', '.join(WORDS)}")
        raise typer.Exit(2)
    chosen = _chosen(config, catalogue)
    found = {one.name: _standing(config, one, state, limit) for one in chosen}
    if json:
        print_json(_alone(found))
        return
    for name, told in found.items():
        _name(name, found)
        _print_counts(told)
        if told["products"]:
            print_table("Products", COLUMNS, map(_row, told["products"]))
        elif state is not None and told["states"]:
            say("no products in this state")
        _tell_prices(told["prices"] or {})


@app.command()
def publish(
    yes: Yes = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Show how far it is until it is over.")] = True,
    catalogue: Whose = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Look at all products with the tag, and publish what Meta does not have as it should be.

    \b
    caravana catalog publish
    caravana catalog publish --yes --no-wait
    caravana catalog publish --catalogue norte
    """  # noqa: D301 -- click's mark for lines kept as they are
    chosen, found = _chosen(config, catalogue), {}
    counts = {}
    for one in chosen:
        whose = {"connection": one.connection, "tag": one.tag}
        tagged = counts[one.name] = _operate(config, "tagged", {**whose, "catalogue": one.key})
        if not json:
            _name(one.name, chosen)
            say(f"products of Odoo that shall be shown: {tagged['tagged']}, known here: {tagged['known']}")
    if not yes and not agree("Publish them all?"):
        raise typer.Exit(1)
    wishes = {one.name: _operate(config, "publish", {"catalogue": one.key}, subject=one.name) for one in chosen}
    for one in chosen:
        wish, count = wishes[one.name]["at"], counts[one.name]["tagged"]
        found[one.name] = _until_over(config, one, wish, count) if wait else _told(config, one)
    if json:
        print_json(_alone(found))
        return
    for name, told in found.items():
        _name(name, found)
        _print_counts(told)
        _tell_prices(told["prices"] or {})


@app.command()
def diff(
    connection: Annotated[
        str | None, typer.Option("--connection", help="Name of the catalogue's connection; by default the flow's.")
    ] = None,
    catalogue: Whose = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Compare what Meta shows with what it should show, and name rules and prices that hold products back.

    \b
    caravana catalog diff
    caravana catalog diff --catalogue norte
    """  # noqa: D301 -- click's mark for lines kept as they are
    chosen = _chosen(config, catalogue, connection)
    asked = {one.name: {"meta": connection or one.meta, "catalogue": one.key} for one in chosen}
    found = {name: _operate(config, "diff", given, subject="catalog") for name, given in asked.items()}
    if json:
        print_json(_alone(found))
    else:
        for name, told in found.items():
            _name(name, found)
            rows = ((one["sku"], spoken(NOTES[one["what"]]), _ours(one), one["theirs"]) for one in told["rows"])
            print_table("Meta and we", ("product", "what", "ours", "Meta's"), rows, empty="Meta shows what it should")
            _tell_prices({"unknown": told["rules"], "different": told["prices"]})
    if any(told["rows"] or told["rules"] or told["prices"] for told in found.values()):
        raise typer.Exit(1)


def _chosen(config: Path, name: str | None, connection: str | None = None) -> list[Shown]:
    """Return the catalogues that are meant, by default all; `connection`: to that at Meta. Exits with 2 for an unknown one."""
    from caravana.commerce.catalogue.others import others
    from caravana.engine.configuration import read_configuration

    read = read_configuration(config)
    told = read.placeholders
    meta, tag = told.get("catalogue.meta", "catalog"), told.get("catalogue.tag", "Publicar")
    odoo = told.get("catalogue.connection", "odoo")
    first = Shown(meta, "", meta, odoo, tag)
    more = [
        Shown(key, key, str(one.get("meta")), odoo, one.get("tag", tag)) for key, one in others(read.settings).items()
    ]
    known = [first, *more]
    if name is not None:
        found = [one for one in known if one.name == name]
        if not found:
            fail(f"there is no catalogue `{name}`: write one of {', '.join(one.name for one in known)}")
            raise typer.Exit(2)
        return found
    return [one for one in known if one.meta == connection] or [first] if connection is not None else known


def _name(name: str, among: Any) -> None:
    """Print the name of a catalogue among several."""
    if len(among) > 1:
        console().print(name, style="bold", highlight=False)


def _alone(found: dict[str, Any]) -> Any:
    """What is told of a single catalogue, else of each by its name."""
    return next(iter(found.values())) if len(found) == 1 else found


def _ours(row: Mapping[str, Any]) -> str:
    """What is ours where something differs: of what is missing at Meta, how it stands here."""
    return spoken(WORDS[row["ours"]]) if row["what"] == "missing" else str(row["ours"])


def _told(config: Path, one: Shown) -> dict[str, Any]:
    told: dict[str, Any] = _operate(config, "status", {"catalogue": one.key, "meta": one.meta})
    return told


def _standing(config: Path, one: Shown, state: str | None, limit: int) -> dict[str, Any]:
    """How a catalogue stands, with products in a state, by default those that are refused where some are."""
    told = _told(config, one)
    wanted = state or ("refused" if told["states"].get("refused") else None)
    listed = _operate(config, "list", {"state": wanted, "limit": limit, "catalogue": one.key})
    return {**told, "products": listed}


def _print_counts(told: Mapping[str, Any]) -> None:
    print_table("Products at Meta", ("state", "products"), _counts(told["states"]), empty="no products yet")
    if told["hindered"] and told["states"].get("waiting"):
        _tell_hindered(told["hindered"], console(stderr=True))


def _tell_hindered(item: Mapping[str, Any], out: Any) -> None:
    """Print why nothing is taken, and what to do; `out`: a console of rich."""
    out.print(f"! {spoken(item['title'])}\n  → {spoken(item['remedy'])}", style="yellow", highlight=False)


def _until_over(config: Path, one: Shown, wish: str, count: int) -> dict[str, Any]:
    """Show how far it is until everything was looked at and nothing waits; return how it stands then."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as shown:
        task = shown.add_task(spoken("Publishing"), total=count)
        for look in itertools.count(1):
            told = _told(config, one)
            states = told["states"]
            shown.update(task, completed=min(count, states.get("accepted", 0) + states.get("refused", 0)))
            if is_over(told, wish):
                return told
            if look == PATIENCE and told["hindered"]:
                _tell_hindered(told["hindered"], shown.console)
            time.sleep(PAUSE)
    raise AssertionError


def is_over(told: Mapping[str, Any], wish: str) -> bool:
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


def _operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the desk of the products; `subject`: what is asked for, for the audit, and a hub must run for it."""
    given: dict[str, Any] = {"scheme": "wares", "act": act, "arguments": arguments, "subject": subject}
    return ask(config, "operate", routes=True, running=subject is not None, actor=getpass.getuser(), **given)
