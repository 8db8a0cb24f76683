"""The page: the same dialogue in Messenger, and comments answered privately, each once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.component.whatsapp.sandbox import Visitor
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.conversing import rows, unfinished
from tests.support.waiting import eventually

LUIS = "593990000010"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company with a page."""
    async with open_talk(tmp_path, page=True, settings={"conversation.answers": 30}) as one:
        yield one


async def said(talk: Talk, visitor: Visitor, words: str) -> list[str]:
    """Return the lines that a person on the page is answered with: `[Title]` is tapped, all else written."""
    before = len(visitor.received)
    if words.startswith("["):
        visitor.tap(words[1:-1])
    else:
        visitor.text(words)
    return [line for one in await talk.answer(visitor, before) for line in lines_of(one)]


async def test_a_conversation_in_messenger(talk: Talk) -> None:
    """A product is looked for, put into the cart and ordered; a phone is asked for, for Messenger tells none."""
    luis = talk.visitor(LUIS, "Luis")
    assert any("Soy el asistente" in one for one in await said(talk, luis, "hola"))
    assert any("$22,99" in one for one in await said(talk, luis, "camiseta"))
    assert any("Agregado: 1 × Camiseta" in one for one in await said(talk, luis, "[Agregar al carrito]"))
    assert any("teléfono" in one for one in await said(talk, luis, "[Finalizar compra]"))
    assert any("¿Lo confirma?" in one for one in await said(talk, luis, "0990000010"))
    assert any("está confirmado" in one for one in await said(talk, luis, "[Confirmar]"))
    [order] = rows(talk, "sale.order", "state", "partner_id", "client_order_ref")
    assert order["state"] == "sale"
    [partner] = [one for one in rows(talk, "res.partner", "id", "phone") if one["id"] == order["partner_id"][0]]
    assert partner["phone"] == "+593990000010"
    assert await unfinished(talk) == []
    assert len(luis.received) == sum(not one.ours for one in luis.chat.said)
