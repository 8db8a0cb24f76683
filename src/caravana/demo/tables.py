"""The day's results as tables, and what an order costs."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType

from rich.box import SIMPLE_HEAD
from rich.table import Table

from caravana.demo.line import Line
from caravana.demo.papers import AUTHORISED, TYPES, Journey, Kind
from caravana.demo.play import Result, Spoken, Tally
from caravana.demo.talks import Item, Talk

HOUR = 3600
IDLE = 4
"""Calls a minute that are made whatever happens, at most."""

COLUMNS = ("chapter", "orders", "charged", "in Odoo", "lost", "doubled", "calls", "s")


def table(
    results: Sequence[Result], branches: Mapping[str, Tally], doubts: int, kills: int, spoken: Spoken = str
) -> Table:
    """Return the day's result as a table: by chapter, by branch, and in all."""
    title = spoken("The day, counted in the payment companies' and Odoo's own books")
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(COLUMNS):
        shown.add_column(spoken(name), justify="right" if place else "left", no_wrap=place > 0)
    for one in filter(lambda one: one.orders, results):
        shown.add_row(spoken(one.chapter.title), *_counts(one), _per_order([one]), f"{one.seconds:.1f}")
    shown.add_section()
    for name, tally in branches.items():
        shown.add_row(spoken(f"branch {name}"), *_counts(tally), "", "")
    whole = Tally(*(sum(getattr(one, name.name) for one in results) for name in fields(Tally)))
    seconds = sum(one.seconds for one in results if one.orders)
    shown.add_section()
    shown.add_row(f"[bold]{spoken('total')}[/bold]", *_counts(whole), _per_order(results), f"{seconds:.1f}")
    shown.caption = spoken(
        f"in doubt: {doubts}; times that the hub was killed with -9: {kills} (calls: of Odoo, for each order)"
    )
    return shown


def _counts(tally: Tally) -> list[str]:
    return [str(tally.orders), str(tally.expected), str(tally.in_odoo), _bad(tally.lost), _bad(tally.doubled)]


def _per_order(results: Sequence[Result]) -> str:
    calls, _ = cost(results)
    return f"{calls:.1f}" if calls else ""


def cost(results: Sequence[Result]) -> tuple[float, int]:
    """Return what a paid order costs in calls of Odoo, and how many orders an hour one call a second allows.

    Chapters whose orders ask more of Odoo than a payment are left out; 0 when nothing is left.
    """
    counted = [one for one in results if one.calls]
    calls = sum(one.calls for one in counted) / max(1, sum(one.orders for one in counted))
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


TALKS_COLUMNS = ("customer", "network", "wrote", "answered", "told", "lost", "doubled", "orders")


def talks_table(talks: Sequence[Talk], webhooks: int, settled: int, spoken: Spoken = str) -> Table:
    """Return what became of conversations, each and in all. `webhooks`, `settled`: see `Result`."""
    title = spoken("Conversations, counted in Meta's chats and in Odoo")
    shown = Table(title=title, box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(TALKS_COLUMNS):
        shown.add_column(spoken(name), justify="right" if place > 1 else "left", no_wrap=True)
    names = [field.name for field in fields(Talk)][2:]
    for one in talks:
        shown.add_row(one.name, one.place, *_of_talk([getattr(one, name) for name in names]))
    shown.add_section()
    sums = [sum(getattr(one, name) for one in talks) for name in names]
    shown.add_row(f"[bold]{spoken('total')}[/bold]", "", *_of_talk(sums))
    shown.caption = spoken(
        f"Meta's webhooks: {webhooks}, twice each; settled by a person who looked at Meta: {settled}"
    )
    return shown


def _of_talk(counts: Sequence[int]) -> list[str]:
    """The counts of a row; what should be 0 stands at the fourth and fifth place."""
    return [_bad(count) if place in (3, 4) else str(count) for place, count in enumerate(counts)]


STOCK = MappingProxyType({"in stock": "in stock", "out of stock": "out of stock", "": "not there"})
ITEMS_COLUMNS = ("product", "price with IVA", "at Meta")


def items_table(items: Sequence[Item], spoken: Spoken = str) -> Table:
    """Return what became of the products that shall be in the catalogue."""
    shown = Table(title=spoken("The catalogue, as Meta shows it"), box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for place, name in enumerate(ITEMS_COLUMNS):
        shown.add_column(spoken(name), justify="right" if place == 1 else "left", no_wrap=place < 2)
    for one in items:
        told = spoken(f"refused: {one.refused} (noted in Odoo)" if one.refused else STOCK.get(one.stock, one.stock))
        shown.add_row(f"{one.name}, {one.code}", one.price, told if one.right else f"[bold red]{told}[/bold red]")
    return shown
