"""Playing the day and counting its result from the partners' own books, never from the hub's opinion."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from caravana.demo.branches import BRANCHES
from caravana.demo.chapters import CHAPTERS, Chapter, Stage
from caravana.demo.companies import charged
from caravana.demo.invoices import COUNT, Invoices
from caravana.demo.line import Line
from caravana.demo.money import Money
from caravana.demo.papers import AUTHORISED, TYPES, Journey, Kind
from caravana.demo.people import Clerk, Customer, Order, odoo_calls, order_of
from caravana.demo.world import DemoFailed, World

HOUR = 3600
IDLE = 4
"""Calls a minute that are made whatever happens, at most."""
TELLING = 10.0
"""Real seconds that the hub gets to tell the last payments of a chapter, so that its calls are counted there."""
Spoken = Callable[[str], str]
"""Puts an English sentence into the language of whoever looks on."""
PATIENCE = 45.0
"""Real seconds that a chapter's payments may take to reach Odoo before they count as lost."""


@dataclass
class Tally:
    """What of some orders the provider charged and what Odoo holds."""

    orders: int
    expected: int = 0
    in_odoo: int = 0
    lost: int = 0
    doubled: int = 0


@dataclass
class Result(Tally):
    """One chapter's books; `lines`: what became of money beside card orders; `kinds`, `journeys`: of electronic documents."""

    chapter: Chapter = CHAPTERS[0]
    calls: int = 0
    seconds: float = 0.0
    lines: list[Line] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)
    folder: Path | None = None
    """Of the documents' files."""

    @property
    def papers_are_right(self) -> bool:
        """Whether each electronic document ended where it belongs, once."""
        return all(one.is_right for one in self.kinds) and all(one.is_right for one in self.journeys)


@dataclass
class Books:
    """The companies' approved charges by reference, and Odoo's payments by reference, with the journal of each."""

    charged: dict[str, int]
    held: list[tuple[str, int]]

    @classmethod
    async def read(cls, world: World, clerk: Clerk) -> "Books":
        """Read both partners' books."""
        charges = await charged(world)
        held = [
            (next((one for one in charges if one in memo.split()), memo), journal)
            for memo, journal in await clerk.payments()
        ]
        return cls(charges, held)

    def judge(self, tally: Tally, orders: Sequence[Order]) -> None:
        """Write the counts of `orders` into `tally`; a payment counts in the journal of its order's branch alone."""
        journals = {order.id: order.branch.journal for order in orders}
        charges = {reference: count for reference, count in self.charged.items() if order_of(reference) in journals}
        held = Counter(reference for reference, journal in self.held if journals.get(order_of(reference)) == journal)
        tally.expected, tally.in_odoo = sum(charges.values()), held.total()
        tally.lost = sum(max(0, count - held[reference]) for reference, count in charges.items())
        tally.doubled = sum(max(0, count - self.charged.get(reference, 0)) for reference, count in held.items())


class Day:
    """One day of orders."""

    def __init__(
        self,
        world: World,
        console: Console,
        chapters: Sequence[Chapter],
        orders: int,
        spoken: Spoken = str,
        keep: Path | None = None,
    ) -> None:
        """`orders`: about how many in all, shared out among the chapters; `keep`: where files are left."""
        self.world = world
        self.console = console
        self.spoken = spoken
        shares = sum(chapter.share for chapter in chapters) or 1
        self.keep = keep
        self.plan = [(one, max(3, orders * one.share // shares) if one.share else 0) for one in chapters]
        self.clerk = Clerk(world)
        self.orders: list[Order] = []
        self.stage = Stage(world, self.clerk, Customer(world))

    async def play(self) -> list[Result]:
        """Play all chapters. Raises `DemoFailed`."""
        await self.clerk.prepare()
        results = []
        with self._progress() as progress:
            for number, (chapter, count) in enumerate(self.plan, 1):
                title, story = self.spoken(chapter.title), self.spoken(chapter.story)
                progress.console.print(f"[bold]{number}. {title}.[/bold] {story}")
                if chapter.papers is not None:
                    results.append(await self._documents(chapter, chapter.papers(self.world, self.clerk), progress))
                    continue
                task = progress.add_task(f"   {chapter.name}", total=count, unit=self.spoken("payments in Odoo"))
                results.append(await self._chapter(chapter, count, progress, task))
        return results

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeElapsedColumn(),
            console=self.console,
        )

    async def _chapter(self, chapter: Chapter, count: int, progress: Progress, task: TaskID) -> Result:
        began, calls = time.monotonic(), await odoo_calls(self.world, self.clerk)
        orders = [await self.clerk.confirm_order(number) for number in range(count)]
        self.orders += orders
        await self.wait_for_links(orders)
        await chapter.play(self.stage, orders)
        result = Result(count, chapter=chapter)
        deadline = time.monotonic() + PATIENCE
        while True:
            (await Books.read(self.world, self.clerk)).judge(result, orders)
            progress.update(task, completed=result.in_odoo)
            if (result.expected >= count and result.lost == 0) or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        await self._wait_until_idle()
        result.calls = await odoo_calls(self.world, self.clerk) - calls
        if chapter.sequel is not None:
            result.lines = await self._sequel(chapter.sequel(self.world, self.clerk, orders), progress)
        result.seconds = time.monotonic() - began
        return result

    async def _sequel(self, money: Money, progress: Progress) -> list[Line]:
        """Play what follows card orders until all of it has ended well, or time is up; then count once more."""
        task = progress.add_task("   bank", total=money.count, unit=self.spoken("transfers and refunds settled"))
        await money.play()
        deadline = time.monotonic() + PATIENCE
        while True:
            right = sum(one.is_right for one in await money.look())
            progress.update(task, completed=right)
            if right == money.count or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        await self._wait_until_idle()
        return await money.look()

    async def _documents(self, chapter: Chapter, invoices: Invoices, progress: Progress) -> Result:
        """Play electronic documents until all have ended well, or time is up; then leave their files where they stay."""
        began = time.monotonic()
        task = progress.add_task(f"   {chapter.name}", total=COUNT, unit=self.spoken("documents authorised"))
        playing = asyncio.create_task(invoices.play())
        deadline = time.monotonic() + 2 * PATIENCE
        result = Result(0, chapter=chapter)
        while True:
            over = playing.done()
            result.kinds, result.journeys = await invoices.look()
            progress.update(task, completed=sum(one.authorised for one in result.kinds))
            if (over and (result.papers_are_right or playing.exception())) or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        if over:
            await playing
        playing.cancel()
        await self._wait_until_idle()
        result.kinds, result.journeys = await invoices.look()
        result.folder = await invoices.save(self.keep)
        result.seconds = time.monotonic() - began
        return result

    async def by_branch(self) -> dict[str, Tally]:
        """Return the day's books of each branch, by its name."""
        books, found = await Books.read(self.world, self.clerk), {}
        for branch in BRANCHES:
            orders = [one for one in self.orders if one.branch == branch]
            found[branch.name] = Tally(len(orders))
            books.judge(found[branch.name], orders)
        return found

    async def _wait_until_idle(self) -> None:
        """Wait a little for what the hub does once a payment is in Odoo: it is told on the order."""
        deadline = time.monotonic() + TELLING
        while time.monotonic() < deadline:
            if not await self.world.measure("caravana_open"):
                return
            await asyncio.sleep(0.1)

    async def wait_for_links(self, orders: list[Order]) -> None:
        """Wait until the hub has noted a pay link on each order. Raises `DemoFailed`."""
        deadline = time.monotonic() + PATIENCE
        while any(not order.link for order in orders):
            if time.monotonic() > deadline:
                missing = ", ".join(order.name for order in orders if not order.link)
                raise DemoFailed(f"no pay link on {missing}; look into {self.world.hub_log}")
            await asyncio.sleep(0.1)
            await self.clerk.links(orders)


COLUMNS = ("chapter", "orders", "charged", "in Odoo", "lost", "doubled", "calls", "s")


def table(
    results: Sequence[Result], branches: Mapping[str, Tally], doubts: int, kills: int, spoken: Spoken = str
) -> Table:
    """Return the day's result as a table: by chapter, by branch, and in all."""
    title = spoken("The day, counted in the payment companies' and Odoo's own books")
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(COLUMNS):
        shown.add_column(spoken(name), justify="right" if place else "left", no_wrap=place > 0)
    for one in filter(lambda one: not one.kinds, results):
        shown.add_row(spoken(one.chapter.title), *_counts(one), _per_order(one.calls, one.orders), f"{one.seconds:.1f}")
    shown.add_section()
    for name, tally in branches.items():
        shown.add_row(spoken(f"branch {name}"), *_counts(tally), "", "")
    whole = Tally(*(sum(getattr(one, name.name) for one in results) for name in fields(Tally)))
    calls, seconds = sum(one.calls for one in results), sum(one.seconds for one in results)
    shown.add_section()
    shown.add_row(f"[bold]{spoken('total')}[/bold]", *_counts(whole), _per_order(calls, whole.orders), f"{seconds:.1f}")
    shown.caption = spoken(
        f"in doubt: {doubts}; times that the hub was killed with -9: {kills} (calls: of Odoo, for each order)"
    )
    return shown


def _counts(tally: Tally) -> list[str]:
    return [str(tally.orders), str(tally.expected), str(tally.in_odoo), _bad(tally.lost), _bad(tally.doubled)]


def _per_order(calls: int, orders: int) -> str:
    return f"{calls / max(1, orders):.1f}"


def cost(results: Sequence[Result]) -> tuple[float, int]:
    """Return what a paid order costs in calls of Odoo, and how many orders an hour one call a second allows."""
    calls = sum(one.calls for one in results) / max(1, sum(one.orders for one in results))
    return calls, int((HOUR - 60 * IDLE) / calls) if calls else 0


def capacity(results: Sequence[Result]) -> str:
    """Return in words what an order costs, and what a hosted Odoo's pace allows."""
    calls, orders = cost(results)
    return (
        f"Odoo calls per paid order: {calls:.1f}, repetitions and what followed from trouble counted in. "
        f"At one call a second (Odoo Online) that allows {orders} orders an hour, beside the looks for what is new."
    )


KINDS_COLUMNS = ("document", "wanted", "authorised", "issued twice", "lost", "in Odoo", "mailed")


def kinds_table(kinds: Sequence[Kind], spoken: Spoken = str) -> Table:
    """Return what became of electronic documents, by type and in all."""
    title = spoken("Electronic documents, counted at the SRI, in Odoo and in the mailbox")
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(KINDS_COLUMNS):
        shown.add_column(spoken(name), justify="right" if place else "left", no_wrap=place > 0)
    names = [field.name for field in fields(Kind)][1:]
    for one in kinds:
        shown.add_row(TYPES[one.cod_doc][0], *_counted([getattr(one, name) for name in names]))
    shown.add_section()
    sums = [sum(getattr(one, name) for one in kinds) for name in names]
    shown.add_row(f"[bold]{spoken('total')}[/bold]", *_counted(sums))
    return shown


def _counted(counts: Sequence[int]) -> list[str]:
    """The counts of a row; what should be 0 stands at the third and fourth place."""
    return [_bad(count) if place in (2, 3) else str(count) for place, count in enumerate(counts)]


WENT = MappingProxyType(
    {
        "cut": "the answer was cut: found authorised, not handed in again",
        "returned": "returned for a wrong tax, mended in Odoo, authorised under its number",
        "away": "the SRI was away: it waited, and was handed in once",
    }
)


JOURNEYS_COLUMNS = ("number", "what happened", "answers of the SRI")


def journeys_table(journeys: Sequence[Journey], spoken: Spoken = str) -> Table:
    """Return what those documents went through that had trouble on their way, and what the SRI answered."""
    shown = Table(title=spoken("Trouble on the way"), box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(JOURNEYS_COLUMNS):
        shown.add_column(spoken(name), no_wrap=place == 0)
    for one in journeys:
        answers = ", ".join((*one.answers, *([AUTHORISED] if one.authorised else ())))
        told = spoken(WENT[one.fate] if one.is_right else "wrong")
        shown.add_row(one.number, told if one.is_right else f"[bold red]{told}[/bold red]", answers)
    return shown


LINES_COLUMNS = ("refund or transfer", "amount", "what became of it")
BECAME = MappingProxyType(
    {
        "posted": "posted by itself",
        "proposed": "proposed to a person",
        "waiting": "waits for a person, nothing is proposed",
        "refunded": "back at Stripe once, in Odoo's books once",
        "nothing": "nothing",
    }
)


def lines_table(lines: Sequence[Line], language: str, spoken: Spoken = str) -> Table:
    """Return what became of refunds and transfers as a table, with the reasons in words."""
    shown = Table(title=spoken("Beside card orders"), box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(LINES_COLUMNS):
        shown.add_column(spoken(name), justify="right" if place == 1 else "left", no_wrap=place < 2)
    for one in lines:
        shown.add_row(spoken(one.name), f"{one.amount:.2f}", _became(one, language, spoken))
    return shown


def _became(one: Line, language: str, spoken: Spoken) -> str:
    """How it ended, and for which invoices; below it why; in red what went wrong."""
    told = spoken(BECAME[one.became])
    if one.became == "proposed":
        told += ": " + f" {spoken('or')} ".join(one.invoices)
    faults = {"lost": one.lost, "doubled": one.doubled, "wrong": one.wrong}
    bad = ", ".join(spoken(name) for name, count in faults.items() if count)
    why = "; ".join(one.reasons[language]) if one.reasons else ""
    return "\n".join(
        filter(None, (f"[bold red]{bad}[/bold red]" if bad else "", told, f"[dim]{why}[/dim]" if why else ""))
    )


def _bad(count: int) -> str:
    return f"[bold red]{count}[/bold red]" if count else "0"
