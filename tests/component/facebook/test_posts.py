"""Posts and comments: as facebook-business sends them, made once, found again by their text."""

from datetime import timedelta
from typing import Any

import pytest

from caravana.component.facebook import FacebookComponent
from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.kit.errors import Refused, Transient, Unknown
from caravana.kit.graph.errors import TokenDead
from caravana.kit.sandbox import Fault
from tests.component.facebook.world import Bench, bench
from tests.component.whatsapp.meta import PAGE, recorded

FORMS = {one["name"]: one["request"].get("form") for one in recorded("facebook-business-26.0.3")}
JPEG = b"\xff\xd8\xff"


async def test_posts_are_made_as_a_recorded_client_makes_them() -> None:
    """Text with link, a schedule, a changed text and a comment are the same parameters as facebook-business sends."""
    async with bench(FacebookComponent) as one:
        text, link = FORMS["feed"]["message"], FORMS["feed"]["link"]
        made = await one.run("post", {"message": text, "link": link})
        assert one.last()["values"] == FORMS["feed"]
        post = one.meta.sandbox.pages.posts[made.body["post"]]
        assert (post.message, post.link, made.body["by"], made.reference) == (text, link, "answer", post.id)
        at = one.hub.clock.now() + timedelta(hours=1)
        await one.run("post", {"message": "Programado", "at": at.isoformat()})
        assert one.last()["values"] == FORMS["sched"] | {"scheduled_publish_time": str(int(at.timestamp()))}
        await one.run("edit", {"id": post.id, **FORMS["update"]})
        assert one.last()["values"] == FORMS["update"]
        said = await one.run("comment", {"on": post.id, **FORMS["comment"]})
        assert one.last()["values"] == FORMS["comment"]
        assert one.meta.sandbox.pages.comments[said.body["comment"]].parent == post.id
        assert [one["message"] for one in (await one.run("posts")).body] == ["Editado"]
        assert [one["message"] for one in (await one.run("posts", {"scheduled": True})).body] == ["Programado"]
        await one.run("delete", {"id": post.id})
        await one.run("delete", {"id": post.id})
        assert post.id not in one.meta.sandbox.pages.posts


async def test_photos_go_with_a_post() -> None:
    """One photo is a photo with a text; several are uploaded unpublished and attached, by address, bytes and id alike."""
    async with bench(FacebookComponent) as one:
        pages = one.meta.sandbox.pages
        single = await one.run("post", {"message": "Café", "photos": [{"content": JPEG}]})
        [photo] = pages.photos.values()
        assert (photo.content, photo.caption, photo.post) == (JPEG, "Café", single.body["post"])
        held = (await one.run("photo", "https://shop.example/a.jpg")).body["id"]
        assert pages.photos[held].post is None
        three = [{"id": held}, {"url": "https://shop.example/b.jpg"}, {"content": JPEG, "mime_type": "image/jpeg"}]
        several = await one.run("post", {"message": "Tres", "photos": three})
        assert one.last()["values"]["attached_media"].startswith('[{"media_fbid":"' + held)
        assert len(pages.posts[several.body["post"]].photos) == 3
        at = (one.hub.clock.now() + timedelta(days=1)).isoformat()
        later = await one.run("post", {"message": "Mañana", "photos": [{"content": JPEG}], "at": at})
        assert pages.posts[later.body["post"]].at > one.hub.clock.now()


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Nuevo: café  1 kg"},
        {"message": "Con foto", "photos": [{"content": JPEG}]},
        {"message": "Con fotos", "photos": [{"content": JPEG}, {"content": JPEG}]},
    ],
    ids=["text", "photo", "photos"],
)
async def test_a_post_that_may_have_been_made_is_looked_for(body: dict[str, Any]) -> None:
    """The answer is lost: the post is found by its text and not made again; one of another exchange's is not taken for it."""
    async with bench(FacebookComponent) as one:
        other = await one.run("post", body, effect=one.effect("another"))
        effect, producer = one.effect("ours"), one.producer("post")
        request = {"post": {"message": body["message"]}, "photos": body.get("photos", [])}
        assert await producer.verify(request, effect) is None, "that is the other's"
        operation = "page.photos.post" if len(body.get("photos", [])) == 1 else "page.feed.post"
        one.meta.sandbox.faults.append(Fault(operation, "cut_after"))
        with pytest.raises(Unknown):
            await one.run("post", body, effect=effect)
        found = await producer.verify(request, effect)
        assert found is not None
        assert found.body == {"post": max(one.meta.sandbox.pages.posts, key=_number), "by": "look"}
        assert found.body["post"] != other.body["post"]
        assert len(one.meta.sandbox.pages.posts) == 2


def _number(name: str) -> int:
    return int(name.partition("_")[2])


async def test_a_scheduled_post_is_found_before_and_after_it_appears() -> None:
    """It is looked for among the scheduled ones, and on the page once its time has come."""
    async with bench(FacebookComponent) as one:
        effect, producer = one.effect(), one.producer("post")
        at = one.hub.clock.now() + timedelta(minutes=20)
        body = {"message": "Oferta", "at": at.isoformat()}
        one.meta.sandbox.faults.append(Fault("page.feed.post", "cut_after"))
        with pytest.raises(Unknown):
            await one.run("post", body, effect=effect)
        request = {"post": {"message": "Oferta", "scheduled_publish_time": str(int(at.timestamp()))}, "photos": []}
        assert (await producer.verify(request, effect)).body["by"] == "look"
        one.meta.clock.advance(1500)
        assert (await producer.verify(request, effect)).body["by"] == "look"
        with pytest.raises(Refused, match="10 minutes"):
            await one.run("post", body)


async def test_a_refused_duplicate_is_looked_up() -> None:
    """Error 506 after a lost answer is our own post; without one it stays a refusal."""
    async with bench(FacebookComponent, refuse_equal_posts=True) as one:
        one.meta.sandbox.faults.append(Fault("page.feed.post", "cut_after"))
        effect = one.effect()
        with pytest.raises(Unknown):
            await one.run("post", "Hola", effect=effect)
        assert (await one.run("post", "Hola", effect=effect)).body["by"] == "look"
        with pytest.raises(Refused) as caught:
            await one.run("post", "Hola", effect=one.effect("another"))
        assert caught.value.code == "506"
        assert len(one.meta.sandbox.pages.posts) == 1


async def test_a_failed_photo_leaves_no_post_in_doubt() -> None:
    """Before the post itself nothing can be in doubt: a lost photo is tried again, a bad one refused."""
    async with bench(FacebookComponent) as one:
        photos = [{"content": JPEG}, {"content": JPEG}]
        one.meta.sandbox.faults.append(Fault("page.photos.post", "cut_after"))
        with pytest.raises(Transient):
            await one.run("post", {"message": "x", "photos": photos})
        one.meta.sandbox.door.errors.append(ErrorFault("page.photos.post", 324))
        with pytest.raises(Refused):
            await one.run("post", {"message": "x", "photos": photos})
        assert one.meta.sandbox.pages.posts == {}


async def test_comments_are_made_once_hidden_and_listed() -> None:
    """A comment whose answer was lost is found by page and text; a person's equal words are not ours."""
    async with bench(FacebookComponent) as one:
        pages, sandbox = one.meta.sandbox.pages, one.meta.sandbox
        post = (await one.run("post", "Café")).body["post"]
        luis = sandbox.people.meet("50499990001", "Luis")
        asked = pages.comment(post, "Gracias", luis)
        effect, producer = one.effect("ours"), one.producer("comment")
        request = {"on": post, "message": "Gracias"}
        assert await producer.verify(request, effect) is None
        sandbox.faults.append(Fault("post.comments.post", "cut_after"))
        with pytest.raises(Unknown):
            await one.run("comment", request, effect=effect)
        found = await producer.verify(request, effect)
        assert found.body["by"] == "look"
        assert await producer.verify(request, one.effect("another")) is None
        await one.run("hide", {"comment": asked.id})
        listed = (await one.run("comments", post)).body
        assert [(one["message"], one["ours"], one["hidden"]) for one in listed] == [
            ("Gracias", False, True),
            ("Gracias", True, False),
        ]
        await one.run("hide", {"comment": asked.id, "hidden": False})
        assert not pages.comments[asked.id].hidden


async def test_private_replies_go_out_once() -> None:
    """One for each comment, within seven days; after a lost answer Meta's refusal of a second one says that it went out."""
    async with bench(FacebookComponent) as one:
        sandbox = one.meta.sandbox
        luis = sandbox.people.meet("50499990001", "Luis")
        first, second = (sandbox.pages.comment("1234_5", "¿Precio?", luis) for _ in range(2))
        told = await one.run("private_reply", {"comment": first.id, "text": FORMS_TEXT})
        assert one.last()["values"]["recipient"] == {"comment_id": first.id}
        assert one.last()["values"]["message"]["text"] == FORMS_TEXT
        [said] = _chat(one, luis)
        assert told.body == {"message": said.id, "contact": f"psid:{luis.psid}", "by": "answer"}
        with pytest.raises(Refused) as caught:
            await one.run("private_reply", {"comment": first.id, "text": "otra"}, effect=one.effect("another"))
        assert caught.value.code == "already_replied"
        sandbox.faults.append(Fault("page.messages.post", "cut_after"))
        body = {"comment": second.id, "text": "Hola"}
        with pytest.raises(Unknown):
            await one.run("private_reply", body, effect=one.effect("ours"))
        again = await one.run("private_reply", body, effect=one.effect("ours", attempt=2))
        assert again.body == {"message": None, "contact": None, "by": "earlier"}
        assert len(_chat(one, luis)) == 2
        third = sandbox.pages.comment("1234_5", "¿Hay?", luis)
        made = one.hub.clock.now().isoformat()
        one.meta.clock.advance(7 * 86_400 + 1)
        with pytest.raises(Refused) as late:
            await one.run("private_reply", {"comment": third.id, "text": "x", "made": made}, effect=one.effect("late"))
        assert late.value.code == "too_old"


FORMS_TEXT = "Le escribimos por privado"


def _chat(one: Bench, person: Any) -> list[Any]:
    """What the page wrote to a person."""
    return [said for said in one.meta.sandbox.people.chat(PAGE, person).said if said.ours]


async def test_the_pages_own_token_is_used() -> None:
    """Meta wants the page's own token: it comes from the connection's, and a withdrawn one is asked for again."""
    async with bench(FacebookComponent, need_page_token=True) as one:
        await one.run("post", "Hola")
        sandbox = one.meta.sandbox
        assert sandbox.calls["page.node.get"] == 1
        sandbox.door.errors.append(ErrorFault("page.feed.post", 190, subcode=460))
        with pytest.raises(TokenDead):
            await one.run("post", "Otra")
        await one.run("post", "Otra")
        assert (sandbox.calls["page.node.get"], len(sandbox.pages.posts)) == (2, 2)
        sandbox.faults.append(Fault("page.node.get", "not_json"))
        await one.component.close()
        with pytest.raises(Transient):
            await one.run("post", "Nada")
        assert len(sandbox.pages.posts) == 2


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("post", {"link": "https://shop.example"}),
        ("post", {"message": "x", "photos": [{"url": "https://a.example/1.jpg", "id": "1"}]}),
        ("post", {"message": "x", "link": "https://a.example", "photos": [{"id": "1"}]}),
        ("post", {"message": "x", "photos": [{"id": str(one)} for one in range(11)]}),
        ("photo", {"id": "1"}),
        ("comment", {"on": "1/../2", "message": "x"}),
        ("private_reply", {"comment": "1", "text": "x" * 2001}),
        ("text", {"to": "1", "text": "Hola"}),
        ("buttons", {"to": "700", "text": "x", "buttons": [{"title": "a", "payload": "1"}] * 4}),
        ("buttons", {"to": "700", "text": "x", "buttons": [{"title": "x" * 21, "payload": "1"}]}),
        ("cards", {"to": "700", "cards": [{"title": "solo"}]}),
        ("media", {"to": "700", "kind": "image", "url": "https://a.example/1.jpg", "id": "5"}),
    ],
)
async def test_what_meta_would_not_take_is_refused_before_the_call(operation: str, body: dict[str, Any]) -> None:
    """Lengths, counts and combinations are judged before anything is sent."""
    async with bench(FacebookComponent) as one:
        with pytest.raises(Refused) as caught:
            await one.run(operation, body)
        assert caught.value.code == "body"
        assert one.meta.sandbox.door.asked == []
