"""Conversations over WhatsApp: a customer asks, orders, pays; nothing twice, nothing lost."""

import base64
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from caravana.testing.talk import Talk, lines_of, open_talk
from caravana.testing.transcript import TranscriptFailed, run_transcript
from tests.commerce.conversing import ANA, PATIENT, answered, reviews, rows, unfinished
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

TRANSCRIPTS = Path(__file__).parents[1] / "data" / "talk"


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    """A company whose hub runs the conversation flow; transcripts are quicker than people."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30}) as one:
        yield one


@pytest.mark.parametrize("name", sorted(one.name for one in TRANSCRIPTS.glob("*.txt")))
async def test_transcripts(talk: Talk, name: str) -> None:
    """Conversations go as they are written down, each message has one answer, and nothing is left over."""
    assert await run_transcript(talk, TRANSCRIPTS / name) > 0
    ana = talk.customer(ANA)
    assert len(ana.received) == sum(not one.ours for one in ana.chat.said)
    assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_a_transcript_that_goes_another_way(talk: Talk, tmp_path: Path) -> None:
    """The first line that was not said is named with file and line, beside what was said."""
    (tmp_path / "t.txt").write_text("customer: hola\ncompany: Hola Ana, *\ncompany: Adiós\n", "utf-8")
    with pytest.raises(TranscriptFailed, match=r"t.txt:3: .*\n.*Adiós\nbut with\n  Hola Ana"):
        await run_transcript(talk, tmp_path / "t.txt")


async def test_one_cart_is_one_order(talk: Talk) -> None:
    """Confirming twice, also by a button of before, makes one order; the customer is made once and found again."""
    ana = talk.customer(ANA)
    for word in ("camiseta", "1", "terminar", "1"):
        await answered(talk, word)
    first = next(one for one in ana.received if "[Confirmar]" in lines_of(one))
    ana.tap("Confirmar", message=first.id)
    ana.tap("Confirmar", message=first.id)
    await talk.rest()
    assert [line for line in lines_of(ana.received[-1]) if "ya se pidió" in line]
    for word in ("gorra", "1", "terminar", "1"):
        await answered(talk, word)
    orders = rows(talk, "sale.order", "state", "partner_id", "client_order_ref")
    assert ([one["state"] for one in orders], len({one["partner_id"][0] for one in orders})) == (["sale", "sale"], 1)
    [partner] = [one for one in rows(talk, "res.partner", "name", "phone") if one["name"] == "Ana"]
    assert partner["phone"] == f"+{ANA}"


async def test_a_known_phone_is_a_known_customer(talk: Talk) -> None:
    """Whoever has this phone in Odoo is the customer, and their orders are theirs."""
    rosa = next(one for one in rows(talk, "res.partner", "name", "phone") if one["name"].startswith("Rosa"))
    for word in ("camiseta", "1", "terminar", "1"):
        await answered(talk, word, "593990000001")
    [order] = rows(talk, "sale.order", "partner_id", "state")
    assert (order["partner_id"][0], order["state"]) == (rosa["id"], "sale")


async def test_prices_change_while_the_customer_thinks(talk: Talk) -> None:
    """A price that has changed since is told, and the order is made only at the price that was agreed to."""
    ana = talk.customer(ANA)
    for word in ("camiseta", "1", "terminar"):
        await answered(talk, word)
    [shirt] = talk.odoo.env["product.template"].search([["default_code", "=", "CAM-001"]])
    talk.odoo.env["product.template"].write([shirt], {"list_price": 25.0})
    ana.tap("Confirmar")
    await talk.rest()
    assert "• Camiseta de algodón: ahora cuesta $28,75" in lines_of(ana.received[-1])
    assert rows(talk, "sale.order") == []
    talk.odoo.env["product.template"].action_archive([shirt])
    assert any("ya no está a la venta" in one or "vacío" in one for one in await answered(talk, "terminar"))


async def test_two_machines_stop(tmp_path: Path) -> None:
    """After five answers to words within a minute nothing is answered any more, all is kept, and a tap is still heard."""
    async with open_talk(tmp_path) as talk:
        bot = talk.customer(ANA)
        for _ in range(12):
            bot.text("Gracias por su mensaje, en breve le atendemos")
        await talk.rest()
        assert len(bot.received) == 5
        kept = await talk.hub.journal.query("select count(*) as n from exchange where route = 'talk'", {})
        assert kept[0]["n"] == 12
        bot.tap("Menú")
        await talk.rest()
        assert len(bot.received) == 6


async def test_odd_texts(talk: Talk) -> None:
    """Very long, right-to-left, pictures and signs: one polite answer each, nothing broken."""
    for text in (
        "x" * 4096,
        "مرحبا " * 300,
        "🙂" * 500,
        "\u202eolleh",
        "'; drop table x; --",
        "{company} {cart.total}",
    ):
        assert len(await answered(talk, text)) > 1
    assert await unfinished(talk) == []


async def test_handed_over_and_back(talk: Talk) -> None:
    """A person is called by a task in Odoo; the assistant is quiet, notes what is said, and is back when the task is closed."""
    assert any("Una persona de Empresa XYZ" in one for one in await answered(talk, "quiero hablar con una persona"))
    [task] = rows(talk, "mail.activity", "summary", "res_model", "res_id", "note")
    assert (task["summary"], task["res_model"]) == ("Responder a un cliente", "res.partner")
    assert await answered(talk, "¿tienen camisetas?") == []
    notes = "".join(str(one["body"]) for one in rows(talk, "mail.message", "body"))
    assert "tienen camisetas" in notes
    assert any("En qué le ayudamos" in one for one in await answered(talk, "menú"))


async def test_the_task_is_closed(tmp_path: Path) -> None:
    """When the person marks the task as done, the assistant answers again."""
    async with open_talk(tmp_path, placeholders={"conversation.closed.delay": "100ms"}) as talk:
        await answered(talk, "persona")
        assert await answered(talk, "hola") == []
        [task] = rows(talk, "mail.activity", "summary")
        talk.odoo.env["mail.activity"].action_feedback([task["id"]], feedback="Le llamé")

        async def is_back() -> bool:
            kept = [one for _, one in await talk.hub.store.find("talk")]
            return bool(kept) and kept[0].get("with_person") is None

        await eventually(is_back)
        assert any("Soy el asistente" in one for one in await answered(talk, "hola"))


PDF = b"%PDF-1.7 invented"


async def test_the_company_tells_what_has_happened(tmp_path: Path) -> None:
    """Order, payment, invoice with its PDF, and shipping are told once each, in words while the conversation is open."""
    async with open_talk(tmp_path, placeholders={"conversation.notices.delay": "100ms"}) as talk:
        ana = talk.customer(ANA)
        for word in ("camiseta", "1", "terminar"):
            await answered(talk, word)
        [partner] = [one for one in rows(talk, "res.partner", "name") if one["name"] == "Ana"]
        before = len(ana.received)
        order = by_clerk(talk, partner["id"])
        await eventually(lambda: len(ana.received) == before + 4, timeout=20)
        told = sorted("\n".join(lines_of(one)) for one in ana.received[before:])
        number = rows(talk, "sale.order", "name")[0]["name"]
        assert re.fullmatch(
            r"\(document FAC-1\.pdf\)\nHola Ana, aquí está su factura \d{3}-\d{3}-\d{9}, autorizada por el SRI\.",
            told[0],
        )
        assert told[1:] == [
            "Hola Ana, recibimos su pago de $22,99. ¡Gracias!",
            f"Hola Ana, su pedido {number} está confirmado. Total $22,99.",
            f"Hola Ana, su pedido {number} ya salió.",
        ]
        assert any("(document FAC-1.pdf)" in one for one in await invoice_of(talk, order))


def by_clerk(talk: Talk, partner: int) -> int:
    """Make an order in Odoo, invoice, pay and ship it, and attach the invoice's PDF; return the order."""
    env = talk.odoo.env
    [shirt] = env["product.product"].search([["default_code", "=", "CAM-001"]])
    line = [0, 0, {"product_id": shirt, "product_uom_qty": 1}]
    order: int = env["sale.order"].create({"partner_id": partner, "order_line": [line]})
    env["sale.order"].action_confirm([order])
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard = env["sale.advance.payment.inv"]
    wizard.create_invoices([wizard.create({"advance_payment_method": "delivered"}, context=context)], context=context)
    [invoice] = env["sale.order"].read([order], ["invoice_ids"])[0]["invoice_ids"]
    env["account.move"].action_post([invoice])
    context = {"active_model": "account.move", "active_ids": [invoice], "active_id": invoice}
    register = env["account.payment.register"]
    register.action_create_payments([register.create({}, context=context)], context=context)
    file = {"name": "FAC-1.pdf", "res_model": "account.move", "res_id": invoice, "mimetype": "application/pdf"}
    env["ir.attachment"].create({**file, "datas": base64.b64encode(PDF).decode()})
    [picking] = env["stock.picking"].search([["sale_id", "=", order]])
    env["stock.picking"].button_validate([picking], context={"skip_sms": True})
    return order


async def invoice_of(talk: Talk, order: int) -> list[str]:
    """Ask for the copy of an order's invoice."""
    await answered(talk, "mis pedidos")
    await answered(talk, "1")
    return await answered(talk, "Copia de factura")


async def test_outside_the_window_the_template_goes_out(tmp_path: Path) -> None:
    """A day after the last message a notice goes out by its template; without one a person is told, once."""
    clock = LeapingClock(time.time(), 1.0)
    template = {"conversation.template.order_confirmed": {"name": "pedido_confirmado", "language": "es"}}
    async with open_talk(tmp_path, clock, settings=template, placeholders={"conversation.notices.delay": "1s"}) as talk:
        talk.meta.templates.add("pedido_confirmado", "es", "Hola {{1}}, su pedido {{2}} está confirmado: {{3}}.")
        ana = talk.customer(ANA)
        for word in ("camiseta", "1", "terminar"):
            await answered(talk, word)
        clock.leap(90_000)
        before = len(ana.received)
        [partner] = [one for one in rows(talk, "res.partner", "name") if one["name"] == "Ana"]
        async with clock.hurrying(step=1.0):
            by_clerk(talk, partner["id"])
            await eventually(lambda: len(ana.received) == before + 1, timeout=20)
            await eventually(lambda: reviewed(talk, 3), timeout=20)
        assert ana.received[-1].type == "template"
        assert "Hola Ana, su pedido" in str(ana.received[-1].content["body"])


async def reviewed(talk: Talk, count: int) -> bool:
    """Whether so many kinds of notices wait for a person."""
    found = [one for _, one in await talk.hub.store.find("review")]
    return len([one for one in found if one["kind"] == "talk_notice"]) == count


async def test_paying_in_the_chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order's pay link and the code for a transfer are those that the pay page and matching know."""
    monkeypatch.setenv("CARAVANA_SECRET_PAY_LINK", "a-secret-for-tests-only")
    (tmp_path / "in").mkdir()
    more: dict[str, Any] = {
        "flows": ["conversation", "cards", "matching"],
        "connections": {
            "placetopay": {"url": "http://127.0.0.1:9", "login": "sandbox-login", "secretKey": "sandbox-secret"}
        },
        "settings": {"bank.names": {"2100012345": "Banco del Austro"}},
        "placeholders": {"bank.folder": str(tmp_path / "in")},
    }
    async with open_talk(tmp_path, **more) as talk:
        for word in ("camiseta", "1", "terminar"):
            await answered(talk, word)
        assert "Puede pagarlo con tarjeta o por transferencia." in await answered(talk, "1")
        [link] = [one for one in await answered(talk, "1") if one.startswith("[Pagar ahora]")]
        assert "/pay/" in link
        await answered(talk, "mis pedidos")
        await answered(talk, "1")
        told = await answered(talk, "Pagar transferencia")
        [code] = [one for one in told if "código en el concepto" in one]
        assert "• 2100012345 Banco del Austro" in told
        [(issued, _)] = await talk.hub.store.find("bank_code")
        assert issued in code.replace("-", "")


async def test_an_expired_token(tmp_path: Path) -> None:
    """While Meta refuses the token, messages wait and a person is told; with a good token they are answered, each once."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, placeholders=PATIENT) as talk:
        ana = talk.customer(ANA)
        await answered(talk, "hola")
        talk.meta.account.standing = "expired"
        for word in ("camiseta", "gorra"):
            ana.text(word)
        await eventually(lambda: standing(talk, "talk", "waiting"))
        assert [one["id"] for one in await talk.hub.reviews.items(9)] == ["connection/whatsapp:whatsapp/token"]
        talk.meta.account.standing = "valid"
        async with clock.hurrying():
            await eventually(lambda: len(ana.received) == 3, timeout=20)


async def standing(talk: Talk, route: str, state: str) -> bool:
    """Whether an exchange of a route is in a state."""
    query = f"select count(*) as n from exchange where route = '{route}' and state = '{state}'"
    return int((await talk.hub.journal.query(query, {}))[0]["n"]) > 0
