"""Conversations over WhatsApp: a customer asks, orders, pays; nothing twice, nothing lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from caravana.testing.talk import Talk, lines_of, open_talk


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company whose hub runs the conversation flow."""
    async with open_talk(tmp_path) as one:
        yield one


async def test_a_customer_orders(talk: Talk) -> None:
    """From hello to an order in Odoo."""
    ana = talk.customer()
    for word in ("hola", "camizeta", "1", "Finalizar compra", "Confirmar"):
        before = len(ana.received)
        ana.text(word)
        for said in await talk.answer(ana, before):
            print(">>", word, "\n   ", "\n    ".join(lines_of(said)))
    rows = await talk.hub.journal.query("select route, state, error_class from exchange where state not in ('done')", {})
    print(rows, [one for _, one in await talk.hub.store.find("review")])
    env = talk.odoo.env["sale.order"]
    print(env.read(env.search([]), ["name", "state", "amount_total", "partner_id"]))
    assert 0
