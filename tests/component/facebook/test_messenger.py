"""Messenger out: the messages of the documents, the window, marks."""

from typing import Any

import pytest

from caravana.component.facebook import FacebookComponent
from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.kit.branch import Branch
from caravana.kit.errors import Refused, Unknown
from caravana.kit.graph.contact import Identity
from caravana.kit.sandbox import Fault
from tests.component.facebook.world import Bench, bench
from tests.component.whatsapp.meta import PAGE, recorded

SENT = {one["name"]: one["request"].get("form") for one in recorded("facebook-business-26.0.3")}["messenger_send"]
DAY = 86_400


async def ana(one: Bench) -> str:
    """Return the page-scoped id of somebody who wrote to the page a moment ago."""
    person = one.meta.sandbox.people.meet("50499990000", "Ana")
    one.meta.sandbox.messenger.say(person, "Hola")
    await one.component.line("facebook").contacts.learn(  # type: ignore[attr-defined]
        Identity(psid=person.psid), place=PAGE, heard=one.hub.clock.now()
    )
    return person.psid


async def test_a_text_is_sent_as_a_recorded_client_sends_it() -> None:
    """Recipient, kind and text are those of facebook-business, and the text that echoes repeat comes along."""
    async with bench(FacebookComponent) as one:
        psid = await ana(one)
        reply = await one.run("text", {"to": psid, "text": "Hola"})
        values = one.last()["values"]
        assert values["recipient"] == {"id": psid}
        assert values["messaging_type"] == SENT["messaging_type"]
        assert values["message"] == {"text": "Hola", "metadata": "caravana:x1:key-1"}
        assert reply.body == {"message": reply.reference, "contact": f"psid:{psid}", "by": "answer"}


@pytest.mark.parametrize(
    ("operation", "body", "wanted"),
    [
        (
            "buttons",
            {
                "text": "Elija",
                "buttons": [
                    {"title": "Ver", "url": "https://shop.example"},
                    {"title": "Pedir", "payload": "order"},
                    {"title": "Llamar", "phone": "+50499990000"},
                ],
            },
            {
                "template_type": "button",
                "text": "Elija",
                "buttons": [
                    {"type": "web_url", "title": "Ver", "url": "https://shop.example"},
                    {"type": "postback", "title": "Pedir", "payload": "order"},
                    {"type": "phone_number", "title": "Llamar", "payload": "+50499990000"},
                ],
            },
        ),
        (
            "cards",
            {
                "cards": [
                    {
                        "title": "Café",
                        "subtitle": "2,50",
                        "image": "https://a.example/1.jpg",
                        "url": "https://a.example",
                    }
                ]
            },
            {
                "template_type": "generic",
                "elements": [
                    {
                        "title": "Café",
                        "subtitle": "2,50",
                        "image_url": "https://a.example/1.jpg",
                        "default_action": {"type": "web_url", "url": "https://a.example"},
                    }
                ],
            },
        ),
        ("media", {"kind": "image", "url": "https://a.example/1.jpg"}, {"url": "https://a.example/1.jpg"}),
        ("media", {"kind": "file", "id": "55"}, {"attachment_id": "55"}),
    ],
)
async def test_every_kind_of_message(operation: str, body: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Buttons, cards and files go out in Meta's words, and may have answers to choose."""
    async with bench(FacebookComponent) as one:
        to = {"psid": await ana(one)}
        await one.run(operation, {"to": to, **body, "choices": [{"title": "Sí", "payload": "yes"}]})
        message = one.last()["values"]["message"]
        assert message["attachment"]["payload"] == wanted
        assert message["quick_replies"] == [{"content_type": "text", "title": "Sí", "payload": "yes"}]


async def test_a_closed_conversation_stays_closed() -> None:
    """After 24 hours nothing goes out; what a colleague wrote may for seven days; who never wrote is not written to."""
    async with bench(FacebookComponent) as one:
        psid = await ana(one)
        asked = len(one.meta.sandbox.door.asked)
        with pytest.raises(Refused, match="must not write first"):
            await one.run("text", {"to": "7000000000000099", "text": "Hola"})
        one.meta.clock.advance(DAY)
        with pytest.raises(Refused) as caught:
            await one.run("text", {"to": psid, "text": "Hola"})
        assert caught.value.code == "window_closed"
        assert all("messages" not in call["operation"] for call in one.meta.sandbox.door.asked[asked:])
        await one.run("text", {"to": psid, "text": "Soy Marta", "human": True})
        assert (one.last()["values"]["messaging_type"], one.last()["values"]["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
        one.meta.clock.advance(6 * DAY)
        with pytest.raises(Refused, match="7 days"):
            await one.run("text", {"to": psid, "text": "Hola", "human": True})


async def test_what_meta_calls_closed_is_tried_once_more() -> None:
    """Meta may not yet have seen that a conversation is open; a second refusal is one, and no missing permission."""
    async with bench(FacebookComponent) as one:
        psid = await ana(one)
        one.meta.sandbox.door.errors.append(ErrorFault("page.messages.post", 10, subcode=2018278))
        await one.run("text", {"to": psid, "text": "Hola"})
        one.meta.sandbox.door.errors.append(ErrorFault("page.messages.post", 10, subcode=2018278, times=2))
        with pytest.raises(Refused) as caught:
            await one.run("text", {"to": psid, "text": "Hola"})
        assert caught.value.code == "10/2018278"


async def test_an_unknown_outcome_is_unknown_and_marks_are_harmless() -> None:
    """A lost answer leaves a doubt, for nothing can be asked; read and typing are shown, as often as one likes."""
    async with bench(FacebookComponent) as one:
        psid = await ana(one)
        one.meta.sandbox.faults.append(Fault("page.messages.post", "cut_after"))
        with pytest.raises(Unknown):
            await one.run("text", {"to": psid, "text": "Hola"})
        await one.run("typing", psid)
        assert one.last()["values"] == {"recipient": {"id": psid}, "sender_action": "typing_on"}
        await one.run("read", {"to": psid})
        assert one.last()["values"]["sender_action"] == "mark_seen"
        assert len(one.meta.sandbox.people.chat(PAGE, one.meta.sandbox.people.find(psid)).said) == 2  # type: ignore[arg-type]


async def test_messages_go_over_the_branchs_page() -> None:
    """A branch with a page of its own answers from that; other connections are named by the body."""
    async with bench(FacebookComponent, {"page": "77"}, page_id=PAGE) as one:
        one.hub.settings["branches"] = {}
        psid = await ana(one)
        with pytest.raises(Refused, match="the page 77"):
            await one.run("text", {"to": psid, "text": "Hola"})
        one.hub.settings["branches"] = {"sur": Branch(name="Sur", company=1, facebook_page=PAGE)}
        effect = type(one.effect())("k", "x1", "p", 1, one.hub.clock.now(), "sur")
        await one.run("text", {"to": psid, "text": "Hola"}, effect=effect)
        assert one.last()["node"] == PAGE
        line = one.component.line("facebook")  # type: ignore[attr-defined]
        assert (line.our_pages, line.branch_of(PAGE)) == ({PAGE, "77"}, "sur")
