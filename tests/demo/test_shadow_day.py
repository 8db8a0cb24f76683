"""The demo's whole day, once live and once with Odoo in shadow: two branches, out of order, Odoo down, the hub killed with -9."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

import pytest
from rich.console import Console

from caravana.cli.office import ask
from caravana.demo.chapters import CHAPTERS
from caravana.demo.people import Order
from caravana.demo.play import Books, Day, Tally
from caravana.demo.world import World
from caravana.journal import open_journal
from tests.commerce.intended import Intent, intents_in
from tests.demo.recording import read

P = ParamSpec("P")
ORDERS = 21
CARDS = [one for one in CHAPTERS if not (one.sequel or one.papers or one.talks)]
"""The chapters that are card orders alone."""
ROOT = Path(__file__).parents[2]
LINK = re.compile(r"https?://[^\s<\"]+/pay/[\w.\-]+")


@dataclass
class Watched(World):
    """The demo's world, with a hub that writes its requests down, and links that are signed alike on every day.

    `notes`: those that would have been made, as shown, by their numbers.
    """

    notes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
        self._environment |= {"CARAVANA_SECRET_PAY_LINK": "a secret of these tests", "PYTHONPATH": path}

    async def start_hub(self) -> None:
        arguments = ("run", "--config", "caravana.yaml", "--log-format", "json")
        self._hub = await self._spawn("hub.log", "tests.demo.recording", *arguments)
        await self._answers(self.url("control") + "/readyz", self._hub, "hub.log")

    async def desk(self, operation: str, **arguments: Any) -> Any:
        """Ask the running hub as the command line does."""
        return await asyncio.to_thread(ask, self.folder / "caravana.yaml", operation, **arguments)

    async def changed(self) -> Counter[str]:
        """Return Odoo's counters of calls that changed something."""
        async with self.http.get(self.url("odoo") + "/_sandbox/counters") as answer:
            return Counter((await answer.json())["effects"])


@dataclass
class Played:
    """What became of a day."""

    world: Watched
    day: Day
    intended: dict[str, list[Intent]] = field(default_factory=dict)
    changed: Counter[str] = field(default_factory=Counter)
    report: Counter[str] = field(default_factory=Counter)


async def play(folder: Path, shadow: tuple[str, ...] = ()) -> Played:
    """Play the day through `caravana run`, and return what the hub did at its partners or would have done."""
    world = Watched(folder, speed=20.0, shadow=shadow, patience=90.0)
    try:
        await world.start()
        day = Day(world, Console(quiet=True), CARDS, ORDERS)
        await day.clerk.prepare()
        for chapter, count in day.plan:
            orders = [await day.clerk.confirm_order(number) for number in range(count)]
            day.orders += orders
            await (until(would_link, world, orders) if shadow else day.wait_for_links(orders))
            await chapter.play(day.stage, orders)
            await (until(would_book, world, orders) if shadow else until(booked, day, orders))
            await until(idle, world)
        return await told(Played(world, day))
    finally:
        await world.stop()


async def told(played: Played) -> Played:
    """Fill in what both sides say of the day."""
    world = played.world
    played.changed = await world.changed() - played.day.clerk.calls
    for line in await world.desk("shadow_report"):
        played.report[line["partner"]] += line["effects"]
    requests, journal = read(world.folder), open_journal(f"sqlite:///{world.folder}/caravana.db")
    await world.stop()
    await journal.open()
    for partner in ("odoo", "pay"):
        found = await intents_in(journal, requests, partner, world.url("listener"))
        played.intended[partner] = sorted((order, place, uri, named(text)) for order, place, uri, text in found)
    await journal.close()
    return played


def named(text: str) -> str:
    """Return a request without what cannot be equal: times, and the number that the provider gave to the payment."""
    text = re.sub(r"\d{4}-\d\d-\d\d([T ][\d:.+\-Z]+)?", "<time>", text)
    for number in re.findall(r"CV\d+-\d+,?(?: PlacetoPay)? (\d+)", text):
        text = re.sub(rf"(?<!\d)0*{number}(?!\d)", "<number>", text)
    return text


async def until(holds: Callable[P, Awaitable[bool]], *of: P.args, **more: P.kwargs) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(120):
        while not await holds(*of, **more):
            await asyncio.sleep(0.2)


async def would_note(world: Watched, route: str) -> dict[int, str]:
    """Return the notes that a route would have made, by order."""
    for line in await world.desk("shadow_list", route=route, partner="odoo", limit=5000):
        if "operation=note" in line["endpoint"] and line["number"] not in world.notes:
            [world.notes[line["number"]]] = await world.desk(
                "shadow_show", number=line["number"], reveal=True, actor="test"
            )
    requests = [one["request"] for one in world.notes.values() if one["route"] == route]
    return {one["id"]: one["body"] for one in requests}


async def would_link(world: Watched, orders: list[Order]) -> bool:
    """Whether each order would have got its link, which the customer takes from there."""
    notes = await would_note(world, "card-link")
    for order in orders:
        if link := LINK.search(notes.get(order.id, "")):
            order.link = link[0]
    return all(order.link for order in orders)


async def would_book(world: Watched, orders: list[Order]) -> bool:
    """Whether each order's payment would have been registered, and told on it."""
    return {order.id for order in orders} <= (await would_note(world, "card-settle")).keys()


async def booked(day: Day, orders: list[Order]) -> bool:
    """Whether Odoo has every charge of the orders."""
    tally = Tally(len(orders))
    (await Books.read(day.world, day.clerk)).judge(tally, orders)
    return tally.expected >= len(orders) and tally.lost == 0


async def idle(world: World) -> bool:
    """Whether the hub has nothing left to do."""
    return not await world.measure("caravana_open")


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_the_day_in_shadow_intends_what_the_live_day_does(tmp_path: Path) -> None:
    """Request by request the same, for both branches; in shadow Odoo is changed by its clerk alone, and the report counts all."""
    live, shadow = await asyncio.gather(play(tmp_path / "live"), play(tmp_path / "shadow", ("odoo:odoo",)))
    assert live.world.kills == shadow.world.kills > 0
    assert {order.branch for order in shadow.day.orders} == {order.branch for order in live.day.orders}
    assert shadow.intended == live.intended
    assert len([one for one in live.intended["odoo"] if "createOnce" in one[2]]) == len(live.day.orders)
    assert len(live.intended["pay"]) >= len(live.day.orders)
    assert shadow.changed == Counter()
    notes = [one for one in live.intended["odoo"] if "operation=note" in one[2]]
    assert len(notes) == len(live.intended["odoo"]) // 3 == 2 * len(live.day.orders)
    assert live.changed["sale.order.message_post"] + live.changed["mail.message.load"] <= len(
        notes
    )  # several go as one
    assert (live.report["odoo"], shadow.report["odoo"]) == (0, len(live.intended["odoo"]))
