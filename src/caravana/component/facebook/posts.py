"""Posts of the page: made once, found again by their text when an answer was lost."""

from datetime import UTC, datetime
from typing import Any

from caravana.component.facebook import body as b
from caravana.component.facebook import mapping
from caravana.component.facebook.producing import SETTLE, FacebookProducer, deleted, find, own
from caravana.kit.effect import Effect, Kind, Reply, imagined_id
from caravana.kit.errors import Refused, Unknown
from caravana.kit.exchange import Exchange
from caravana.kit.graph.body import read_body
from caravana.kit.graph.client import GraphClient, Part
from caravana.kit.graph.errors import DUPLICATE_POST
from caravana.kit.graph.producing import Done, Told, before

PUBLISHED, SCHEDULED = "feed", "scheduled_posts"


class Post(FacebookProducer):
    """Makes a post: reply with `post` (its id) and `by` (`answer`, or `look` when it was found on the page)."""

    kind = Kind.VERIFIABLE
    settle = SETTLE
    calls = 13
    """The token, up to ten photos, the post, and a look after error 506."""

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the post. Raises `Refused` when the body does not fit."""
        body = read_body(b.PostBody, exchange.body, "message")
        photos = [one.model_dump(exclude_none=True) for one in body.photos]
        return {"post": mapping.post(body), "photos": photos, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Upload its photos, and make it. Raises `Refused`: code `time` for a moment that Meta does not take."""
        post, photos = request["post"], request["photos"]
        self._judge_time(post, request)
        page, client = await self.page(request, effect)
        try:
            if len(photos) == 1 and "scheduled_publish_time" not in post and "id" not in photos[0]:
                answer = await photo(client, page, photos[0], {"caption": post["message"]}, effect)
                return await self._made(answer.get("post_id"), request, effect)
            media = [{"media_fbid": await self._uploaded(client, page, one, effect)} for one in photos]
            made = {**post, "attached_media": media} if media else post
            answer = await client.form(f"{page}/feed", made, attempt=effect.attempt)
        except Refused as error:
            found = await self.verify(request, effect) if error.code == str(DUPLICATE_POST) else None
            if found is None:
                raise
            return found
        return await self._made(answer.get("id"), request, effect)

    async def verify(self, request: dict[str, Any], effect: Effect) -> Reply | None:
        """Look for it on the page, by its text, since the call was begun."""
        page, client = await self.page(request, effect)
        store, message = self.line(request).context.store, request["post"]["message"]
        at = request["post"].get("scheduled_publish_time")
        for edge in (SCHEDULED, PUBLISHED) if at is not None else (PUBLISHED,):
            lists = client.pages(f"{page}/{edge}", {"fields": mapping.POST_FIELDS})
            async for one in find(lists, store, effect, message):
                if edge == PUBLISHED or str(one.get("scheduled_publish_time")) == at:
                    return await self._made(one["id"], request, effect, by="look")
        return None

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a post that is not there."""
        return Reply({"post": str(imagined_id(effect)), "by": "answer"})

    def _judge_time(self, post: dict[str, Any], request: dict[str, Any]) -> None:
        text = post.get("scheduled_publish_time")
        if text is None:
            return
        now = self.line(request).context.clock.now()
        if not now + b.SOON <= datetime.fromtimestamp(int(text), UTC) <= now + b.FAR:
            raise Refused("a post is scheduled from 10 minutes to 30 days ahead", code="time")

    async def _uploaded(self, client: GraphClient, page: str, one: dict[str, Any], effect: Effect) -> str:
        """The id of a photo, which is not published by itself: one too many does no harm."""
        if "id" in one:
            return str(one["id"])
        answer = await before(photo(client, page, one, {"published": False}, effect))
        return str(answer["id"])

    async def _made(self, name: Any, request: dict[str, Any], effect: Effect, *, by: str = "answer") -> Reply:
        if not name:
            raise Unknown("Meta took the post without saying its id", code="no_id")
        await own(self.line(request).context.store, str(name), effect)
        return Reply({"post": str(name), "by": by}, reference=str(name))


async def photo(
    client: GraphClient, page: str, one: dict[str, Any], values: dict[str, Any], effect: Effect
) -> dict[str, Any]:
    """Give Meta a photo, by its address or its bytes."""
    if "url" in one:
        answer = await client.form(f"{page}/photos", {"url": one["url"], **values}, attempt=effect.attempt)
    else:
        texts = {name: value if isinstance(value, str) else str(value).lower() for name, value in values.items()}
        parts = [Part(name, text.encode()) for name, text in texts.items()]
        ending = one["mime_type"].partition("/")[2]
        parts.append(Part("source", one["content"], f"photo.{ending}", one["mime_type"]))
        answer = await client.upload(f"{page}/photos", parts, attempt=effect.attempt)
    if not answer.get("id"):
        raise Unknown("Meta took the photo without saying its id", code="no_id")
    return dict(answer)


class Photo(FacebookProducer):
    """Uploads a photo without publishing it: reply with its `id`, for a post's `photos`. A second one does no harm."""

    kind = Kind.IDEMPOTENT
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the photo. Raises `Refused` when the body does not fit."""
        body = read_body(b.PhotoBody, exchange.body, "url")
        if body.id is not None:
            raise Refused("the photo is uploaded already", code="body")
        return {"photo": body.model_dump(exclude_none=True, exclude={"connection"}), **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Upload it. Raises `Refused` for what Meta cannot fetch or read."""
        page, client = await self.page(request, effect)
        answer = await photo(client, page, request["photo"], {"published": False}, effect)
        return Reply({"id": str(answer["id"])}, reference=str(answer["id"]))

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return a photo that is not there."""
        return Reply({"id": str(imagined_id(effect))})


class Edit(Done, FacebookProducer):
    """Gives a post or a comment of the page another text; photos of a post cannot be exchanged."""

    kind = Kind.IDEMPOTENT
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return id and text. Raises `Refused` when the body does not fit."""
        body = read_body(b.EditBody, exchange.body)
        return {"id": body.id, "message": body.message, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Change it. Raises `Refused` when it is not there any more."""
        _, client = await self.page(request, effect)
        await client.form(request["id"], {"message": request["message"]}, attempt=effect.attempt)
        return Reply()


class Delete(Done, FacebookProducer):
    """Takes a post, photo or comment away; one that is gone already is gone."""

    kind = Kind.IDEMPOTENT
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the id. Raises `Refused` when the body names none."""
        body = read_body(b.NodeBody, exchange.body, "id")
        return {"id": body.id, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Delete it."""
        _, client = await self.page(request, effect)
        await deleted(client, request["id"], effect)
        return Reply()


class ListPosts(Told, FacebookProducer):
    """Lists the page's latest posts, or those that are scheduled: `{id, message, at, link, published}` each."""

    kind = Kind.READ
    calls = 2

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return how many. Raises `Refused` when the body does not fit."""
        body = read_body(b.PostsBody, exchange.body if isinstance(exchange.body, dict) else {})
        return {"limit": body.limit, "scheduled": body.scheduled, **body.named}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read them."""
        page, client = await self.page(request, effect)
        edge = SCHEDULED if request["scheduled"] else PUBLISHED
        asked = {"fields": mapping.POST_FIELDS, "limit": request["limit"]}
        answer = await client.get(f"{page}/{edge}", asked, attempt=effect.attempt)
        return Reply([mapping.shown_post(one) for one in answer.get("data") or []])
