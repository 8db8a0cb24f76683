"""Playing the day and counting its result from the partners' own books, never from the hub's opinion."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from caravana.demo.chapters import Chapter, Stage
from caravana.demo.people import Clerk, Customer, Order, odoo_calls, order_of, provider_sessions
from caravana.demo.world import DemoFailed, World

PATIENCE = 45.0
"""Real seconds that a chapter's payments may take to reach Odoo before they count as lost."""


@dataclass
class Result:
    """One chapter's books: what the provider charged, what Odoo holds."""

    chapter: Chapter
    orders: int
    expected: int = 0
    in_odoo: int = 0
    lost: int = 0
    doubled: int = 0
    calls: int = 0
    seconds: float = 0.0


@dataclass
class Books:
    """The provider's approved charges by reference, and Odoo's payments by reference."""

    charged: dict[str, int]
    held: dict[str, int]

    @classmethod
    async def read(cls, world: World, clerk: Clerk) -> "Books":
        """Read both partners' books."""
        charged: dict[str, int] = {}
        for session in await provider_sessions(world):
            if float(session["approved"]) > 0:
                charged[session["reference"]] = 1
        held: dict[str, int] = {}
        for memo, count in (await clerk.payments()).items():
            reference = next((one for one in charged if one in memo.split()), memo)
            held[reference] = held.get(reference, 0) + count
        return cls(charged, held)

    def judge(self, result: Result, orders: Sequence[Order]) -> None:
        """Write the counts of `orders` into `result`."""
        ids = {order.id for order in orders}
        mine = {reference: count for reference, count in self.charged.items() if order_of(reference) in ids}
        result.expected = sum(mine.values())
        result.in_odoo = sum(count for reference, count in self.held.items() if order_of(reference) in ids)
        result.lost = sum(max(0, count - self.held.get(reference, 0)) for reference, count in mine.items())
        result.doubled = sum(
            max(0, count - self.charged.get(reference, 0))
            for reference, count in self.held.items()
            if order_of(reference) in ids
        )


class Day:
    """One day of orders."""

    def __init__(self, world: World, console: Console, chapters: Sequence[Chapter], orders: int) -> None:
        """`orders`: about how many in all, shared out among the chapters."""
        self.world = world
        self.console = console
        shares = sum(chapter.share for chapter in chapters)
        self.plan = [(chapter, max(3, orders * chapter.share // shares)) for chapter in chapters]
        self.clerk = Clerk(world)
        self.stage = Stage(world, self.clerk, Customer(world))

    async def play(self) -> list[Result]:
        """Play all chapters. Raises `DemoFailed`."""
        await self.clerk.prepare()
        results = []
        with self._progress() as progress:
            for number, (chapter, count) in enumerate(self.plan, 1):
                progress.console.print(f"[bold]{number}. {chapter.title}.[/bold] {chapter.story}")
                task = progress.add_task(f"   {chapter.name}", total=count)
                results.append(await self._chapter(chapter, count, progress, task))
        return results

    def _progress(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("payments in Odoo"),
            TimeElapsedColumn(),
            console=self.console,
        )

    async def _chapter(self, chapter: Chapter, count: int, progress: Progress, task: object) -> Result:
        began, calls = time.monotonic(), await odoo_calls(self.world)
        orders = [await self.clerk.confirm_order(1 + number % 3) for number in range(count)]
        await self.wait_for_links(orders)
        await chapter.play(self.stage, orders)
        result = Result(chapter, count)
        deadline = time.monotonic() + PATIENCE
        while True:
            (await Books.read(self.world, self.clerk)).judge(result, orders)
            progress.update(task, completed=result.in_odoo)  # type: ignore[arg-type]
            if (result.expected >= count and result.lost == 0) or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        result.calls = await odoo_calls(self.world) - calls
        result.seconds = time.monotonic() - began
        return result

    async def wait_for_links(self, orders: list[Order]) -> None:
        """Wait until the hub has noted a pay link on each order. Raises `DemoFailed`."""
        deadline = time.monotonic() + PATIENCE
        while any(not order.link for order in orders):
            if time.monotonic() > deadline:
                missing = ", ".join(order.name for order in orders if not order.link)
                raise DemoFailed(f"no pay link on {missing}; look into {self.world.hub_log}")
            await asyncio.sleep(0.1)
            await self.clerk.links(orders)


def table(results: Sequence[Result], doubts: int, kills: int) -> Table:
    """Return the day's result as a table."""
    title = "The day, counted in the provider's and Odoo's own books"
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    shown.add_column("chapter", no_wrap=True)
    for name in ("orders", "charged", "in Odoo", "lost", "doubled", "calls", "s"):
        shown.add_column(name, justify="right")
    for one in results:
        per_order = one.calls / one.orders if one.orders else 0
        shown.add_row(
            one.chapter.title, str(one.orders), str(one.expected), str(one.in_odoo), _bad(one.lost), _bad(one.doubled),
            f"{per_order:.1f}", f"{one.seconds:.1f}",
        )  # fmt: skip
    orders = sum(one.orders for one in results)
    total = [sum(getattr(one, name) for one in results) for name in ("expected", "in_odoo", "lost", "doubled")]
    calls = sum(one.calls for one in results) / max(1, orders)
    shown.add_section()
    shown.add_row(
        "[bold]total[/bold]", str(orders), str(total[0]), str(total[1]), _bad(total[2]), _bad(total[3]), f"{calls:.1f}",
        f"{sum(one.seconds for one in results):.1f}",
    )  # fmt: skip
    shown.caption = f"in doubt: {doubts}; hub killed with -9: {kills} times (calls: of Odoo, for each order)"
    return shown


def _bad(count: int) -> str:
    return f"[bold red]{count}[/bold red]" if count else "0"
