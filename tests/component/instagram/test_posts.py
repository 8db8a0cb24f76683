"""Posts at Instagram: judged, prepared, published once."""

from typing import Any

import pytest

from caravana.component.instagram import InstagramComponent
from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.kit.errors import Held, Refused, Transient, Unknown
from caravana.kit.sandbox import Fault
from caravana.testing.harness import make_exchange
from tests.component.facebook.world import Bench, bench
from tests.component.instagram.pictures import picture, shelf

READY = 3.0


async def posted(one: Bench, body: Any, key: str = "key-1") -> Any:
    """Make a post as the engine does: again and again while it is held, until it is out."""
    effect = one.effect(key)
    for _ in range(5):
        try:
            return await one.run("post", body, effect=effect)
        except Held:
            await fetched(one)
    raise AssertionError("it is never ready")


async def fetched(one: Bench) -> None:
    """Let Meta prepare what it has begun."""
    await one.meta.pass_time(READY)
    await one.meta.sandbox.settle()


async def test_a_picture_is_judged_prepared_and_published() -> None:
    """The picture is fetched without credentials, the container asked for until it is ready, the limit read, then it is out."""
    async with shelf() as pictures, bench(InstagramComponent, fetch=True) as one:
        url = pictures.put("a.jpg", picture(1080, 1080))
        body = {"caption": "Café de altura", "pictures": [{"url": url, "alt": "Una bolsa de café"}]}
        effect = one.effect()
        with pytest.raises(Held) as caught:
            await one.run("post", body, effect=effect)
        assert (caught.value.retry_after, caught.value.tried, caught.value.code) == (5, False, "preparing")
        await fetched(one)
        reply = await one.run("post", body, effect=effect)
        instagram = one.meta.sandbox.instagram
        [post] = instagram.published
        assert reply.body == {"media": post["id"], "container": next(iter(instagram.containers)), "by": "answer"}
        assert (post["caption"], post["images"]) == ("Café de altura", [url])
        assert pictures.asked == {"a.jpg": 2}, "once by us, once by Meta"
        assert pictures.credentials == []
        asked = [call["operation"] for call in one.meta.sandbox.door.asked]
        assert asked[-2:] == ["instagram.content_publishing_limit.get", "instagram.media_publish.post"]
        assert asked.count("instagram.media.post") == 1
        [listed] = (await one.run("media")).body
        assert (listed["id"], listed["type"], listed["caption"]) == (post["id"], "IMAGE", "Café de altura")
        assert (await one.run("limit")).body == {"used": 1, "most": 100}


async def test_several_pictures_become_a_carousel() -> None:
    """Each picture is prepared as an item, then the whole; the items stay in their order."""
    async with shelf() as pictures, bench(InstagramComponent, fetch=True) as one:
        urls = [pictures.put(f"{number}.jpg", picture(800, 800 + number)) for number in range(3)]
        reply = await posted(one, {"caption": "Tres", "pictures": [{"url": url} for url in urls]})
        [post] = one.meta.sandbox.instagram.published
        assert (post["media_type"], post["images"], reply.body["media"]) == ("CAROUSEL_ALBUM", urls, post["id"])
        assert one.meta.sandbox.effects["instagram.media.post"] == 4


@pytest.mark.parametrize(
    ("content", "mime_type", "why"),
    [
        (picture(kind="PNG"), "image/png", "not image/jpeg"),
        (picture(kind="PNG"), "image/jpeg", "it is PNG"),
        (picture(600, 800), "image/jpeg", "outside"),
        (picture(1920, 1000), "image/jpeg", "outside"),
        (picture(300, 300), "image/jpeg", "wide"),
        (b"no picture", "image/jpeg", "cannot be read"),
        (b"\xff\xd8" + bytes(8 << 20), "image/jpeg", "bytes"),
    ],
    ids=["png", "png in disguise", "too tall", "too flat", "too small", "broken", "too large"],
)
async def test_what_instagram_does_not_take_is_refused_before_the_call(
    content: bytes, mime_type: str, why: str
) -> None:
    """Format, size and ratio are judged on the picture itself, and Meta is not asked."""
    async with shelf() as pictures, bench(InstagramComponent) as one:
        body = {"pictures": [{"url": pictures.put("a", content, mime_type)}]}
        with pytest.raises(Refused, match=why) as caught:
            await one.run("post", body)
        assert caught.value.code == "picture"
        assert one.meta.sandbox.door.asked == []


async def test_a_picture_that_is_away_is_waited_for() -> None:
    """A missing picture is refused; a server that is down or busy costs no post."""
    async with shelf() as pictures, bench(InstagramComponent) as one:
        with pytest.raises(Refused, match="404"):
            await one.run("post", {"pictures": [{"url": f"{pictures.base}/none.jpg"}]})
        url = pictures.put("a.jpg")
        pictures.status = 503
        with pytest.raises(Transient):
            await one.run("post", {"pictures": [{"url": url}]})
        with pytest.raises(Transient):
            await one.run("post", {"pictures": [{"url": "http://127.0.0.1:1/a.jpg"}]})


@pytest.mark.parametrize(("content", "why"), [(picture(600, 800), "aspect ratio"), (picture(kind="PNG"), "JPEG")])
async def test_what_meta_cannot_prepare_is_told_with_its_reason(content: bytes, why: str) -> None:
    """Without our own look it is Meta that fetches and judges: the container fails, and its words are the reason."""
    async with shelf() as pictures, bench(InstagramComponent, {"checkPictures": "false"}, fetch=True) as one:
        url = pictures.put("a.jpg", content, "image/png" if content[1:4] == b"PNG" else "image/jpeg")
        with pytest.raises(Refused, match=why) as caught:
            await posted(one, {"pictures": [{"url": url}]})
        assert caught.value.code == "container"
        one.meta.sandbox.fetcher.unreachable.add(pictures.base)
        with pytest.raises(Refused, match="unreachable"):
            await posted(one, {"pictures": [{"url": f"{pictures.base}/b.jpg"}]}, "another")


async def test_a_lost_answer_publishes_nothing_twice() -> None:
    """The container says that it was published, and the post is found among the latest, not that of another exchange."""
    async with bench(InstagramComponent, {"checkPictures": "false"}) as one:
        body = {"caption": "Igual", "pictures": [{"url": "https://shop.example/a.jpg"}]}
        other = await posted(one, body, "another")
        one.meta.sandbox.faults.append(Fault("instagram.media_publish.post", "cut_after"))
        with pytest.raises(Unknown):
            await posted(one, body, "ours")
        request = one.producer("post").request(make_exchange(body))
        found = await one.producer("post").verify(request, one.effect("ours"))
        assert found.body["by"] == "look"
        assert found.body["media"] not in (None, other.body["media"])
        again = await one.run("post", body, effect=one.effect("ours", 2))
        assert (again.body["media"], again.body["by"]) == (found.body["media"], "look")
        assert len(one.meta.sandbox.instagram.published) == 2
        assert await one.producer("post").verify(request, one.effect("a third")) is None


async def test_an_expired_container_is_made_again() -> None:
    """A container dies after a day: the post waited too long, so it is prepared anew."""
    async with bench(InstagramComponent, {"checkPictures": "false"}) as one:
        body = {"pictures": [{"url": "https://shop.example/a.jpg"}]}
        effect = one.effect()
        with pytest.raises(Held):
            await one.run("post", body, effect=effect)
        await one.meta.pass_time(86_401)
        with pytest.raises(Held, match="EXPIRED"):
            await one.run("post", body, effect=effect)
        await posted(one, body)
        assert len(one.meta.sandbox.instagram.containers) == 2
        assert len(one.meta.sandbox.instagram.published) == 1


async def test_the_days_posts_are_looked_up() -> None:
    """When they are used up the post waits, and Meta is not asked to publish; its own refusal waits as well."""
    async with bench(InstagramComponent, {"checkPictures": "false"}, posts_a_day=1) as one:
        await posted(one, {"caption": "uno", "pictures": [{"url": "https://shop.example/a.jpg"}]}, "one")
        body, effect = {"caption": "dos", "pictures": [{"url": "https://shop.example/b.jpg"}]}, one.effect("two")
        with pytest.raises(Held):
            await one.run("post", body, effect=effect)
        await fetched(one)
        with pytest.raises(Held, match="1 of 1") as caught:
            await one.run("post", body, effect=effect)
        assert (caught.value.retry_after, caught.value.code) == (3600, "limit")
        assert one.meta.sandbox.calls["instagram.media_publish.post"] == 1
        one.meta.sandbox.account.posts_a_day = 5
        one.meta.sandbox.door.errors.append(ErrorFault("instagram.media_publish.post", 9, subcode=2207042))
        with pytest.raises(Held):
            await one.run("post", body, effect=effect)
        assert (await one.run("post", body, effect=effect)).body["by"] == "answer"


async def test_comments_are_answered_once_hidden_and_deleted() -> None:
    """An answer that was lost is found by account and text; a person's equal words are not ours."""
    async with bench(InstagramComponent, {"checkPictures": "false"}) as one:
        post = (await posted(one, {"pictures": [{"url": "https://shop.example/a.jpg"}]})).body["media"]
        instagram = one.meta.sandbox.instagram
        asked = instagram.remark(post, "¿Precio?", one.meta.sandbox.people.meet("50499990001", "Luis"))
        effect, request = one.effect("ours"), {"on": asked.id, "message": "Le escribimos"}
        one.meta.sandbox.faults.append(Fault("ig_comment.replies.post", "cut_after"))
        with pytest.raises(Unknown):
            await one.run("reply", request, effect=effect)
        found = await one.producer("reply").verify(request, effect)
        assert (found.body["by"], instagram.remarks[found.body["comment"]].parent) == ("look", asked.id)
        assert await one.producer("reply").verify(request, one.effect("another")) is None
        said = await one.run("comment", {"on": post, "message": "¡Gracias a todos!"})
        await one.run("hide", {"comment": asked.id})
        listed = (await one.run("comments", post)).body
        assert [(each["message"], each["ours"], each["hidden"]) for each in listed] == [
            ("¿Precio?", False, True),
            ("¡Gracias a todos!", True, False),
        ]
        assert listed[0]["from"]["username"] == "luis"
        for _ in range(2):
            await one.run("delete", said.body["comment"])
        assert said.body["comment"] not in instagram.remarks
