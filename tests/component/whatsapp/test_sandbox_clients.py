"""pywa and facebook-business, live against the imitation: what somebody else's clients understand is imitated rightly."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from caravana.component.whatsapp.sandbox import ErrorFault
from caravana.component.whatsapp.sandbox.webhook import PAGE as PAGE_OBJECT
from caravana.component.whatsapp.sandbox.webhook import WHATSAPP, Subscription
from tests.component.whatsapp.meta import ACCOUNT, ANA, CATALOG, NUMBER, PAGE, SECRET, TOKEN, Meta, meta_world

httpx: Any = pytest.importorskip("httpx")
pywa: Any = pytest.importorskip("pywa")
facebook: Any = pytest.importorskip("facebook_business.api")


pytestmark = [
    pytest.mark.filterwarnings("ignore:Endpoint photos cannot upload files"),  # it does, and warns of itself
    pytest.mark.filterwarnings("ignore:value of requests might not be compatible"),
]


async def beside(act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Return what a call brings that waits: the imitation lives on this loop."""
    return await asyncio.to_thread(act, *given, **named)


@asynccontextmanager
async def sender(meta: Meta) -> AsyncIterator[Any]:
    """pywa, sending."""
    with httpx.Client(timeout=5) as session:
        client = pywa.WhatsApp(phone_id=NUMBER, token=TOKEN, waba_id=ACCOUNT, session=session)
        session.base_url = meta.base + "/v26.0"
        yield client


def witness() -> tuple[Any, list[tuple[str, ...]]]:
    """Pywa, listening: a second opinion of what a webhook says."""
    client = pywa.WhatsApp(
        phone_id=NUMBER,
        token="T",
        waba_id=ACCOUNT,
        app_secret=SECRET,
        verify_token="verify_test",
        server=None,
        skip_duplicate_updates=False,
    )
    seen: list[tuple[str, ...]] = []

    @client.on_message  # type: ignore[untyped-decorator]
    def _(_: Any, message: Any) -> None:
        seen.append(("message", str(message.type.value), message.text or ""))

    @client.on_callback_button  # type: ignore[untyped-decorator]
    def _(_: Any, pressed: Any) -> None:
        seen.append(("button", str(pressed.data), pressed.title))

    @client.on_callback_selection  # type: ignore[untyped-decorator]
    def _(_: Any, chosen: Any) -> None:
        seen.append(("row", str(chosen.data), chosen.title))

    @client.on_message_status  # type: ignore[untyped-decorator]
    def _(_: Any, status: Any) -> None:
        seen.append(("status", status.status.value, status.tracker or ""))

    @client.on_template_status_update  # type: ignore[untyped-decorator]
    def _(_: Any, update: Any) -> None:
        seen.append(("template", update.new_status.value, update.template_name))

    return client, seen


async def test_pywa_sends_and_is_refused() -> None:
    """Pywa sends to a phone and to a business-scoped id, and reads the imitation's refusals as Meta's."""
    async with meta_world() as meta, sender(meta) as client:
        customer = meta.sandbox.customer(ANA, "Ana")
        customer.text("Hola")
        sent = await beside(client.send_message, to=ANA, text="¿En qué le ayudamos?", tracker="out:1")
        assert sent.id == customer.received[0].id
        await beside(client.send_message, to=customer.person.bsuid, text="por id")
        assert [one.content["body"] for one in customer.received] == ["¿En qué le ayudamos?", "por id"]
        meta.sandbox.messages.held.add(ANA)
        with pytest.raises(pywa.errors.TooManyMessages):
            await beside(client.send_message, to=ANA, text="x")
        with pytest.raises(pywa.errors.ReEngagementMessage):
            await beside(client.send_message, to="50488880000", text="x")
        meta.sandbox.account.standing = "expired"
        with pytest.raises(
            pywa.errors.AccessTokenExpired if hasattr(pywa.errors, "AccessTokenExpired") else pywa.errors.WhatsAppError
        ) as caught:
            await beside(client.send_message, to=ANA, text="x")
        assert (caught.value.code, caught.value.raw_response.status_code) == (190, 401)


async def test_pywa_uploads_describes_and_fetches_files() -> None:
    """A file that pywa uploads is described with its hash, fetched and deleted."""
    async with meta_world() as meta, sender(meta) as client:
        media = await beside(client.upload_media, media=b"%PDF-1.4 x", mime_type="application/pdf", filename="f.pdf")
        described = await beside(client.get_media_url, media.id)
        assert described.file_size == 10
        assert await beside(client.get_media_bytes, url=described.url) == b"%PDF-1.4 x"
        assert await beside(client.delete_media, media_id=media.id)
        with pytest.raises(pywa.errors.WhatsAppError):
            await beside(client.get_media_url, media.id)


async def test_pywa_creates_lists_and_pages_templates() -> None:
    """Templates are created, reviewed, told, and listed over several pages whose `next` leads to the imitation."""
    async with meta_world() as meta, sender(meta) as client:
        for number in range(30):
            meta.sandbox.templates.add(f"t_{number:02d}", "es", "Hola")
        found = await beside(lambda: list(client.get_templates()))
        assert len(found) >= 25
        await beside(found.__len__)
        assert (await beside(client.get_templates)).total_count == 30


async def test_pywa_reads_the_webhooks_of_the_imitation() -> None:
    """What the imitation tells of messages, buttons, lists, statuses and templates is understood by pywa, signature included."""
    async with meta_world(pywa_mode=True, retries=0) as meta:
        client, seen = witness()
        for kind in (WHATSAPP, PAGE_OBJECT):
            fields = ("messages", "message_template_status_update", "feed")
            meta.sandbox.webhooks.subscriptions[kind] = Subscription("http://127.0.0.1:1/", "x", fields)
        meta.sandbox.webhooks.subscribed[ACCOUNT] = ""
        customer = meta.sandbox.customer(ANA, "Ana")
        customer.text("¿Tienen café?")
        buttons = {"buttons": [{"type": "reply", "reply": {"id": "menu:1", "title": "Pedidos"}}]}
        rows = {"button": "Ver", "sections": [{"rows": [{"id": "cat:1", "title": "Bebidas"}]}]}
        for kind, action in (("button", buttons), ("list", rows)):
            content = {"type": kind, "body": {"text": "Elija"}, "action": action}
            status, answer = await meta.send("interactive", interactive=content, biz_opaque_callback_data="out:7")
            assert status == 200, answer
        customer.tap("Pedidos")
        customer.tap("cat:1")
        customer.file("image", b"\xff\xd8", "image/jpeg", caption="foto")
        customer.location(-0.18, -78.46)
        meta.sandbox.templates.decide(meta.sandbox.templates.add("hola", "es", "Hola"), "APPROVED")
        await meta.pass_time(1)
        for delivery in meta.sandbox.webhooks.deliveries:
            signature = meta.sandbox.webhooks.signature(delivery.body)
            assert await beside(client.webhook_update_validator, delivery.body, signature) is None
            await beside(client.webhook_update_handler, delivery.body)
    assert ("message", "text", "¿Tienen café?") in seen
    assert ("button", "menu:1", "Pedidos") in seen
    assert ("row", "cat:1", "Bebidas") in seen
    assert ("status", "sent", "out:7") in seen
    assert ("status", "delivered", "out:7") in seen
    assert ("template", "APPROVED", "hola") in seen
    assert {one[1] for one in seen if one[0] == "message"} == {"text", "image", "location"}


@asynccontextmanager
async def sdk(meta: Meta) -> AsyncIterator[Any]:
    """facebook-business against the imitation."""
    from facebook_business.session import FacebookSession

    session = FacebookSession(meta.sandbox.account.app_id, SECRET, TOKEN, timeout=5)
    session.GRAPH = meta.base
    try:
        yield facebook.FacebookAdsApi(session)
    finally:
        session.requests.close()


async def test_facebook_business_works_on_the_page(tmp_path: Path) -> None:
    """Posts, photos from a file, comments and lists come back to facebook-business as it expects them."""
    from facebook_business.adobjects.page import Page
    from facebook_business.adobjects.pagepost import PagePost

    async with meta_world() as meta, sdk(meta) as api:
        page = Page(PAGE, api=api)
        posts = [await beside(page.create_feed, params={"message": f"Café {one}"}) for one in range(30)]
        file = tmp_path / "a.png"
        file.write_bytes(b"\x89PNG")
        request = page.create_photo(params={"caption": "x", "published": False}, pending=True)
        request.add_file(str(file))
        photo = await beside(request.execute)
        assert meta.sandbox.pages.photos[photo["id"]].content == b"\x89PNG"
        comment = await beside(PagePost(posts[0]["id"], api=api).create_comment, params={"message": "Gracias"})
        assert meta.sandbox.pages.comments[comment["id"]].message == "Gracias"
        listed = await beside(
            lambda: [one["message"] for one in page.get_feed(fields=["message"], params={"limit": 10})]
        )
        assert listed == [f"Café {one}" for one in reversed(range(30))]
        await beside(PagePost(posts[0]["id"], api=api).api_delete)
        assert posts[0]["id"] not in meta.sandbox.pages.posts


async def test_facebook_business_works_on_the_catalogue() -> None:
    """A batch is taken, worked on and shown as facebook-business reads it; what is wrong with a row is told."""
    from facebook_business.adobjects.productcatalog import ProductCatalog

    good = {
        "id": "SKU-1",
        "title": "Café",
        "description": "Café molido",
        "availability": "in stock",
        "condition": "new",
        "price": "2.50 USD",
        "link": "https://shop.example/p/1",
        "image_link": "https://shop.example/1.jpg",
        "brand": "Finca",
    }
    bad = {**good, "id": "SKU-2", "price": "L 2,50"}
    async with meta_world() as meta, sdk(meta) as api:
        catalog = ProductCatalog(CATALOG, api=api)
        rows = [{"method": "UPDATE", "data": one} for one in (good, bad)]
        answer = await beside(catalog.create_items_batch, params={"item_type": "PRODUCT_ITEM", "requests": rows})
        [told] = answer["validation_status"]
        assert told["retailer_id"] == "SKU-2"
        await meta.pass_time(1)
        handle = {"handle": answer["handles"][0]}
        [state] = await beside(lambda: list(catalog.get_check_batch_request_status(params=handle)))
        assert state["status"] == "finished"
        [product] = await beside(lambda: list(catalog.get_products(fields=["retailer_id", "price", "review_status"])))
        assert (product["retailer_id"], product["price"], product["review_status"]) == ("SKU-1", "2.50 USD", "approved")


async def test_facebook_business_publishes_at_instagram() -> None:
    """A container, its status, the day's limit, publishing and comments come back to facebook-business as it expects them."""
    from facebook_business.adobjects.igcomment import IGComment
    from facebook_business.adobjects.igmedia import IGMedia
    from facebook_business.adobjects.iguser import IGUser

    async with meta_world(posts_a_day=50) as meta, sdk(meta) as api:
        account = IGUser(meta.sandbox.account.instagram_id, api=api)
        picture = {"image_url": "https://shop.example/a.jpg", "caption": "Café"}
        container = await beside(account.create_media, params=picture)
        await meta.pass_time(3)
        asked = ("GET", (container["id"],), {"fields": "status_code"})
        assert (await beside(api.call, *asked)).json()["status_code"] == "FINISHED"
        published = await beside(account.create_media_publish, params={"creation_id": container["id"]})
        [limit] = await beside(lambda: list(account.get_content_publishing_limit(fields=["quota_usage", "config"])))
        assert (limit["quota_usage"], limit["config"]["quota_total"]) == (1, 50)
        [media] = await beside(lambda: list(account.get_media(fields=["caption", "media_type"])))
        assert (media["id"], media["caption"], media["media_type"]) == (published["id"], "Café", "IMAGE")
        comment = await beside(IGMedia(media["id"], api=api).create_comment, params={"message": "Gracias"})
        reply = await beside(IGComment(comment["id"], api=api).create_reply, params={"message": "A usted"})
        [told] = await beside(lambda: list(IGComment(comment["id"], api=api).get_replies(fields=["text"])))
        assert (told["id"], told["text"]) == (reply["id"], "A usted")


async def test_facebook_business_writes_in_messenger() -> None:
    """Messages, private replies and subscriptions of facebook-business are taken, and each comment is replied to once."""
    from facebook_business.adobjects.page import Page
    from facebook_business.exceptions import FacebookRequestError

    async with meta_world() as meta, sdk(meta) as api:
        page, ana = Page(PAGE, api=api), meta.sandbox.people.meet(ANA, "Ana")
        meta.sandbox.messenger.say(ana, "Hola")
        message = {"recipient": {"id": ana.psid}, "messaging_type": "RESPONSE", "message": {"text": "Hola"}}
        sent = await beside(page.create_message, params=message)
        assert (sent["recipient_id"], sent["message_id"]) == (ana.psid, meta.sandbox.people.chat(PAGE, ana).said[-1].id)
        comment = meta.sandbox.pages.comment("1234_5", "¿Precio?", ana)
        reply = {"recipient": {"comment_id": comment.id}, "message": {"text": "Por privado"}}
        await beside(page.create_message, params=reply)
        with pytest.raises(FacebookRequestError) as caught:
            await beside(page.create_message, params=reply)
        assert caught.value.api_error_code() == 10900
        await beside(page.create_subscribed_app, params={"subscribed_fields": ["feed", "messages"]})
        [app] = await beside(lambda: list(page.get_subscribed_apps()))
        assert app["subscribed_fields"] == ["feed", "messages"]


async def test_facebook_business_reads_errors_and_headers() -> None:
    """A refusal on demand comes with code, subcode and usage headers, as facebook-business tells them."""
    from facebook_business.adobjects.page import Page
    from facebook_business.exceptions import FacebookRequestError

    async with meta_world(usage=96.0, usage_minutes=3) as meta, sdk(meta) as api:
        meta.sandbox.door.errors.append(ErrorFault("page.feed.*", 80001, subcode=2446079))
        with pytest.raises(FacebookRequestError) as caught:
            await beside(Page(PAGE, api=api).create_feed, params={"message": "x"})
    error = caught.value
    assert (error.http_status(), error.api_error_code(), error.api_error_subcode()) == (400, 80001, 2446079)
    assert '"estimated_time_to_regain_access": 3' in error.http_headers()["x-business-use-case-usage"]
