"""`caravana import`: customers, products and orders from a CSV or XLSX file."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, colored, console, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say, spoken

if TYPE_CHECKING:
    from rich.progress import Progress

    from caravana.commerce.sheet.plan import File
    from caravana.commerce.sheet.sending import Ask, Result, Sender
    from caravana.engine.control import Presence
    from caravana.kit.errors import ConfigurationError


class Kind(StrEnum):
    """What a file holds."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    ORDERS = "orders"


What = Annotated[Kind, typer.Argument(help="What the file holds.")]
Name = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file; its first row holds the headings.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would be done, and write nothing.")]
Branch = Annotated[str | None, typer.Option("--branch", "-b", help="Branch that all rows belong to.")]
SheetName = Annotated[str | None, typer.Option("--sheet", help="Sheet of an XLSX file; without it the first.")]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="COLUMN=FIELD", help="What a column is, if its heading does not say it; FIELD - = not used."
    ),
]
Source = Annotated[
    str,
    typer.Option("--source", help="Where the orders' numbers come from: the same number of two sources is two orders."),
]
RefusedFile = Annotated[
    Path | None, typer.Option("--refused", help="Write the refused rows, with reasons, into this CSV file.")
]

FLOW = "shop"
MOST_SHOWN = 50
"""Rows of one result in the table; --json prints all."""
RESULTS = ("refused", "undone", "changed", "new", "same")
COLORS = {"refused": "red", "undone": "yellow", "changed": "cyan", "new": "green"}


def import_file(
    what: What,
    file: Name,
    dry_run: DryRun = False,
    branch: Branch = None,
    sheet: SheetName = None,
    map_: Map = None,
    source: Source = "file",
    refused: RefusedFile = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Bring customers, products or orders of a file into Odoo; each is found there or made once.

    A table says of each row whether it is new, changed, the same or refused, and why. Importing again, after mending the
    refused rows or after an interruption, makes nothing twice. Works through the running hub, else by itself.

    \b
    caravana import customers clientes.xlsx --dry-run
    caravana import products precios.csv --map "PVP 2026=price"
    caravana import orders pedidos.csv --branch quito --refused rechazados.csv
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio

    from caravana.commerce.sheet.plan import open_file
    from caravana.commerce.sheet.sending import Sender

    _check_place(refused, file)
    read = open_file(file, what, sheet, _chosen(map_), {"branch": branch} if branch else {})
    report = Report(read, dry_run=dry_run, keep_all=json)
    code = 1
    try:
        asyncio.run(_send(config, read, lambda ask: Sender(ask, what, dry_run=dry_run, source=source), report))
    except KeyboardInterrupt:
        report.stopped, code = "interrupted", 130
    report.show(as_json=json)
    if refused is not None:
        report.write_refused(refused)
    raise typer.Exit(code if report.counts["refused"] or report.stopped else 0)


def _check_place(refused: Path | None, file: Path) -> None:
    """Refuse, before anything is done, a place where the refused rows cannot be written, or would destroy what is read."""
    if refused is None:
        return
    if refused.exists() and file.exists() and refused.samefile(file):
        fail("--refused names the file that is read: give the refused rows a file of their own")
    elif refused.is_dir() or not refused.parent.is_dir():
        fail(f"--refused {refused}: there is no such folder, or no file's name")
    else:
        return
    raise typer.Exit(2)


def _chosen(given: list[str] | None) -> dict[str, str]:
    pairs = [one.rpartition("=") for one in given or ()]
    if any(not heading for heading, _, _ in pairs):
        fail('--map takes COLUMN=FIELD, e.g. --map "PVP=price"')
        raise typer.Exit(2)
    return {heading.strip(): name.strip() for heading, _, name in pairs}


async def _send(config: Path, file: "File", sender_of: "Callable[[Ask], Sender]", report: "Report") -> None:
    with _progress() as progress:
        task = progress.add_task(spoken(file.kind), total=file.count)
        async with _desk(config) as ask:
            sender = sender_of(ask)
            async for results in sender.send(file.entries()):
                report.take(results)
                progress.advance(task, len(results))
            report.stopped = sender.stopped


def _progress() -> "Progress":
    """A bar on a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    shown = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)


@asynccontextmanager
async def _desk(config: Path) -> "AsyncIterator[Ask]":
    """The way to the hub that runs here; when none does, to one of our own that lets nobody else in."""
    from caravana.engine.configuration import read_configuration
    from caravana.engine.control import presences

    configuration = read_configuration(config)
    if FLOW not in configuration.flows:
        raise _without_flow()
    found = presences(configuration)
    if found:
        yield _asking(found[0])
        return
    async with _own(config) as ask:
        yield ask


def _asking(presence: "Presence") -> "Ask":
    import asyncio

    from caravana.cli.office import ask_hub

    async def ask(operation: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await asyncio.to_thread(ask_hub, presence, operation, arguments)
        return answer

    return ask


@asynccontextmanager
async def _own(config: Path) -> "AsyncIterator[Ask]":
    from caravana.cli.project import load_project
    from caravana.cli.run import build_hub
    from caravana.engine.admin import Admin
    from caravana.engine.logs import configure_logs

    configure_logs("warning", form="text")
    hub = build_hub(load_project(config))
    await hub.start(let_in=False)
    admin = Admin(hub.journal, hub.clock, hub)

    async def ask(operation: str, **arguments: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await admin.call(operation, arguments)
        return answer

    try:
        yield ask
    finally:
        await hub.stop()


def _without_flow() -> "ConfigurationError":
    from caravana.kit.errors import ConfigurationError

    return ConfigurationError("files are taken by the flow `shop`", place="flows", suggestion=f"flows: [{FLOW}]")


class Report:
    """What became of the rows: counts of all, and of each result as many rows as are shown."""

    def __init__(self, file: "File", *, dry_run: bool, keep_all: bool) -> None:
        """`keep_all`: keep every row's result, not only those that are shown."""
        self._file = file
        self._dry_run = dry_run
        self._keep_all = keep_all
        self._kept: list[Result] = []
        self._reasons: dict[int, str] = {}
        self.counts: Counter[str] = Counter()
        self.stopped: str | None = None

    def take(self, results: "Sequence[Result]") -> None:
        """Count results."""
        for one in results:
            self.counts[one["result"]] += 1
            if self._keep_all or self.counts[one["result"]] <= MOST_SHOWN:
                self._kept.append(one)
            if one["result"] in ("refused", "undone"):
                self._reasons[int(one["row"])] = str(one["reason"])

    def write_refused(self, path: Path) -> None:
        """Write the rows that were not taken as they are in the file, each with the reason in a further column."""
        import csv

        with path.open("w", encoding="utf-8-sig", newline="") as target:
            writer = csv.writer(target)
            writer.writerow([*self._file.sheet.headings(), f"caravana: {spoken('reason')}"])
            for row in self._file.sheet.rows():
                if row.number in self._reasons:
                    writer.writerow([*map(_written, row.cells), spoken(self._reasons[row.number])])

    def show(self, *, as_json: bool) -> None:
        """Print all."""
        if as_json:
            print_json(
                {
                    "file": str(self._file.sheet.path),
                    "kind": self._file.kind,
                    "dry_run": self._dry_run,
                    "rows": self._file.count,
                    "counts": {one: self.counts[one] for one in RESULTS},
                    "stopped": self.stopped,
                    "notes": self._file.sheet.notes,
                    "results": self._kept,
                }
            )
            return
        for note in self._file.sheet.notes:
            typer.echo(f"· {spoken(note)}")
        self._show_table()
        typer.echo(", ".join(spoken(_count(one, self.counts[one])) for one in RESULTS if self.counts[one]))
        if self._dry_run:
            say("nothing was written (--dry-run)")
        if self.stopped:
            left = self._file.count - self.counts.total()
            fail(f"stopped: {self.stopped}")
            fail(f"rows that were not tried: {left}; the same command again goes on, nothing is doubled")

    def _show_table(self) -> None:
        kept = sorted(self._kept, key=lambda one: (RESULTS.index(one["result"]), one["row"]))
        rows = [
            (
                one["row"],
                colored(word_of(one["result"]), COLORS.get(one["result"], "")),
                one["what"],
                spoken(one["reason"]),
            )
            for one in kept
        ]
        title = f"{spoken(self._file.kind)}: {self._file.sheet.path.name}"
        print_table(title, ("row", "result", "what", "reason"), rows)
        for name in RESULTS:
            if self.counts[name] > MOST_SHOWN:
                say(f"… and {_count(name, self.counts[name] - MOST_SHOWN)} (--json lists all)")


def _count(result: str, count: int) -> str:
    """How many rows came to a result; the sentence is the same for one row and for many."""
    return f"{count:,} {result}"


def word_of(result: str) -> str:
    """Return a result in the language of the command, as it is said of a row: in Spanish a row is feminine."""
    return spoken(_count(result, 1)).removeprefix("1 ")


def _written(cell: Any) -> Any:
    from caravana.commerce.sheet.spreadsheet import Unreadable

    return "" if isinstance(cell, Unreadable) else cell
