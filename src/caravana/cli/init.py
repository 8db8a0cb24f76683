"""`caravana init`: a folder to begin in."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caravana.cli.output import fail
from caravana.cli.speech import agree, say, spoken

if TYPE_CHECKING:
    from caravana.cli.template import Answers

IGNORE = """\
# What belongs to this machine: journal, secrets, pictures.
/var/
/secrets/
*.svg
__pycache__/
"""
PARTNERS = ("odoo", "placetopay", "payphone", "stripe", "datil", "ecuafact", "sri")


def is_ruc(text: str) -> bool:
    """Whether a text has the form of a company's RUC."""
    return len(text) == 13 and text.isascii() and text.isdigit() and text.endswith("001")


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path(),
    company: Annotated[str | None, typer.Option("--company", help="The company's name, as customers read it.")] = None,
    partner: Annotated[
        list[str] | None,
        typer.Option(
            "--partner",
            help="A partner to connect: odoo, placetopay, payphone, stripe, datil, ecuafact, sri. May be repeated.",
        ),
    ] = None,
    ruc: Annotated[
        str | None, typer.Option("--ruc", help="The company's RUC, for electronic documents: 13 digits.")
    ] = None,
    odoo_url: Annotated[
        str | None, typer.Option("--odoo-url", help="Address of Odoo, e.g. https://xyz.odoo.com.")
    ] = None,
    database: Annotated[
        str | None, typer.Option("--database", help="Odoo's database; by default the host's name.")
    ] = None,
    branch: Annotated[
        list[str] | None, typer.Option("--branch", metavar="NAME", help="A branch of the company. May be repeated.")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="test or live.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take what is given, else the defaults.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Write a commented configuration, an example route and a .gitignore.

    On a terminal, and when nothing is given, it asks: company, partners, Odoo's address and database, branches. Comments are
    in the language of the command (`caravana --lang es init`).

    \b
    caravana init
    caravana init empresa-xyz
    caravana init empresa-xyz --company "Empresa XYZ" --odoo-url https://xyz.odoo.com --partner placetopay --branch Quito
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.cli.template import Answers, write

    _refuse_unknown(partner or (), profile, ruc)
    odoo_url = _given_address(odoo_url)
    there = [one for one in (folder / "caravana.yaml", folder / "routes" / "greeting.yaml") if one.exists()]
    if there and not force:
        fail(f"{', '.join(map(str, there))}: there already; --force writes over it")
        raise typer.Exit(1)
    given = any((company, partner, ruc, odoo_url, database, branch, profile))
    partners = {*(partner or ()), *(["odoo"] if odoo_url or database else [])}
    if given or yes or not sys.stdin.isatty():
        answers = Answers(company, partners, odoo_url, database, branch or [], profile or "test", ruc)
    else:
        answers = _asked()
    for path in write(folder, answers, IGNORE, force=force):
        typer.echo(str(path))
    _tell_next(folder, answers)


def _refuse_unknown(partners: "list[str] | tuple[str, ...]", profile: str | None, ruc: str | None) -> None:
    for one in partners:
        if one not in PARTNERS:
            fail(f"there is no partner `{one}` (there are: {', '.join(PARTNERS)})")
            raise typer.Exit(2)
    if profile not in (None, "test", "live"):
        fail(f"`{profile}` is no profile: write test or live")
        raise typer.Exit(2)
    if ruc is not None and not is_ruc(ruc):
        fail(f"`{ruc}` is no RUC: write 13 digits that end with 001")
        raise typer.Exit(2)


def _given_address(text: str | None) -> str | None:
    from caravana.cli.template import address_of

    try:
        return address_of(text) if text else None
    except ValueError as error:
        fail(str(error))
        raise typer.Exit(2) from None


def _asked() -> "Answers":
    """Ask for everything, each with a default."""
    from caravana.cli.template import NO_RUC, Answers, database_of

    say("Enter takes what stands in brackets. Everything can be changed in caravana.yaml later.")
    company = typer.prompt(spoken("Name of the company, as customers read it"), "Empresa XYZ")
    partners, url, database, ruc = set(), None, None, None
    if agree("Connect Odoo?", default=True):
        partners.add("odoo")
        url = typer.prompt(spoken("Address of Odoo"), "https://empresa-xyz.odoo.com", value_proc=_address)
        database = typer.prompt(spoken("Its database"), database_of(url))
        if agree("Take card payments over PlacetoPay?", default=True):
            partners.add("placetopay")
        if agree("Take card payments over PayPhone?"):
            partners.add("payphone")
        if agree("Take card payments over Stripe?"):
            partners.add("stripe")
        if issuer := _issuer():
            partners.add(issuer)
            ruc = typer.prompt(spoken("RUC of the company"), NO_RUC, value_proc=_ruc)
    names = typer.prompt(spoken("Branches, separated by commas (empty: none)"), "", show_default=False)
    branches = [one.strip() for one in names.split(",") if one.strip()]
    live = agree("Is this the live one (no: a test)?")
    return Answers(company, partners, url, database, branches, "live" if live else "test", ruc)


def _issuer() -> str | None:
    """Ask who issues electronic documents; None: nobody."""
    if agree("Issue electronic documents at the SRI itself, with your own certificate?"):
        return "sri"
    if agree("Issue electronic documents over Dátil?"):
        return "datil"
    return "ecuafact" if agree("Issue electronic documents over Ecuafact?") else None


def _address(text: str) -> str:
    from caravana.cli.template import address_of

    try:
        return address_of(text)
    except ValueError as error:
        raise typer.BadParameter(spoken(str(error))) from None


def _ruc(text: str) -> str:
    if not is_ruc(text):
        raise typer.BadParameter(spoken("write 13 digits that end with 001"))
    return text


def _tell_next(folder: Path, answers: "Answers") -> None:
    """Say what is left to do."""
    say("\nNext:")
    if folder != Path():
        typer.echo(f"  cd {folder}")
    for name, meaning in answers.secrets().items():
        say(f"  write the secret secrets/{name}: {spoken(meaning)}")
    if answers.issues:
        say("  correct einvoice.issuer and einvoice.points: who issues, and at which emission points")
    if answers.branches:
        say("  correct the numbers under branches: ids of Odoo's companies, warehouses and journals")
    say("  caravana check     judges configuration and routes")
    if answers.partners:
        say("  caravana doctor    asks each partner whether what stands there is right")
    say("  caravana run       runs the hub")
    if answers.profile == "live":
        say("Effects are in shadow (`modes`) until you say live; nothing older than `go_live` is touched.")
