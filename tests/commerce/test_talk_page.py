"""The page: the same dialogue in Messenger, and comments answered privately, each once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.component.whatsapp.sandbox import DeliveryPlan, ErrorFault, Visitor
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.conversing import invoiced, reviews, rows, unfinished

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
    assert (await said(talk, luis, "hola"))[0].startswith("Hola, le saluda Empresa XYZ. Soy el asistente")
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


async def test_paying_in_messenger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pay link comes as a button that opens the pay page; an invoice is sent by a person, for Messenger takes no file."""
    monkeypatch.setenv("CARAVANA_SECRET_PAY_LINK", "a-secret-for-tests-only")
    card = {"url": "http://127.0.0.1:9", "login": "sandbox-login", "secretKey": "sandbox-secret"}
    more: dict[str, Any] = {"flows": ["conversation", "cards"], "connections": {"placetopay": card}}
    async with open_talk(tmp_path, page=True, settings={"conversation.answers": 30}, **more) as talk:
        luis = talk.visitor(LUIS, "Luis")
        for words in ("camiseta", "[Agregar al carrito]", "[Finalizar compra]", "0990000010", "[Confirmar]"):
            await said(talk, luis, words)
        [link] = [one for one in await said(talk, luis, "[Pagar con tarjeta]") if one.startswith("[Pagar ahora]")]
        assert "/pay/" in link
        await said(talk, luis, "mis pedidos")
        await said(talk, luis, "1")
        [order] = rows(talk, "sale.order", "id")
        invoiced(talk, order["id"])
        assert any("no podemos enviarle la factura" in one for one in await said(talk, luis, "[Copia de factura]"))


async def test_a_person_takes_over_in_messenger(talk: Talk) -> None:
    """A person is called by a task; the assistant is quiet for this customer, is back with the menu, and others are answered."""
    luis, eva = talk.visitor(LUIS, "Luis"), talk.visitor("593990000011", "Eva")
    assert any("Una persona de" in one for one in await said(talk, luis, "quiero hablar con una persona"))
    [task] = rows(talk, "mail.activity", "summary", "note")
    assert task["summary"] == "Responder a un cliente"
    assert "Messenger" in task["note"]
    assert await said(talk, luis, "¿tienen camisetas?") == []
    assert any("Camiseta" in one for one in await said(talk, eva, "camiseta"))
    assert any("En qué le ayudamos" in one for one in await said(talk, luis, "menú"))


async def test_a_colleague_writes_on_the_page(talk: Talk) -> None:
    """Once a colleague writes in the page's inbox the assistant is quiet, until the customer wants the menu."""
    luis = talk.visitor(LUIS, "Luis")
    await said(talk, luis, "hola")
    talk.meta.messenger.colleague(luis.person, "Buenas, soy Marta, ya le ayudo")
    await talk.rest()
    assert await said(talk, luis, "gracias, quiero una camiseta") == []
    assert any("En qué le ayudamos" in one for one in await said(talk, luis, "menu"))
    assert any("Camiseta" in one for one in await said(talk, luis, "camiseta"))


async def test_a_comment_is_answered_privately(talk: Talk) -> None:
    """Whoever comments on a post is answered once, by a private message; the talk that it begins goes on in Messenger."""
    luis = talk.visitor(LUIS, "Luis")
    luis.comment("1234_5", "¿Cuánto cuesta la camiseta?")
    await talk.rest()
    [answer] = luis.received
    assert any("Luis" in one for one in lines_of(answer))
    assert any("$22,99" in one for one in await said(talk, luis, "camiseta"))
    assert await unfinished(talk) == []


async def test_what_is_no_comment_of_a_person(talk: Talk) -> None:
    """The page's own comments and posts are not answered, nor a comment told twice, nor one who comments all day long."""
    luis = talk.visitor(LUIS, "Luis")
    talk.meta.pages.comment("1234_5", "¡Gracias a todos!", None)
    talk.meta.webhooks.plan = DeliveryPlan(times=2, reserialise=True)
    for words in ("¿Precio?", "¿Precio?", "¿Hola?"):
        luis.comment("1234_5", words)
        await talk.rest()
    assert len(luis.received) == 1
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


@pytest.mark.parametrize("code", [10903, 551, 10900])
async def test_a_comment_that_cannot_be_answered(talk: Talk, code: int) -> None:
    """Whom Meta lets nobody write to is left alone: nothing stops, and nobody has to look at it."""
    talk.meta.door.errors[:] = [ErrorFault("page.messages.post", code)]
    luis = talk.visitor(LUIS, "Luis")
    luis.comment("1234_5", "¿Precio?")
    await talk.rest()
    assert luis.received == []
    assert (await unfinished(talk), await reviews(talk)) == ([], [])
    luis.comment("1234_6", "¿Y de esta?")
    await talk.rest()
    assert len(luis.received) == 1


async def test_odd_messages_on_the_page(talk: Talk) -> None:
    """Files, signs and very long texts are answered once each, politely."""
    luis = talk.visitor(LUIS, "Luis")
    for kind, mime in (("audio", "audio/mp4"), ("image", "image/jpeg")):
        before = len(luis.received)
        luis.file(kind, b"abc", mime)
        [answer] = await talk.answer(luis, before)
        assert any("solo entendemos mensajes escritos" in one for one in lines_of(answer))
    for words in ("x" * 2000, "مرحبا " * 300, "🙂" * 500, "{company}"):
        assert len(await said(talk, luis, words)) > 0
    assert await unfinished(talk) == []
