"""Two hubs in processes of their own on one PostgreSQL match the transfers of one bank file: each is posted once."""

import asyncio
import re
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.commerce.accounts_processes import Counter, open_office
from tests.component.bank.telling import movement

CUSTOMERS = ("Nodesur", "Rosavel", "Tamirox", "Quilmar", "Besatec", "Lovinor", "Cadelix", "Zapeton", "Fidemar",
             "Gorasul", "Halumit", "Jiforan")  # fmt: skip
OF_EACH = 3
POSTED = re.compile(r'caravana_ended_total\{route="match-post",state="done"\} (\d+)')


async def posted_by(hub: Counter) -> int:
    """Return how many transfers a hub has posted since it started."""
    assert hub.presence is not None
    with await asyncio.to_thread(urlopen, f"{hub.presence.address}/metrics") as answer:
        found = POSTED.search(answer.read().decode())
    return int(found[1]) if found else 0


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_two_hubs_share_the_transfers_of_one_file(tmp_path: Path, postgres_database: str) -> None:
    """Both import the same statement at once and share its customers: every transfer is posted once; so is its undoing."""
    async with open_office(tmp_path, postgres_database, 2) as office:
        told, invoices = [], []
        for place, name in enumerate(CUSTOMERS * OF_EACH):
            known = office.odoo.env["res.partner"].search([["name", "=", f"Comercial {name} S.A."]])
            customer = known[0] if known else office.customer(f"Comercial {name} S.A.")
            invoices.append(office.invoice(customer, str(100 + place), 100 + place))
            told.append(movement(f"{(100 + place) * 1.15:.2f}", f"R{place}", "", f"FACT 001-001-{100 + place:09d}"))
        await office.tells(told)
        posted = await office.matches("posted", len(told))
        assert [office.residual(one) for one in invoices] == [0] * len(told)
        assert [one["state"] for one in office.payments()] == ["paid"] * len(told)
        shared = [await posted_by(one) for one in office.hubs]
        assert (sum(shared), min(shared) > 0) == (len(told), True)
        twice = posted[0]["entry"]
        asked = (one.ask("match", act="undo", key=twice, actor="rosa") for one in office.hubs)
        answers = await asyncio.gather(*asked, return_exceptions=True)  # the slower one may hear that it is undone
        assert "posted" in [one["state"] for one in answers if isinstance(one, dict)]
        [undone] = await office.matches("undone", 1)
        assert (undone["entry"], undone["round"]) == (twice, 2)
        assert sorted(one["state"] for one in office.payments()) == ["canceled", *["paid"] * (len(told) - 1)]
