"""`caravana demo`: a day of orders against imitated partners."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from caravana.cli.speech import language, spoken

if TYPE_CHECKING:
    from rich.console import Console

    from caravana.demo.chapters import Chapter
    from caravana.demo.play import Day, Result, Tally
    from caravana.demo.world import World

Stay = Annotated[bool, typer.Option("--stay", help="Leave everything running afterwards, to play with in a browser.")]
ChapterName = Annotated[
    str | None,
    typer.Option("--chapter", help="Play only this chapter (paid, refused, killed, money, invoices, chats, …)."),
]
Speed = Annotated[float, typer.Option("--speed", help="How many times as fast as real time the day passes.", min=1)]
Orders = Annotated[int, typer.Option("--orders", help="About how many orders in all.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Keep = Annotated[Path | None, typer.Option("--keep", help="Keep configuration, journal and logs in this folder.")]


def demo(
    stay: Stay = False,
    chapter: ChapterName = None,
    speed: Speed = 20.0,
    orders: Orders = 48,
    json: Json = False,
    keep: Keep = None,
) -> None:
    """Play a day of payments: a real hub, imitations of Odoo, of three payment companies and a bank, and all that goes wrong.

    Then electronic documents go to an imitated SRI; their printed forms are left in a folder that is told. Last, the catalogue
    goes out to an imitated Meta, and customers order, pay and get their invoice in WhatsApp.

    The exit code is 1 when a payment, a refund, a transfer, a document, an order or an answer was lost, made twice, or put where
    it does not belong.

    \b
    caravana demo
    caravana demo --chapter killed --orders 30
    caravana demo --chapter money
    caravana demo --chapter invoices --keep tried
    caravana demo --chapter chats
    caravana demo --stay
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio
    import signal

    signal.signal(signal.SIGTERM, _end)
    raise typer.Exit(asyncio.run(_demo(stay, chapter, speed, orders, json, keep)))


def _end(*_: object) -> None:
    """SIGTERM is Ctrl-C, once: what was started is stopped, and nothing stays behind."""
    import signal

    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


async def _demo(stay: bool, chapter: str | None, speed: float, orders: int, as_json: bool, keep: Path | None) -> int:
    import tempfile

    from rich.console import Console

    from caravana.demo.chapters import CHAPTERS
    from caravana.demo.world import DemoFailed, World

    chosen = [one for one in CHAPTERS if chapter in (None, one.name)]
    console = Console(stderr=as_json)
    if not chosen:
        console.print(spoken(f"there is no chapter `{chapter}`; there are {', '.join(one.name for one in CHAPTERS)}"))
        return 2
    with tempfile.TemporaryDirectory(prefix="caravana-demo-") as temporary:
        sells = any(one.talks for one in chosen)
        issues = sells or any(one.papers for one in chosen)
        world = World(keep or Path(temporary), speed, issues=issues, sells=sells, is_open=sells and len(chosen) == 1)
        try:
            return await _play(world, console, chosen, orders, keep, as_json=as_json, stay=stay)
        except DemoFailed as error:
            console.print(f"[bold red]{spoken('The demo could not be played:')}[/bold red] {spoken(str(error))}")
            _show_log(world, console)
            return 3
        finally:
            await world.stop()


async def _play(
    world: "World",
    console: "Console",
    chosen: "list[Chapter]",
    orders: int,
    keep: Path | None,
    *,
    as_json: bool,
    stay: bool,
) -> int:
    from caravana.demo.play import Day

    console.print(spoken(_starting(world)))
    await world.start()
    day = Day(world, console, chosen, orders, spoken, keep)
    results = await day.play()
    branches, doubts = await day.by_branch(), int(await world.measure("caravana_doubts_total"))
    if as_json:
        _print_json(results, branches, doubts)
    else:
        _show(results, branches, doubts, world.kills, console)
    good = _judge(results, console)
    if not good:
        _show_log(world, console)
    if stay:
        await _stay(day, console)
    return 0 if good else 1


def _starting(world: "World") -> str:
    """Say what is started."""
    if world.sells:
        told = "Starting imitations of Odoo, PlacetoPay, Stripe, PayPhone, the SRI and Meta, and a hub of your own …"
    elif world.issues:
        told = "Starting imitations of Odoo, PlacetoPay, Stripe, PayPhone and the SRI, and a hub of your own …"
    else:
        told = "Starting imitations of Odoo, PlacetoPay, Stripe and PayPhone, and a hub of your own …"
    return told


def _show(results: "list[Result]", branches: "dict[str, Tally]", doubts: int, kills: int, console: "Console") -> None:
    """Show the day's tables: card orders where there were some, what became of other money, and electronic documents."""
    from caravana.demo.tables import capacity, items_table, journeys_table, kinds_table, lines_table, table, talks_table

    if any(one.orders for one in results):
        console.print(table(results, branches, doubts, kills, spoken))
    for one in filter(lambda one: one.lines, results):
        console.print(lines_table(one.lines, language(), spoken))
    if any(one.calls for one in results):
        console.print(spoken(capacity(results)))
    for one in filter(lambda one: one.kinds, results):
        console.print(kinds_table(one.kinds, spoken))
        console.print(journeys_table(one.journeys, spoken))
        told = f"The printed documents (RIDE) and their XML are in {one.folder}"
        console.print(spoken(told), soft_wrap=True)
    for one in filter(lambda one: one.talks, results):
        console.print(items_table(one.items, spoken))
        console.print(talks_table(one.talks, one.webhooks, one.settled, spoken))


def _judge(results: "list[Result]", console: "Console") -> bool:
    """Say whether the day ended as it must."""
    bad = sum(one.lost + one.doubled for one in results)
    short = sum(one.expected < one.orders for one in results)
    lines = [line for one in results for line in one.lines]
    wrong = sum(not one.is_right for one in lines)
    if bad or short:
        told = "1 payment was lost or doubled." if bad == 1 else f"{bad} payments were lost or doubled."
        console.print(f"[bold red]{spoken(told)}[/bold red]")
    elif any(one.orders for one in results):
        console.print(f"[bold green]{spoken('Every charge is in Odoo exactly once.')}[/bold green]")
    if wrong:
        told = "Not every refund and transfer ended where it belongs: see the second table."
        console.print(f"[bold red]{spoken(told)}[/bold red]")
    elif lines:
        told = "Every refund and transfer is where it belongs, once."
        console.print(f"[bold green]{spoken(told)}[/bold green]")
    good = [_judge_documents(results, console), _judge_talks(results, console)]
    return all(good) and not (bad or short or wrong)


def _judge_documents(results: "list[Result]", console: "Console") -> bool:
    """Say whether each electronic document is authorised once, in Odoo and with its receiver."""
    good = all(one.papers_are_right for one in results)
    if not good:
        told = "Not every electronic document is authorised once, in Odoo and mailed: see its table."
        console.print(f"[bold red]{spoken(told)}[/bold red]")
    elif any(one.kinds for one in results):
        told = "Every electronic document is authorised exactly once, back in Odoo and mailed once."
        console.print(f"[bold green]{spoken(told)}[/bold green]")
    return good


def _judge_talks(results: "list[Result]", console: "Console") -> bool:
    """Say whether everybody was answered once, and the catalogue is as it should be."""
    good = all(one.talks_are_right for one in results)
    if not good:
        told = "Not every message was answered once, or the catalogue is not as it should be: see the last tables."
        console.print(f"[bold red]{spoken(told)}[/bold red]")
    elif any(one.talks for one in results):
        told = "Every message was answered once, every cart is one order, and what Meta refused is told in Odoo."
        console.print(f"[bold green]{spoken(told)}[/bold green]")
    return good


def _print_json(results: "list[Result]", branches: "dict[str, Tally]", doubts: int) -> None:
    import dataclasses
    import json

    from caravana.demo.tables import cost

    rows = [{**dataclasses.asdict(one), "chapter": one.chapter.name} for one in results]
    by_branch = {name: dataclasses.asdict(one) for name, one in branches.items()}
    calls, orders = cost(results)
    told = {"chapters": rows, "branches": by_branch, "in_doubt": doubts}
    told |= {"odoo_calls_per_order": round(calls, 1), "orders_an_hour": orders}
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))


def _show_log(world: "World", console: "Console") -> None:
    if world.hub_log.exists():
        lines = world.hub_log.read_text(errors="replace").splitlines()[-15:]
        console.print(spoken("The hub's last words:"), *lines, sep="\n", markup=False)


async def _stay(day: "Day", console: "Console") -> None:
    import asyncio
    import contextlib

    from caravana.demo.stay import Stay

    stay = Stay(day, console)
    await stay.open()
    with contextlib.suppress(asyncio.CancelledError):
        await stay.watch()
