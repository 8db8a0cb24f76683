"""What goes wrong in a talk: nothing is lost, the state is clear, and the answer polite."""

import base64
import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.testing.talk import Talk, lines_of, open_talk
from tests.commerce.conversing import ANA, PATIENT, answered, arrived, reviews, rows, unfinished
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

MANY = {"conversation.answers": 30}
NOTICES = {"conversation.notices.delay": "1s"}


def confirm_by_clerk(talk: Talk) -> None:
    """A clerk makes and confirms an order of the customer who is known last."""
    env = talk.odoo.env
    [shirt] = env["product.product"].search([["default_code", "=", "CAM-001"]])
    partner = max(one["id"] for one in rows(talk, "res.partner", "name") if one["name"] == "Ana")
    order = env["sale.order"].create({"partner_id": partner, "order_line": [[0, 0, {"product_id": shirt}]]})
    env["sale.order"].action_confirm([order])


async def until_known(talk: Talk) -> None:
    """Go so far that Odoo knows Ana."""
    for words in ("camiseta", "1", "terminar"):
        await answered(talk, words)


# Photos.


def photo(talk: Talk, kind: str) -> None:
    """Give the shirt a photo."""
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(made, kind)
    model = talk.odoo.env["product.template"]
    shirt = model.search([["default_code", "=", "CAM-001"]])
    model.write(shirt, {"image_1920": base64.b64encode(made.getvalue()).decode()})


async def test_the_card_has_its_photo(tmp_path: Path) -> None:
    """A photo is given to Meta once and again when it has changed; what Meta does not take leaves a card without one."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, settings=MANY) as talk:
        photo(talk, "JPEG")
        for _ in range(2):
            assert (await answered(talk, "camiseta"))[0] == "(photo)"
        assert talk.meta.calls["number.media.post"] == 1
        clock.leap(60)
        photo(talk, "PNG")
        assert (await answered(talk, "camiseta"))[0] == "(photo)"
        assert talk.meta.calls["number.media.post"] == 2
        talk.meta.door.errors[:] = [ErrorFault("number.media.post", 131053)]
        clock.leap(60)
        photo(talk, "JPEG")
        assert (await answered(talk, "camiseta"))[0] == "*Camiseta de algodón*"
        assert await unfinished(talk) == []


# Opting out, and back in.


async def test_who_wants_no_notices_gets_none(tmp_path: Path) -> None:
    """After `baja` nothing is told by itself, answers still come; after `alta` notices come again."""
    async with open_talk(tmp_path, settings=MANY, placeholders={"conversation.notices.delay": "100ms"}) as talk:
        ana = talk.customer(ANA)
        await until_known(talk)
        assert any("No le escribiremos más" in one for one in await answered(talk, "baja"))
        before = len(ana.received)
        confirm_by_clerk(talk)

        async def is_seen() -> bool:
            found = await talk.hub.journal.query("select state from exchange where route = 'talk-notice'", {})
            return [one["state"] for one in found] == ["done"]

        await eventually(is_seen)
        assert len(ana.received) == before
        assert any("camis" in one.lower() for one in await answered(talk, "camiseta"))
        await answered(talk, "alta")
        before = len(ana.received)
        confirm_by_clerk(talk)
        await eventually(lambda: len(ana.received) == before + 1)
        assert "está confirmado" in lines_of(ana.received[-1])[0]


# Templates.


async def test_a_removed_template(tmp_path: Path) -> None:
    """A notice whose template is gone waits for a person, once however many they are; the conversation itself goes on."""
    clock = LeapingClock(time.time(), 1.0)
    given = {"conversation.template.order_confirmed": {"name": "pedido_confirmado", "language": "es"}, **MANY}
    async with open_talk(tmp_path, clock, settings=given, placeholders=NOTICES) as talk:
        ana = talk.customer(ANA)
        await until_known(talk)
        clock.leap(90_000)
        async with clock.hurrying(step=1.0):
            for _ in range(2):
                confirm_by_clerk(talk)
            await eventually(lambda: told_twice(talk), timeout=20)
        [item] = await reviews(talk)
        assert (item["kind"], "132001" in item["text"]) == ("talk_notice", True), item
        assert any("camis" in one.lower() for one in await answered(talk, "camiseta"))
        assert await unfinished(talk) == []
        assert ana.received[-1].type != "template"


async def told_twice(talk: Talk) -> bool:
    """Whether two notices have ended."""
    found = await talk.hub.journal.query("select state from exchange where route = 'talk-notice'", {})
    return [one["state"] for one in found] == ["done", "done"]


# Floods, and odd things.


async def test_a_flood_of_taps(tmp_path: Path) -> None:
    """Who taps without end is answered twenty times within a minute; all is kept, others are answered, and it ends by itself."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock) as talk:
        ana, eva = talk.customer(ANA), talk.customer("593990000012", "Eva")
        await answered(talk, "hola")
        for _ in range(30):
            ana.tap("Mi carrito")
        await talk.rest()
        assert len(ana.received) == 20
        eva.text("hola")
        await talk.rest()
        assert len(eva.received) == 1
        kept = await talk.hub.journal.query("select count(*) as n from exchange where route = 'talk'", {})
        assert kept[0]["n"] == 32
        clock.leap(700)
        assert await answered(talk, "hola") != []


@pytest.mark.parametrize(
    "words",
    [
        "a" * 5000,
        "camiseta " * 555,
        "مرحبا كيف حالك " * 300,
        "🙂🇪🇨👩‍👩‍👧‍👦" * 400,
        "\u202eatesimac",
        "\x00\x1b[31m",
        "1" * 5000,
    ],
)
async def test_texts_of_any_kind(tmp_path: Path, words: str) -> None:
    """Five thousand characters, right-to-left, emoji and signs that nobody sees: one polite answer, noted in Odoo."""
    async with open_talk(tmp_path, settings=MANY) as talk:
        await until_known(talk)
        ana = talk.customer(ANA)
        before = len(ana.received)
        ana.text(words)
        [answer] = await talk.answer(ana, before)
        assert 10 < sum(map(len, lines_of(answer))) < 500
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


async def test_messages_of_every_type(tmp_path: Path) -> None:
    """Files, places, cards, polls and a type that there never was: each is kept and answered once; a reaction is not."""
    async with open_talk(tmp_path, settings=MANY) as talk:
        ana = talk.customer(ANA)
        await answered(talk, "hola")
        sends: list[Any] = [
            lambda: ana.file("audio", b"OggS", "audio/ogg", voice=True),
            lambda: ana.file("video", b"....", "video/mp4", caption="miren"),
            lambda: ana.file("document", b"%PDF", "application/pdf", filename="a.pdf"),
            lambda: ana.file("sticker", b"RIFF", "image/webp"),
            lambda: ana.location(-0.18, -78.46),
            lambda: ana.unsupported("poll"),
            lambda: ana.other("hologram", {"depth": 3}),
            lambda: ana.other("text", "no object"),
            lambda: ana.other("order", {"product_items": "none"}),
            lambda: ana.other("interactive", {"type": "nfm_reply", "nfm_reply": {}}),
            ana.share_phone,
        ]
        for send in sends:
            before = len(ana.received)
            send()
            assert len(await talk.answer(ana, before)) == 1
        before = len(ana.received)
        ana.react(ana.received[0].id, "👍")
        assert await talk.answer(ana, before) == []
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


# A token that has died.


async def test_a_dead_token_is_told_at_once(tmp_path: Path) -> None:
    """Messages wait while Meta refuses the token, a person is told once; with a good one each is answered once, in order."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, settings=MANY, placeholders=PATIENT) as talk:
        ana = talk.customer(ANA)
        await answered(talk, "hola")
        talk.meta.account.standing = "expired"
        for words in ("camiseta", "gorra", "gracias"):
            ana.text(words)
            await arrived(talk)
        await eventually(lambda: reviews(talk))
        [item] = await reviews(talk)
        assert "token" in item["title"]
        talk.meta.account.standing = "valid"
        async with clock.hurrying():
            await eventually(lambda: len(ana.received) == 4, timeout=20)
            await eventually(lambda: settled(talk), timeout=20)
        told = ["\n".join(lines_of(one)) for one in ana.received[1:]]
        assert ["Camiseta" in told[0], "Gorra" in told[1], "Con mucho gusto" in told[2]] == [True, True, True]


async def settled(talk: Talk) -> bool:
    """Whether nobody has to look at anything."""
    return await reviews(talk) == []
