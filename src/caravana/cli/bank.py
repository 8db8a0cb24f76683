"""`caravana bank`: files of banks, and the entries that they told."""

import base64
import getpass
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli import bank_review
from caravana.cli.office import ask, check_size, content_of, short, when
from caravana.cli.output import Json, colored, console, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

app = typer.Typer(no_args_is_help=True)
app.add_typer(bank_review.app, name="review")
MOST_BYTES, MOST_FILES = 4_000_000, 50
"""What is handed over in one request; a single file may be larger."""
COUNTS = ("new", "known", "doubtful", "other")
STATES = ("open", "held", "settled", "matched")
COLORS = {"taken": "green", "held": "yellow", "refused": "red"}


@app.callback()
def bank() -> None:
    """Import files of banks, look at the entries that they told, and decide what pays which invoice.

    \b
    caravana bank import statements/
    caravana bank entries --state held
    caravana bank review
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders whose files are taken.")],
    profile: Annotated[
        str | None, typer.Option("--profile", help="Profile of a CSV or XLSX download; default: the one that fits.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Account of a download that does not name its own.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be; nothing is stored.")] = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Import statements (camt.052, 053, 054, MT940) and downloads (CSV, XLSX): each entry once, whatever brings it again.

    What cannot be proven (balances, sums) is stored with the reason, and nothing of it is money. Ends with exit code 1 when a
    file could not be read at all.

    \b
    caravana bank import camt053.xml
    caravana bank import downloads/ --profile pichincha --account 2100012345
    caravana bank import statements/ --dry-run
    """  # noqa: D301 -- click's mark for lines kept as they are
    files = list(_files(paths))
    if not files:
        fail("there is no file to import")
        raise typer.Exit(1)
    for path, _ in files:
        check_size(path)
    options = {"profile": profile, "account": account, "dry": dry_run}
    reports = [
        report
        for part in _parts(_progress(files, quiet=json))
        for report in _operate(config, "import", {"files": part, **options}, _names(part, dry_run=dry_run))
    ]
    if json:
        print_json(reports)
    else:
        _print(reports, dry_run=dry_run)
    raise typer.Exit(1 if any(one["state"] == "refused" for one in reports) else 0)


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each file, and whether it came with a folder: of a folder all that are not hidden, by name."""
    for path in paths:
        if path.is_dir():
            yield from ((one, True) for one in sorted(path.iterdir()) if one.is_file() and one.name[0] != ".")
        else:
            yield path, False


def _progress(files: Sequence[tuple[Path, bool]], *, quiet: bool) -> Iterator[tuple[Path, bool]]:
    """Yield the files, with a bar on a terminal when they are several."""
    from rich.progress import track

    out = console(stderr=True)
    if quiet or len(files) < 2 or not out.is_terminal:
        yield from files
    else:
        yield from track(files, spoken("importing"), console=out, transient=True)


def _parts(files: Iterable[tuple[Path, bool]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the files' contents, few enough together for one request to the hub."""
    part: list[dict[str, Any]] = []
    size = 0
    for path, among in files:
        content = content_of(path)
        if part and (size + len(content) > MOST_BYTES or len(part) == MOST_FILES):
            yield part
            part, size = [], 0
        part.append({"name": path.name, "content": base64.b64encode(content).decode(), "among": among})
        size += len(content)
    yield part


def _names(part: Sequence[dict[str, Any]], *, dry_run: bool) -> str | None:
    return None if dry_run else ", ".join(one["name"] for one in part)


def _operate(
    config: Path, act: str, arguments: dict[str, Any], subject: str | None = None, *, running: bool = False
) -> Any:
    """Ask the bank component of the hub; `subject`: what is changed, for the audit; `running`: only a running hub can."""
    actor = getpass.getuser()
    given: dict[str, Any] = {"scheme": "bank", "act": act, "arguments": arguments, "subject": subject, "actor": actor}
    return ask(config, "operate", routes=True, running=running, **given)


def _print(reports: Sequence[dict[str, Any]], *, dry_run: bool) -> None:
    columns = ("file", "form", "account", "entries", "credits", "debits", "closes", "new", "known", "outcome")
    passed = [one["name"] for one in reports if one["state"] == "passed"]
    shown = [one for one in reports if one["state"] != "passed"]
    print_table(
        "Bank files", columns, [row for one in shown for row in _rows(one)], empty="no statement among the files"
    )
    statements = [one for report in shown for one in report["statements"]]
    new, known, doubtful, other = (sum(one[name] for one in statements) for name in COUNTS)
    count = len(shown)
    files = spoken("1 file" if count == 1 else f"{count} files")
    say(f"{files}; entries: {new} new, {known} known, {doubtful} for a person to decide, {other} that are no money")
    for reason in (reason for one in shown for reason in _reasons(one, one["name"])):
        typer.echo(f"! {reason}")
    for name, note in dict.fromkeys(_notes(shown)):
        typer.echo(f"· {name}: {spoken(note)}")
    if passed:
        say(f"passed over, no statements: {', '.join(passed)}")
    if doubtful:
        say("what a person has to decide: caravana bank entries --state held")
    if dry_run:
        say("nothing was stored (--dry-run)")


def _rows(report: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    if not report["statements"]:
        yield (report["name"], *[""] * 8, colored(spoken("refused"), COLORS["refused"]))
    for number, one in enumerate(report["statements"]):
        yield (
            "" if number else report["name"],
            one["form"],
            one["account"],
            one["entries"],
            _money(one["credits"], one["currency"]),
            _money(one["debits"], one["currency"]),
            spoken({True: "yes", False: "no", None: "–"}[one["closes"]]),
            one["new"] or "",
            one["known"] or "",
            colored(_outcome(one), COLORS[one["state"]]),
        )


def _outcome(statement: dict[str, Any]) -> str:
    state, count = spoken(statement["state"]), statement["doubtful"]
    if not count:
        return state
    return f"{state}, {spoken('1 held' if count == 1 else f'{count} held')}"


def _money(amount: str, currency: str) -> str:
    return "" if float(amount) == 0 else f"{amount} {currency}"


def _notes(reports: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """What a reader had to decide, with the file in which it did."""
    for report in reports:
        yield from ((report["name"], note) for one in report["statements"] for note in one["notes"])


def _reasons(report: dict[str, Any], name: str = "") -> Iterator[str]:
    """Why a file, or a statement of it, is stored and no money; behind its `name`, where that does not stand beside it."""
    line, several = report["line"], len(report["statements"]) > 1
    if report["reason"]:
        yield _placed(name, spoken(f"line {line}") if line else "", report["reason"])
    for number, one in enumerate(report["statements"], 1):
        place = spoken(f"statement {number}") if several else ""
        yield from (_placed(name, place, reason) for reason in one["reasons"])


def _placed(name: str, place: str, reason: str) -> str:
    where = ", ".join(filter(None, (name, place)))
    return ": ".join(filter(None, (where, spoken(reason))))


@app.command("files")
def files(
    state: Annotated[str | None, typer.Option("--state", help="taken, held or refused.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List the files that are kept, with what became of them.

    \b
    caravana bank files --state refused
    """  # noqa: D301 -- click's mark for lines kept as they are
    if state not in (None, *COLORS):
        fail("say taken, held or refused")
        raise typer.Exit(2)
    found = _operate(config, "files", {"state": state})
    if json:
        print_json(found)
        return
    rows = (
        (one["digest"][:16], one["name"], when(one["since"]), colored(spoken(one["state"]), COLORS.get(one["state"], "")),
         "; ".join(_reasons(one)))
        for one in sorted(found, key=lambda one: str(one["since"]))
    )  # fmt: skip
    print_table("Kept files", ("file", "name", "since", "state", "why"), rows, empty="no files")


@app.command("retry")
def retry(
    file: Annotated[str, typer.Argument(help="The file, as `caravana bank files` names it.")],
    profile: Annotated[str | None, typer.Option("--profile", help="Profile of a CSV or XLSX download.")] = None,
    account: Annotated[str | None, typer.Option("--account", help="Account of a download without its own.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Import a kept file again, after its profile or a setting was mended; what it told before is not doubled.

    \b
    caravana bank retry 11ef627114259af1
    """  # noqa: D301 -- click's mark for lines kept as they are
    report = _operate(config, "retry", {"digest": file, "profile": profile, "account": account}, file)
    if json:
        print_json([report])
    else:
        _print([report], dry_run=False)
    raise typer.Exit(1 if report["state"] == "refused" else 0)


@app.command("entries")
def entries(
    account: Annotated[str | None, typer.Option("--account", help="Only this account.")] = None,
    state: Annotated[
        str | None, typer.Option("--state", help="open (money), held (a person decides), settled or matched.")
    ] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List the entries that are kept, by account and day.

    \b
    caravana bank entries --state held
    caravana bank entries --account 2100012345 --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    if state not in (None, *STATES):
        fail("say open, held, settled or matched")
        raise typer.Exit(2)
    found = _operate(config, "entries", {"account": account, "state": state})
    if json:
        print_json(found)
        return
    rows = (
        (one["date"], one["account"], f"{one['amount']} {one['currency']}", one["name"], short(one["text"], 50),
         spoken(one["state"]), spoken(one["reason"] or ""))
        for one in found
    )  # fmt: skip
    print_table("Entries", ("date", "account", "amount", "name", "text", "state", "why"), rows, empty="no entries")
    for one in found:
        if one["state"] == "held":
            typer.echo(f"· {one['key']}" + (spoken(f" (perhaps {one['perhaps']})") if one["perhaps"] else ""))


@app.command("decide")
def decide(
    key: Annotated[str, typer.Argument(help="The entry's key in the list of those held.")],
    what: Annotated[str, typer.Argument(help="same (it was told before) or separate (it is money of its own).")],
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Settle an entry that was held because it may have been told before, or contradicts itself.

    \b
    caravana bank decide 2100012345/2026-11-23/C50.00USD/0f3a same
    caravana bank decide 2100012345/2026-11-23/C50.00USD/0f3a separate
    """  # noqa: D301 -- click's mark for lines kept as they are
    if what not in ("same", "separate"):
        fail("say `same` or `separate`")
        raise typer.Exit(2)
    answer = _operate(config, "decide", {"key": key, "same": what == "same"}, f"{key} {what}")
    if json:
        print_json(answer)
    else:
        typer.echo(f"{answer['key']}: {spoken(answer['state'])}")


@app.command("code")
def code(
    document: Annotated[
        str, typer.Argument(metavar="ORDER", help="Name of the order, or number of the invoice, as Odoo shows it.")
    ],
    branch: Annotated[str | None, typer.Option("--branch", help="Its branch, where there are branches.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Say by which code a customer's transfer for an order or invoice is known; it is made once, and stays the same.

    The customer writes it as the transfer's purpose. Its last character is a check: with one wrong character it is no code.

    \b
    caravana bank code S00042
    caravana bank code 001-001-000000123 --branch sur
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = _operate(config, "code", {"name": document, "branch": branch}, document, running=True)
    if json:
        print_json(answer)
    elif answer.get("refused"):
        fail(_why_no_code(answer))
    if answer.get("refused"):
        raise typer.Exit(1)
    if json:
        return
    typer.echo(answer["shown"])
    for one in answer["accounts"]:
        typer.echo("  ".join(filter(None, (one["number"], one["name"]))))


def _why_no_code(answer: dict[str, Any]) -> str:
    """Why no code is issued, in words."""
    name, message = answer["name"], answer.get("message")
    reasons = {
        "unknown": spoken(f"Odoo has no order and no customer's invoice `{name}`: write it as Odoo shows it"),
        "cancelled": spoken(f"`{name}` is cancelled in Odoo: nobody is to pay it"),
        "draft": spoken(f"the invoice `{name}` is a draft in Odoo: post it first"),
        "paid": spoken(f"the invoice `{name}` is paid: nothing is open"),
        "shadow": spoken("in shadow no payment code is issued: the route `match-code` must be live"),
        "away": spoken(f"whether `{name}` is there cannot be asked of Odoo now: {message}"),
    }
    return reasons[answer["refused"]]
