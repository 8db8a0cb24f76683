"""Playing the day and counting its result from the partners' own books, never from the hub's opinion."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from caravana.demo.branches import BRANCHES
from caravana.demo.chapters import CHAPTERS, Chapter, Stage
from caravana.demo.chats import COUNT as MESSAGES
from caravana.demo.chats import Chats
from caravana.demo.companies import charged
from caravana.demo.invoices import COUNT, Invoices
from caravana.demo.line import Line
from caravana.demo.money import Money
from caravana.demo.papers import Journey, Kind
from caravana.demo.people import Clerk, Customer, Order, odoo_calls, order_of
from caravana.demo.phone import Line as Spoke
from caravana.demo.talks import Item, Talk
from caravana.demo.world import DemoFailed, World

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
    """One chapter's books.

    - `calls`: of Odoo, where what is counted is an order's payment
    - `lines`: what became of money beside card orders; `kinds`, `journeys`: of electronic documents; `folder`: of their files
    - `talks`, `items`: what became of conversations, and of the catalogue's products; `webhooks`: of Meta; `settled`: how often
      a person looked at Meta and said whether a message had gone out
    """

    chapter: Chapter = CHAPTERS[0]
    calls: int = 0
    seconds: float = 0.0
    lines: list[Line] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    journeys: list[Journey] = field(default_factory=list)
    folder: Path | None = None
    talks: list[Talk] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    webhooks: int = 0
    settled: int = 0

    @property
    def papers_are_right(self) -> bool:
        """Whether each electronic document ended where it belongs, once."""
        return all(one.is_right for one in self.kinds) and all(one.is_right for one in self.journeys)

    @property
    def talks_are_right(self) -> bool:
        """Whether everybody was answered and told once, and the catalogue is as it should be."""
        return all(one.is_right for one in self.talks) and all(one.right for one in self.items)


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
                if chapter.talks is not None:
                    results.append(await self._conversations(chapter, chapter.talks(self.world, self.clerk), progress))
                    continue
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
        began, result = time.monotonic(), Result(0, chapter=chapter)

        async def look() -> tuple[int, bool]:
            result.kinds, result.journeys = await invoices.look()
            return sum(one.authorised for one in result.kinds), result.papers_are_right

        task = progress.add_task(f"   {chapter.name}", total=COUNT, unit=self.spoken("documents authorised"))
        await self._watched(invoices.play(), look, progress, task)
        result.folder = await invoices.save(self.keep)
        result.seconds = time.monotonic() - began
        return result

    async def _conversations(self, chapter: Chapter, chats: Chats, progress: Progress) -> Result:
        """Play conversations until all have ended well, or time is up; each is shown when it is over."""
        began, result = time.monotonic(), Result(0, chapter=chapter)

        def show(lines: Sequence[Spoke]) -> None:
            progress.console.print(transcript(lines, self.spoken))

        async def look() -> tuple[int, bool]:
            result.talks, result.orders = await chats.look(), len(chats.orders)
            (await Books.read(self.world, self.clerk)).judge(result, chats.orders)
            return sum(one.answered + one.told for one in result.talks), result.talks_are_right and not result.lost

        unit = self.spoken("answers and notices")
        await self._watched(
            chats.play(show), look, progress, progress.add_task(f"   {chapter.name}", total=MESSAGES, unit=unit)
        )
        self.orders += chats.orders
        result.items, result.webhooks, result.settled = await chats.items(), await chats.webhooks(), chats.inbox.told
        result.seconds = time.monotonic() - began
        return result

    async def _watched(
        self,
        play: Coroutine[Any, Any, None],
        look: Callable[[], Awaitable[tuple[int, bool]]],
        progress: Progress,
        task: TaskID,
    ) -> None:
        """Play something, whose steps have their time each; then look until all is right, or time is up. Raises `DemoFailed`."""
        playing, over = asyncio.create_task(play), 0.0
        try:
            while True:
                over = over or (time.monotonic() if playing.done() else 0.0)
                count, is_right = await look()
                progress.update(task, completed=count)
                if over and (is_right or playing.exception() or time.monotonic() > over + PATIENCE):
                    break
                await asyncio.sleep(0.2)
            await playing
        finally:
            playing.cancel()
        await self._wait_until_idle()
        await look()

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


def transcript(lines: Sequence[Spoke], spoken: Spoken = str) -> Table:
    """Return a talk to be read: who, and what they say; what only happens stands alone."""
    shown = Table.grid(padding=(0, 1))
    shown.add_column(width=11, justify="right", style="dim", no_wrap=True)
    shown.add_column(overflow="fold")
    for who, what in lines:
        shown.add_row(who, escape(what) if who else f"[dim italic]{escape(spoken(what))}[/dim italic]")
    shown.add_row("", "")
    return shown
