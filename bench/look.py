"""What a look for transfers costs beside a hundred thousand that are done: `python -m bench.look`."""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bench.place import postgresql_place, sqlite_place
from caravana.component.bank.book import MATCHED, OPEN, Book, Kept, key_of
from caravana.component.bank.component import BankComponent
from caravana.component.bank.entry import Direction, Entry, Party, References
from caravana.component.bank.identity import Telling
from caravana.component.bank.spec import BankOptions
from caravana.component.bank.waiting import OpenConsumer
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from caravana.kit.ports import Accepted, Arrival

ACCOUNT = "2100012345"
FIRST = date(2023, 1, 2)
LOOKS = 9


class Door:
    """The receiving side of a route that nobody runs: it keeps the cursor."""

    route_id, source, go_live, shadow = "look", "bank:open", None, ""

    def __init__(self, hub: Hub) -> None:
        self.store = hub.store
        self.position: Any = None
        self.told = 0

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        """Count what is told."""
        self.position = cursor
        self.told += sum(len(one.body["entries"]) for one in arrivals)
        return []

    async def cursor(self) -> Any:
        """Return the position."""
        return self.position


def kept(number: int, state: str) -> Kept:
    """Return a credit of its own."""
    day = FIRST + timedelta(days=number % 1200)
    entry = Entry(
        account=ACCOUNT,
        currency="USD",
        amount=Decimal(number % 90_000 + 100).scaleb(-2),
        direction=Direction.CREDIT,
        booking_date=day,
        references=References(bank=f"R{number}"),
        party=Party(name=f"CLIENTE {number % 5000}"),
        remittance=(f"PAGO FACTURA 001-001-{number:09d}",),
    )
    telling = Telling(
        entry, "camt.053", complete=True, covered=True, ids=frozenset({f"bank:{number}"}), days=frozenset({day}),
        forms=frozenset({"camt.053"}), statements=frozenset(),
    )  # fmt: skip
    return Kept(key_of(telling, {}), telling, state, ("d" * 64,))


def match(one: Kept, state: str) -> dict[str, Any]:
    """Return what became of it, about as large as such records are."""
    chosen = {"rule": "reference", "score": 86, "fit": "exact", "customer": 7, "invoices": [{"id": 9, "number": "9"}]}
    said = {"reasons": {"es": ["el valor es exactamente el saldo"], "en": ["the amount is exactly what is open"]}}
    return {
        "entry": one.key, "bank": one.entry.as_record(), "state": state, "automatic": True, "hand": False, "round": 1,
        "by": None, "why": {"es": "", "en": ""}, "margin": 40, "proposals": [chosen | said] * 2, "chosen": chosen | said,
        "branch": None, "connection": "odoo", "company": None, "since": "", "now": "",
    }  # fmt: skip


async def fill(hub: Hub, book: Book, done: int, waiting: int) -> None:
    """Keep `done` entries that are in the books, and `waiting` that wait."""
    for start in range(0, done, 500):
        several = [kept(number, MATCHED) for number in range(start, min(start + 500, done))]
        rows = [("bank_entry", one.key, one.as_record()) for one in several]
        rows += [("bank_match", one.key, match(one, "posted")) for one in several]
        assert await hub.store.put_together(await hub.store.turn("bench", ""), rows) is not None
    assert await book.change(await book.turn(ACCOUNT), [kept(done + number, OPEN) for number in range(waiting)])


async def measure(url: str, done: int, waiting: int) -> list[float]:
    """Return the seconds of making the index once, of telling of all that waits, and of each look at which nothing is new."""
    async with Hub(Configuration(journal=url), []) as hub:
        component = hub.components.get("bank")
        assert isinstance(component, BankComponent)
        await fill(hub, component.desk.book, done, waiting)
        door = Door(hub)
        consumer = OpenConsumer(component.desk, BankOptions(), door, hub)  # type: ignore[arg-type]
        seconds = []
        for number in range(LOOKS + 2):
            began = time.perf_counter()
            if number:
                await consumer._look()  # noqa: SLF001 -- what is measured
            else:  # of what an older version kept
                await component.desk.due(None)
            seconds.append(time.perf_counter() - began)
        assert door.told == waiting
        return seconds


def main() -> None:
    """Measure on both databases and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.look", description=__doc__)
    parser.add_argument("--done", type=int, default=100_000, help="entries that are in the books")
    parser.add_argument("--waiting", type=int, default=50, help="entries that wait")
    asked = parser.parse_args()
    for make in (sqlite_place, postgresql_place):
        with make(True, "asyncio") as place, place.journal() as url:
            made, told, *looks = asyncio.run(measure(url, asked.done, asked.waiting))
            looked = statistics.median(looks) * 1000
            print(f"{place.kind}: a look {looked:.1f} ms, telling of {asked.waiting} {told * 1000:.0f} ms")
            print(f"{place.kind}: the index of what an older version kept is made once, in {made:.1f} s")


if __name__ == "__main__":
    main()
