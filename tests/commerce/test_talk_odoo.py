"""What of a talk stands in Odoo: notes by setting, the task of who takes over, and that the documented rights suffice."""

import base64
import re
import time
from pathlib import Path
from typing import Any

import pytest

from caravana.component.odoo.rights import LEAST
from caravana.component.odoo.sandbox.seed import Setup
from caravana.testing.talk import Talk, open_talk
from tests.commerce.conversing import ANA, answered, invoiced, reviews, rows, unfinished
from tests.commerce.test_talk import by_clerk
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

ORDERED = ("camiseta", "1", "terminar", "1", "mis pedidos", "1", "hola")


def notes(talk: Talk, model: str) -> str:
    """Return the texts of all notes on records of a model."""
    found = rows(talk, "mail.message", "body", "model")
    return "\n".join(re.sub(r"<[^>]+>", " ", str(one["body"])) for one in found if one["model"] == model)


@pytest.mark.parametrize("where", ["contact", "order", "off"])
async def test_where_messages_are_noted(tmp_path: Path, where: str) -> None:
    """On the contact once Odoo knows it, on the last order, or nowhere; the consent stands on the contact in any case."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30, "conversation.notes": where}) as talk:
        for words in ORDERED:
            await answered(talk, words)
        on = {model: "Soy el asistente" in notes(talk, model) for model in ("res.partner", "sale.order")}
        assert on == {"res.partner": where == "contact", "sale.order": where == "order"}
        assert "aceptó que se use para atenderle" in notes(talk, "res.partner")
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_what_comes_without_words_is_noted_in_words(tmp_path: Path) -> None:
    """A clerk reads what was sent, not what Meta calls it."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30}) as talk:
        for words in ORDERED[:3]:
            await answered(talk, words)
        ana = talk.customer(ANA)
        ana.file("audio", b"OggS", "audio/ogg", voice=True)
        ana.order([{"product_retailer_id": "CAM-001", "quantity": 3, "item_price": 1, "currency": "USD"}])
        await talk.rest()
        told = notes(talk, "res.partner")
        assert ("(una nota de voz)" in told, "(pedido del catálogo: 3 × CAM-001)" in told) == (True, True)


async def test_the_task_is_the_persons_whom_the_company_names(tmp_path: Path) -> None:
    """The task is that user's, says how to write to the customer, and there is one however often a person is asked for."""
    async with open_talk(tmp_path, settings={"conversation.answers": 30, "conversation.person": "admin"}) as talk:
        await answered(talk, "quiero hablar con una persona")
        await answered(talk, "¿hay alguien?")
        [task] = rows(talk, "mail.activity", "user_id", "note", "res_model")
        [admin] = talk.odoo.env["res.users"].search([["login", "=", "admin"]])
        assert (task["user_id"][0], task["res_model"]) == (admin, "res.partner")
        assert f"Teléfono: +{ANA}" in task["note"]
        assert "Lo último que escribió: «quiero hablar con una persona»" in task["note"]
        assert "¿hay alguien?" in notes(talk, "res.partner")


async def test_with_exactly_the_least_rights(tmp_path: Path) -> None:
    """The documented groups suffice to sell, to show orders and invoices, and to call a person."""
    setup = Setup(bot_groups=tuple(one.xmlid for one in LEAST))
    async with open_talk(tmp_path, setup=setup, settings={"conversation.answers": 30}) as talk:
        env = talk.odoo.env
        made = env["product.pricelist"].create({"name": "Todos"})
        rule = {"pricelist_id": made, "applied_on": "3_global", "compute_price": "percentage", "percent_price": 10}
        env["product.pricelist.item"].create(rule)
        env["res.partner"].write(
            env["res.partner"].search([["phone", "ilike", "990000001"]]), {"property_product_pricelist": made}
        )
        for words in ORDERED:
            await answered(talk, words, "593990000001")
        [order] = rows(talk, "sale.order", "state", "id", "amount_total")
        assert (order["state"], order["amount_total"]) == ("sale", 20.69)
        invoiced(talk, order["id"])
        for words in ("mis pedidos", "1"):
            await answered(talk, words, "593990000001")
        assert any("no está lista" in one for one in await answered(talk, "Copia de factura", "593990000001"))
        assert any("Una persona de" in one for one in await answered(talk, "persona", "593990000001"))
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


TEXTS = {
    "order_confirmed": "Hola {{1}}, confirmamos su pedido {{2}} por {{3}}. Gracias.",
    "payment_received": "Hola {{1}}, recibimos su pago {{2}} de {{3}}. Gracias.",
    "invoice_authorised": "Hola {{1}}, adjuntamos su factura {{2}}. Gracias.",
    "shipped": "Hola {{1}}, su pedido {{2}} ya salió. Gracias.",
}
"""The templates that the documentation names."""


async def test_every_notice_goes_out_by_its_template(tmp_path: Path) -> None:
    """A day after the customer's last message the four notices go out as templates, each once, the invoice with its PDF."""
    clock = LeapingClock(time.time(), 1.0)
    settings = {f"conversation.template.{kind}": {"name": kind, "language": "es"} for kind in TEXTS}
    notices = {"conversation.notices.delay": "1s"}
    async with open_talk(tmp_path, clock, settings=settings, placeholders=notices) as talk:
        for kind, text in TEXTS.items():
            header: dict[str, Any] = {"header": {"format": "DOCUMENT"}} if kind == "invoice_authorised" else {}
            talk.meta.templates.add(kind, "es", text, **header)
        ana = talk.customer(ANA)
        for words in ("camiseta", "1", "terminar"):
            await answered(talk, words)
        clock.leap(90_000)
        before = len(ana.received)
        partner = max(one["id"] for one in rows(talk, "res.partner", "name") if one["name"] == "Ana")
        async with clock.hurrying(step=1.0):
            by_clerk(talk, partner)
            await eventually(lambda: len(ana.received) == before + 4, timeout=30)
        await talk.rest()
        told = ana.received[before:]
        assert {one.type for one in told} == {"template"}
        number = rows(talk, "sale.order", "name")[0]["name"]
        texts = {str(one.content["body"]) for one in told}
        assert f"Hola Ana, confirmamos su pedido {number} por $22,99. Gracias." in texts
        assert f"Hola Ana, su pedido {number} ya salió. Gracias." in texts
        [payment] = [one for one in texts if "recibimos su pago" in one]
        assert payment.endswith("de $22,99. Gracias.")
        [invoice] = [one for one in told if "factura" in str(one.content["body"])]
        assert invoice.content["header"]["filename"] == "FAC-1.pdf"
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


def attach(talk: Talk, invoice: int, name: str) -> None:
    """A file is attached to an invoice in Odoo."""
    content = base64.b64encode(f"%PDF-1.7 {name}".encode()).decode()
    file = {"name": name, "res_model": "account.move", "res_id": invoice, "mimetype": "application/pdf"}
    talk.odoo.env["ir.attachment"].create({**file, "datas": content})


@pytest.mark.parametrize("named", ["FAC-001-001-000000009.pdf", "by Odoo"])
async def test_only_the_invoice_itself_is_sent(tmp_path: Path, named: str) -> None:
    """Other files of an invoice, and a form that is not authorised yet, are nobody's invoice: not told, and no copy of it."""
    quick = {"conversation.notices.delay": "100ms"}
    async with open_talk(tmp_path, settings={"conversation.answers": 30}, placeholders=quick) as talk:
        ana = talk.customer(ANA)
        for words in ORDERED[:4]:
            await answered(talk, words)
        [order] = rows(talk, "sale.order", "id")
        invoice = invoiced(talk, order["id"])
        for other in ("contrato.pdf", "cédula del cliente.pdf", "FAC-001-001-000000009.provisional.pdf"):
            attach(talk, invoice, other)
        await eventually(lambda: seen(talk, 3))
        for words in ("mis pedidos", "1"):
            await answered(talk, words)
        assert any("no está lista" in one for one in await answered(talk, "Copia de factura"))
        before = len(ana.received)
        number = rows(talk, "account.move", "name")[0]["name"]
        attach(talk, invoice, named if named.startswith("FAC") else f"{number.replace('/', '_')}.pdf")
        attach(talk, invoice, "guía firmada.pdf")
        await eventually(lambda: len(ana.received) == before + 1)
        file = ana.received[-1].content["filename"]
        assert file == named or number.split()[-1].replace("/", "_") in file
        for words in ("mis pedidos", "1"):
            await answered(talk, words)
        assert f"(document {file})" in await answered(talk, "Copia de factura")
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def seen(talk: Talk, count: int) -> bool:
    """Whether so many files were looked at."""
    query = "select count(*) as n from exchange where route = 'talk-invoice-authorised' and state = 'done'"
    return int((await talk.hub.journal.query(query, {}))[0]["n"]) >= count


async def test_a_missing_right_waits_once(tmp_path: Path) -> None:
    """What the hub may not do in Odoo is one thing for a person, however many customers wish it; each gets an apology."""
    setup = Setup(bot_groups=tuple(one.xmlid for one in LEAST if "sales_team" not in one.xmlid))
    async with open_talk(tmp_path, setup=setup, settings={"conversation.notices": []}) as talk:
        for phone in (ANA, "593990000012", "593990000013"):
            for words in ("camiseta", "1", "terminar"):
                await answered(talk, words, phone)
            assert any("no pudimos" in one.lower() for one in await answered(talk, "Confirmar", phone))
        [item] = await reviews(talk)
        assert ("sale.order" in item["text"], item["title"]) == (True, "order"), item
        assert await unfinished(talk) == []
