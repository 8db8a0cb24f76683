"""Several processes import into the same account at once: on PostgreSQL, as the command line and a running hub do."""

import asyncio
import base64
from collections import Counter
from decimal import Decimal

from caravana.component.bank.component import BankComponent
from caravana.engine.admin import Admin
from caravana.engine.configuration import Configuration
from caravana.engine.hub import Hub
from tests.component.bank.telling import Movement, camt053, movement, mt940, pichincha

ROUNDS = 8


async def take(hub: Hub, name: str, content: bytes) -> None:
    """Import a file through a process, as `caravana bank import` does."""
    files = [{"name": name, "content": base64.b64encode(content).decode(), "among": False}]
    arguments = {"files": files, "profile": None, "account": None, "dry": False}
    desk = Admin(hub.journal, hub.clock, hub)
    [report] = await desk.call("operate", {"scheme": "bank", "act": "import", "arguments": arguments})
    assert report["state"] == "taken"


async def test_the_same_credits_by_several_files_at_once_are_money_once(postgres_database: str) -> None:
    """Statement, SWIFT message and download of one day come through different processes: each credit is kept once, and known."""
    given = Configuration(journal=postgres_database)
    async with Hub(given, []) as one, Hub(given, []) as other, Hub(given, []) as third:
        expected: Counter[Decimal] = Counter()
        for number in range(ROUNDS):
            day = day_of(number)
            await asyncio.gather(
                take(one, f"{number}.xml", camt053(day, number=number + 1)),
                take(other, f"{number}.csv", pichincha(day)),
                take(third, f"{number}.txt", mt940(day, number=number + 1)),
            )
            expected.update(each.amount for each in day)
        bank = one.components.get("bank")
        assert isinstance(bank, BankComponent)
        kept = await bank.desk.book.entries()
        assert Counter(each.entry.amount for each in kept) == expected
        assert {len(each.telling.forms) for each in kept} == {3}


def day_of(number: int) -> list[Movement]:
    """Return three credits that no other number has."""
    amounts = [f"{number}{place}.25" for place in (1, 2, 3)]
    return [movement(amount, f"R{amount}", f"CLIENTE {amount}", f"Pedido {amount}") for amount in amounts]
